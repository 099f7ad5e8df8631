"""Every kind of picture that the page may ask for of a frame, by its name in API.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from engine.codes import to_rgb
from engine.motion.flow import Flow, dense, warp
from engine.pipeline import RepairSteps
from engine.review.frames import Frames
from engine.review.looks import Look, Shown
from engine.review.refusals import BadRequest, NotThere
from engine.types import (
    DIFFUSION,
    LEFT,
    SPATIAL,
    THROUGH,
    AnyArray,
    Float32,
    Frame,
    FrameNumber,
    WorkingFrame,
)
from engine.window.window import FrameWindow

FARTHEST = 3
_WHITE_DIFFERENCE = 1 / 32
"""Of the code range: what the difference shows as white."""
_WHITE_ALIGNED = 0.125
"""In the model encoding: a little over two stops."""
_LONGEST = 32.0
"""px of motion that show as full saturation."""

SOURCE_COLOURS: Mapping[int, tuple[int, int, int]] = {
    -3: (44, 62, 120), -2: (76, 96, 170), -1: (110, 150, 220),
    1: (230, 160, 90), 2: (200, 110, 50), 3: (150, 70, 30),
    SPATIAL: (110, 190, 120), THROUGH: (190, 190, 190), LEFT: (90, 90, 90),
    DIFFUSION: (190, 110, 200),
}  # fmt: skip


@dataclass(frozen=True)
class Wanted:
    """What is asked of a picture beside its kind."""

    look: Look
    offset: int = 0
    aligned: bool = True
    gain: float = 1.0
    source: Literal["auto", "live", "render"] = "auto"


class Pictures:
    """Makes them for one clip. All are (H, W, 3) or (H, W) uint8, of the frame's size. Thread-safe."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._clip = frames.clip
        self._kinds: Mapping[str, Callable[[FrameNumber, Wanted], Shown]] = {
            "before": lambda number, wanted: frames.before(number, wanted.look),
            "after": self._after,
            "difference": self._difference,
            "matte": lambda number, wanted: frames.seen(number).overlay(),
            "probability": self._probability,
            "infrared": self._infrared,
            "truth": self._truth,
            "neighbour": self._neighbour,
            "alignment": self._alignment,
            "aligned_difference": self._aligned_difference,
            "raw_matte": self._raw_matte,
            "source_map": self._source_map,
            "fill": self._fill,
            "grain": self._grain,
            "composite": lambda number, wanted: frames.after(number, wanted.look, live=True),
        }

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(self._kinds)

    def make(self, kind: str, number: FrameNumber, wanted: Wanted) -> Shown:
        """Raises NotThere, BadRequest, and what reading and repairing raise. Do not write to it."""
        make = self._kinds.get(kind)
        if make is None:
            raise NotThere(f"There is no picture {kind!r}; there are {', '.join(self._kinds)}.")
        self._clip.require(number)
        return make(number, wanted)

    def _after(self, number: FrameNumber, wanted: Wanted) -> Shown:
        if wanted.source == "render" and not self._clip.from_render(number):
            raise NotThere(f"No finished render has frame {number} as it would be made now; ask for it live.")
        return self._frames.after(number, wanted.look, live=wanted.source == "live")

    def _difference(self, number: FrameNumber, wanted: Wanted) -> Shown:
        source, result = self._frames.after_frame(number)
        apart = np.abs(to_rgb(result.codes) - to_rgb(source.codes)).max(axis=2)
        return _grey(apart * np.float32(wanted.gain / _WHITE_DIFFERENCE))

    def _probability(self, number: FrameNumber, wanted: Wanted) -> Shown:
        return _grey(self._clip.opened.pipeline.probability(self._clip.window(number)).coverage)

    def _infrared(self, number: FrameNumber, wanted: Wanted) -> Shown:
        frame = self._frames.working(number).frame
        given = self._clip.opened.clip.mattes.infrared
        if given is not None:
            return _grey(given.source.plane(frame))
        layout = frame.codes.layout
        if "IR" not in layout.channels:
            raise NotThere("The clip has no infrared; give one with --infrared.")
        plane = frame.codes.planes[0][..., layout.channels.index("IR")].astype(np.float32)
        return _grey(plane / np.float32(2**layout.bits - 1) if layout.kind == "integer" else plane)

    def _truth(self, number: FrameNumber, wanted: Wanted) -> Shown:
        truth = self._clip.opened.truth
        if truth is None or not truth.has(number):
            raise NotThere("There is no truth matte for this frame; give one with --truth.")
        overlay = self._frames.seen(number).overlay()
        sheet = np.zeros_like(overlay)
        sheet[..., 0] = np.where(truth.plane(self._frames.working(number).frame) > 0.5, 255, 0)
        sheet[..., 1] = np.where(overlay[..., 0] > 0, 255, 0)
        return sheet

    def _raw_matte(self, number: FrameNumber, wanted: Wanted) -> Shown:
        clip = self._clip
        window = clip.window(number)
        return _grey(clip.opened.pipeline.detect(window, clip.settings, clip.mattes.found_alone).coverage)

    def _neighbour(self, number: FrameNumber, wanted: Wanted) -> Shown:
        window, near = self._pair(number, wanted.offset)
        base = self._clip.looks.base(near, wanted.look)
        if wanted.aligned:
            base = warp(base, self._flow(window, wanted.offset), resampling="cubic").picture
        return self._clip.looks.finished(base, wanted.look)

    def _alignment(self, number: FrameNumber, wanted: Wanted) -> Shown:
        window, _ = self._pair(number, wanted.offset)
        return _wheel(dense(self._flow(window, wanted.offset)))

    def _aligned_difference(self, number: FrameNumber, wanted: Wanted) -> Shown:
        window, near = self._pair(number, wanted.offset)
        moved = warp(near.encoded, self._flow(window, wanted.offset))
        apart = np.abs(window.centre.encoded - moved.picture).max(axis=2)
        return _grey(np.where(moved.valid, apart, np.float32(0)) / np.float32(_WHITE_ALIGNED))

    def _source_map(self, number: FrameNumber, wanted: Wanted) -> Shown:
        height, width = self._clip.size
        sheet = np.zeros((height, width, 3), np.uint8)
        steps = self._steps(number)
        if steps is None:
            return sheet
        for tile in steps.fills:
            hurt = steps.found.coverage[tile.box.slices] > 0
            for source, colour in SOURCE_COLOURS.items():
                sheet[tile.box.slices][(tile.source == source) & hurt] = colour
        return sheet

    def _fill(self, number: FrameNumber, wanted: Wanted) -> Shown:
        steps = self._steps(number)
        return self._made(number, None if steps is None else steps.filled, wanted)

    def _grain(self, number: FrameNumber, wanted: Wanted) -> Shown:
        steps = self._steps(number)
        return self._made(number, None if steps is None else steps.grained, wanted)

    def _made(self, number: FrameNumber, frame: Frame | None, wanted: Wanted) -> Shown:
        if frame is None:
            return self._frames.before(number, wanted.look)
        return self._frames.shown(frame, wanted.look)

    def _steps(self, number: FrameNumber) -> RepairSteps | None:
        clip = self._clip
        return clip.opened.pipeline.steps(clip.window(number), clip.settings, clip.mattes)

    def _pair(self, number: FrameNumber, offset: int) -> tuple[FrameWindow, WorkingFrame]:
        if not 1 <= abs(offset) <= FARTHEST:
            raise BadRequest(f"The offset is from -{FARTHEST} to {FARTHEST} and not 0.")
        window = self._clip.window(number, min(FARTHEST, self._clip.opened.reach))
        near = window.at(offset)
        if near is None:
            raise NotThere(f"Frame {number} has no neighbour at {offset:+d}: the shot ends before it.")
        return window, near

    def _flow(self, window: FrameWindow, offset: int) -> Flow:
        flow = self._clip.opened.pipeline.motion.along(window, offset)
        assert flow is not None
        return flow


def _grey(plane: AnyArray) -> Shown:
    """0..1 as 8-bit codes."""
    scaled = np.nan_to_num(plane, nan=0.0) * np.float32(255) + np.float32(0.5)
    return np.clip(scaled, 0, 255).astype(np.uint8)


def _wheel(vectors: Float32) -> Shown:
    """(H, W, 2) px as hue and saturation; what stands still is white."""
    length, angle = cv2.cartToPolar(vectors[..., 0], vectors[..., 1], angleInDegrees=True)
    hsv = np.empty((*vectors.shape[:2], 3), np.uint8)
    hsv[..., 0] = (np.asarray(angle) / 2).astype(np.uint8)
    hsv[..., 1] = np.clip(np.asarray(length) * (255 / _LONGEST), 0, 255).astype(np.uint8)
    hsv[..., 2] = 255
    return np.asarray(cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB), np.uint8)
