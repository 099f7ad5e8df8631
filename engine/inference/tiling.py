"""Cutting a plane into tiles whose results, put together, are those of the whole plane."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.types import Box


@dataclass(frozen=True)
class Tile:
    """`read` is what the net sees, `keep` the part of its result that is used; both in the whole plane."""

    read: Box
    keep: Box

    @property
    def inner(self) -> Box:
        """`keep` as seen inside `read`."""
        return Box(
            self.keep.top - self.read.top,
            self.keep.left - self.read.left,
            self.keep.bottom - self.read.top,
            self.keep.right - self.read.left,
        )


def tiles(height: int, width: int, tile: int, overlap: int) -> tuple[Tile, ...]:
    """Tiles over height x width, row by row: the `keep` boxes hold every pixel exactly once.

    A `read` box has sides of at most `tile` and reaches `overlap` beyond its `keep` box, except at the
    borders of the plane. Where height, width, tile and overlap are multiples of m, so is every corner.
    """
    rows, columns = _spans(height, tile, overlap), _spans(width, tile, overlap)
    return tuple(
        Tile(Box(top, left, bottom, right), Box(keep_top, keep_left, keep_bottom, keep_right))
        for top, bottom, keep_top, keep_bottom in rows
        for left, right, keep_left, keep_right in columns
    )


def _spans(length: int, tile: int, overlap: int) -> list[tuple[int, int, int, int]]:
    """(read from, read to, keep from, keep to) along one axis; the last tile is full size, too."""
    if length <= tile:
        return [(0, length, 0, length)]
    spans: list[tuple[int, int, int, int]] = []
    kept = 0
    while kept < length:
        start = min(max(kept - overlap, 0), length - tile)
        end = length if start == length - tile else start + tile - overlap
        spans.append((start, start + tile, kept, end))
        kept = end
    return spans


def mirrored(length: int, more: int) -> npt.NDArray[np.intp]:
    """Which of `length` places stand in for the `more` behind them; the edge itself is not repeated."""
    if more >= length:
        return np.full(more, length - 1)
    return np.arange(length - 2, length - 2 - more, -1)
