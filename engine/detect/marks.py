"""Which whole marks stay: by polarity, and by whether a neighbour shows them as well."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from engine.detect.surroundings import surroundings
from engine.detect.witness import Witness
from engine.types import Bool, Float32

_TELLING = 0.02
"""In the model encoding: from this difference on the neighbours tell the polarity, else what is around."""
_SAME = 0.5
"""A neighbour shows a mark as well if the two differ by less than this share of the mark's contrast."""
_SEEN = 0.5
"""Share of a mark that must lie inside an aligned neighbour for it to be compared."""
_RIM = 2
"""px around a mark that may hold its soft rim and do not count as its surroundings."""


def of_polarity(marks: Bool, witness: Witness, bright: bool) -> Bool:
    """The connected marks of `marks` (H, W) that are bright, or those that are not.

    A mark is bright if it is on average brighter than the aligned neighbours; where they do not differ
    from it, as along a line scratch, or are absent, if it is brighter than what is around it.
    """
    if not marks.any():
        return marks
    parts = _Parts(marks)
    against_neighbours = np.zeros(parts.count)
    seen = np.zeros(parts.count)
    for picture, valid in witness.aligned:
        against_neighbours += parts.total((witness.luma - picture) * valid)
        seen += parts.total(valid.astype(np.float32))
    difference = against_neighbours / np.maximum(seen, 1)
    contrast = parts.mean(_contrast(marks, witness.luma))
    told = np.where(np.abs(difference) >= _TELLING, difference, contrast)
    return parts.those((told > 0) == bright)


def of_one_frame(marks: Bool, exempt: Bool, witness: Witness) -> Bool:
    """The connected marks of `marks` (H, W) that no aligned neighbour shows as well.

    Marks mostly in `exempt` (H, W) stay, and so do marks without a neighbour to compare them with.
    """
    if not marks.any():
        return marks
    parts = _Parts(marks)
    contrast = np.abs(parts.mean(_contrast(marks, witness.luma)))
    shown = np.zeros(parts.count, np.bool_)
    for picture, valid in witness.aligned:
        seen = parts.total(valid.astype(np.float32))
        difference = np.abs(parts.total((witness.luma - picture) * valid)) / np.maximum(seen, 1)
        shown |= (seen >= _SEEN * parts.pixels) & (difference < _SAME * contrast)
    spared = parts.mean(exempt.astype(np.float32)) > 0.5
    return parts.those(~shown | spared)


class _Parts:
    """The connected marks of a plane, numbered from 1, and sums over each of them; place 0 is no mark."""

    def __init__(self, marks: Bool) -> None:
        self._marks = marks
        self.count, labels = cv2.connectedComponents(marks.astype(np.uint8), connectivity=8)
        self._labels = np.asarray(labels, np.int32)
        self._inside = self._labels[marks]
        self.pixels = np.maximum(np.bincount(self._inside, minlength=self.count), 1)

    def total(self, plane: Float32) -> npt.NDArray[np.float64]:
        sums = np.bincount(self._inside, weights=plane[self._marks], minlength=self.count)
        return np.asarray(sums, np.float64)

    def mean(self, plane: Float32) -> npt.NDArray[np.float64]:
        return self.total(plane) / self.pixels

    def those(self, chosen: npt.NDArray[np.bool_]) -> Bool:
        chosen[0] = False
        return chosen[self._labels]


def _contrast(marks: Bool, luma: Float32) -> Float32:
    """How much brighter each pixel is than the unmarked picture around it."""
    side = 2 * _RIM + 1
    near = cv2.dilate(marks.astype(np.uint8), np.ones((side, side), np.uint8)) > 0
    return luma - surroundings(luma, ~near)
