"""The shipped detector: a U-Net over the frame and its neighbours, run by ONNX Runtime."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import cv2
import numpy as np

from engine.buffers import BufferPool
from engine.detect import moving_things, still_lines
from engine.detect.inputs import CHANNELS, RADIUS, detector_input, differences, padded_size, reduced
from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.types import DAMAGE_CLASSES, DamageClass, DamageMatte, Float32
from engine.window.window import FrameWindow

_UNLIKELY = 0.15
"""Below this a pixel is in no matte at a usual sensitivity."""
_FAINTEST = 0.02
"""Above this it may be in one at the highest."""


class UNetDetector:
    """Implements `engine.detect.contract.Detector`; owns the model session and closes it."""

    def __init__(self, session: ModelSession, motion: MotionEstimator) -> None:
        """Raises ModelError where the model is not a detector of these inputs and outputs."""
        self._classes = _checked_classes(session)
        self._session = session
        self._motion = motion
        self._buffers = BufferPool()

    @property
    def radius(self) -> int:
        return RADIUS

    @property
    def identity(self) -> str:
        spec = self._session.spec
        return f"{spec.id} {spec.version} sha256:{self._session.sha256}"

    def detect(self, window: FrameWindow) -> DamageMatte:
        height, width = window.centre.size
        step = moving_things.step_of(height)
        multiple = self._session.spec.size_multiple
        shape = padded_size((height, width), multiple)
        with self._buffers.lent(len(CHANNELS), *shape) as planes:
            with self._buffers.lent(height, width, 3) as moved:
                detector_input(window, self._motion, multiple, planes, moved)
            traces = differences(planes[:, :height, :width], step)
            found = self._session.run({"planes": planes[np.newaxis]}, consume=True)
        damage = np.ascontiguousarray(found["damage"][0, 0, :height, :width])
        coarse = found["classes"][0]
        _hold_back(damage, coarse, coarse[self._classes.index("scratch")], window, self._motion, traces)
        classes: dict[DamageClass, Float32] = {
            name: _enlarged(plane, height, width) for name, plane in zip(self._classes, coarse, strict=True)
        }
        return DamageMatte(damage, classes, origin=self._session.spec.id)

    def close(self) -> None:
        self._session.close()
        self._buffers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _hold_back(
    damage: Float32,
    classes: Float32,
    scratch: Float32,
    window: FrameWindow,
    motion: MotionEstimator,
    traces: tuple[Float32, Float32],
) -> None:
    """Set the probabilities to 0 where what looks like damage may as well be picture; in place.

    `damage` (H, W); `classes` (C, H / 2, W / 2) and the one of a line `scratch` at half size.
    """
    rows, columns = np.nonzero(damage > _FAINTEST)
    likely = damage[rows, columns] > _UNLIKELY
    if not likely.any():
        return
    # A line scratch that sways leaves traces on both sides like a thing in flight.
    line = scratch[rows // 2, columns // 2] > 0.5 * damage[rows, columns]
    lines = np.zeros(damage.shape, np.bool_)
    lines[rows[likely & line], columns[likely & line]] = True
    doubtful = still_lines.held_back(lines, window, motion)[rows, columns]
    step = moving_things.step_of(damage.shape[0])
    marks = reduced(damage, step) > _UNLIKELY
    cells = np.minimum(rows // step, marks.shape[0] - 1), np.minimum(columns // step, marks.shape[1] - 1)
    marks[cells[0][line], cells[1][line]] = False
    doubtful |= moving_things.held_back(marks, *traces)[cells] & ~line
    damage[rows[doubtful], columns[doubtful]] = 0
    classes[:, rows[doubtful] // 2, columns[doubtful] // 2] = 0


def _enlarged(plane: Float32, height: int, width: int) -> Float32:
    """Every value of a plane at half size four times, cut to height x width."""
    whole = cv2.resize(plane, (2 * plane.shape[1], 2 * plane.shape[0]), interpolation=cv2.INTER_NEAREST)
    return np.ascontiguousarray(whole[:height, :width], np.float32)


def _checked_classes(session: ModelSession) -> tuple[DamageClass, ...]:
    """The damage classes the model tells apart, in the order of its outputs. Raises ModelError."""
    spec = session.spec
    takes = tuple(spec.inputs[0].meaning) if spec.inputs else ()
    gives = {tensor.name: tensor for tensor in spec.outputs}
    named = gives["classes"].meaning if "classes" in gives else ()
    classes: tuple[DamageClass, ...] = tuple(name for name in DAMAGE_CLASSES if name in named)
    fits = (
        spec.purpose == "detect"
        and takes == CHANNELS
        and gives.keys() == {"damage", "classes"}
        and (gives["damage"].meaning, gives["damage"].scale) == (("damage",), 1)
        and (named, gives["classes"].scale) == (classes, 2)
        and "scratch" in classes
    )
    if not fits:
        raise ModelError(
            f"{spec.id} {spec.version} cannot detect damage here: expected a detector of "
            f"{len(CHANNELS)} planes ({CHANNELS[0]} ... {CHANNELS[-1]}) giving 'damage' and at half size "
            f"'classes', some of {', '.join(DAMAGE_CLASSES)}, but it takes {len(takes)} planes and gives "
            f"{', '.join(gives) or 'nothing'}; export the model again with this version of Reelmend."
        )
    return classes
