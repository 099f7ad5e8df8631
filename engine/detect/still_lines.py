"""Line scratches where nothing moves: hold back what may as well be a post, a door frame, a ruled line.

A scratch stands in the frame while the scene moves across under it, and that tells it from a straight
line of the scene. Where the picture does not move against its neighbours there is no such evidence, nor
where it moves along the line, as in a frame that jumps: an upright moulding slides over itself. Real
picture must not be erased on a guess. A line that crosses still and moving parts alike has shown itself.
A frame without neighbours is left as it is: nothing is known about its motion, and whoever restores a
still looks at it.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.detect.lines import COARSER, counted, followed
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow
from engine.types import Bool, Float32
from engine.window.window import FrameWindow

_STILL = 0.35
"""px a frame, across the lines. Grain alone makes the flow of a still picture wander by some 0.2 px."""
_TILTED = 0.01
"""Share of the frame's height, along the lines: a camera tilts so fast, and no frame jumps so far."""
MOVING = 0.15
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
    moving = moving_across(window, motion, labels.shape, _STILL)
    line, weight = labels.ravel()[held], pixels.ravel()[held]
    total = np.bincount(line, weights=weight)
    beyond_doubt = np.bincount(line, weights=weight * moving.ravel()[held])
    doubtful = np.zeros(labels.shape, np.bool_)
    doubtful.ravel()[held] = (beyond_doubt < MOVING * total)[line]
    return np.repeat(doubtful, COARSER, axis=0)[: lines.shape[0]] & lines


def moving_across(window: FrameWindow, motion: MotionEstimator, shape: tuple[int, int], least: float) -> Bool:
    """Where the centre moves against one of the nearest neighbours it has, by `least` px a frame across
    upright lines or much further along them; the frame in `shape` cells."""
    moving = np.zeros(shape, np.bool_)
    nearest = abs(window.offsets()[0])
    for offset in (-nearest, nearest):
        neighbour = window.at(offset)
        if neighbour is not None:
            moving |= _fast(motion.between(window.centre, neighbour), nearest, shape, least)
    return moving


def _fast(flow: Flow, frames: int, shape: tuple[int, int], least: float) -> Bool:
    """Where `flow`, over so many `frames`, is a motion that tells of lines; the frame in `shape` cells."""
    across, along = (_typical(flow.vectors[..., axis], shape) / np.float32(frames) for axis in (0, 1))
    return (across >= least) | (along >= max(least, _TILTED * flow.size[0]))


def _typical(component: Float32, shape: tuple[int, int]) -> Float32:
    """Mean speed around, of one `component` of motion, whatever its direction; the frame in `shape` cells."""
    side = max(3, min(component.shape) // _AROUND)
    mean = cv2.blur(np.abs(component), (side, side), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(mean, shape[::-1], interpolation=cv2.INTER_NEAREST), np.float32)
