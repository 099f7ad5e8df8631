"""What tells dirt from picture over a whole mark: signs of each suspected mark, as numbers.

A net that gives every pixel a probability sees the neighbours through grain, and hedges. Over a whole mark
the grain averages out: whether the two neighbours agree with each other where both differ from the
centre (dirt), or each shows something else (a thing that passes, or motion that was not found).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import cv2
import numpy as np
import numpy.typing as npt

from engine.connected import Connected
from engine.detect.inputs import AFTER_VALID, BEFORE_VALID, reduced
from engine.detect.odds import Numbers, logit
from engine.detect.places import Places, places_in
from engine.types import DAMAGE_CLASSES, Box, DamageClass, Float32

SIGNS: tuple[str, ...] = (
    "size", "length", "filled", "likeliest", "likely", "sure",
    "blotch", "hair", "scratch", "other",
    "apart", "less.apart", "more.apart", "neighbours.apart", "signed", "agreed",
    "around.less.apart", "around.more.apart", "around.neighbours.apart",
    "brighter", "tinted", "rough", "around.rough", "around.tone",
    "seen", "trace", "other.trace",
)  # fmt: skip


_SURE = 0.7
_LARGEST = 400.0
"""px as looked at: from here on a mark's size says no more of how far its means can be trusted."""
_LONGEST = 100.0
_RING = (2.5, 10.5)
"""px as looked at: the ring around a mark that stands for its surroundings, clear of its soft rim."""
_CLEAN = 0.1
"""Probability above which a pixel stands for no surroundings."""
_AS_STRONG, _ENOUGH = 0.4, 0.5
"""What may be a trace is at least so strong, as a share of the mark, and over so many pixels, likewise."""
_COARSER = 2
"""Traces are searched in pixels so many times those that are looked at: a search costs four times less."""
_CONTEXT, _REACH, _WIDEST = 2, 22, 48
"""px as searched, around a mark for its shape, and for its traces; wider marks are not followed."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a detector has at hand of one frame.

    `damage` (H, W) and `classes` (len(names), >= H / 2, >= W / 2), 0..1; `planes` (13, H, W) as
    `engine.detect.inputs.detector_input` gives them, clamped to 0..1; `traces`: twice (h, w), the centre less
    each neighbour over `step` x `step` pixels (`differences`).
    """

    damage: Float32
    classes: Float32
    names: tuple[DamageClass, ...]
    planes: Float32
    traces: tuple[Float32, Float32]
    step: int


