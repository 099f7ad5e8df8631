"""The frames of a clip as the page looks at them: repaired when first asked for, and kept in small."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from engine.audit.regions import with_decided_class
from engine.connected import connected
from engine.errors import ReelmendError
from engine.report.regions import marked_report
from engine.review.caches import ByteCache, Turns
from engine.review.clip import ReviewClip
from engine.review.looks import Look, Shown
from engine.review.seen import Seen, overlay_of, seen_of
from engine.types import Bool, Box, Frame, FrameNumber, WorkingFrame

_PLATES = 320 * 2**20
_SEEN = 128 * 2**20
"""Bytes kept of shown plates (thirty of 2K) and of repaired frames (hundreds)."""

Known: TypeAlias = Callable[[FrameNumber, str], None]
"""Told of every frame that got known, with its version."""


class Frames:
    """The pictures of one clip. Thread-safe; one frame is repaired at a time."""

    def __init__(self, clip: ReviewClip, known: Known) -> None:
        self.clip = clip
        self._known = known
        self._plates: ByteCache[tuple[FrameNumber, Look], Shown] = ByteCache(
            _PLATES, lambda plate: plate.nbytes
        )
        self._seen: ByteCache[FrameNumber, Seen] = ByteCache(_SEEN, lambda seen: seen.nbytes)
        self._working = threading.Lock()
        self._showing: Turns[tuple[FrameNumber, Look]] = Turns()

    @property
    def held(self) -> int:
        """Bytes kept now."""
        return self._plates.held + self._seen.held

    def working(self, number: FrameNumber) -> WorkingFrame:
        """One frame, ready for every stage."""
        return self.clip.window(number, 0).centre

    def before(self, number: FrameNumber, look: Look) -> Shown:
        """(H, W, 3) uint8 of the source; do not write to it."""
        known = self._plates.get((number, look))
        if known is not None:
            return known
        with self._showing.of((number, look)):
            known = self._plates.get((number, look))
            if known is None:
                known = self.clip.looks.shown(self.working(number), look)
                known.flags.writeable = False
                self._plates.put((number, look), known)
        return known

    def seen_already(self, number: FrameNumber) -> Seen | None:
        """The frame as it would be repaired now, where that has been done."""
        known = self._seen.get(number)
        return known if known is not None and known.version == self.clip.version(number) else None

    def seen(self, number: FrameNumber) -> Seen:
        """The frame repaired with the settings and decisions of now. Raises as `Pipeline.process` does."""
        known = self.seen_already(number)
        if known is not None:
            return known
        with self._working:
            known = self.seen_already(number)
            if known is None:
                known = self._repaired(number)
                self._seen.put(number, known)
        self._known(number, known.version)
        return known

    def find(self, number: FrameNumber) -> None:
        """Look for the damage of a frame without repairing it, where that has not been done as it is set."""
        clip = self.clip
        if clip.knows(number):
            return
        with self._working:
            window = clip.window(number)
            pipeline, settings, mattes = clip.opened.pipeline, clip.settings, clip.mattes
            matte = pipeline.detect(window, settings, mattes)
            found = pipeline.detect(window, settings, mattes.found_alone)
            report = marked_report(window.centre.number, window.offsets(), matte, {})
            clip.learn(report, matte, found, window.centre.frame, repairs=False)
        self._known(number, clip.version(number))

    def after_frame(self, number: FrameNumber, live: bool = False) -> tuple[Frame, Frame]:
        """Source and repaired frame; from the finished render where it is as it would be made now."""
        clip = self.clip
        source = self.working(number).frame
        made = clip.rendered
        if made is not None and not live and clip.from_render(number):
            return source, made.source.read(number)
        return source, self.seen(number).after(source)

    def after(self, number: FrameNumber, look: Look, live: bool = False) -> Shown:
        """(H, W, 3) uint8 of the repaired frame; do not write to it."""
        if not live and self.clip.from_render(number):
            return self.shown(self.after_frame(number)[1], look)
        seen = self.seen(number)
        if seen.patch is None:
            return self.shown(seen.after(self.working(number).frame), look)
        before = self.before(number, look)
        if not seen.pixels.size:
            return before
        after = before.copy()
        after.reshape(-1, 3)[seen.pixels] = self.shown(Frame(number, seen.patch), look)[0]
        return after

    def shown(self, frame: Frame, look: Look) -> Shown:
        """Any frame of the clip's own layout, as a display shows it."""
        return self.clip.looks.shown(self.clip.opened.pipeline.prepare(frame), look)

    def pixels(self, number: FrameNumber, box: Box) -> Bool | None:
        """Which pixels of `box` belong to the region that fills it; None where the frame is not known."""
        seen = self._seen.get(number)
        if seen is None:
            return None
        marked = seen.overlay()[box.slices][..., 0] > 0
        if marked.shape != (box.height, box.width) or not marked.any():
            return None
        marks = connected(marked)
        spans = (marks.bottom - marks.top == box.height) & (marks.right - marks.left == box.width)
        spans[0] = False
        return np.asarray(marks.labels == int(np.argmax(spans)), np.bool_) if spans.any() else None

    def _repaired(self, number: FrameNumber) -> Seen:
        clip = self.clip
        version = clip.version(number)
        pipeline, settings, mattes = clip.opened.pipeline, clip.settings, clip.mattes
        try:
            window = clip.window(number)
            result = pipeline.process(window, settings, mattes)
            found = pipeline.detect(window, settings, mattes.found_alone)
        except ReelmendError:
            clip.index.fail(number)
            raise
        frame = window.centre.frame
        report = with_decided_class(result.report, result.matte, frame, mattes.decisions)
        repeated = clip.opened.frames.repeated(number)
        report = replace(report, number=number, duplicate_of=repeated)
        clip.learn(report, result.matte, found, frame, repairs=True)
        overlay = overlay_of(result.matte, found, mattes.added(frame), tuple(mattes.asked(frame).values()))
        return seen_of(version, frame, result.frame, report, overlay)
