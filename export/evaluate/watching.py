"""A detector at work on a test clip, through the windows and guards of a render."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass

from engine.closing import close_owned
from engine.detect.contract import Detector
from engine.detect.unet_detector import UNetDetector
from engine.inference.session import ModelSession
from engine.media.memory import MemorySource
from engine.memo import Memo
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import DEFAULT_DETECTOR, Pipeline
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import DamageMatte
from engine.window.cache import FrameCache
from engine.window.window import FrameWindow
from export.evaluate.protocol import COLOUR_SPACE, TestClip, TestFrame, frame_of
from ocio.config import load
from ocio.processor import ColourRoute

CACHE_BYTES = 2**30
_REMEMBERED = 16
"""Answers kept: those of all windows that the repair of one frame asks for, twice over."""


class Remembering:
    """A detector that is asked about a window once: the repair and the judge both want its answer."""

    def __init__(self, detector: Detector) -> None:
        self._detector = detector
        self._answers: Memo[tuple[str | None, ...], DamageMatte] = Memo(_REMEMBERED)

    @property
    def radius(self) -> int:
        return self._detector.radius

    @property
    def identity(self) -> str:
        return self._detector.identity

    def detect(self, window: FrameWindow) -> DamageMatte:
        key = tuple(frame.key if frame else None for frame in window.frames)
        return self._answers.get(key, lambda: self._detector.detect(window))

    def close(self) -> None:
        self._answers.clear()
        close_owned(self._detector)


@dataclass(frozen=True, eq=False)
class Seen:
    """What the detector said of one frame, and how many seconds it took over it."""

    frame: TestFrame
    matte: DamageMatte
    seconds: float


def pipeline_of(detector: Detector, motion: MotionEstimator, colour_space: str = COLOUR_SPACE) -> Pipeline:
    """The pipeline of a render around `detector`; close it after use."""
    repairer = MotionCompensatedRepairer(motion)
    return Pipeline(Remembering(detector), repairer, motion, ColourRoute(load()), colour_space)


def net_pipeline(model: str | None, colour_space: str = COLOUR_SPACE) -> Pipeline:
    """The same around the net `model` (an id or an .onnx path), by default the shipped one."""
    motion = MotionEstimator()
    detector = UNetDetector(ModelSession(model or DEFAULT_DETECTOR, "auto"), motion)
    return pipeline_of(detector, motion, colour_space)


def watched(pipeline: Pipeline, clip: TestClip) -> Iterator[Seen]:
    """Every frame of the clip with the detector's probabilities, guards applied, nothing cleaned up."""
    for frame, window in windows(pipeline, clip):
        begun = time.perf_counter()
        matte = pipeline.probability(window)
        yield Seen(frame, matte, time.perf_counter() - begun)


def windows(pipeline: Pipeline, clip: TestClip) -> Iterator[tuple[TestFrame, FrameWindow]]:
    """Every frame of the clip, and the window around it as a render with the default settings has it."""
    source = MemorySource([frame_of(f.damaged, f.number) for f in clip.frames])
    reach = pipeline.reach(Settings.of({}))
    with source, FrameCache(source, pipeline.prepare, reach, CACHE_BYTES) as cache:
        for frame in clip.frames:
            yield frame, cache.window(frame.number, reach)
