"""Connected marks of a mask, with their areas and boxes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import Bool


@dataclass(frozen=True, eq=False)
class Connected:
    """`labels` (H, W) int32: 0 outside the marks, else 1 .. count - 1 (8-connected).

    `places` (n,): the flat indices of all pixels of marks, rising, so that nobody has to look for them again.
    The others are (count,): `area` in px, the box rows `top` .. `bottom` - 1, columns `left` .. `right` - 1.
    Entry 0 stands for the outside and holds zeros.
    """

    labels: npt.NDArray[np.int32]
    places: npt.NDArray[np.intp]
    area: npt.NDArray[np.intp]
    top: npt.NDArray[np.intp]
    left: npt.NDArray[np.intp]
    bottom: npt.NDArray[np.intp]
    right: npt.NDArray[np.intp]

    @property
    def count(self) -> int:
        return int(self.area.size)

    @property
    def of_places(self) -> npt.NDArray[np.int32]:
        """(n,): the mark each of `places` belongs to."""
        return self.labels.ravel()[self.places]

    @property
    def longest(self) -> npt.NDArray[np.intp]:
        """(count,): the longer side of each box in px."""
        return np.maximum(self.bottom - self.top, self.right - self.left)

    def those(self, keep: Bool) -> Bool:
        """(H, W): the pixels of the marks to `keep` (count,); entry 0 is not asked for."""
        kept = np.zeros(self.labels.shape, np.bool_)
        kept.ravel()[self.places] = keep[self.of_places]
        return kept


def connected(mask: Bool) -> Connected:
    """The marks of `mask` (H, W).

    OpenCV's own statistics visit every pixel of the frame and take longer than finding the marks; these
    visit the marks alone.
    """
    count, found = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
    labels = np.asarray(found, np.int32)
    places = np.flatnonzero(mask)
    of = labels.ravel()[places]
    order = np.argsort(of, kind="stable")
    rows, columns = np.divmod(places[order], mask.shape[1])
    area = np.bincount(of, minlength=count)
    area[0] = 0
    if count == 1:
        return Connected(labels, places, area, *np.zeros((4, 1), np.intp))
    ends = np.cumsum(area[1:])
    starts = ends - area[1:]
    # Within one mark the places still run down the frame.
    box = (
        rows[starts],
        np.minimum.reduceat(columns, starts),
        rows[ends - 1] + 1,
        np.maximum.reduceat(columns, starts) + 1,
    )
    return Connected(labels, places, area, *(np.concatenate([[0], side]) for side in box))


def chosen(marks: Connected, keep: Bool) -> Connected:
    """The marks to `keep` (count,), numbered anew in their order; entry 0 is not asked for."""
    if keep[1:].all():
        return marks
    keep = np.concatenate([[True], keep[1:]])
    number = (np.cumsum(keep, dtype=np.int32) - 1) * keep
    of = number[marks.of_places]
    labels = np.zeros_like(marks.labels)
    labels.ravel()[marks.places] = of
    boxes = (getattr(marks, name)[keep] for name in ("area", "top", "left", "bottom", "right"))
    return Connected(labels, marks.places[of > 0], *boxes)
