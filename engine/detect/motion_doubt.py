"""Where the neighbours say little about the centre frame: fast motion, and motion that was not found.

Damage is what no neighbour shows. Where a neighbour cannot be aligned to the centre it shows nothing
at all, and real picture (a racket, a hand, what comes into view) looks like damage. Four signs:

- the flow there and the flow back do not cancel (the consistency test of Sundaram, Brox, Keutzer, Dense
  Point Trajectories by GPU-Accelerated Large Displacement Optical Flow, ECCV 2010);
- the aligned neighbour differs by far more than the grain does elsewhere in the frame;
- the motion points outside the neighbour;
- the motion is fast, a matter of blur even where it was found.

A mark differs from its neighbours by itself, and the search goes astray inside it: so the signs are
read around what is suspected, never in it.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.detect.surroundings import surroundings
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow, enlarged, follow
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import Bool, Box, Float32, WorkingFrame
from engine.window.window import FrameWindow

_ASTRAY = (1.0, 4.0)
"""px by which the flow there and back may miss the start: no doubt, full doubt."""
_MISMATCH = (3.0, 8.0)
"""Difference to the aligned neighbour over the frame's typical one: no doubt, full doubt."""
_FAST = (0.02, 0.06)
"""Motion a frame as a share of the frame's height: no doubt, full doubt."""
_LEAST_DIFFERENCE = 0.004
"""In the model encoding: a drawn or denoised plate without grain has no typical difference of its own."""
_AROUND = (9, 31, 121)
"""Grid points over which the signs are averaged."""
_RIM = 6
"""Grid points around what is suspected where the search may still be led astray by it."""


def motion_doubt(window: FrameWindow, motion: MotionEstimator, suspected: Bool) -> Float32:
    """How little the neighbours are worth at each pixel of the centre frame, (H, W) float32, 0..1.

    The better one counts of the frame before and the frame after: what one of them shows clearly needs no
    other (and dirt on one neighbour is no doubt about both). 0 without neighbours: nothing is known about
    motion then. `suspected` (H, W): pixels that may be damage.
    """
    centre = window.centre
    near = [frame for frame in (window.at(-1), window.at(1)) if frame is not None]
    if not near:
        return np.zeros(centre.size, np.float32)
    there = [motion.between(centre, frame) for frame in near]
    known = ~_on_grid(suspected, there[0])
    signs = [
        _signs(_reduced(centre, flow), _reduced(frame, flow), flow, motion.between(frame, centre), known)
        for frame, flow in zip(near, there, strict=True)
    ]
    doubt = surroundings(np.stack(signs).min(axis=0), known, _AROUND)
    height, width = centre.size
    return np.clip(enlarged(doubt, there[0].scale, Box(0, 0, height, width)), 0, 1)


def _signs(centre: Float32, neighbour: Float32, flow: Flow, back: Flow, known: Bool) -> Float32:
    """The strongest of the four signs at each grid point, 0..1."""
    astray = np.linalg.norm(flow.vectors + follow(flow, back.vectors), axis=2)
    fast = np.linalg.norm(flow.vectors, axis=2) / flow.size[0]
    difference = np.abs(centre - follow(flow, neighbour))
    typical = max(float(np.median(difference[known])) if known.any() else 0.0, _LEAST_DIFFERENCE)
    doubt = np.maximum(_ramp(astray, _ASTRAY), _ramp(fast, _FAST))
    doubt = np.maximum(doubt, _ramp(cv2.blur(difference, (3, 3)) / typical, _MISMATCH))
    return np.where(_leaves(flow), np.float32(1), doubt)


def _ramp(values: np.ndarray, limits: tuple[float, float]) -> Float32:
    low, high = limits
    return np.clip((values - low) / (high - low), 0, 1).astype(np.float32)


def _leaves(flow: Flow) -> Bool:
    """Grid points whose motion points outside the neighbour."""
    rows, columns = flow.vectors.shape[:2]
    x = np.arange(columns) + flow.vectors[..., 0] / flow.scale
    y = np.arange(rows)[:, None] + flow.vectors[..., 1] / flow.scale
    return (x < -0.5) | (y < -0.5) | (x > columns - 0.5) | (y > rows - 0.5)


def _reduced(frame: WorkingFrame, flow: Flow) -> Float32:
    """The luminance of `frame` on the grid of `flow`, finite."""
    rows, columns = flow.vectors.shape[:2]
    luma = np.asarray(cv2.transform(frame.encoded, LUMA_WEIGHTS), np.float32).reshape(frame.size)
    finite = np.nan_to_num(luma, posinf=0, neginf=0)
    return np.asarray(cv2.resize(finite, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)


def _on_grid(suspected: Bool, flow: Flow) -> Bool:
    rows, columns = flow.vectors.shape[:2]
    share = cv2.resize(suspected.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    side = 2 * _RIM + 1
    return cv2.dilate((share > 0).astype(np.uint8), np.ones((side, side), np.uint8)) > 0