@dataclass(frozen=True, eq=False)
class Surrounded:
    """`marks`, and for every cell (h, w) of `step` x `step` pixels its `distance` in cells from the nearest
    of them, 0 in a mark."""

    marks: Connected
    step: int
    distance: Float32
    _own: npt.NDArray[np.int32]
    """(h, w): the mark in a cell, of several the last one; 0 for none."""
    _group: npt.NDArray[np.int32]
    """(h, w): the nearest mark as OpenCV numbers them, which takes those that touch for one."""
    _last: npt.NDArray[np.int32]
    """The last mark of each such group."""

    @staticmethod
    def of(marks: Connected, step: int) -> Surrounded:
        """There must be one mark or more."""
        height, width = marks.labels.shape
        own = np.zeros((-(-height // step), -(-width // step)), np.int32)
        rows, columns = np.divmod(marks.places, width)
        at = rows // step, columns // step
        np.maximum.at(own, at, marks.of_places)
        distance, group = cv2.distanceTransformWithLabels(
            (own == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_CCOMP
        )
        last = np.zeros(int(group[at].max()) + 1, np.int32)
        np.maximum.at(last, group[at], own[at])
        return Surrounded(marks, step, distance, own, group, last)

    def nearest(self, cells: Places) -> npt.NDArray[np.int32]:
        """The numbers of the marks nearest to `cells`."""
        own = self._own[cells]
        return np.where(own > 0, own, self._last[self._group[cells]])

    def cells(self, least: float, most: float) -> Places:
        """Rows and columns of the cells whose distance to a mark is between `least` and `most` px."""
        rows, columns = places_in(self.distance <= most)
        far = self.distance[rows, columns] >= least
        return rows[far], columns[far]


def signs(surrounded: Surrounded, evidence: Evidence) -> Numbers:
    """(count - 1, len(SIGNS)) of the marks 1 .. count - 1, before and after being of one kind.

    Differences and tones are of the mean of the colours, in the model encoding; sizes go by pixels as looked
    at, `step` x `step` of the frame, so that a scan of 4K has the signs it would have in HD.
    """
    marks = surrounded.marks
    inside = _Sums(np.divmod(marks.places, marks.labels.shape[1]), marks.of_places, marks.count)
    ring = _ring(surrounded, evidence)
    within, around = (views(evidence, part.rows, part.columns) for part in (inside, ring))
    against = _against_neighbours(inside, within)
    *_, signed, _ = against
    columns = (
        *_shape(marks, evidence.step),
        *_probabilities(inside, evidence),
        *against,
        *_against_neighbours(ring, around)[1:4],
        *_against_surroundings(inside, ring, within, around),
        inside.mean(within.seen),
        *_traces(marks, evidence, signed),
    )
    return np.stack(columns, axis=1)[1:]


def class_shares(found: Numbers) -> Numbers:
    """(n, len(DAMAGE_CLASSES)) of `found` (n, len(SIGNS)): each class's share of a mark."""
    classes = found[:, [SIGNS.index(name) for name in DAMAGE_CLASSES]]
    return classes / np.maximum(classes.sum(axis=1, keepdims=True), 1e-6)


class _Sums:
    """Sums over the pixels of each mark, or of what is around it."""

    def __init__(self, places: Places, of: npt.NDArray[np.int32], count: int) -> None:
        """`places`: rows and columns (n,) of the pixels that count, `of` (n,) the marks they count for."""
        self.rows, self.columns = places
        self.count = count
        self._of = of
        self.pixels = np.maximum(np.bincount(self._of, minlength=count), 1)

    def mean(self, values: npt.NDArray[np.generic]) -> Numbers:
        return np.bincount(self._of, weights=values, minlength=self.count) / self.pixels

    def largest(self, values: Float32) -> Numbers:
        result = np.zeros(self.count)
        np.maximum.at(result, self._of, values)
        return result

    def deviation(self, values: Float32) -> Numbers:
        return np.sqrt(np.maximum(self.mean(values**2) - self.mean(values) ** 2, 0))


@dataclass(frozen=True, eq=False)
class Views:
    """At some places (n,): the centre, and by how much it is brighter than each neighbour.

    0 where a neighbour is out of sight.
    """

    colours: Float32
    """(3, n), and their mean `tone`."""
    tone: Float32
    before: Float32
    after: Float32
    apart: Float32
    """The neighbours from each other."""
    seen: Float32
    """1 where both neighbours are in sight."""


def views(evidence: Evidence, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Views:
    planes = evidence.planes
    colours, *neighbours = (planes[k : k + 3, rows, columns] for k in (0, 3, 6))
    tone, before, after = (part.mean(axis=0) for part in (colours, *neighbours))
    seen = planes[BEFORE_VALID, rows, columns] * planes[AFTER_VALID, rows, columns]
    return Views(colours, tone, (tone - before) * seen, (tone - after) * seen, (before - after) * seen, seen)


def _ring(surrounded: Surrounded, evidence: Evidence) -> _Sums:
    """Over the rings around marks, one pixel of each cell."""
    cells = surrounded.cells(*_RING)
    rows, columns = (part * surrounded.step for part in cells)
    clean = evidence.damage[rows, columns] < _CLEAN
    marks = surrounded.nearest(cells)[clean]
    return _Sums((rows[clean], columns[clean]), marks, surrounded.marks.count)


def _shape(marks: Connected, step: int) -> tuple[Numbers, ...]:
    area = np.maximum(marks.area, 1)
    box = np.maximum((marks.bottom - marks.top) * (marks.right - marks.left), 1)
    size = np.log(np.clip(area / step**2, 1, _LARGEST))
    length = np.log(np.clip(np.maximum(marks.longest, 1) / step, 1, _LONGEST))
    return size, length, area / box


def _probabilities(inside: _Sums, evidence: Evidence) -> tuple[Numbers, ...]:
    damage = evidence.damage[inside.rows, inside.columns]
    coarse = evidence.classes[:, inside.rows // 2, inside.columns // 2]
    likely = dict(zip(evidence.names, coarse, strict=True))
    unknown = np.zeros(damage.shape, np.float32)
    return (
        logit(inside.largest(damage)),
        logit(inside.mean(damage)),
        inside.mean(damage > _SURE),
        *(inside.mean(likely.get(name, unknown)) for name in DAMAGE_CLASSES),
    )


def _against_neighbours(at: _Sums, views: Views) -> tuple[Numbers, ...]:
    both = 0.5 * (views.before + views.after)
    each = at.mean(np.abs(views.before)), at.mean(np.abs(views.after))
    return (
        at.mean(np.abs(both)),
        np.minimum(*each),
        np.maximum(*each),
        at.mean(np.abs(views.apart)),
        at.mean(both),
        at.mean(views.before * views.after > 0),
    )


def _against_surroundings(inside: _Sums, ring: _Sums, within: Views, around: Views) -> tuple[Numbers, ...]:
    colours = [
        inside.mean(here) - ring.mean(there)
        for here, there in zip(within.colours, around.colours, strict=True)
    ]
    brighter = np.mean(colours, axis=0)
    tinted = np.sqrt(np.mean([(colour - brighter) ** 2 for colour in colours], axis=0))
    tone = ring.mean(around.tone)
    return brighter, tinted, inside.deviation(within.tone), ring.deviation(around.tone), tone


def _traces(marks: Connected, evidence: Evidence, signed: Numbers) -> tuple[Numbers, Numbers]:
    """How well the mark is found again, of the other sign, in the difference to either neighbour, -1..1:
    the better likeness and the worse one (see `engine.detect.moving_things`); 0 where too little is there.

    `signed` (count,): by how much the marks are brighter than both neighbours.
    """
    likeness = np.zeros((2, marks.count))
    traces = [reduced(plane, _COARSER) for plane in evidence.traces]
    step = evidence.step * _COARSER
    for n in range(1, marks.count):
        first = (int(side[n]) // step for side in (marks.top, marks.left))
        end = (-(-int(side[n]) // step) for side in (marks.bottom, marks.right))
        box = Box(*first, *end)
        near, wide = (box.grown(by, traces[0].shape) for by in (_CONTEXT, _CONTEXT + _REACH))
        if max(near.height, near.width) > _WIDEST:
            continue
        shape = 0.5 * (traces[0][near.slices] + traces[1][near.slices])
        enough = _ENOUGH * marks.area[n] / step**2
        for k, difference in enumerate(traces):
            likeness[k, n] = _likeness(difference[wide.slices], shape, _AS_STRONG * signed[n], enough)
    return likeness.max(axis=0), likeness.min(axis=0)


def _likeness(difference: Float32, shape: Float32, strength: np.float64, enough: float) -> float:
    """Of `shape` with whatever in `difference` is like it with the other sign, at best; 0 where less than
    `enough` pixels are of the other sign and of this `strength`, which has the sign of the shape."""
    opposite = difference < -strength if strength > 0 else difference > -strength
    if np.count_nonzero(opposite) < enough:
        return 0.0
    best = float(np.fmax.reduce(cv2.matchTemplate(-difference, shape, cv2.TM_CCOEFF_NORMED), axis=None))
    # Where nothing changes at all the likeness is no number.
    return min(max(best, -1.0), 1.0) if isfinite(best) else 0.0
