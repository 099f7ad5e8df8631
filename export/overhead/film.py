"""The clip that is rendered: a still plate with grain, and dirt where a net is to find some."""

from __future__ import annotations

import numpy as np

from engine.types import AnyArray, CodeLayout
from plugin.host.pictures import Picture, PictureFormat

LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)
_MARKS = 6
_COARSE = 4
"""Pixels that have one colour."""


class Film:
    """Float plates of `format` (RGBA), each with grain of its own, kept while a window needs them."""

    def __init__(self, format: PictureFormat, dirty: bool, seed: int = 3) -> None:
        self.format = format
        self._random = np.random.default_rng(seed)
        self._dirty = dirty
        size = (-(-format.height // _COARSE), -(-format.width // _COARSE), 4)
        whole = np.kron(self._random.uniform(0.05, 0.9, size), np.ones((_COARSE, _COARSE, 1)))
        self._plate = whole[: format.height, : format.width].astype(np.float32)
        self._kept: dict[int, tuple[AnyArray, Picture]] = {}

    def have(self, numbers: range) -> None:
        """Make what is lacking of `numbers`, and forget the rest."""
        self._kept = {n: kept for n, kept in self._kept.items() if n in numbers}
        for number in numbers:
            if number not in self._kept:
                pixels = self._pixels()
                colour = np.ascontiguousarray(pixels[..., :3])
                self._kept[number] = colour, Picture.of(self.format, pixels.data)

    def colour(self, number: int) -> AnyArray:
        """(H, W, 3) float32, packed, as the engine has it."""
        return self._kept[number][0]

    def picture(self, time: float) -> Picture | None:
        """As the host has it, alpha included."""
        kept = self._kept.get(int(time))
        return kept and kept[1]

    def _pixels(self) -> AnyArray:
        grain = self._random.standard_normal(self._plate.shape, np.float32) * np.float32(0.002)
        pixels = self._plate + grain
        height, width = self._plate.shape[:2]
        for _ in range(_MARKS if self._dirty else 0):
            row = self._random.integers(height // 30, height - height // 10)
            column = self._random.integers(width // 40, width - width // 14)
            pixels[row : row + 12, column : column + 14, :3] = 1.0
        return pixels
