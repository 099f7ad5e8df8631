"""What a net that gives means must not take away: the fine detail and the grain of a real picture.

A mean of all that may be there has neither, so such a net takes away what a first fill has of them. Where
that fill is a neighbour's, they are film: what the net knows better there is only what is coarser.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.repair.channels import shared, where
from engine.types import Bool, Float32

_COARSE = 1.5
"""px. Structure is what a Gaussian of this standard deviation leaves, as in docs/evaluation.md."""


def coarse_at(real: Bool, change: Float32, hole: Bool) -> Float32:
    """`change` (H, W, 3) of a first fill, 0 outside the `hole` (H, W), without its fine detail where the fill
    is `real` picture (H, W)."""
    within = real & hole
    if not within.any():
        return change
    sums, mass = (
        np.asarray(cv2.GaussianBlur(plane, (0, 0), _COARSE, borderType=cv2.BORDER_CONSTANT), np.float32)
        for plane in (change, hole.astype(np.float32))
    )
    return where(within, shared(sums, np.maximum(mass, np.float32(1e-6))), change)
