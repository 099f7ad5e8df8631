"""Birds, balls, flapping hands: hold back a mark that was elsewhere in the frame before and after.

Dirt is on one frame only. A thing that the motion search could not follow also differs from both
aligned neighbours, but it leaves a trace: where it was in the frame before, that neighbour shows it
and the centre does not, and the same in the frame after, on the other side. So the difference to each
neighbour holds the mark a second time, with the opposite sign; for a thing in flight the two traces
lie opposite each other; at a shot's end, where both neighbours are on one side, the further one lies on the
same way as the nearer. Dirt of the neighbours seldom lies so, and seldom has the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import Bool, Box, Float32

_ROWS = 540
"""Larger pictures are looked at in about this many rows: traces are no matter of fine detail."""
_SMALLEST, _LARGEST = 5, 0.01
"""Marks of at least so many px (as looked at), at most this share of the frame."""
_REACH = 12
"""A thing moves at most this part of the frame's height a frame."""
_CONTEXT = 4
"""px around a mark that belong to its shape."""
_ALIKE = 0.5
"""Least correlation of a mark with its trace: wings flap and balls turn."""
_AS_STRONG = 0.4
"""Least strength of the trace, as a share of the mark's."""
_STRAIGHT = 0.3
"""How far the two ways a frame may differ, as a share of their mean, and at least `_SLACK` px."""
_SLACK = 3.0


def step_of(height: int) -> int:
    """Over how many pixels, in either direction, a frame of `height` rows is averaged to be looked at."""
    return max(1, round(height / _ROWS))


def held_back(marks: Bool, before: Float32, after: Float32, offsets: tuple[int, int] = (-1, 1)) -> Bool:
    """Which of `marks` (h, w), where the centre may be damaged, must be dropped: (h, w), a little wider.

    `before` and `after` (h, w) are one channel of the centre less that of the neighbour aligned to it, in
    the model encoding, finite, 0 where that does not count. All are averaged over `step_of` pixels.
    `offsets` tell how many frames after the centre the neighbours are.
    """
    if not marks.any():
        return np.zeros(marks.shape, np.bool_)
    count, found, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    flown = np.zeros(count, np.bool_)
    for n in range(1, count):
        if _SMALLEST <= stats[n, cv2.CC_STAT_AREA] <= _LARGEST * marks.size:
            flown[n] = _in_flight(labels, n, stats[n], (before, after), offsets)
    if not flown.any():
        return np.zeros(marks.shape, np.bool_)
    return cv2.dilate(flown[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0


def _in_flight(
    labels: np.ndarray,
    n: int,
    stats: np.ndarray,
    differences: Sequence[Float32],
    offsets: tuple[int, int],
) -> bool:
    """Whether mark `n` has a trace in both differences, where one straight way leads to both."""
    reach = max(8, labels.shape[0] // _REACH)
    box = _box(stats).grown(_CONTEXT, labels.shape).slices
    inside = labels[box] == n
    shape = 0.5 * (differences[0][box] + differences[1][box])
    sign = np.float32(-1 if shape[inside].sum() < 0 else 1)
    ways: list[npt.NDArray[np.float64]] = []
    for difference, offset in zip(differences, offsets, strict=True):
        wide = _box(stats).grown(_CONTEXT + reach * abs(offset), labels.shape).slices
        found = _way(difference[wide], shape, inside, sign)
        if found is None:
            return False
        origin = np.array([box[0].start - wide[0].start, box[1].start - wide[1].start])
        ways.append((found - origin) / offset)
    length = 0.5 * float(np.hypot(*(ways[0] + ways[1])))
    return bool(np.hypot(*(ways[0] - ways[1])) <= max(_SLACK, _STRAIGHT * length))


def _way(difference: Float32, shape: Float32, inside: Bool, sign: np.float32) -> npt.NDArray[np.intp] | None:
    """(row, column) in `difference` where the mark's `shape`, of `sign`, is found with the other sign.

    None where nothing is like it.
    """
    pixels = np.count_nonzero(inside)
    weakest = np.float32(_AS_STRONG * abs(float(shape[inside].sum())) / pixels)
    traces = -sign * difference
    if np.count_nonzero(traces > weakest) < 0.5 * pixels:
        return None
    likeness = cv2.matchTemplate(traces, sign * shape, cv2.TM_CCOEFF_NORMED)
    _, score, _, (column, row) = cv2.minMaxLoc(likeness)
    found = traces[row : row + shape.shape[0], column : column + shape.shape[1]][inside]
    if score < _ALIKE or float(found.sum()) < weakest * pixels:
        return None
    return np.array([row, column])


def _box(stats: np.ndarray) -> Box:
    left, top, width, height = (int(v) for v in stats[:4])
    return Box(top, left, top + height, left + width)
