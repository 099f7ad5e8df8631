"""Connected marks of a matte, in numpy alone: what an operator sees as one thing and clicks away as one."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.evaluate.metrics import grown
from engine.types import Bool

Labels = npt.NDArray[np.intp]


def labelled(plane: Bool) -> tuple[int, Labels]:
    """How many 8-connected marks `plane` (H, W) has, and (H, W) with their numbers 1 .. count, 0 elsewhere.

    Rows are cut into runs; runs that touch are joined by letting the lowest number spread and by jumping
    from number to number (Shiloach and Vishkin 1982, An O(log n) parallel connectivity algorithm).
    """
    rows, starts, ends = _runs(plane)
    roots = _joined(len(rows), *_touching(rows, starts, ends, plane.shape[1]))
    kept, numbers = np.unique(roots, return_inverse=True)
    labels = np.zeros(plane.shape, np.intp)
    labels[plane] = np.repeat(numbers + 1, ends - starts)
    return len(kept), labels


def false_alarms(found: Bool, present: Bool, tolerance: int) -> int:
    """Connected marks of `found` that touch no damage within `tolerance` px."""
    count, labels = labelled(found)
    touched = np.unique(labels[grown(present, tolerance) & found])
    return count - len(touched)


def _runs(plane: Bool) -> tuple[Labels, Labels, Labels]:
    """Row, first column and the column after the last of every run of True, in reading order."""
    edges = np.diff(np.pad(plane, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return rows, starts, np.nonzero(edges == -1)[1]


def _touching(rows: Labels, starts: Labels, ends: Labels, width: int) -> tuple[Labels, Labels]:
    """Pairs of runs, one in the row after the other's, that share a column or a corner."""
    line = width + 2
    first = np.searchsorted((rows * line) + ends, (rows + 1) * line + starts - line * 2)
    last = np.searchsorted((rows * line) + starts, (rows - 1) * line + ends, side="right")
    counts = np.maximum(last - first, 0)
    lower = np.repeat(np.arange(len(rows)), counts)
    upper = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts) + np.repeat(first, counts)
    return upper, lower


def _joined(count: int, one: Labels, other: Labels) -> Labels:
    """For each of `count` runs the lowest run it is joined to by the pairs (one, other)."""
    roots = np.arange(count)
    while True:
        low = np.minimum(roots[one], roots[other])
        if (roots[one] == low).all() and (roots[other] == low).all():
            return roots
        for side in (one, other):
            np.minimum.at(roots, roots[side], low)
        while (roots != roots[roots]).any():
            roots = roots[roots]
