"""The shipped detector: a U-Net over the frame and its neighbours, run by ONNX Runtime."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np

from engine.detect import moving_things, still_lines
from engine.detect.inputs import CHANNELS, RADIUS, detector_input, differences
from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.types import DAMAGE_CLASSES, DamageClass, DamageMatte
from engine.window.window import FrameWindow


class UNetDetector:
    """Implements `engine.detect.contract.Detector`; owns the model session and closes it."""

    def __init__(self, session: ModelSession, motion: MotionEstimator) -> None:
        """Raises ModelError where the model is not a detector of these inputs and outputs."""
        self._classes = _checked_classes(session)
        self._session = session
        self._motion = motion

    @property
    def radius(self) -> int:
        return RADIUS

    @property
    def identity(self) -> str:
        spec = self._session.spec
        return f"{spec.id} {spec.version} sha256:{self._session.sha256}"

    def detect(self, window: FrameWindow) -> DamageMatte:
        height, width = window.centre.size
        filled = detector_input(window, self._motion, self._session.spec.size_multiple)
        traces = differences(filled[:, :height, :width])
        found = self._session.run({"planes": filled[np.newaxis]}, consume=True)["probability"][0]
        result = np.ascontiguousarray(found[:, :height, :width])
        classes = dict(zip(self._classes, result[1:], strict=True))
        damage, scratch = result[0], classes["scratch"]
        # A line scratch that sways leaves traces on both sides like a thing in flight.
        loose = np.where(scratch > 0.5 * damage, np.float32(0), damage)
        doubtful = still_lines.held_back(damage, scratch, window, self._motion)
        doubtful |= moving_things.held_back(loose, *traces)
        result[:, doubtful] = 0
        return DamageMatte(damage, classes, origin=self._session.spec.id)

    def close(self) -> None:
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _checked_classes(session: ModelSession) -> tuple[DamageClass, ...]:
    """The damage classes the model tells apart, in the order of its outputs. Raises ModelError."""
    spec = session.spec
    takes = tuple(spec.inputs[0].meaning) if spec.inputs else ()
    gives = tuple(spec.outputs[0].meaning) if spec.outputs else ()
    classes: tuple[DamageClass, ...] = tuple(name for name in DAMAGE_CLASSES if name in gives)
    told_apart = gives == ("damage", *classes) and "scratch" in classes
    if spec.purpose != "detect" or takes != CHANNELS or not told_apart:
        raise ModelError(
            f"{spec.id} {spec.version} cannot detect damage here: expected a detector of "
            f"{len(CHANNELS)} planes ({CHANNELS[0]} ... {CHANNELS[-1]}) giving damage and some of "
            f"{', '.join(DAMAGE_CLASSES)}, but it takes {len(takes)} planes and gives "
            f"{', '.join(gives) or 'nothing'}; export the model again with this version of Reelmend."
        )
    return classes
