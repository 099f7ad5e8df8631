"""The decisions of a clip as the page changes them and as the pipeline asks for them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from engine.audit.decisions import Decision, Decisions, decisions_of
from engine.closing import Closing
from engine.review.decision_log import DecisionLog, Row, Step
from engine.review.refusals import Conflict
from engine.review.ruling import RuledBy, mark_of
from engine.types import FrameNumber

_FEW = 5000
"""Frames of a step that are noted one by one; a longer list counts as a span."""


class DecisionDesk(Closing):
    """Thread-safe. Every change is on the disk when it returns."""

    def __init__(self, file: Path, log: Path, clip: str, size: tuple[int, int]) -> None:
        """Raises what `DecisionLog` raises, and what reading a decisions file does."""
        self._lock = threading.RLock()
        self._size = size
        self._log = DecisionLog(file, log, clip, size)
        self._made: dict[str, tuple[Row, Decision]] = {}
        self._marks: dict[str, int | None] = {}
        self._frames: dict[FrameNumber, int] = {}
        self._spans: list[tuple[FrameNumber, FrameNumber, int]] = []
        try:
            self._refresh()
        except BaseException:
            self._log.close()
            raise

    @property
    def file(self) -> Path:
        return self._log.file

    @property
    def revision(self) -> int:
        return self._log.revision

    @property
    def current(self) -> Decisions:
        """As the pipeline asks for them."""
        return self._current

    @property
    def ruling(self) -> RuledBy:
        return self._ruling

    @property
    def rows(self) -> Sequence[Row]:
        return self._ruling.rows

    def rows_on(self, frame: FrameNumber) -> list[Row]:
        """The decisions that hold for a frame."""
        return [row for row, made in self._made.values() if made.holds_for(frame)]

    def decision(self, name: str) -> Decision:
        return self._made[name][1]

    def state(self) -> dict[str, Any]:
        """What every answer on decisions begins with."""
        with self._lock:
            undo, redo = self._log.next_undo, self._log.next_redo
            return {
                "revision": self.revision,
                "can_undo": undo is not None,
                "can_redo": redo is not None,
                "undo": undo or "",
                "redo": redo or "",
            }

    def change(self, make: Callable[[DecisionLog], Step], revision: int | None = None) -> Step:
        """Do the step that `make` makes of the log as it is. Raises Conflict, BadRequest, SinkError."""
        with self._lock:
            if revision is not None and revision != self.revision:
                raise Conflict(
                    f"The decisions have changed since: revision {revision} was sent and {self.revision} is "
                    "the latest; look again."
                )
            step = make(self._log)
            # Asked for before it is written down: what the pipeline would refuse must not get into the log.
            put = self._read(step.put)
            return self._settled(self._log.take(step), put)

    def undo(self) -> Step:
        with self._lock:
            step = self._log.undo()
            return self._settled(step, self._read(step.put))

    def redo(self) -> Step:
        with self._lock:
            step = self._log.redo()
            return self._settled(step, self._read(step.put))

    def touched(self, first: FrameNumber, last: FrameNumber) -> int:
        """The latest revision that changed a decision on any frame from `first` to `last`."""
        with self._lock:
            single = [self._frames.get(number, 0) for number in range(first, last + 1)]
            long = [at for start, end, at in self._spans if start <= last and end >= first]
            return max([0, *single, *long])

    def document(self) -> str:
        with self._lock:
            return self._log.document()

    def close(self) -> None:
        self._log.close()

    def _settled(self, step: Step, put: Sequence[Decision]) -> Step:
        """`put` are the step's as the pipeline asks for them."""
        for made in (*map(self._parsed, step.removed), *put):
            self._touch(made)
        self._keep(step.put, put)
        self._refresh()
        return step

    def _keep(self, rows: Sequence[Row], decisions: Sequence[Decision]) -> None:
        kept = {row["id"]: (row, made) for row, made in zip(rows, decisions, strict=True)}
        # Replaced, not changed: pictures walk it meanwhile.
        self._made = {**self._made, **kept}
        self._marks.update((row["defect"], mark_of(row["defect"])) for row in rows if "defect" in row)

    def _touch(self, made: Decision) -> None:
        for first, last in made.spans:
            if last - first < _FEW:
                self._frames.update(dict.fromkeys(range(first, last + 1), self.revision))
            else:
                self._spans.append((first, last, self.revision))

    def _refresh(self) -> None:
        rows = self._log.rows
        fresh = [row for name, row in rows.items() if self._made.get(name, (None,))[0] is not row]
        self._keep(fresh, self._read(fresh))
        self._made = {name: self._made[name] for name in rows}
        decisions = tuple(made for _, made in self._made.values())
        self._current = Decisions(f"{self.file} revision {self.revision}", decisions, self._size)
        self._ruling = RuledBy(tuple(rows.values()), decisions, self._marks)

    def _parsed(self, row: Row) -> Decision:
        known = self._made.get(row["id"])
        return known[1] if known is not None and known[0] is row else self._read([row])[0]

    def _read(self, rows: Sequence[Row]) -> Sequence[Decision]:
        document = {"format": "reelmend-decisions", "version": 1, "decisions": [dict(row) for row in rows]}
        return decisions_of(document, self._size, "review", str(self.file)).decisions
