"""Birds, balls, flapping hands: hold back a mark that was elsewhere in the frame before and after.

Dirt is on one frame only. A thing that the motion search could not follow also differs from both
aligned neighbours, but it leaves a trace: where it was in the frame before, that neighbour shows it
and the centre does not, and the same in the frame after, on the other side. So the difference to each
neighbour holds the mark a second time, with the opposite sign; for a thing in flight the two traces
lie opposite each other. Dirt of the neighbours seldom lies so, and seldom has the same shape.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from engine.detect.inputs import reduced
from engine.types import Bool, Float32

_LEAST = 0.15
"""Probability from which a pixel may end up in a matte at a usual sensitivity."""
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
_OPPOSITE = 0.3
"""How far from opposite the two traces may lie, as a share of the way, and at least `_SLACK` px."""
_SLACK = 3.0


def step_of(height: int) -> int:
    """Over how many pixels, in either direction, a frame of `height` rows is averaged to be looked at."""
    return max(1, round(height / _ROWS))


def held_back(damage: Float32, before: Float32, after: Float32) -> Bool:
    """Where a detection must be dropped, (H, W) bool.

    `damage` (H, W) is the probability of damage; `before` and `after` are one channel of the centre less
    that of the neighbour aligned to it, in the model encoding, 0 where that does not count, averaged
    over `step_of(H)` pixels as `engine.detect.inputs.differences` does.
    """
    step = step_of(damage.shape[0])
    marks = reduced(damage, step) > _LEAST
    if not marks.any():
        return np.zeros(damage.shape, np.bool_)
    # Broken float plates hold infinities; whatever they are, they are no trace of anything.
    differences = [np.nan_to_num(plane, posinf=0, neginf=0) for plane in (before, after)]
    count, found, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    flown = np.zeros(count, np.bool_)
    for n in range(1, count):
        if _SMALLEST <= stats[n, cv2.CC_STAT_AREA] <= _LARGEST * marks.size:
            flown[n] = _in_flight(labels, n, stats[n], differences)
    if not flown.any():
        return np.zeros(damage.shape, np.bool_)
    return _larger(flown[labels], step, damage.shape) & (damage > 0)


def _in_flight(labels: np.ndarray, n: int, stats: np.ndarray, differences: Sequence[Float32]) -> bool:
    """Whether mark `n` has a trace in both differences, on opposite sides of it."""
    reach = max(8, labels.shape[0] // _REACH)
    box = _grown(stats, _CONTEXT, labels.shape)
    wide = _grown(stats, _CONTEXT + reach, labels.shape)
    inside = labels[box] == n
    shape = 0.5 * (differences[0][box] + differences[1][box])
    if shape[inside].mean() < 0:
        shape, differences = -shape, [-difference for difference in differences]
    origin = np.array([box[0].start - wide[0].start, box[1].start - wide[1].start])
    ways = [_way(-difference[wide], shape, inside) for difference in differences]
    if ways[0] is None or ways[1] is None:
        return False
    first, second = ways[0] - origin, ways[1] - origin
    length = 0.5 * float(np.hypot(*(first - second)))
    return bool(np.hypot(*(first + second)) <= max(_SLACK, _OPPOSITE * length))


def _way(traces: Float32, shape: Float32, inside: Bool) -> npt.NDArray[np.intp] | None:
    """(row, column) in `traces` where the mark's `shape` is found again; None where nothing is like it."""
    strength = float(shape[inside].mean())
    if np.count_nonzero(traces > _AS_STRONG * strength) < 0.5 * np.count_nonzero(inside):
        return None
    _, score, _, (column, row) = cv2.minMaxLoc(cv2.matchTemplate(traces, shape, cv2.TM_CCOEFF_NORMED))
    found = traces[row : row + shape.shape[0], column : column + shape.shape[1]][inside]
    if score < _ALIKE or float(found.mean()) < _AS_STRONG * strength:
        return None
    return np.array([row, column])


def _grown(stats: np.ndarray, by: int, shape: tuple[int, ...]) -> tuple[slice, slice]:
    left, top, width, height = (int(v) for v in stats[:4])
    rows = slice(max(top - by, 0), min(top + height + by, shape[0]))
    return rows, slice(max(left - by, 0), min(left + width + by, shape[1]))


def _larger(plane: Bool, step: int, shape: tuple[int, ...]) -> Bool:
    """Back to `shape`, a little wider, so that no rim of a mark stays behind."""
    if step == 1:
        return plane
    whole = cv2.resize(plane.astype(np.uint8), (shape[1], shape[0]), interpolation=cv2.INTER_NEAREST)
    return cv2.dilate(whole, np.ones((2 * step + 1, 2 * step + 1), np.uint8)) > 0
