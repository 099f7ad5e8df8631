"""The damage of the centre frame as the candidates need it, all on one sheet."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from engine.repair.channels import luma
from engine.repair.pyramid import filled
from engine.repair.regions import Labels, Regions, spread
from engine.repair.sheet import Points, Sheet
from engine.types import Bool, Float32

_RING = 6
"""px. Width of the ring of undamaged pixels around a region."""


@dataclass(frozen=True, eq=False)
class Site:
    """Planes of the sheet, all (h, w) or (h, w, C).

    `picture` is the centre frame; `damaged` its damage, `known` what is neither damaged nor beyond the
    frame; `x` and `y` each pixel's place in the frame; `labels` the region of each damaged pixel, `rings` the
    region whose ring a pixel belongs to, 0 for none; `slopes` (h, w, 2) the gradient of the luma, per px,
    across and down. `ring` lists every other pixel of the rings: they are plenty.
    """

    sheet: Sheet
    regions: Regions
    picture: Float32
    damaged: Bool
    known: Bool
    x: Float32
    y: Float32
    labels: Labels
    rings: Labels
    slopes: Float32
    ring: Points

    @staticmethod
    def of(encoded: Float32, regions: Regions, sheet: Sheet) -> Site:
        """Of the picture `encoded` (H, W, 3), finite, on a sheet that holds all damage of `regions`."""
        labels = sheet.lay(regions.labels)
        hurt = labels > 0
        known = sheet.inside & ~hurt
        rings = np.where(known, spread(labels, _RING), 0).astype(np.int32)
        listed = rings.copy()
        listed[::2, ::2] = listed[1::2, 1::2] = 0
        picture = sheet.lay(encoded)
        x, y = sheet.coordinates
        return Site(
            sheet, regions, picture, hurt, known, x, y, labels, rings,
            _slopes(luma(picture), known), sheet.points(listed > 0),
        )  # fmt: skip

    @cached_property
    def nearest(self) -> Labels:
        """(h, w): the region whose damage or ring a pixel belongs to, 0 for none."""
        return np.maximum(self.labels, self.rings)

    def part(self, encoded: Float32, wanted: Bool, without: Bool | None = None) -> Site | None:
        """The site of just those tiles that hold a pixel `wanted` (h, w) and none of `without` (h, w); None
        where there is no such tile.

        `encoded` as it was given to `of`.
        """
        tiles = [
            place.tile
            for place in self.sheet.places
            if wanted[place.inner.slices].any() and (without is None or not without[place.inner.slices].any())
        ]
        if not tiles:
            return None
        return Site.of(encoded, self.regions, self.sheet.only(tiles))


def _slopes(plane: Float32, known: Bool) -> Float32:
    """Gradient of the luma `plane`, (h, w, 2), per px."""
    calm = cv2.GaussianBlur(filled(plane, known), (0, 0), 1.0)
    x = cv2.Sobel(calm, cv2.CV_32F, 1, 0, scale=0.125)
    y = cv2.Sobel(calm, cv2.CV_32F, 0, 1, scale=0.125)
    return np.dstack([np.asarray(x, np.float32), np.asarray(y, np.float32)])
