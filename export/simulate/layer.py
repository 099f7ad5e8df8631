"""One frame's damage as a layer, and how it meets the picture: in linear light, opaque or as density."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.types import DAMAGE_CLASSES, DamageClass, Float32


@dataclass(frozen=True)
class Ink:
    """How a mark changes light: covers it with `colour` (linear), or shifts it by `density` (log10 units).

    Dirt on a positive darkens and can be opaque; dirt on a negative prints white; a base-side scratch
    refracts and darkens; an emulsion-side scratch takes dye layers away and is bright and tinted.
    """

    colour: tuple[float, float, float] | None
    density: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class DamageLayer:
    """Planes (H, W[, 3]) float32 that marks are drawn into: cover and its colour, density, class coverage."""

    cover: Float32
    colour: Float32
    density: Float32
    classes: Mapping[DamageClass, Float32]

    @staticmethod
    def empty(shape: tuple[int, int]) -> DamageLayer:
        planes = {name: np.zeros(shape, np.float32) for name in DAMAGE_CLASSES}
        return DamageLayer(
            np.zeros(shape, np.float32),
            np.zeros((*shape, 3), np.float32),
            np.zeros((*shape, 3), np.float32),
            planes,
        )

    def draw(self, opacity: Float32, top: int, left: int, ink: Ink, damage_class: DamageClass) -> None:
        """Draw one mark's `opacity` (h, w) 0..1, its corner at (top, left); what falls outside is cut off."""
        height, width = self.cover.shape
        rows = slice(max(top, 0), min(top + opacity.shape[0], height))
        columns = slice(max(left, 0), min(left + opacity.shape[1], width))
        if rows.start >= rows.stop or columns.start >= columns.stop:
            return
        part = opacity[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        place = (rows, columns)
        np.maximum(self.classes[damage_class][place], part, out=self.classes[damage_class][place])
        if ink.colour is None:
            self.density[place] += part[..., None] * np.float32(ink.density)
            return
        self.colour[place] += (np.float32(ink.colour) - self.colour[place]) * part[..., None]
        self.cover[place] += part * (1 - self.cover[place])

    def over(self, linear: Float32) -> Float32:
        """The damaged plate, (H, W, 3) scene-linear, from the clean one; the same where nothing was drawn."""
        touched = (self.cover > 0) | (self.density != 0).any(2)
        result = linear.copy()
        shifted = linear[touched] * np.power(np.float32(10), self.density[touched])
        cover = self.cover[touched][:, None]
        # `colour` was mixed from black up by the same opacities, so it is already weighted by the cover.
        result[touched] = shifted * (1 - cover) + self.colour[touched]
        return result
