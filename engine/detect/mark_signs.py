"""What tells dirt from picture over a whole mark: signs of each suspected mark, as numbers.

A net that gives every pixel a probability sees the neighbours through grain, and hedges. Over a whole mark
the grain averages out: whether the two neighbours agree with each other where both differ from the
centre (dirt), or each shows something else (a thing that passes, or motion that was not found).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import cv2
import numpy as np
import numpy.typing as npt

from engine.connected import Connected
from engine.detect.inputs import AFTER_VALID, BEFORE_VALID
from engine.types import DAMAGE_CLASSES, Box, DamageClass, Float32

SIGNS: tuple[str, ...] = (
    "size", "length", "filled", "likeliest", "likely", "sure",
    "blotch", "hair", "scratch", "other",
    "apart", "less.apart", "more.apart", "neighbours.apart", "signed", "agreed",
    "around.less.apart", "around.more.apart", "around.neighbours.apart",
    "brighter", "tinted", "rough", "around.rough", "around.tone",
    "seen", "trace", "other.trace",
)  # fmt: skip

Numbers = npt.NDArray[np.float64]
Places = tuple[npt.NDArray[np.intp], ...]

_SURE = 0.7
_LARGEST = 400.0
"""px as looked at: from here on a mark's size says no more of how far its means can be trusted."""
_LONGEST = 100.0
_RING = (2.5, 10.5)
"""px as looked at: the ring around a mark that stands for its surroundings, clear of its soft rim."""
_CLEAN = 0.1
"""Probability above which a pixel stands for no surroundings."""
_CONTEXT, _REACH, _WIDEST = 4, 44, 96
"""px as looked at, around a mark for its shape, and for its traces; wider marks are not followed."""


@dataclass(frozen=True, eq=False)
class Evidence:
    """What a detector has at hand of one frame.

    `damage` (H, W) and `classes` (len(names), >= H / 2, >= W / 2), 0..1; `planes` (13, H, W) as
    `engine.detect.inputs.detector_input` gives them, clamped to 0..1; `traces`: twice (h, w), the centre less
    each neighbour over `step` x `step` pixels.
    """

    damage: Float32
    classes: Float32
    names: tuple[DamageClass, ...]
    planes: Float32
    traces: tuple[Float32, Float32]
    step: int


@dataclass(frozen=True, eq=False)
class Surrounded:
    """`marks`, and for every cell (h, w) of `step` x `step` pixels the number of the `nearest` of them and
    its `distance` in cells, 0 in the mark."""

    marks: Connected
    step: int
    nearest: npt.NDArray[np.int32]
    distance: Float32

    @staticmethod
    def of(marks: Connected, step: int) -> Surrounded:
        """There must be one mark or more. In a cell of several the last one counts."""
        height, width = marks.labels.shape
        cells = np.zeros((-(-height // step), -(-width // step)), np.int32)
        for row, column in product(range(step), repeat=2):
            part = marks.labels[row::step, column::step]
            within = cells[: part.shape[0], : part.shape[1]]
            np.maximum(within, part, out=within)
        distance, nearest = cv2.distanceTransformWithLabels(
            (cells == 0).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_5, labelType=cv2.DIST_LABEL_CCOMP
        )
        # OpenCV numbers the marks anew, as one where they touch.
        places = np.nonzero(cells)
        number = np.zeros(int(nearest.max()) + 1, np.int32)
        number[nearest[places]] = cells[places]
        return Surrounded(marks, step, np.where(cells > 0, cells, number[nearest]), distance)

    def cells(self, least: float, most: float) -> Places:
        """Rows and columns of the cells whose distance to a mark is between `least` and `most` px."""
        rows, columns = np.divmod(np.flatnonzero(self.distance <= most), self.distance.shape[1])
        far = self.distance[rows, columns] >= least
        return rows[far], columns[far]


def signs(surrounded: Surrounded, evidence: Evidence) -> Numbers:
    """(count - 1, len(SIGNS)) of the marks 1 .. count - 1, before and after being of one kind.

    Differences and tones are of the mean of the colours, in the model encoding; sizes go by pixels as looked
    at, `step` x `step` of the frame, so that a scan of 4K has the signs it would have in HD.
    """
    marks = surrounded.marks
    places = np.divmod(np.flatnonzero(marks.labels), marks.labels.shape[1])
    inside = _Sums(places, marks.labels[places], marks.count)
    ring = _ring(surrounded, evidence)
    within, around = (views(evidence, part.rows, part.columns) for part in (inside, ring))
    columns = (
        *_shape(marks, evidence.step),
        *_probabilities(inside, evidence),
        *_against_neighbours(inside, within),
        *_against_neighbours(ring, around)[1:4],
        *_against_surroundings(inside, ring, within, around),
        inside.mean(within.seen),
        *_traces(marks, evidence),
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
    marks = surrounded.nearest[cells][clean]
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
        _logit(inside.largest(damage)),
        _logit(inside.mean(damage)),
        inside.mean(damage > _SURE),
        *(inside.mean(likely.get(name, unknown)) for name in DAMAGE_CLASSES),
    )


def _logit(probability: npt.NDArray[np.floating]) -> Numbers:
    held = np.clip(np.asarray(probability, np.float64), 1e-4, 1 - 1e-4)
    return np.log(held / (1 - held))


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


def _traces(marks: Connected, evidence: Evidence) -> tuple[Numbers, Numbers]:
    """How well the mark is found again, of the other sign, in the difference to either neighbour, -1..1:
    the better likeness and the worse one (see `engine.detect.moving_things`)."""
    likeness = np.zeros((2, marks.count))
    # Broken float plates hold infinities; whatever they are, they are no trace of anything.
    traces = [np.nan_to_num(plane, posinf=0, neginf=0) for plane in evidence.traces]
    for n in range(1, marks.count):
        first = (int(side[n]) // evidence.step for side in (marks.top, marks.left))
        end = (-(-int(side[n]) // evidence.step) for side in (marks.bottom, marks.right))
        box = Box(*first, *end)
        near, wide = (box.grown(by, traces[0].shape) for by in (_CONTEXT, _CONTEXT + _REACH))
        if max(near.height, near.width) > _WIDEST:
            continue
        shape = 0.5 * (traces[0][near.slices] + traces[1][near.slices])
        for k, difference in enumerate(traces):
            found = cv2.matchTemplate(-difference[wide.slices], shape, cv2.TM_CCOEFF_NORMED)
            # Where nothing changes at all the likeness is no number.
            likeness[k, n] = np.clip(np.nan_to_num(found, posinf=0, neginf=0).max(), -1, 1)
    return likeness.max(axis=0), likeness.min(axis=0)
