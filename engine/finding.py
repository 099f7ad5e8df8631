"""What is damaged in a frame: what the detector finds, shaped by the settings, joined with what is given."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.closing import close_owned
from engine.codes import chroma_aligned
from engine.detect.cleanup import Limits, MatteRule, accepted, clean_matte, shared_out, softened
from engine.detect.contract import Detector
from engine.detect.witness import Witness
from engine.matte.combine import combined, without
from engine.matte.inputs import MatteInputs
from engine.memo import Memo
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.types import DamageMatte, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow

_ALONGSIDE = 2
"""Mattes kept beside those of one window, for the windows in work at the same time."""
_INFRARED_LIMITS = Limits.of(0.5)
"""The infrared's own threshold has shaped its probability already."""


@dataclass(frozen=True, eq=False)
class Damage:
    """Of one frame: what would be repaired, and how sure that is, (H, W) 0..1; nothing held out yet."""

    matte: DamageMatte
    probability: Float32


class Finder:
    """Asks a detector, and keeps the damage of the last frames, which neighbours ask for too. Thread-safe."""

    def __init__(self, detector: Detector, motion: MotionEstimator) -> None:
        self._detector, self._motion = detector, motion
        self._kept: Memo[tuple[object, ...], Damage] = Memo(_ALONGSIDE)

    @property
    def identity(self) -> str:
        """Names the detector exactly."""
        return self._detector.identity

    @property
    def radius(self) -> int:
        """How many frames on either side the detector looks at, as a rule."""
        return self._detector.radius

    @property
    def furthest(self) -> int:
        """How far it looks where there are none on the other side."""
        return 2 * self._detector.radius

    def probability(self, window: FrameWindow) -> DamageMatte:
        """What the detector says of the centre frame, before any setting shapes it."""
        return self._detector.detect(window.beside(0, self.radius))

    def centre(self, window: FrameWindow, settings: Settings, mattes: MatteInputs) -> Damage:
        """The damage of the centre frame, less what is held out.

        Raises SourceNotFound where `mattes` lack the centre frame, InconsistentFrames where one is of another
        size, ParameterError where the mode asks for a matte and none is given.
        """
        frame = window.centre.frame
        mattes.check(settings.matte_mode)
        mattes.require(frame.number)
        damage = self.damage(window, settings, mattes)
        kept = mattes.kept(frame)
        if kept is None or not kept.any():
            return damage
        # A chroma sample that touches the hold-out belongs to it: it could not change for the rest alone.
        kept = chroma_aligned(kept.astype(np.float32), frame.codes.layout) > 0
        return replace(damage, matte=without(damage.matte, kept))

    def damage(self, window: FrameWindow, settings: Settings, mattes: MatteInputs) -> Damage:
        """The damage of the centre frame, held out or not."""
        near, rule = window.beside(0, self.radius), MatteRule.of(settings)
        own = mattes.key(window.centre.number)
        key = (rule, own, *(frame.key if frame else None for frame in near.frames))
        keep = 2 * settings.radius + 1 + _ALONGSIDE
        return self._kept.get(key, lambda: self._cleaned(near, rule, mattes), keep)

    def neighbour(
        self, window: FrameWindow, offset: int, settings: Settings, mattes: MatteInputs
    ) -> DamageMatte:
        """What must not spread from the frame at `offset` of the centre.

        What is held out of it counts as marked all the same. Only what a person calls picture is picture.
        """
        seen = window.beside(offset, self.radius)
        found, frame = self.damage(seen, settings, mattes).matte, seen.centre.frame
        vetoed = mattes.vetoed(frame)
        return found if vetoed is None else _aligned(without(found, vetoed), frame)

    def remember(self, wrap: Callable[[Detector], Detector]) -> None:
        """Ask the detector through `wrap` from now on: one that keeps what it has found for a while."""
        self._detector = wrap(self._detector)

    def close(self) -> None:
        self._kept.clear()
        close_owned(self._detector)

    def _cleaned(self, near: FrameWindow, rule: MatteRule, mattes: MatteInputs) -> Damage:
        found = _nothing(near) if rule.mode == "replace" else self._detector.detect(near)
        matte = clean_matte(found, rule, Witness(near, self._motion))
        # A copy: what the detector gives may be one plane of several, and would keep all of them in memory.
        probability = found.coverage.copy()
        given = _given(near.centre, rule, mattes)
        if given is not None:
            coverage = combined(matte.coverage, given, rule.mode)
            origin = f"{rule.mode} of {found.origin} and imported"
            matte = replace(matte, coverage=coverage, classes=shared_out(found, coverage), origin=origin)
            probability = np.maximum(probability, given)
        added = mattes.added(near.centre.frame)
        if added is not None:
            coverage = np.where(added, np.float32(1), matte.coverage)
            classes, origin = shared_out(found, coverage), f"{matte.origin} and decided"
            matte = replace(matte, coverage=coverage, classes=classes, origin=origin)
            probability = np.maximum(probability, added)
        return Damage(_aligned(matte, near.centre.frame), probability)


def _aligned(matte: DamageMatte, frame: Frame) -> DamageMatte:
    return replace(matte, coverage=chroma_aligned(matte.coverage, frame.codes.layout))


def _nothing(near: FrameWindow) -> DamageMatte:
    return DamageMatte(np.zeros(near.centre.size, np.float32), origin="nothing")


def _given(frame: WorkingFrame, rule: MatteRule, mattes: MatteInputs) -> Float32 | None:
    """The imported and the infrared coverage of a frame, None where there is neither.

    An imported matte is taken as it is. The infrared gives marks, which the sizes shape as any others.
    """
    given = mattes.coverage(frame.frame)
    infrared = mattes.infrared
    if infrared is None or not infrared.has(frame.number):
        return given
    dirt = infrared.probability(frame, rule.infrared_polarity, rule.infrared_threshold)
    marks = softened(accepted(dirt, rule, _INFRARED_LIMITS), rule.dilation, rule.feather)
    return marks if given is None else np.maximum(marks, given)
