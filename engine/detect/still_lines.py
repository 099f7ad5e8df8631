"""Line scratches where nothing moves: hold back what may as well be a post, a door frame, a ruled line.

A scratch stands in the frame while the scene moves under it, and that tells it from a straight line
of the scene. Where the picture does not move against its neighbours there is no such evidence, and
real picture must not be erased on a guess. A line that crosses still and moving parts alike has shown
itself. A frame without neighbours is left as it is: nothing is known about its motion, and whoever
restores a still looks at it.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.detect.lines import COARSER, counted, followed
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow
from engine.types import Bool
from engine.window.window import FrameWindow

_STILL = 0.35
"""px a frame. Grain alone makes the flow of a still picture wander by some 0.2 px."""
_MOVING = 0.15
"""Share of a line that must lie on moving picture for the line to be beyond doubt."""
_AROUND = 8
"""Motion is judged over this part of the frame: right beside a scratch the flow may follow the scratch."""


def held_back(lines: Bool, window: FrameWindow, motion: MotionEstimator) -> Bool:
    """Which of `lines` (H, W), where a line scratch may be in the centre frame, must be dropped: (H, W)."""
    if not window.offsets() or not lines.any():
        return np.zeros(lines.shape, np.bool_)
    pixels = counted(lines)
    held = pixels.ravel().nonzero()[0]
    labels = followed(pixels > 0)
    moving = _moving(window, motion, labels.shape)
    line, weight = labels.ravel()[held], pixels.ravel()[held]
    total = np.bincount(line, weights=weight)
    beyond_doubt = np.bincount(line, weights=weight * moving.ravel()[held])
    doubtful = np.zeros(labels.shape, np.bool_)
    doubtful.ravel()[held] = (beyond_doubt < _MOVING * total)[line]
    return np.repeat(doubtful, COARSER, axis=0)[: lines.shape[0]] & lines


def _moving(window: FrameWindow, motion: MotionEstimator, shape: tuple[int, int]) -> Bool:
    """Where the centre moves against one of the nearest neighbours it has; the frame in `shape` cells."""
    moving = np.zeros(shape, np.bool_)
    nearest = abs(window.offsets()[0])
    for offset in (-nearest, nearest):
        neighbour = window.at(offset)
        if neighbour is not None:
            moving |= _fast(motion.between(window.centre, neighbour), nearest, shape)
    return moving


def _fast(flow: Flow, frames: int, shape: tuple[int, int]) -> Bool:
    """Where `flow`, over so many `frames`, is a motion beyond doubt; the frame in `shape` cells."""
    speed = np.hypot(flow.vectors[..., 0], flow.vectors[..., 1]) / np.float32(frames)
    side = max(3, min(speed.shape) // _AROUND)
    typical = cv2.blur(speed, (side, side), borderType=cv2.BORDER_REPLICATE)
    return cv2.resize(typical, shape[::-1], interpolation=cv2.INTER_NEAREST) >= _STILL
