"""One clip with everything that the page can ask of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from typing import Any

from engine.closing import Closing
from engine.errors import Interrupted, ReelmendError
from engine.media.ranges import format_frames, parse_frames
from engine.parameters import Value
from engine.review.actions import Actions
from engine.review.audits import made_with, picture_of, take_up
from engine.review.caches import ByteCache
from engine.review.clip import ReviewClip
from engine.review.decision_log import Step
from engine.review.encode import Packed
from engine.review.export_job import Exporter
from engine.review.frames import Frames
from engine.review.jobs import Job, Work
from engine.review.pictures import Pictures
from engine.review.shots import shot_of
from engine.review.small import ReadAhead, Small
from engine.types import Bool, Box, FrameNumber, WorkingFrame

Tell = Callable[[Mapping[str, Any]], None]
_PATCHES = 32 * 2**20
_MOST_TOLD = 20_000
"""Frames of a step that are told one by one."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A part of a frame repaired on its own: `within` of `frame` is what was asked for, `box` of the clip."""

    number: FrameNumber
    frame: WorkingFrame
    within: Box
    box: Box


class Bench(Closing):
    """Thread-safe."""

    def __init__(self, clip: ReviewClip, tell: Tell) -> None:
        """The clip is closed with it."""
        self.clip = clip
        self._tell = tell
        with ExitStack() as held:
            held.enter_context(clip)
            self.frames = Frames(clip, self._known)
            self.pictures = Pictures(self.frames)
            self.small = Small(self.frames)
            self.ahead = held.enter_context(ReadAhead(self.small))
            self.exporter = Exporter(self.frames, self.pictures)
            self.actions = Actions(_ForActions(self), clip.desk)
            self.patches: ByteCache[str, Patch] = ByteCache(_PATCHES, _weight)
            self._held = held.pop_all()

    def show_first(self) -> None:
        """Make the picture that the page opens with; whoever asks for one that cannot be made is told."""
        with suppress(ReelmendError):
            self.frames.before(self._all[0], self.clip.looks.look(None))

    def take_up_audit(self) -> None:
        """Read the audit that is there already, and show its render. One that cannot be read is passed over
        and told to the page."""
        audit = self.clip.audit
        if audit is None:
            return
        try:
            header = take_up(self.clip, audit)
        except ReelmendError as error:
            self._tell({"type": "notice", "clip": self.clip.id, "message": str(error)})
            return
        picture = picture_of(header, audit)
        with suppress(ReelmendError):
            if picture is not None and made_with(header, self.clip.desk.file):
                self.clip.take_render(picture, header["settings"], self.clip.desk.revision)
        self.tell_clip()

    def decide(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """Do one action of the page."""
        return self.settled(self.actions.take(body))

    def settled(self, step: Step) -> dict[str, Any]:
        """What the page is told of a step that was done."""
        frames = _frames_of(step)
        self.clip.mark_decided()
        state = self.clip.desk.state()
        self._tell({
            "type": "changed", "clip": self.clip.id, "frames": frames, "revision": state["revision"],
            "why": "decisions",
        })  # fmt: skip
        gone = {row["id"] for row in step.removed} - {row["id"] for row in step.put}
        return {**state, "frames": frames or "", "put": list(step.put), "removed": sorted(gone)}

    def set(self, values: Mapping[str, Value]) -> None:
        """Change settings. Raises ParameterError."""
        self.clip.set(values)
        self._tell({
            "type": "changed", "clip": self.clip.id, "frames": None, "revision": self.clip.desk.revision,
            "why": "settings",
        })  # fmt: skip

    def scan(self, frames: str | None, repair: bool) -> Work:
        """Look at every frame. Raises UsageError for frames that make no sense."""
        numbers = (
            [n for n in parse_frames(frames) if self.clip.has(n)] if frames else self.clip.opened.info.frames
        )

        def work(job: Job) -> None:
            job.of = len(numbers)
            self._become("running")
            try:
                for number in numbers:
                    if job.stop.is_set():
                        raise Interrupted("Cancelled; what was found is kept.")
                    job.step(number, failed=not self._look(number, repair))
            finally:
                whole = self.clip.index.known >= len(self.clip.opened.info.frames)
                self._become("complete" if whole else "idle")

        return work

    def tell_clip(self) -> None:
        self._tell({"type": "clip", "clip": self.clip.facts()})

    def close(self) -> None:
        self._held.close()

    @property
    def _all(self) -> Sequence[FrameNumber]:
        return self.clip.opened.info.frames

    def _become(self, state: str) -> None:
        self.clip.scanning = state
        self.tell_clip()

    def _look(self, number: FrameNumber, repair: bool) -> bool:
        """Whether the frame could be looked at."""
        try:
            if repair:
                self.frames.seen(number)
                look = self.clip.looks.look(None)
                self.small.proxy(number, "after", look, 960)
            else:
                self.frames.find(number)
        except ReelmendError:
            self.clip.index.fail(number)
            return False
        return True

    def _known(self, number: FrameNumber, version: str) -> None:
        self._tell({"type": "known", "clip": self.clip.id, "frame": number, "version": version})


@dataclass(frozen=True, eq=False)
class _ForActions:
    """What `actions.Clip` asks of a bench."""

    bench: Bench

    @property
    def size(self) -> tuple[int, int]:
        return self.bench.clip.size

    def has(self, number: FrameNumber) -> bool:
        return self.bench.clip.has(number)

    def shot(self, number: FrameNumber) -> tuple[FrameNumber, FrameNumber]:
        return shot_of(self.bench.clip, number)

    def pixels(self, number: FrameNumber, box: Box) -> Bool | None:
        return self.bench.frames.pixels(number, box)


def _weight(patch: Patch) -> int:
    return patch.frame.encoded.nbytes


def packed_patch(bench: Bench, patch: Patch, make: Callable[[Any], Packed], look: Any) -> Packed:
    """A patch as a picture."""
    base = bench.clip.looks.base(patch.frame, look)[patch.within.slices]
    return make(bench.clip.looks.finished(base, look))


def _frames_of(step: Step) -> str | None:
    """All frames of a step in one list, None where they are too many to be told."""
    numbers: set[FrameNumber] = set()
    for part in {part for text in step.frames for part in text.split(",")}:
        first, _, last = part.partition("-")
        if int(last or first) - int(first) > _MOST_TOLD or len(numbers) > _MOST_TOLD:
            return None
        numbers.update(range(int(first), int(last or first) + 1))
    return format_frames(numbers)
