"""Keeps the journal of a running render, and tells again what an earlier run finished."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import TracebackType
from typing import Self

from engine.errors import SinkError, SourceError
from engine.media.movie_salvage import PacketMark
from engine.media.movie_sink import MovieSink
from engine.render.contract import Rendered
from engine.render.journal import Journal, entry_at
from engine.render.marks import (
    NOT_OURS,
    FileMark,
    Unfinished,
    file_mark,
    frame_line,
    frame_report,
    packet_line,
)
from engine.render.places import Places
from engine.render.request import RenderPlan
from engine.render.resume import start_line
from engine.render.stamps import Stamp, frame_path, stamp
from engine.report.lines import frame_line as report_line
from engine.types import FrameNumber, FrameReport

_SYNC_SECONDS = 1.0
"""So often a movie is forced to the disk: what a power cut may cost at the most."""
_FARTHEST = 3
"""Held pictures are looked past, so a neighbour may be this many times farther than the reach."""


class Record:
    """The journal of a render: gone when all frames are finished, and where none is.

    `unfinished` is the journal that the render goes on with, None for a new one.
    """

    def __init__(self, plan: RenderPlan, places: Places, unfinished: Unfinished | None) -> None:
        self._plan, self._places, self._unfinished = plan, places, unfinished
        self._journal: Journal | None = None
        self._any = unfinished is not None
        self._seen: FrameNumber | None = None
        self._begun = time.perf_counter()
        self._synced = self._begun

    def begin(self) -> None:
        """Open the journal and hold it, before any file is touched. Raises SinkError, OutputExists."""
        if self._plan.journal is None:
            return
        earlier = self._unfinished
        self._journal = Journal(self._plan.journal, None if earlier is None else earlier.length)
        if earlier is None:
            self._journal.append(start_line(self._plan))

    def packet(self, role: str) -> Callable[[int, PacketMark], None]:
        """For a movie sink to tell what it put where."""

        def noted(place: int, mark: PacketMark) -> None:
            if self._journal is not None:
                self._journal.append(packet_line(role, place, mark), sync=False)

        return noted

    def written(self, rendered: Rendered, report: FrameReport, movies: Sequence[MovieSink]) -> None:
        """All files of a frame are complete. Raises SinkError."""
        if self._journal is None:
            return
        self._sync(movies)
        files = self._files(report.number)
        line = frame_line(report_line(report), files, self._read(rendered), self.seconds)
        self._journal.append(line)
        self._any = True

    @property
    def seconds(self) -> float:
        """Spent on the render until now, an earlier run's time with it."""
        earlier = 0.0 if self._unfinished is None else self._unfinished.seconds
        return earlier + time.perf_counter() - self._begun

    def _files(self, number: FrameNumber) -> Mapping[str, FileMark]:
        try:
            return {role: file_mark(path) for role, path in self._places.of_frame(number).items()}
        except OSError as error:
            raise SinkError(
                f"Frame {number} was written and cannot be read back: {error}; see to the drive and go on "
                "with --resume."
            ) from error

    def _sync(self, movies: Sequence[MovieSink]) -> None:
        if time.perf_counter() - self._synced < _SYNC_SECONDS:
            return
        for movie in movies:
            movie.sync()
        self._synced = time.perf_counter()

    def _read(self, rendered: Rendered) -> Mapping[tuple[str, FrameNumber], Stamp | None]:
        """Stamps of the frame and of its neighbours, each of which is stamped once."""
        number, reach = rendered.source.number, _FARTHEST * (self._plan.reach + 1)
        first = number - reach if self._seen is None else max(self._seen + 1, number - reach)
        self._seen = number + reach
        found: dict[tuple[str, FrameNumber], Stamp | None] = {}
        for role, info in self._plan.reads.items():
            for near in range(first, number + reach + 1):
                path = frame_path(info, near)
                if path is not None:
                    with suppress(OSError):
                        found[role, near] = stamp(path)
        return found

    def finish(self) -> None:
        """The render is complete: nothing is left to go on with. Raises SinkError."""
        if self._journal is not None:
            self._journal.finish()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._journal is not None and self._any:
            self._journal.close()
        elif self._journal is not None:
            with suppress(SinkError):
                self._journal.finish()


class Retelling:
    """Tells the reports of an earlier run in the order of the frames, each before the first one behind it."""

    def __init__(
        self, unfinished: Unfinished | None, done: Sequence[FrameNumber], tell: Callable[[FrameReport], None]
    ) -> None:
        self._unfinished, self._done, self._tell = unfinished, list(done), tell
        self._told = 0

    def before(self, number: FrameNumber | None) -> None:
        """All that come before frame `number`; None: all the rest. Raises SourceError, SinkError."""
        while self._told < len(self._done) and (number is None or self._done[self._told] < number):
            if self._unfinished is not None:
                self._tell(self._report(self._unfinished, self._done[self._told]))
            self._told += 1

    def _report(self, unfinished: Unfinished, number: FrameNumber) -> FrameReport:
        try:
            return frame_report(entry_at(unfinished.path, unfinished.frames[number].at))
        except (OSError, *NOT_OURS) as error:
            raise SourceError(
                f"{unfinished.path} cannot be read any more at frame {number} ({error}); start over with "
                "--overwrite."
            ) from error
