"""What the client is sent: reports, stills, a wipe, a contact sheet, the decisions."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

import numpy as np

from engine.audit.read import open_audit
from engine.audit.records import AuditedClip
from engine.audit.views.clock import FrameClock
from engine.audit.views.contract import View, text_file
from engine.audit.views.markers import EdlView, OtioView
from engine.audit.views.page import PageView
from engine.audit.views.tables import FrameTable, RegionTable
from engine.errors import SinkError
from engine.media.atomic import complete_file
from engine.media.movie_clock import exact_rate
from engine.media.ranges import parse_frames
from engine.report.contact_sheet import SheetFrame, draw_sheet, save_sheet
from engine.review.encode import fitted, packed
from engine.review.frames import Frames
from engine.review.jobs import Job, Work
from engine.review.looks import Look, Shown
from engine.review.pictures import Pictures, Wanted
from engine.review.refusals import BadRequest, Conflict
from engine.review.wipe import wiped, write_movie
from engine.types import FrameNumber

_FORMS = {"csv": ("regions.csv", "frames.csv"), "edl": ("edl",), "otio": ("otio",), "html": ("html",)}
SIDES = ("before", "after", "difference", "wipe")
_MOST_STILLS = 200
_MOST_SHEET = 60


@dataclass(frozen=True, eq=False)
class Exporter:
    """Makes the exports of one clip; `folder` takes them."""

    frames: Frames
    pictures: Pictures

    @property
    def folder(self) -> Path:
        return self.frames.clip.folder / "exports"

    def work(self, body: Mapping[str, Any]) -> tuple[str, Work]:
        """Label and work of what the page asked for. Raises BadRequest, Conflict, UsageError."""
        known: Mapping[str, Callable[[Mapping[str, Any]], Work]] = {
            "report": self._report, "stills": self._stills, "wipe": self._wipe, "sheet": self._sheet,
            "decisions": lambda body: self._decisions,
        }  # fmt: skip
        make = known.get(str(body.get("kind")))
        if make is None:
            raise BadRequest(f"There is no export {body.get('kind')!r}; there are {', '.join(known)}.")
        return f"{body['kind']} of {self.frames.clip.stem}", make(body)

    def _report(self, body: Mapping[str, Any]) -> Work:
        forms = body.get("forms") or list(_FORMS)
        audit = self.frames.clip.audit
        if not isinstance(forms, list) or not set(forms) <= set(_FORMS):
            raise BadRequest(f"A report's forms are some of {', '.join(_FORMS)}.")
        if audit is None:
            raise Conflict("There is no audit yet to report; render the clip first.")
        return lambda job: self._tell_audit(audit, forms, job)

    def _tell_audit(self, audit: Path, forms: Sequence[str], job: Job) -> None:
        with open_audit(audit) as reader, ExitStack() as held:
            clip = reader.clip()
            clock = FrameClock.of(clip)
            views: list[View] = []
            for suffix in (suffix for form in forms for suffix in _FORMS[form]):
                path = self._file(job, f"{self.frames.clip.stem}.{suffix}")
                views.append(_view(suffix, held.enter_context(text_file(path, True)), clip, clock))
            for frame in reader.frames():
                for view in views:
                    view.add(frame)
            for view in views:
                view.finish()

    def _stills(self, body: Mapping[str, Any]) -> Work:
        numbers = self._numbers(body, _MOST_STILLS)
        look = self.frames.clip.looks.look(body.get("view"))
        sides = body.get("sides") or ["before", "after"]
        if not isinstance(sides, list) or not set(sides) <= set(SIDES):
            raise BadRequest(f"A still shows {', '.join(SIDES)}.")

        def work(job: Job) -> None:
            job.of = len(numbers)
            for number in numbers:
                if job.stop.is_set():
                    return
                for side in sides:
                    name = f"{self.frames.clip.stem}.{number}.{side}.png"
                    self._save(job, name, packed(self._side(number, side, look), "png").content)
                job.step(number)

        return work

    def _side(self, number: FrameNumber, side: str, look: Look) -> Shown:
        if side == "wipe":
            before, after = self.frames.before(number, look), self.frames.after(number, look)
            return wiped(before, after, before.shape[1] // 2)
        return self.pictures.make(side, number, Wanted(look))

    def _wipe(self, body: Mapping[str, Any]) -> Work:
        numbers = self._numbers(body, 100_000)
        look = self.frames.clip.looks.look(body.get("view"))
        size, seconds = body.get("size", 1920), body.get("seconds", 4)
        if not isinstance(size, int) or not 64 <= size <= 4096:
            raise BadRequest(f"The size of a wipe is from 64 to 4096 pixels, not {size!r}.")
        if not isinstance(seconds, int | float) or not 0.5 <= seconds <= 600:
            raise BadRequest(f"A wipe goes over and back in 0.5 to 600 seconds, not {seconds!r}.")
        rate = exact_rate(self.frames.clip.opened.info) if self.frames.clip.opened.info.rate else Fraction(24)

        def work(job: Job) -> None:
            job.of = len(numbers)
            path = self._file(job, f"{self.frames.clip.stem}.wipe.mp4")
            with complete_file(path, overwrite=True) as temporary:
                write_movie(temporary, self._wipe_frames(job, numbers, look, size, seconds, rate), rate)

        return work

    def _wipe_frames(
        self, job: Job, numbers: Sequence[FrameNumber], look: Look, size: int, seconds: float, rate: Fraction
    ) -> Iterator[Shown]:
        for place, number in enumerate(numbers):
            if job.stop.is_set():
                return
            before = fitted(self.frames.before(number, look), size)
            after = fitted(self.frames.after(number, look), size)
            turn = place / float(rate) / seconds
            share = 0.5 - 0.5 * math.cos(2 * math.pi * turn)
            yield wiped(before, after, round(share * before.shape[1]))
            job.step(number)

    def _sheet(self, body: Mapping[str, Any]) -> Work:
        limit = body.get("limit", 12)
        if not isinstance(limit, int) or not 1 <= limit <= _MOST_SHEET:
            raise BadRequest(f"A sheet shows 1 to {_MOST_SHEET} frames, not {limit!r}.")
        look = self.frames.clip.looks.look(body.get("view"))

        def work(job: Job) -> None:
            rows = self.frames.clip.index.rows()
            order = np.argsort(-rows["area"].astype(np.int64), kind="stable")
            numbers = list(dict.fromkeys(int(n) for n in rows["frame"][order]))[:limit]
            if not numbers:
                raise Conflict("No damage is known yet; look at some frames, or render the clip.")
            job.of = len(numbers)
            sheet = draw_sheet(
                self.frames.clip.stem, f"{rows.size} regions are known", list(self._shown(job, numbers, look))
            )
            save_sheet(sheet, self._file(job, f"{self.frames.clip.stem}.sheet.png"))

        return work

    def _shown(self, job: Job, numbers: Sequence[FrameNumber], look: Look) -> Iterator[SheetFrame]:
        for number in numbers:
            if job.stop.is_set():
                return
            before, after = self.frames.before(number, look), self.frames.after(number, look)
            matte = self.frames.seen(number).overlay()[..., 0].astype(np.float32) / np.float32(255)
            yield SheetFrame(f"frame {number}", before, matte, after)
            job.step(number)

    def _decisions(self, job: Job) -> None:
        clip = self.frames.clip
        self._save(job, f"{clip.stem}.decisions.json", clip.desk.document().encode())

    def _numbers(self, body: Mapping[str, Any], most: int) -> list[FrameNumber]:
        info = self.frames.clip.opened.info
        if not body.get("frames"):
            numbers = list(info.frames)
        else:
            numbers = [number for number in parse_frames(str(body["frames"])) if self.frames.clip.has(number)]
        if not 1 <= len(numbers) <= most:
            raise BadRequest(f"That is {len(numbers)} frames of the clip; ask for 1 to {most}.")
        return numbers

    def _file(self, job: Job, name: str) -> Path:
        """Where a file of this job goes: each job has a folder, so that none replaces another's."""
        path = self.folder / job.id / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise SinkError(f"{path.parent} cannot be made ({error.strerror}).") from error
        job.add_file(name, path)
        return path

    def _save(self, job: Job, name: str, content: bytes) -> None:
        with complete_file(self._file(job, name), overwrite=True) as temporary:
            temporary.write_bytes(content)


def _view(suffix: str, stream: IO[str], clip: AuditedClip, clock: FrameClock) -> View:
    if suffix == "edl":
        return EdlView(stream, clip, clock)
    if suffix == "otio":
        return OtioView(stream, clip, clock)
    if suffix == "html":
        return PageView(stream, clip, clock)
    return (RegionTable if suffix == "regions.csv" else FrameTable)(stream, clock)
