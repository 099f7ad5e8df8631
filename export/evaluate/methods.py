"""What is compared: the damaged plate as it is, OpenCV's Telea with the true mask, and our pipeline.

The textbook detectors are in `baselines`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import cv2
import numpy as np

from engine.codes import content_key
from engine.detect.cleanup import threshold
from engine.media.memory import MemorySource
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.types import Bool, DamageMatte
from engine.window.cache import FrameCache
from engine.window.window import FrameWindow
from export.evaluate.marking import marks_at
from export.evaluate.protocol import COLOUR_SPACE, PEAK, TestClip, TestFrame, frame_of
from export.evaluate.watching import CACHE_BYTES


@dataclass(frozen=True, eq=False)
class Outcome:
    """`codes` (H, W, 3) uint16 as restored, None of what only detects; `found` (H, W) as detected, before
    dilation; `seconds` spent."""

    frame: TestFrame
    codes: np.ndarray | None
    found: Bool
    seconds: float


class KnownDamage:
    """A detector that is told the truth: repairs judged apart from detection."""

    radius = 0
    identity = "truth"

    def __init__(self, clip: TestClip) -> None:
        self._visible: Mapping[str, Bool] = {
            content_key(frame_of(f.damaged, f.number).codes, COLOUR_SPACE): f.visible for f in clip.frames
        }

    def detect(self, window: FrameWindow) -> DamageMatte:
        return DamageMatte(self._visible[window.centre.key].astype(np.float32), origin="truth")


def restored(pipeline: Pipeline, clip: TestClip, settings: Settings) -> Iterator[Outcome]:
    """The clip through the very path a render takes; `watching` makes pipelines that detect only once."""
    frames = {f.number: f for f in clip.frames}
    source = MemorySource([frame_of(f.damaged, f.number) for f in clip.frames])
    reach = pipeline.reach(settings)
    with source, FrameCache(source, pipeline.prepare, reach, CACHE_BYTES) as cache:
        for number, frame in frames.items():
            window = cache.window(number, reach)
            result = pipeline.process(window, settings)
            found = marks_at(pipeline.probability(window), threshold(settings.sensitivity))
            yield Outcome(frame, result.frame.codes.planes[0], found, sum(result.report.seconds.values()))


def telea(clip: TestClip) -> Iterator[Outcome]:
    """Telea 2004 ("An image inpainting technique based on the fast marching method") with the true mask.

    OpenCV's works on 8 bits; its result is put in on the mask alone, so that nothing else pays for that.
    """
    for frame in clip.frames:
        hole = cv2.dilate(frame.visible.astype(np.uint8), np.ones((3, 3), np.uint8))
        eight = np.rint(frame.damaged * (255 / PEAK)).astype(np.uint8)
        filled = cv2.inpaint(eight, hole, 3, cv2.INPAINT_TELEA)
        codes = np.where(hole[..., None] > 0, np.rint(filled * (PEAK / 255)), frame.damaged)
        yield Outcome(frame, codes.astype(np.uint16), frame.visible, 0.0)


def untouched(clip: TestClip) -> Iterator[Outcome]:
    for frame in clip.frames:
        yield Outcome(frame, frame.damaged, np.zeros_like(frame.visible), 0.0)
