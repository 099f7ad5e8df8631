"""Line scratches followed down the frame, over the gaps where they were too faint to be marked."""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
import numpy.typing as npt

from engine.detect.places import Places, places_in
from engine.types import Bool, Float32

COARSER = 4
"""Rows taken together when lines are followed down the frame."""
_SCRATCH = 0.5
"""Share of a pixel's probability from which it is of a line scratch."""
_BRIDGED = 8
"""Gaps up to this part of the frame's height do not end a line."""
_POSSIBLE = 0.3
"""Probability from which a pixel may be of a line."""


def of_scratch(damage: Float32, scratch: Float32, places: Places) -> Bool:
    """(n,): which of `places` are of a line scratch, if of damage at all, by the probabilities of `damage`
    (H, W) and of a line `scratch` at half size."""
    rows, columns = places
    return scratch[rows // 2, columns // 2] > _SCRATCH * damage[rows, columns]


def counted(lines: Bool) -> npt.NDArray[np.uint8]:
    """How many pixels of `lines` (H, W) there are in every `COARSER` rows of a column."""
    height, width = lines.shape
    rows = -(-height // COARSER)
    filled = np.zeros((rows * COARSER, width), np.uint8)
    filled[:height] = lines
    return np.add.reduce(filled.reshape(rows, COARSER, width), axis=1, dtype=np.uint8)


def followed(lines: Bool) -> npt.NDArray[np.int32]:
    """The number of the line each cell of `lines` belongs to, joined over gaps; 0 elsewhere."""
    bridge = np.ones((max(1, lines.shape[0] // _BRIDGED), 3), np.uint8)
    _, labels = cv2.connectedComponents(cv2.morphologyEx(lines.astype(np.uint8), cv2.MORPH_CLOSE, bridge))
    return np.where(lines, labels, 0).astype(np.int32)


def lines_in(damage: Float32, scratch: Float32) -> Iterator[Places]:
    """Of every line that may be in a frame its pixels, topmost first, by the probabilities of `damage` (H, W)
    and of a line `scratch` at half size. What `damage` becomes on the way does not change which come."""
    places = places_in(damage > _POSSIBLE)
    own = of_scratch(damage, scratch, places)
    rows, columns = (part[own] for part in places)
    if rows.size == 0:
        return
    mask = np.zeros(damage.shape, np.bool_)
    mask[rows, columns] = True
    of = followed(counted(mask) > 0)[rows // COARSER, columns]
    order = np.argsort(of, kind="stable")
    for part in np.split(order, np.flatnonzero(np.diff(of[order])) + 1):
        yield rows[part], columns[part]
