"""A box drawn by hand: what is in it is looked for with less doubt, added, and repaired at once.

Only the box and what is around it are worked on, as a small clip of its own, so it takes a fraction of
what the frame takes. What the net said of the whole frames is kept and gone by, where they were looked at.
The frame itself follows, and may differ a little: its repair sees more of the picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from engine.connected import connected
from engine.detect.cleanup import MatteRule, clean_matte
from engine.matte.inputs import MatteInputs
from engine.parameters import Settings
from engine.report.regions import likeliest_class
from engine.review.clip import ReviewClip
from engine.types import AskedFill, Bool, Box, Codes, DamageMatte, Frame, FrameNumber, WorkingFrame
from engine.window.window import FrameWindow

_AROUND = 96
"""px around the box that detector and repair may look at."""
_SURER = 0.45
"""Added to the clip's sensitivity where none is asked for."""
_LEAST, _MOST = 0.6, 0.95


@dataclass(frozen=True, eq=False)
class FoundRegion:
    """One piece of damage in the box: its pixels `inside` (h, w) of `box`."""

    box: Box
    inside: Bool
    damage_class: str
    confidence: float


@dataclass(frozen=True, eq=False)
class BoxSearch:
    """A frame's surroundings of one box: `taken` of the frame, and its window."""

    clip: ReviewClip
    number: FrameNumber
    box: Box
    taken: Box
    window: FrameWindow

    @staticmethod
    def of(clip: ReviewClip, number: FrameNumber, box: Box) -> BoxSearch:
        """Raises NotThere, and what reading raises."""
        layout = clip.opened.info.layout
        taken = _grown(box, clip.size, layout.subsampling)
        window = clip.window(number)
        frames = tuple(None if frame is None else _cut(frame, taken) for frame in window.frames)
        part = FrameWindow(frames)
        _share_what_is_found(clip, window, part, taken)
        return BoxSearch(clip, number, box, taken, part)

    def find(self, sensitivity: float | None) -> list[FoundRegion]:
        """What is damage in the box at this sensitivity (0..1), None for one well above the clip's."""
        settings = self.clip.settings
        wanted = settings.sensitivity + _SURER if sensitivity is None else sensitivity
        asked = min(max(wanted, _LEAST), _MOST) if sensitivity is None else wanted
        rule = MatteRule.of(replace(settings, minimum_area=1, maximum_area=0, protect_motion=0.0))
        rule = replace(rule, sensitivity=asked, polarity="both", single_frame="off", mode="union")
        found = self.clip.opened.pipeline.probability(self.window)
        matte = clean_matte(found, rule)
        within = Box(
            self.box.top - self.taken.top,
            self.box.left - self.taken.left,
            self.box.bottom - self.taken.top,
            self.box.right - self.taken.left,
        )
        return [self._told(region, found) for region in _regions(matte, within)]

    def repaired(self) -> WorkingFrame:
        """The surroundings repaired with the decisions of now; `within` says where the box is in them."""
        decisions = self.clip.desk.current
        whole = self.clip.window(self.number, 0).centre.frame
        given = MatteInputs(decisions=_Cut(decisions.identity, self.taken, whole, self.clip))
        # The given mattes and their modes are for whole frames.
        settings: Settings = replace(self.clip.settings, matte_mode="union")
        result = self.clip.opened.pipeline.process(self.window, settings, given)
        return self.clip.opened.pipeline.prepare(result.frame)

    @property
    def within(self) -> Box:
        """The box in what was taken."""
        top, left = self.box.top - self.taken.top, self.box.left - self.taken.left
        return Box(top, left, top + self.box.height, left + self.box.width)

    def _told(self, region: tuple[Box, Bool], found: DamageMatte) -> FoundRegion:
        box, inside = region
        kind = likeliest_class(found, box, inside)
        confidence = float(found.coverage[box.slices][inside].max())
        moved = Box(
            box.top + self.taken.top,
            box.left + self.taken.left,
            box.bottom + self.taken.top,
            box.right + self.taken.left,
        )
        return FoundRegion(moved, inside, kind, confidence)


