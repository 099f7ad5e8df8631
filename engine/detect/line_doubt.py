"""Lines that run on where the net saw nothing of them: posts and mouldings, taken for scratches in pieces.

A scratch that stands in the frame is on the neighbours too, and a net that sees a piece of it sees nearly
all of it. A straight line of the scene in a frame that jumps, or in a shot that hardly moves, is taken for a
scratch here and there, while the same line runs on above and below. So of a line that all neighbours show,
unless the picture clearly moves under it, no pixel is more certain than two thirds of its rows are, those
included where only the picture shows it. What is broader than any scratch, and looks the same on all
neighbours, is none. And what runs along the frame's own side is its edge, or the gate's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.detect.inputs import AFTER_VALID, BEFORE_VALID
from engine.detect.lines import COARSER, lines_in
from engine.detect.mark_signs import Evidence
from engine.detect.odds import logit, probability
from engine.detect.places import Indices
from engine.detect.still_lines import MOVING, moving_across
from engine.motion.estimator import MotionEstimator
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import Bool, Float32
from engine.window.window import FrameWindow

_SHORTEST, _WIDEST = 16, 12
"""px as looked at: a shorter or wider mark has not shown that it is a line."""
_BUNDLE, _SOLID, _ALIKE = 20, 0.5, 0.03
"""px as looked at, and share of it that is filled: up to these a broader mark may be several lines side by
side. In the model encoding, half a stop: what differs by less from a neighbour is shown by it as well."""
_MOSTLY = 33
"""Per cent of a line's rows that may be less certain than what goes for all of them."""
_SIDE = 4
"""px as looked at, from the frame's side."""
_RIM = 1.5
"""Log odds by which less certain pixels follow more certain ones into a matte (`engine.detect.cleanup`)."""
_ACROSS = 7
"""px as looked at, to either side of a line's middle: what its profile is taken from."""
_CORE = 4
"""The same for what a neighbour is compared by: further out the scene may move."""
_SWAY, _SWAY_STEP = 2.0, 0.25
"""px as looked at, that a line may stand aside on a neighbour, and how finely that is looked for."""
_UNLIKE = 0.3
"""Share of a profile's energy by which that of a neighbour may be off and be the same line."""
_ALONG = 13
"""Rows over which the picture is averaged where a line is followed on."""
_GOES_ON = 0.5
"""Share of its contrast with which a line is there still."""
_ASIDE = 2
"""px as looked at: what is suspected so far from a line's middle is of the line."""
_ENDS = 8
"""Rows that tell where a line ends, on the way on from there."""
_STRAIGHT = 24
"""Rows from which a line tells its slope; a shorter one is followed straight down."""

_CLEARLY = 1.0
"""px a frame, across the lines: the grain of worn film makes the flow of a still picture wander by half."""

_GREEN = 1
_NEIGHBOURS = ((BEFORE_VALID, 4, 9), (AFTER_VALID, 7, 10))
"""Planes of each neighbour: where it is valid, its green along the motion, its luma as it stands."""


@dataclass(frozen=True, eq=False)
class Course:
    """The middle of a line: its `rows` (n,) from top to bottom, without gaps, and `columns` (n,) float32."""

    rows: Indices
    columns: Float32

    @staticmethod
    def of(rows: Indices, columns: Indices) -> tuple[Course, float]:
        """That of a line's pixels, and how broad the line mostly is."""
        at, length = rows - rows[0], int(rows[-1] - rows[0]) + 1
        left, right = np.full(length, np.inf), np.full(length, -np.inf)
        np.minimum.at(left, at, columns)
        np.maximum.at(right, at, columns)
        shown = np.isfinite(left)
        places = np.arange(length)
        middle = np.interp(places, places[shown], (left[shown] + right[shown]) / 2).astype(np.float32)
        course = cv2.blur(middle[:, None], (1, 2 * _ENDS - 1), borderType=cv2.BORDER_REPLICATE)[:, 0]
        breadth = float(np.median((right - left + 1)[shown]))
        return Course(rows[0] + places, np.asarray(course, np.float32)), breadth

    def beyond(self, height: int, step: int) -> tuple[Course, Course]:
        """It followed on above and below, as far again as it is long, within a frame of that `height`."""
        slope = 0.0
        if self.rows.size >= _STRAIGHT * step:
            slope = float(np.polyfit(self.rows, self.columns, 1)[0])
        length = self.rows.size
        above = np.arange(max(0, int(self.rows[0]) - length), self.rows[0])
        below = np.arange(self.rows[-1] + 1, min(height, int(self.rows[-1]) + 1 + length))
        return self._onto(above, slice(None, _ENDS), slope), self._onto(below, slice(-_ENDS, None), slope)

    def _onto(self, rows: Indices, end: slice, slope: float) -> Course:
        columns = self.columns[end].mean() + slope * (rows - self.rows[end].mean())
        return Course(rows, columns.astype(np.float32))


