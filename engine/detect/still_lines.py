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
import numpy.typing as npt

from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow
from engine.types import Bool, Float32
from engine.window.window import FrameWindow

_LEAST = 0.15
"""Probability from which a pixel may end up in a matte at a usual sensitivity."""
_STILL = 0.35
"""px a frame. Grain alone makes the flow of a still picture wander by some 0.2 px."""
_MOVING = 0.15
"""Share of a line that must lie on moving picture for the line to be beyond doubt."""
_AROUND = 8
"""Motion is judged over this part of the frame: right beside a scratch the flow may follow the scratch."""
_BRIDGED = 8
"""Gaps up to this part of the frame's height do not end a line."""
_COARSER = 4
"""Rows taken together when lines are followed down the frame."""


def held_back(damage: Float32, scratch: Float32, window: FrameWindow, motion: MotionEstimator) -> Bool:
    """Where a detection must be dropped, (H, W) bool.

    `damage` and `scratch` (H, W) are the probabilities 0..1 of any damage and of a line scratch in the
    centre frame.
    """
    lines = (damage > _LEAST) & (scratch > 0.5 * damage)
    if not window.offsets() or not lines.any():
        return np.zeros(damage.shape, np.bool_)
    labels = _followed(lines)
    pixels = np.bincount(labels.ravel())
    moving = np.bincount(labels.ravel(), weights=~_still(window, motion).ravel())
    doubtful = moving < _MOVING * pixels
    doubtful[0] = False
    return doubtful[labels]


def _still(window: FrameWindow, motion: MotionEstimator) -> Bool:
    """Where the centre does not move against any of the nearest neighbours it has."""
    neighbours = [frame for frame in (window.at(-1), window.at(1)) if frame is not None]
    still = np.ones(window.centre.size, np.bool_)
    for neighbour in neighbours:
        still &= _slow(motion.between(window.centre, neighbour))
    return still


def _slow(flow: Flow) -> Bool:
    speed = np.hypot(flow.vectors[..., 0], flow.vectors[..., 1])
    side = max(3, min(speed.shape) // _AROUND)
    typical = cv2.blur(speed, (side, side), borderType=cv2.BORDER_REPLICATE)
    height, width = flow.size
    return cv2.resize(typical, (width, height), interpolation=cv2.INTER_NEAREST) < _STILL


def _followed(lines: Bool) -> npt.NDArray[np.int32]:
    """(H, W): the number of the line each pixel of `lines` belongs to, joined over gaps; 0 elsewhere."""
    height, width = lines.shape
    rows = -(-height // _COARSER)
    filled = np.zeros((rows * _COARSER, width), np.uint8)
    filled[:height] = lines
    coarse = filled.reshape(rows, _COARSER, width).max(1)
    bridge = np.ones((max(1, rows // _BRIDGED), 3), np.uint8)
    _, labels = cv2.connectedComponents(cv2.morphologyEx(coarse, cv2.MORPH_CLOSE, bridge))
    return np.where(lines, np.repeat(labels, _COARSER, axis=0)[:height], 0).astype(np.int32)
