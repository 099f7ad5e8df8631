"""The damage of a frame in regions: each is judged, and matched to its surroundings, as a whole.

A region is a connected piece of damage, or, where that is large, the part of it in one cell.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.connected import connected
from engine.types import Bool, Float32

_WHOLE = 72
"""px. A piece of damage up to this size is one region."""

_CELL = 48

Labels = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Regions:
    """`labels` (H, W) int32: 0 undamaged, else the region; `count` is one more than the largest label.

    `piece` (count,) maps a region to the connected piece it is part of, `pieces` is one more than the
    largest of these.
    """

    labels: Labels
    count: int
    piece: npt.NDArray[np.int64]
    pieces: int


def damage_regions(damaged: Bool) -> Regions:
    """The regions of the True pixels of `damaged` (H, W)."""
    marks = connected(damaged)
    labels, count = marks.labels, marks.count
    piece = np.arange(count, dtype=np.int64)
    for large in np.flatnonzero(marks.longest > _WHOLE):
        left, top = int(marks.left[large]), int(marks.top[large])
        width, height = int(marks.right[large]) - left, int(marks.bottom[large]) - top
        part = labels[top : top + height, left : left + width]
        cells, across = _cells(height, width)
        np.copyto(part, cells + count, where=part == large)
        count += across
        piece = np.concatenate([piece, np.full(across, large)])
    return Regions(labels, count, piece, marks.count)


def _cells(height: int, width: int) -> tuple[Labels, int]:
    """Cells of about equal size over a box, numbered from 0, and how many there are."""
    down, right = max(round(height / _CELL), 1), max(round(width / _CELL), 1)
    rows = np.arange(height, dtype=np.int32) * down // height
    columns = np.arange(width, dtype=np.int32) * right // width
    return rows[:, None] * np.int32(right) + columns, down * right


def spread(labels: Labels, reach: int) -> Labels:
    """Labels also for the pixels within `reach` of a region; where several reach, the highest."""
    kernel = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    grown = np.asarray(cv2.dilate(labels.astype(np.float32), kernel), np.int32)
    return np.where(labels > 0, labels, grown)


def means(values: Float32, labels: npt.NDArray[np.int32], weights: Float32, regions: Regions) -> Float32:
    """Weighted mean of `values` (n,) or (n, C) per region, (count,) or (count, C).

    Where a region has little of its own to go by (the inside of a large piece), its piece's mean
    stands in: `_PRIOR` pixels of it are mixed in.
    """
    columns = values.reshape(values.shape[0], math.prod(values.shape[1:]))
    own = _sums(columns * weights[:, None], labels, regions.count)
    mass = np.bincount(labels, weights, regions.count)
    shared = np.zeros((regions.pieces, columns.shape[1]))
    np.add.at(shared, regions.piece, own)
    shared /= np.maximum(np.bincount(regions.piece, mass, regions.pieces), 1e-9)[:, None]
    mixed = (own + _PRIOR * shared[regions.piece]) / (mass + _PRIOR)[:, None]
    return mixed.astype(np.float32).reshape(regions.count, *values.shape[1:])


_PRIOR = 8.0


def known(labels: Labels, weights: Float32, regions: Regions) -> Bool:
    """Whether a region's piece has any pixel of weight at all, (count,)."""
    mass = np.bincount(regions.piece, np.bincount(labels, weights, regions.count), regions.pieces)
    return mass[regions.piece] > 0


def _sums(columns: Float32, labels: npt.NDArray[np.int32], count: int) -> npt.NDArray[np.float64]:
    sums = [np.bincount(labels, column, count) for column in columns.T]
    return np.stack(sums, axis=1).astype(np.float64, copy=False)
