"""One clip under review: its facts, its settings and decisions, and what is known of its frames."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.audit.records import UNKNOWN_RATE
from engine.audit.regions import left_alone_regions, repaired_regions
from engine.audit.views.clock import FrameClock
from engine.closing import Closing
from engine.errors import SourceNotFound
from engine.matte.inputs import MatteInputs
from engine.media.contract import FrameSource
from engine.media.movie_clock import exact_rate
from engine.media.movie_timecode import PATTERN
from engine.media.open import open_source
from engine.parameters import Settings, Value
from engine.review.decision_desk import DecisionDesk
from engine.review.index import FrameIndex
from engine.review.kept_settings import KeptSettings
from engine.review.looks import Looks
from engine.review.opened import Opened, ReviewRequest, folder_of, model_of, stem_of
from engine.review.refusals import NotThere
from engine.review.rows import CUT, DECIDED, frame_flags, rows_of
from engine.types import DamageMatte, Frame, FrameNumber, FrameReport
from engine.window.window import FrameWindow
from ocio.config import load


@dataclass(frozen=True, eq=False)
class Rendered:
    """A finished render: its picture, and what held when it was begun."""

    source: FrameSource
    settings: Mapping[str, Value]
    revision: int
    serial: int


class ReviewClip(Closing):
    """Thread-safe. Close it after use."""

    def __init__(self, id: str, request: ReviewRequest) -> None:
        """Raises what opening a clip for a render raises, CorruptSource for its decisions, SinkError."""
        self.id = id
        self.request = request
        with ExitStack() as held:
            self.opened = held.enter_context(Opened(request))
            info = self.opened.info
            self.stem = stem_of(info.path)
            self.folder = folder_of(info.path, request.folder)
            file = request.decisions or self.folder / f"{self.stem}.decisions.json"
            log = self.folder / f".{file.stem}.review.log"
            self.desk = held.enter_context(DecisionDesk(file, log, info.path.name, self.size))
            self._held = held.pop_all()
        self.index = FrameIndex(info)
        self.looks = Looks(load(request.render.colour_config), self.opened.clip.plan.colour_space)
        self.settings_revision = 1
        self.scanning = "idle"
        self._learnt: dict[FrameNumber, int] = {}
        self._kept = KeptSettings(self.folder / f".{self.stem}.settings.json")
        self._settings = self._kept.over(request.render.settings)
        self._rendered: Rendered | None = None
        self._numbers = frozenset(info.frames)
        self._boot = secrets.token_hex(3)
        self._lock = threading.RLock()
        self.mark_decided()

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)"""
        return self.opened.info.height, self.opened.info.width

    @property
    def settings(self) -> Settings:
        return self._settings

    @property
    def rendered(self) -> Rendered | None:
        return self._rendered

    @property
    def mattes(self) -> MatteInputs:
        """What is given beside the clip, the decisions of now among it."""
        decisions = self.desk.current
        return replace(self.opened.clip.mattes, decisions=decisions if decisions.decisions else None)

    def has(self, number: FrameNumber) -> bool:
        return number in self._numbers

    def require(self, number: FrameNumber) -> FrameNumber:
        """Raises NotThere for a frame that the clip lacks."""
        if not self.has(number):
            raise NotThere(f"{self.opened.info.path.name} has no frame {number}.")
        return number

    def window(self, number: FrameNumber, radius: int | None = None) -> FrameWindow:
        """A frame with as many neighbours as the settings need. Raises NotThere, and what reading raises."""
        self.require(number)
        wanted = self.opened.pipeline.reach(self._settings) if radius is None else radius
        window = self.opened.frames.window(number, wanted)
        if wanted:
            self._note_cuts(number, window)
        return window

    def set(self, values: Mapping[str, Value]) -> None:
        """Change some settings. Raises ParameterError, SinkError, and for a quality whose net is not there
        ModelError and DeviceError, and nothing has changed then."""
        with self._lock:
            settings = Settings.of({**self._settings.as_dict(), **values})
            self.mattes.check(settings.matte_mode)
            self.opened.pipeline.identity_for(settings)
            if settings != self._settings:
                self._kept.keep(settings)
                self._settings = settings
                self.settings_revision += 1

    def version(self, number: FrameNumber) -> str:
        """Another one whenever a picture of the frame may have changed."""
        touched = self.touched(number)
        serial = 0 if self._rendered is None else self._rendered.serial
        return f"{self._boot}{number}-{self.settings_revision}-{touched}-{serial}"

    def touched(self, number: FrameNumber) -> int:
        """The latest revision of the decisions that a picture of the frame may depend on."""
        reach = self._settings.radius
        return self.desk.touched(number - reach, number + reach)

    def from_render(self, number: FrameNumber) -> bool:
        """Whether the finished render has this frame as it would be made now."""
        made = self._rendered
        return (
            made is not None
            and made.settings == self._settings.as_dict()
            and self.touched(number) <= made.revision
            and number in made.source.info.frames
        )

    def take_render(self, picture: Path, settings: Mapping[str, Value], revision: int) -> None:
        """Show what a render has made. Raises SourceError where it cannot be read, and goes on without."""
        with self._lock:
            before, self._rendered = self._rendered, None
            serial = 1 if before is None else before.serial + 1
            if before is not None:
                before.source.close()
            source = open_source(str(picture))
            if (source.info.height, source.info.width) != self.size:
                source.close()
                raise SourceNotFound(f"{picture} is of another size than {self.opened.info.path}.")
            self._rendered = Rendered(source, dict(settings), revision, serial)

    def learn(
        self, report: FrameReport, matte: DamageMatte, found: DamageMatte, frame: Frame, repairs: bool
    ) -> None:
        """Note what was found on a frame, in the words of the audit."""
        self.trust(report.number)
        decisions = self.desk.current
        regions = repaired_regions(report, matte, frame, decisions, repairs)
        regions += left_alone_regions(found, matte, frame, decisions, len(regions) + 1)
        rows = rows_of(report.number, regions, self.size)
        flags = frame_flags(report.duplicate_of is not None, report.suspected)
        self.index.put(report.number, rows, report.damaged, flags)

    def knows(self, number: FrameNumber) -> bool:
        """Whether what is known of a frame was found with the settings of now."""
        return self.index.knows(number) and self._learnt.get(number) == self.settings_revision

    def trust(self, number: FrameNumber) -> None:
        """Take what is known of a frame for found with the settings of now."""
        self._learnt[number] = self.settings_revision

    def mark_decided(self) -> None:
        """Flag the frames on which something was decided; long ranges are not counted out."""
        spans = [span for made in self.desk.current.decisions for span in made.spans]
        short = (number for first, last in spans if last - first < 1000 for number in range(first, last + 1))
        self.index.mark(short, DECIDED, only=True)

    def timecode(self, number: FrameNumber) -> str:
        """The timecode of a frame, "" where the clip has none."""
        info = self.opened.info
        start = info.extras.get("timecode", "")
        if not PATTERN.match(start.strip()):
            return ""
        rate = exact_rate(info) if info.rate else UNKNOWN_RATE
        return FrameClock(start.strip(), info.frames[0], rate).timecode(number)

    def facts(self) -> dict[str, Any]:
        """The clip as the page gets it."""
        plan, info = self.opened.clip.plan, self.opened.info
        return {
            "id": self.id,
            "name": info.path.name,
            "path": str(info.path),
            "kind": info.kind,
            "format": info.format,
            "width": info.width,
            "height": info.height,
            "bits": info.layout.bits,
            "first": info.frames[0],
            "last": info.frames[-1],
            "count": len(info.frames),
            "gaps": _spans(info.gaps),
            "rate": info.rate or 24.0,
            "rate_known": info.rate is not None,
            "timecode": info.extras.get("timecode", ""),
            "start_frame": info.frames[0],
            "colour": {"space": plan.colour_space, "reason": plan.colour_reason},
            "views": list(self.looks.told()),
            "view": self.looks.default,
            "infrared": self.opened.clip.mattes.infrared is not None or "IR" in info.layout.channels,
            "truth": self.opened.truth is not None,
            "audit": self.audit.name if self.audit else "",
            "rendered": self._rendered is not None,
            "settings": self._settings.as_dict(),
            "settings_revision": self.settings_revision,
            "decisions_file": self.desk.file.name,
            "revision": self.desk.revision,
            "scan": {"state": self.scanning, "done": self.index.known, "of": len(info.frames)},
            "model": model_of(plan.identity["detector"]),
            "radius": self._settings.radius,
            "reach": self.opened.pipeline.reach(self._settings),
            "notes": list(plan.notes),
        }

    @property
    def audit(self) -> Path | None:
        """The audit that is shown: the one given, else the latest that a render of the page left."""
        if self.request.audit is not None:
            return self.request.audit
        beside = [self.opened.info.path.with_name(f"{self.stem}.reelmend.json")]
        found = [path for path in (*beside, *self.folder.glob("*.reelmend.json")) if path.is_file()]
        return max(found, key=lambda path: path.stat().st_mtime_ns, default=None)

    def close(self) -> None:
        with self._lock:
            if self._rendered is not None:
                self._rendered.source.close()
                self._rendered = None
        self._held.close()

    def _note_cuts(self, number: FrameNumber, window: FrameWindow) -> None:
        """A neighbour that is there and yet not in the window lies beyond a cut."""
        if window.at(-1) is None and self.has(number - 1):
            self.index.mark([number], CUT)
        if window.at(1) is None and self.has(number + 1):
            self.index.mark([number + 1], CUT)


def _spans(numbers: Sequence[FrameNumber]) -> list[list[int]]:
    spans: list[list[int]] = []
    for number in numbers:
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return spans