@dataclass(frozen=True, eq=False)
class _Cut:
    """The decisions on one frame, for a part of it. Implements `engine.matte.contract.DecisionSource`."""

    name: str
    box: Box
    whole: Frame
    clip: ReviewClip

    @property
    def identity(self) -> str:
        return f"{self.name} in {self.box}"

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        return (self.identity, number)

    def added(self, frame: Frame) -> Bool | None:
        return self._part(self.clip.desk.current.added(self._of(frame)))

    def vetoed(self, frame: Frame) -> Bool | None:
        return self._part(self.clip.desk.current.vetoed(self._of(frame)))

    def kept(self, frame: Frame) -> Bool | None:
        return self._part(self.clip.desk.current.kept(self._of(frame)))

    @property
    def fills(self) -> frozenset[AskedFill]:
        return self.clip.desk.current.fills

    def asked(self, frame: Frame) -> Mapping[AskedFill, Bool]:
        planes = self.clip.desk.current.asked(self._of(frame))
        return {fill: plane[self.box.slices] for fill, plane in planes.items()}

    def _of(self, frame: Frame) -> Frame:
        """A frame of the whole size with the number of `frame`: decisions look at nothing else."""
        return replace(self.whole, number=frame.number)

    def _part(self, plane: Bool | None) -> Bool | None:
        return None if plane is None else np.ascontiguousarray(plane[self.box.slices])


def _share_what_is_found(clip: ReviewClip, whole: FrameWindow, part: FrameWindow, taken: Box) -> None:
    """The net is asked once: what it said of a frame that was looked at is what a render goes by, too."""
    remembered = clip.opened.remembered
    radius = whole.radius - remembered.radius
    for offset in range(-radius, radius + 1):
        if whole.at(offset) is not None:
            seen, cut = (window.beside(offset, remembered.radius) for window in (whole, part))
            remembered.share(seen, cut, taken)


def _regions(matte: DamageMatte, within: Box) -> list[tuple[Box, Bool]]:
    """The connected pieces of the matte that touch the box, cut to it."""
    inside = np.zeros(matte.coverage.shape, np.bool_)
    inside[within.slices] = matte.coverage[within.slices] > 0
    marks = connected(inside)
    boxes = [
        Box(int(marks.top[n]), int(marks.left[n]), int(marks.bottom[n]), int(marks.right[n]))
        for n in range(1, marks.count)
    ]
    return [(box, marks.labels[box.slices] == n) for n, box in enumerate(boxes, start=1)]


def _grown(box: Box, size: tuple[int, int], subsampling: tuple[int, int]) -> Box:
    """The box with its surroundings, on whole chroma samples."""
    across, down = subsampling
    top, left = max(box.top - _AROUND, 0) // down * down, max(box.left - _AROUND, 0) // across * across
    bottom = min(-(-(box.bottom + _AROUND) // down) * down, size[0])
    right = min(-(-(box.right + _AROUND) // across) * across, size[1])
    return Box(top, left, bottom, right)


def _cut(frame: WorkingFrame, box: Box) -> WorkingFrame:
    codes = frame.frame.codes
    across, down = codes.layout.subsampling
    chroma = Box(box.top // down, box.left // across, -(-box.bottom // down), -(-box.right // across))
    luma = codes.planes[0].shape[:2]
    planes = tuple(
        np.ascontiguousarray(plane[(box if plane.shape[:2] == luma else chroma).slices])
        for plane in codes.planes
    )
    part = Frame(frame.number, Codes(planes, codes.layout), frame.frame.metadata)
    encoded = np.ascontiguousarray(frame.encoded[box.slices])
    return WorkingFrame(part, frame.colour_space, encoded, f"{frame.key} {box}")
