"""What the picture itself says of marks: its luminance, and that of the neighbours aligned to it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from engine.detect.motion_doubt import motion_doubt
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Warped, warp
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import Bool, Float32, WorkingFrame
from engine.window.window import FrameWindow


@dataclass(frozen=True)
class Witness:
    """Heard only when a setting asks for it; what it has said once it keeps."""

    window: FrameWindow
    motion: MotionEstimator

    @property
    def accompanied(self) -> bool:
        """Whether the centre frame has a neighbour."""
        return bool(self.window.offsets())

    @cached_property
    def luma(self) -> Float32:
        """(H, W) luminance of the centre frame in the model encoding, finite."""
        return _luma(self.window.centre)

    @cached_property
    def aligned(self) -> tuple[Warped, ...]:
        """Luminance of the frame before and the frame after, as seen from the centre, as far as there are."""
        near = [self.window.at(offset) for offset in (-1, 1)]
        return tuple(
            warp(_luma(frame), self.motion.between(self.window.centre, frame)) for frame in near if frame
        )

    def doubt(self, suspected: Bool) -> Float32:
        """See `motion_doubt`."""
        return motion_doubt(self.window, self.motion, suspected)


def _luma(frame: WorkingFrame) -> Float32:
    # Broken float plates hold NaN and infinities, which would spread over every mean.
    plane = np.asarray(cv2.transform(frame.encoded, LUMA_WEIGHTS), np.float32).reshape(frame.size)
    return np.nan_to_num(plane, posinf=0, neginf=0)
