"""The pipeline with a detector that costs next to nothing, so that what is left is the way there and back."""

from __future__ import annotations

import numpy as np

from engine.inference.runtime import Device
from engine.motion.estimator import MotionEstimator
from engine.pipeline import Pipeline
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import DamageMatte
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.processor import ColourRoute

_STEP = 0.08
"""In the model encoding: farther than this from both neighbours is damage."""


class SpikeDetector:
    """Finds what differs from the frames before and after, on plates that do not move; tests use it too."""

    radius = 2
    identity = "spikes, to measure overhead"

    def detect(self, window: FrameWindow) -> DamageMatte:
        centre = window.centre.encoded
        off = np.ones(centre.shape[:2], bool)
        for offset in (-1, 1):
            near = window.at(offset)
            if near is None:
                return DamageMatte(np.zeros(centre.shape[:2], np.float32))
            off &= (np.abs(centre - near.encoded) > _STEP).any(axis=2)
        return DamageMatte(off.astype(np.float32))


def build_bare(
    model: str | None, device: Device, colour_config: str | None, colour_space: str, at_once: int = 1
) -> Pipeline:
    """What `engine.pipeline.build` is, with that detector in place of a model."""
    motion = MotionEstimator()
    route = ColourRoute(load(colour_config))
    return Pipeline(SpikeDetector(), MotionCompensatedRepairer(motion), motion, route, colour_space)
