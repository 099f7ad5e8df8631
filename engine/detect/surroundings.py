"""What lies around marks: means over the pixels that are not in question."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Bool, Float32

_SIDES = (15, 61, 243)
"""px: the nearest picture counts; only inside large marks must it be looked for further away."""
_ENOUGH = 0.125
"""Share of a box that must be known for its mean to stand for the surroundings."""


def surroundings(plane: Float32, known: Bool, sides: Sequence[int] = _SIDES) -> Float32:
    """Mean of the `known` pixels of `plane` (H, W) around each pixel, (H, W) float32.

    Taken over the smallest box, of `sides` px, that holds enough of them; beyond the largest over the
    whole plane. 0 everywhere where nothing is known. `plane` must be finite where it is known.
    """
    if not known.any():
        return np.zeros(plane.shape, np.float32)
    values = np.where(known, plane, np.float32(0))
    weight = known.astype(np.float32)
    result = np.full(plane.shape, values.sum(dtype=np.float64) / np.count_nonzero(known), np.float32)
    for side in sorted(sides, reverse=True):
        share = cv2.blur(weight, (side, side), borderType=cv2.BORDER_REPLICATE)
        mean = cv2.blur(values, (side, side), borderType=cv2.BORDER_REPLICATE)
        np.divide(mean, share, out=result, where=share >= _ENOUGH)
    return result
