"""The shipped detector: a U-Net over the frame and its neighbours, run by ONNX Runtime."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager

import numpy as np

from engine.buffers import BufferPool
from engine.closing import Closing
from engine.detect import moving_things, still_lines
from engine.detect.inputs import (
    CHANNELS,
    RADIUS,
    between,
    compared,
    detector_input,
    differences,
    padded_size,
    reduced,
)
from engine.detect.line_doubt import doubt_lines
from engine.detect.line_extent import complete_lines
from engine.detect.lines import of_scratch
from engine.detect.mark_signs import Evidence
from engine.detect.places import Places, places_in
from engine.detect.second_look import AT_ENDS_KEY, SecondLook
from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.types import DAMAGE_CLASSES, DamageClass, DamageMatte, Float32
from engine.window.window import FrameWindow

_UNLIKELY = 0.3
"""Below this a pixel is in no matte at the usual sensitivity or somewhat above."""
_FAINTEST = 0.1
"""Above this it may be in one at a high sensitivity; classes are told apart there alone."""


class UNetDetector(Closing):
    """Implements `engine.detect.contract.Detector`; owns the model session and closes it."""

    def __init__(self, session: ModelSession, motion: MotionEstimator) -> None:
        """Raises ModelError where the model is not a detector of these inputs and outputs."""
        self._classes = _checked_classes(session)
        self._second_look = SecondLook.of(session.metadata)
        self._look_at_ends = SecondLook.of(session.metadata, AT_ENDS_KEY)
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
        with self.evidence(window) as evidence:
            look = self._second_look if between(window) else self._look_at_ends
            if look is not None:
                look.take(evidence)
            complete_lines(evidence)
            doubt_lines(evidence, window, self._motion)
        damage = evidence.damage
        places = places_in(damage > _FAINTEST)
        classes: dict[DamageClass, Float32] = {
            name: _enlarged(plane, places, damage.shape)
            for name, plane in zip(self._classes, evidence.classes, strict=True)
        }
        return DamageMatte(damage, classes, origin=self._session.spec.id)

    @contextmanager
    def evidence(self, window: FrameWindow) -> Generator[Evidence]:
        """What is known of the centre frame before any second look. Its `planes` end with the block."""
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
            places = places_in(damage > _FAINTEST)
            scratch = coarse[self._classes.index("scratch")]
            _hold_back(damage, coarse, scratch, places, window, self._motion, traces)
            yield Evidence(damage, coarse, self._classes, planes[:, :height, :width], traces, step)

    def close(self) -> None:
        self._session.close()
        self._buffers.close()


def _hold_back(
    damage: Float32,
    classes: Float32,
    scratch: Float32,
    places: Places,
    window: FrameWindow,
    motion: MotionEstimator,
    traces: tuple[Float32, Float32],
) -> None:
    """Set the probabilities to 0 where what looks like damage may as well be picture; in place.

    `damage` (H, W); `classes` (C, H / 2, W / 2) and the one of a line `scratch` at half size; `places` are
    those where damage is possible at all.
    """
    rows, columns = places
    likely = damage[rows, columns] > _UNLIKELY
    if not likely.any():
        return
    # A line scratch that sways leaves traces on both sides like a thing in flight.
    line = of_scratch(damage, scratch, places)
    lines = np.zeros(damage.shape, np.bool_)
    lines[rows[likely & line], columns[likely & line]] = True
    doubtful = still_lines.held_back(lines, window, motion)[rows, columns]
    step = moving_things.step_of(damage.shape[0])
    marks = reduced(damage, step) > _UNLIKELY
    cells = np.minimum(rows // step, marks.shape[0] - 1), np.minimum(columns // step, marks.shape[1] - 1)
    marks[cells[0][line], cells[1][line]] = False
    before, after = compared(window)
    if before is not None and after is not None:
        doubtful |= moving_things.held_back(marks, *traces, (before, after))[cells] & ~line
    damage[rows[doubtful], columns[doubtful]] = 0
    classes[:, rows[doubtful] // 2, columns[doubtful] // 2] = 0


def _enlarged(coarse: Float32, places: Places, shape: tuple[int, ...]) -> Float32:
    """A plane at half size as one of `shape`, at `places` alone: memory is only touched there."""
    rows, columns = places
    plane = np.zeros(shape, np.float32)
    # By flat indices: twice as fast as by rows and columns.
    flat = (rows // 2) * coarse.shape[1] + columns // 2
    plane.reshape(-1)[rows * shape[1] + columns] = coarse.reshape(-1)[flat]
    return plane


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
