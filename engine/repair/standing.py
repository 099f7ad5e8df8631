"""Line scratches stand in the frame: what a neighbour shows in the same place is the same scratch.

A neighbour's own matte may lack it there, for no detector finds all of a line on every frame. Unless the
picture moves, that place is just where a fill would be taken from, and the scratch would be filled with
itself.
"""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np

from engine.repair.damage import Plate
from engine.repair.pyramid import filled
from engine.repair.site import Site
from engine.types import Bool, DamageMatte, Float32

_LINE = 0.5
"""The share of a pixel's coverage from which it is of a line scratch."""
_SAME = 0.5
"""A neighbour shows a piece of a scratch as well if it differs from it by less than this share of its
contrast."""
_ASIDE = 1
"""px to either side that a scratch sways from frame to frame, noticeably."""


def with_standing(
    site: Site, matte: DamageMatte, plates: Mapping[int, Plate], damage: Mapping[int, Bool]
) -> dict[int, Bool]:
    """`damage` (H, W) by offset, with the line scratches of the centre that neighbours show as well.

    `matte` is the centre's, `plates` are all frames by offset. A region is judged as a whole.
    """
    found = dict(damage)
    scratch = matte.classes.get("scratch")
    if scratch is None:
        return found
    line = site.sheet.lay(scratch) > _LINE * site.sheet.lay(matte.coverage)
    points = site.sheet.points(site.damaged & site.sheet.inner & line)
    if points.flat.size == 0:
        return found
    rows, columns = points.y.astype(np.intp), points.x.astype(np.intp)
    labels, own = site.labels.ravel()[points.flat], site.picture.reshape(-1, 3)[points.flat]
    around = filled(site.picture, site.known).reshape(-1, 3)[points.flat]

    def energy(rest: Float32) -> np.ndarray:
        return np.bincount(labels, np.einsum("nc,nc->n", rest, rest), site.regions.count)

    contrast = energy(own - around)
    for offset, picture in ((k, plate.picture) for k, plate in plates.items() if k):
        shown = (energy(own - picture[rows, columns]) < _SAME**2 * contrast)[labels]
        if shown.any():
            plane = np.zeros(picture.shape[:2], np.uint8)
            plane[rows[shown], columns[shown]] = 1
            plane = cv2.dilate(plane, np.ones((1, 2 * _ASIDE + 1), np.uint8))
            found[offset] = (plane > 0) | found[offset] if offset in found else plane > 0
    return found
