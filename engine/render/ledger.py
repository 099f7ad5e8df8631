"""Counts a render: what was written, what failed, where the time went."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Mapping

from engine.media.ranges import format_frames
from engine.render.contract import Watcher
from engine.report.file import ReportFile
from engine.report.lines import failure_line, frame_line, start_line
from engine.report.summary import MUCH, FrameFailure, RenderTally
from engine.types import EMPTY, FrameNumber, FrameReport


class Ledger:
    """Takes each frame's outcome, passes it on to the watcher and the report file, and adds up.

    `repairs` is False where only mattes are made: the report then says nothing of fills.
    Frames are written on one thread and fail on another: a lock keeps the calls to the watcher and
    the lines of the report one at a time.
    """

    def __init__(self, watcher: Watcher, report: ReportFile | None, repairs: bool) -> None:
        self._watcher = watcher
        self._report = report
        self._repairs = repairs
        self._lock = threading.Lock()
        self._begun = time.perf_counter()
        self._earlier = 0.0
        self._repeated: list[FrameNumber] = []
        self._suspected: list[FrameNumber] = []
        self._written: list[FrameNumber] = []
        self._failures: list[FrameFailure] = []
        self._notes: tuple[str, ...] = ()
        self._outputs: Mapping[str, str] = EMPTY
        self._damaged = 0.0
        self._regions = 0
        self._stages: defaultdict[str, float] = defaultdict(float)

    def started(self, frames: int, done: int = 0, seconds: float = 0.0) -> None:
        """`frames` will come in all; `done` of them were finished by an earlier run, in `seconds`."""
        with self._lock:
            self._earlier = seconds
            if self._report is not None:
                self._report.write(start_line(frames))
            self._watcher.started(frames - done)

    def written(self, report: FrameReport) -> None:
        with self._lock:
            self._count(report)
            self._watcher.written(report)

    def written_earlier(self, report: FrameReport) -> None:
        """A frame that an earlier run finished: part of the whole, and no news."""
        with self._lock:
            self._count(report)

    def _count(self, report: FrameReport) -> None:
        self._written.append(report.number)
        self._damaged += report.damaged
        self._regions += len(report.regions)
        for stage, spent in report.seconds.items():
            self._stages[stage] += spent
        if report.duplicate_of is not None:
            self._repeated.append(report.number)
        if report.suspected > MUCH:
            self._suspected.append(report.number)
        if self._report is not None:
            self._report.write(frame_line(report, self._repairs))

    def failed(self, failure: FrameFailure) -> None:
        with self._lock:
            self._failures.append(failure)
            if self._report is not None:
                self._report.write(failure_line(failure))
            self._watcher.failed(failure)

    def closed(self, notes: tuple[str, ...], outputs: Mapping[str, str]) -> None:
        """Keep what the outputs could not carry over, and role to path of those made."""
        self._notes, self._outputs = notes, outputs

    @property
    def notes(self) -> tuple[str, ...]:
        notes = self._notes
        if self._repeated:
            notes += (f"The same picture as the frame before: {format_frames(self._repeated)}.",)
        if self._suspected:
            notes += (
                f"More than {100 * MUCH:g} % of the picture is likely damaged and was left as it is: "
                f"{format_frames(self._suspected)}; look at these frames in engine-cli review.",
            )
        return notes

    @property
    def outputs(self) -> Mapping[str, str]:
        return self._outputs

    @property
    def failures(self) -> tuple[FrameFailure, ...]:
        return tuple(self._failures)

    def tally(self) -> RenderTally:
        """The counts until now."""
        with self._lock:
            return RenderTally(
                written=tuple(self._written),
                damaged=self._damaged / max(len(self._written), 1),
                regions=self._regions,
                seconds=self._earlier + time.perf_counter() - self._begun,
                stages=dict(self._stages),
            )
