"""One frame's damage as a layer, and how it meets the picture: in linear light, opaque or as density."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import DAMAGE_CLASSES, Bool, DamageClass, Float32

CLEAR = 1.0
"""Scene-linear light through film without any dye: nothing on a print is brighter than that."""
_DARKEST = 1e-4
"""Scene-linear light behind the densest dye."""
_FAINTEST = 0.003
"""A softened rim below this opacity is cut off, so that blur does not touch pixels without end."""


@dataclass(frozen=True)
class Ink:
    """How a mark changes light: covers it with `colour` (linear), or shifts it by `density` (log10 units),
    or takes away the share `stripped` (0..1) of every channel's dye, down to clear film.

    Dirt on a positive darkens and can be opaque; dirt on a negative prints white; a base-side scratch
    refracts and darkens; an emulsion-side scratch takes dye layers away and is bright and tinted.
    """

    colour: tuple[float, float, float] | None
    density: tuple[float, float, float] = (0.0, 0.0, 0.0)
    stripped: tuple[float, float, float] = (0.0, 0.0, 0.0)


@dataclass(frozen=True, eq=False)
class DamageLayer:
    """Planes (H, W[, 3]) float32 that marks are drawn into: cover and its colour, density, stripped dye;
    and the coverage of each class."""

    cover: Float32
    colour: Float32
    density: Float32
    classes: Mapping[DamageClass, Float32]
    stripped: Float32

    @staticmethod
    def empty(shape: tuple[int, int]) -> DamageLayer:
        planes = {name: np.zeros(shape, np.float32) for name in DAMAGE_CLASSES}
        return DamageLayer(
            np.zeros(shape, np.float32),
            np.zeros((*shape, 3), np.float32),
            np.zeros((*shape, 3), np.float32),
            planes,
            np.zeros((*shape, 3), np.float32),
        )

    @property
    def touched(self) -> Bool:
        """(H, W): where anything at all was drawn."""
        return (self.cover > 0) | (_strongest(self.density) > 0) | (_strongest(self.stripped) > 0)

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
            if any(ink.stripped):
                left_over = 1 - self.stripped[place]
                self.stripped[place] += left_over * part[..., None] * np.float32(ink.stripped)
            return
        self.colour[place] += (np.float32(ink.colour) - self.colour[place]) * part[..., None]
        self.cover[place] += part * (1 - self.cover[place])

    def softened(self, blur: float) -> DamageLayer:
        """The marks as a lens of `blur` px (sigma) leaves them; the picture under them stays sharp."""
        if blur <= 0 or not self.touched.any():
            return self
        cover, colour, density, stripped = (
            _blurred(plane, blur) for plane in (self.cover, self.colour, self.density, self.stripped)
        )
        faint = np.maximum(cover, np.maximum(_strongest(density), _strongest(stripped))) < _FAINTEST
        for plane in (cover, colour, density, stripped):
            plane[faint] = 0
        classes = {name: _blurred(plane, blur) for name, plane in self.classes.items()}
        return DamageLayer(cover, colour, density, classes, stripped)

    def neutral(self) -> DamageLayer:
        """The same marks on silver film, which has no dyes to lose: without any tint."""
        colour, density, stripped = (_grey(plane) for plane in (self.colour, self.density, self.stripped))
        return DamageLayer(self.cover, colour, density, self.classes, stripped)

    def over(self, linear: Float32) -> Float32:
        """The damaged plate, (H, W, 3) scene-linear, from the clean one; the same where nothing was drawn."""
        touched = self.touched
        result = linear.copy()
        result[touched] = self.through(linear[touched], touched)
        return result

    def through(self, light: Float32, where: Bool) -> Float32:
        """What comes of `light` (N, 3), scene-linear, at the N pixels of the mask `where` (H, W)."""
        if self.stripped.any():
            light = _stripped(light, self.stripped[where])
        shifted = light * np.power(np.float32(10), self.density[where])
        # `colour` was mixed from black up by the same opacities, so it is already weighted by the cover.
        return shifted * (1 - self.cover[where][:, None]) + self.colour[where]


def _stripped(light: Float32, share: Float32) -> Float32:
    """Light through what dye is left: density falls in proportion (Beer-Lambert), never below clear film.

    Grain may lie below black; it is no light, and no missing dye makes more of it.
    """
    seen = np.maximum(light, np.float32(_DARKEST))
    lacking = np.maximum(np.float32(CLEAR) / seen, 1)
    return seen * np.power(lacking, share) + (light - seen)


def _strongest(plane: Float32) -> Float32:
    """The largest amount among the channels, (H, W); channel by channel: NumPy reduces short axes slowly."""
    if not plane.any():
        return np.zeros(plane.shape[:2], np.float32)
    first, second, third = (np.abs(plane[..., c]) for c in range(3))
    return np.maximum(np.maximum(first, second), third)


def _grey(plane: Float32) -> Float32:
    if not plane.any():
        return plane
    return np.asarray(cv2.transform(plane, np.full((3, 3), 1 / 3)), np.float32)


def _blurred(plane: Float32, blur: float) -> Float32:
    if not plane.any():
        return plane.copy()
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), blur), np.float32)
