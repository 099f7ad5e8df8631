"""All damaged tiles of a frame laid side by side on one sheet, so that every step runs once.

A frame may hold a thousand specks; a call per speck and step would cost more than the work itself.
Each tile brings its surroundings (`context` pixels on every side, as far as the frame reaches), so
what a step computes on the tile is what it would compute in the frame.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from engine.types import AnyArray, Bool, Box, Float32

_WIDTH = 512
_GAP = 8
"""px of nothing between two tiles, as far as any step carries something from pixel to pixel."""


@dataclass(frozen=True)
class Place:
    """One tile on the sheet: `taken` of the frame lies at `laid` of the sheet, both of one size."""

    tile: Box
    taken: Box
    laid: Box

    @property
    def inner(self) -> Box:
        """Where the tile itself, without its surroundings, lies on the sheet."""
        top = self.laid.top + self.tile.top - self.taken.top
        left = self.laid.left + self.tile.left - self.taken.left
        return Box(top, left, top + self.tile.height, left + self.tile.width)


@dataclass(frozen=True, eq=False)
class Points:
    """Pixels of the sheet: `flat` (n,) indices into it, `x` and `y` (n,) float32 their place in the frame."""

    flat: npt.NDArray[np.intp]
    x: Float32
    y: Float32

    def only(self, kept: Bool) -> Points:
        return Points(self.flat[kept], self.x[kept], self.y[kept])


@dataclass(frozen=True, eq=False)
class Sheet:
    places: tuple[Place, ...]
    size: tuple[int, int]
    frame_size: tuple[int, int]

    @staticmethod
    def of(tiles: Sequence[Box], frame_size: tuple[int, int], context: int) -> Sheet:
        """Lay `tiles` of a frame of `frame_size` (height, width) on shelves, the highest first."""
        takings = [(tile, tile.grown(context, frame_size)) for tile in tiles]
        takings.sort(key=lambda pair: (-pair[1].height, pair[1].top, pair[1].left))
        return _shelved(takings, frame_size)

    def only(self, tiles: Sequence[Box]) -> Sheet:
        """A sheet of just those of its `tiles`, with the same surroundings."""
        chosen = set(tiles)
        return _shelved([(p.tile, p.taken) for p in self.places if p.tile in chosen], self.frame_size)

    def lay_over(self, plane: AnyArray, onto: AnyArray, whole: Sheet) -> None:
        """Lay a `plane` (h, w) or (h, w, C) of this sheet into one of the `whole` that it is a part of."""
        there = {place.tile: place.laid for place in whole.places}
        for place in self.places:
            onto[there[place.tile].slices] = plane[place.laid.slices]

    def cut_out(self, plane: AnyArray, part: Sheet) -> AnyArray:
        """A `plane` (h, w) or (h, w, C) of this sheet as it lies on a `part` of it."""
        laid = np.zeros((*part.size, *plane.shape[2:]), plane.dtype)
        here = {place.tile: place.laid for place in self.places}
        for place in part.places:
            laid[place.laid.slices] = plane[here[place.tile].slices]
        return laid

    def lay(self, plane: AnyArray) -> AnyArray:
        """`plane` (H, W) or (H, W, C) of the frame on the sheet; zero where no tile lies."""
        laid = np.zeros((*self.size, *plane.shape[2:]), plane.dtype)
        for place in self.places:
            laid[place.laid.slices] = plane[place.taken.slices]
        return laid

    @cached_property
    def inside(self) -> Bool:
        """Where the sheet shows the frame, (h, w)."""
        shown = np.zeros(self.size, np.bool_)
        for place in self.places:
            shown[place.laid.slices] = True
        return shown

    @cached_property
    def inner(self) -> Bool:
        """The pixels of the tiles themselves, (h, w): each pixel of the frame no more than once."""
        own = np.zeros(self.size, np.bool_)
        for place in self.places:
            own[place.inner.slices] = True
        return own

    @cached_property
    def _origin(self) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
        """What to add to a sheet pixel's row and column to get the frame's; per sheet pixel."""
        down, right = np.zeros(self.size, np.int32), np.zeros(self.size, np.int32)
        for place in self.places:
            down[place.laid.slices] = place.taken.top - place.laid.top
            right[place.laid.slices] = place.taken.left - place.laid.left
        return down, right

    @cached_property
    def coordinates(self) -> tuple[Float32, Float32]:
        """Column and row in the frame of every sheet pixel, (h, w) each; between tiles they mean nothing."""
        down, right = self._origin
        x = right + np.arange(self.size[1], dtype=np.int32)
        y = down + np.arange(self.size[0], dtype=np.int32)[:, None]
        return x.astype(np.float32), y.astype(np.float32)

    def points(self, mask: Bool) -> Points:
        """The True pixels of `mask`, which is of the size of the sheet."""
        flat = np.flatnonzero(mask)
        rows, columns = np.divmod(flat, self.size[1])
        down, right = self._origin
        x = (columns + right.ravel()[flat]).astype(np.float32)
        y = (rows + down.ravel()[flat]).astype(np.float32)
        return Points(flat, x, y)


def _shelved(takings: Sequence[tuple[Box, Box]], frame_size: tuple[int, int]) -> Sheet:
    """Lay pairs of a tile and the part of the frame taken for it side by side, in this order."""
    width = max([_WIDTH, *(taken.width for _, taken in takings)])
    places: list[Place] = []
    top, left, shelf = 0, 0, 0
    for tile, taken in takings:
        if left + taken.width > width:
            top, left, shelf = top + shelf + _GAP, 0, 0
        shelf = max(shelf, taken.height)
        places.append(Place(tile, taken, Box(top, left, top + taken.height, left + taken.width)))
        left += taken.width + _GAP
    return Sheet(tuple(places), (max(top + shelf, 1), width if top else max(left, 1)), frame_size)