def doubt_lines(evidence: Evidence, window: FrameWindow, motion: MotionEstimator) -> None:
    """Lower what lines are believed that run on unseen, in `evidence` of `window`'s centre, in place."""
    if "scratch" not in evidence.names or not _neighbours(evidence):
        return
    found = list(lines_in(evidence.damage, evidence.classes[evidence.names.index("scratch")]))
    if not found:
        return
    height, width = evidence.damage.shape
    cells = -(-height // COARSER), -(-width // COARSER)
    moving = moving_across(window, motion, cells, _CLEARLY * evidence.step)
    for rows, columns in found:
        clearly_moving = moving[rows // COARSER, columns // COARSER].mean() >= MOVING
        most = _most(rows, columns, evidence, bool(clearly_moving))
        evidence.damage[rows, columns] = np.minimum(evidence.damage[rows, columns], np.float32(most))


def _most(rows: Indices, columns: Indices, evidence: Evidence, clearly_moving: bool) -> float:
    """The probability that the pixels of a line may have at most; 1 where there is nothing to doubt."""
    course, breadth = Course.of(rows, columns)
    if course.rows.size < _SHORTEST * evidence.step:
        return 1
    if breadth > _WIDEST * evidence.step:
        several = breadth <= _BUNDLE * evidence.step and rows.size < _SOLID * course.rows.size * breadth
        return 1 if several or clearly_moving or not _alike(evidence, rows, columns) else 0
    if _at_side(course, evidence.damage.shape[1], evidence.step):
        return 0
    profile = _across(evidence.planes[:3], course, evidence.step)
    if clearly_moving or not _all_show(profile, evidence, course):
        return 1
    return _mostly(profile, course, evidence)


def _neighbours(evidence: Evidence) -> list[tuple[int, int]]:
    """Of each neighbour there is the planes of its green along the motion and of its luma as it stands."""
    return [(green, luma) for valid, green, luma in _NEIGHBOURS if evidence.planes[valid].any()]


def _at_side(course: Course, width: int, step: int) -> bool:
    """Whether all of the line runs along a side of a frame of that `width`."""
    from_side = np.minimum(course.columns, width - 1 - course.columns)
    return bool(from_side.max() < _SIDE * step)


def _alike(evidence: Evidence, rows: Indices, columns: Indices) -> bool:
    """Whether all neighbours show the same there, along the motion."""
    own = evidence.planes[_GREEN, rows, columns]
    apart = [np.abs(own - evidence.planes[green, rows, columns]).mean() for green, _ in _neighbours(evidence)]
    return max(apart) < _ALIKE


def _mostly(profile: Float32, course: Course, evidence: Evidence) -> float:
    """What two thirds of the line are believed at least, where it was seen or only runs on."""
    mean, levels = profile.mean(axis=0), [_level(evidence, course)]
    for further in course.beyond(evidence.damage.shape[0], evidence.step):
        on = _runs_on(_across(evidence.planes[:3], further, evidence.step), mean)
        levels.append(_level(evidence, further)[on])
    mostly = np.percentile(logit(np.concatenate(levels)), [_MOSTLY])
    return float(probability(mostly + _RIM)[0])


def _level(evidence: Evidence, course: Course) -> Float32:
    """(n,): the likeliest of what is suspected in each row of the line."""
    aside = np.arange(-_ASIDE * evidence.step, _ASIDE * evidence.step + 1)
    columns = np.rint(course.columns).astype(np.intp)[:, None] + aside
    inside = np.clip(columns, 0, evidence.damage.shape[1] - 1)
    return np.asarray(evidence.damage[course.rows[:, None], inside].max(axis=1), np.float32)


def _runs_on(profiles: Float32, mean: Float32) -> Bool:
    """(n,): where `profiles` (n, k, C) show a line of that `mean` (k, C) profile."""
    if profiles.shape[0] == 0:
        return np.zeros(0, np.bool_)
    flat = np.ascontiguousarray(profiles.reshape(profiles.shape[0], -1))
    smooth = cv2.blur(flat, (1, _ALONG), borderType=cv2.BORDER_REPLICATE).reshape(flat.shape)
    return np.asarray(smooth @ mean.ravel() > _GOES_ON * max(float((mean**2).sum()), 1e-9))


def _all_show(profile: Float32, evidence: Evidence, course: Course) -> bool:
    """Whether every neighbour has the same line, there or a little aside. `profile` (n, k, 3) is its own."""
    own = profile.mean(axis=0) @ LUMA_WEIGHTS[0]
    core = slice(_ACROSS - _CORE, _ACROSS + _CORE + 1)
    energy = float(np.square(own[core] - own[core].mean()).sum())
    offsets = np.arange(-_ACROSS, _ACROSS + 1)
    for _, luma in _neighbours(evidence):
        there = _across(evidence.planes[luma : luma + 1], course, evidence.step).mean(axis=0)[:, 0]
        rests: list[float] = []
        for aside in np.arange(-_SWAY, _SWAY + _SWAY_STEP, _SWAY_STEP):
            rest = (np.interp(offsets + aside, offsets, there) - own)[core]
            rests.append(float(np.square(rest - rest.mean()).sum()))
        if min(rests) > _UNLIKE * energy:
            return False
    return True


def _across(picture: Float32, course: Course, step: int) -> Float32:
    """(n, 2 * _ACROSS + 1, C): `picture` (C, H, W) beside the line in each row, each less its mean."""
    columns = course.columns[:, None] + step * np.arange(-_ACROSS, _ACROSS + 1, dtype=np.float32)
    rows = np.repeat(course.rows[:, None].astype(np.float32), columns.shape[1], axis=1)
    if columns.shape[0] == 0:
        return np.zeros((*columns.shape, len(picture)), np.float32)
    read = np.stack([_read(plane, rows, columns) for plane in picture], axis=-1)
    return read - read.mean(axis=1, keepdims=True)


def _read(plane: Float32, rows: Float32, columns: Float32) -> Float32:
    """`plane` (H, W) there, between pixels, its sides repeated."""
    there = cv2.remap(plane, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(there, np.float32)
