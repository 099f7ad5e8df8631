"""What the detection net sees of a window: the same function feeds training and rendering."""

from __future__ import annotations

import cv2
import numpy as np

from engine.inference.tiling import mirrored
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import warp
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import Float32
from engine.window.window import FrameWindow

CHANNELS: tuple[str, ...] = (
    "centre.r", "centre.g", "centre.b",
    "before.aligned.r", "before.aligned.g", "before.aligned.b",
    "after.aligned.r", "after.aligned.g", "after.aligned.b",
    "before.unaligned.luma", "after.unaligned.luma",
    "before.valid", "after.valid",
)  # fmt: skip
"""A line scratch stands still in the frame and moves against the aligned neighbours; a post of the
scene does the opposite. Only both views together tell them apart."""

RADIUS = 1


def detector_input(window: FrameWindow, motion: MotionEstimator, multiple: int = 1) -> Float32:
    """(len(CHANNELS), H, W) float32, model encoding, not clamped; an absent neighbour is 0 and not valid.

    Sides that are no multiple of `multiple` are filled up with the picture mirrored at its edge.
    """
    height, width = window.centre.size
    down, right = -height % multiple, -width % multiple
    filled = np.zeros((len(CHANNELS), height + down, width + right), np.float32)
    planes = filled[:, :height, :width]
    planes[0:3] = window.centre.encoded.transpose(2, 0, 1)
    for offset, aligned, luma, valid in ((-1, 3, 9, 11), (1, 6, 10, 12)):
        neighbour = window.at(offset)
        if neighbour is None:
            continue
        moved = warp(neighbour.encoded, motion.between(window.centre, neighbour))
        planes[aligned : aligned + 3] = moved.picture.transpose(2, 0, 1)
        planes[luma] = cv2.transform(neighbour.encoded, LUMA_WEIGHTS)
        planes[valid] = moved.valid
    filled[:, height:, :width] = planes[:, mirrored(height, down)]
    filled[:, :, width:] = filled[:, :, mirrored(width, right)]
    return filled


def differences(planes: Float32) -> tuple[Float32, Float32]:
    """Green of the centre less that of each aligned neighbour, (H, W), 0 where a neighbour does not count."""
    with np.errstate(invalid="ignore"):
        before = (planes[1] - planes[4]) * planes[11]
        after = (planes[1] - planes[7]) * planes[12]
    return before, after
