"""Progress while a clip renders: a bar on a terminal, a line now and then elsewhere, JSON for machines."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

from engine.cli.output import complain, show_line
from engine.render.contract import Unwatched, Watcher
from engine.report.lines import failure_line, frame_line, start_line
from engine.report.summary import FrameFailure
from engine.types import FrameReport

PLAIN_INTERVAL = 10.0
"""Seconds between the lines of a render that nobody watches on a terminal."""


class ShownProgress(Watcher, Protocol):
    """A watcher that holds on to the terminal while it is open."""

    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


def choose_progress(as_json: bool, quiet: bool, verb: str, repairs: bool = True) -> ShownProgress:
    """The watcher for this terminal and these options; `verb` heads the bar: "Restoring"."""
    if as_json:
        return JsonProgress(repairs)
    if quiet:
        return QuietProgress()
    return BarProgress(verb) if sys.stderr.isatty() else PlainProgress(verb)


class _Counts:
    """What every kind of progress shows: frames done, mean damage, regions, speed."""

    def __init__(self) -> None:
        self.begun = time.monotonic()
        self.expected = 0
        self.done = 0
        self.regions = 0
        self.damaged = 0.0

    def add(self, report: FrameReport) -> None:
        self.done += 1
        self.regions += len(report.regions)
        self.damaged += report.damaged

    @property
    def fps(self) -> float:
        return self.done / max(time.monotonic() - self.begun, 1e-6)

    def words(self) -> str:
        mean = 100 * self.damaged / max(self.done, 1)
        return f"{self.fps:.2f} fps, damage {mean:.3f} %, {self.regions} regions"


class QuietProgress(Unwatched):
    """Says nothing but which frames failed."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def failed(self, failure: FrameFailure) -> None:
        complain(f"frame {failure.number} failed: {failure.message}")


class JsonProgress(QuietProgress):
    """A JSON line per frame on standard output; the summary line is the command's result."""

    def __init__(self, repairs: bool) -> None:
        self._repairs = repairs

    def started(self, frames: int) -> None:
        show_line(start_line(frames))

    def written(self, report: FrameReport) -> None:
        show_line(frame_line(report, self._repairs))

    def failed(self, failure: FrameFailure) -> None:
        show_line(failure_line(failure))
        super().failed(failure)


class PlainProgress(QuietProgress):
    """A line on standard error now and then, for logs and farms."""

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._counts = _Counts()
        self._told = time.monotonic()

    def started(self, frames: int) -> None:
        self._counts = _Counts()
        self._counts.expected = frames
        self._told = self._counts.begun
        complain(f"{self._verb.lower()} {frames} frame{'s' if frames != 1 else ''}")

    def written(self, report: FrameReport) -> None:
        counts = self._counts
        counts.add(report)
        if time.monotonic() - self._told >= PLAIN_INTERVAL:
            self._told = time.monotonic()
            left = (counts.expected - counts.done) / max(counts.fps, 1e-6)
            complain(
                f"frame {report.number}: {counts.done} of {counts.expected}, "
                f"{counts.words()}, {left:.0f} s left"
            )


class BarProgress(QuietProgress):
    """A bar with frames, frames per second, time left and the damage found so far."""

    def __init__(self, verb: str) -> None:
        self._counts = _Counts()
        self._bar = Progress(
            TextColumn(f"[bold]{verb}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[words]}"),
            console=Console(stderr=True),
        )
        self._task: TaskID = self._bar.add_task("", total=None, words="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def started(self, frames: int) -> None:
        self._counts = _Counts()
        self._bar.reset(self._task, total=frames, words="")

    def written(self, report: FrameReport) -> None:
        self._counts.add(report)
        self._bar.update(self._task, advance=1, words=self._counts.words())

    def failed(self, failure: FrameFailure) -> None:
        self._bar.console.print(
            f"frame {failure.number} failed: {failure.message}", markup=False, highlight=False
        )
        self._bar.update(self._task, advance=1)
