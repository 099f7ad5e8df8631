"""What a person decided, step by step, on the disk before it counts; every step can be undone.

The log is a file of JSON lines. Each line is forced to the disk before the answer goes out, so a killed
server loses nothing; a line torn by a power cut is passed over. The decisions file that `render` reads is
written anew after each step, under its name only when it is complete.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from engine.audit.json_file import read_json
from engine.closing import Closing
from engine.errors import CorruptSource, SinkError, UsageError
from engine.media.atomic import complete_file, unwritable
from engine.review.refusals import NothingLeft

if sys.platform != "win32":
    import fcntl

Row = Mapping[str, Any]
"""One decision as the decisions file has it, with an id."""
_FORMAT = "reelmend-review-log"


@dataclass(frozen=True)
class Step:
    """`removed` left and `put` came; a decision that changed is in both. `label` is for people."""

    label: str
    removed: Sequence[Row]
    put: Sequence[Row]

    @property
    def frames(self) -> tuple[str, ...]:
        """The frame lists of all that the step changed."""
        return tuple(dict.fromkeys(str(row["frames"]) for row in (*self.removed, *self.put)))

    @property
    def reversed(self) -> Step:
        return Step(self.label, self.put, self.removed)


class DecisionLog(Closing):
    """The decisions of one clip and the steps that led to them. Not thread-safe: one caller at a time."""

    def __init__(self, file: Path, log: Path, clip: str, size: tuple[int, int]) -> None:
        """Take up `log` and the decisions `file` as they are; what was edited by hand becomes a step.

        Raises SourceError, CorruptSource (of the decisions file), SinkError, and UsageError where another
        server has it open.
        """
        self._file = file
        self._head = {"format": "reelmend-decisions", "version": 1, "clip": clip, "size": list(size)}
        self._rows: dict[str, Row] = {}
        self._texts: dict[str, str] = {}
        self._done: list[Step] = []
        self._undone: list[Step] = []
        self._last = 0
        self.revision = 0
        self._stream: IO[str] | None = None
        self._open(log)
        try:
            self._replay(log)
            self._take_up()
        except BaseException:
            self.close()
            raise

    @property
    def file(self) -> Path:
        return self._file

    @property
    def rows(self) -> Mapping[str, Row]:
        """Id to decision, in the order of the file; it goes with the log, so hold on to none of it."""
        return MappingProxyType(self._rows)

    @property
    def next_undo(self) -> str | None:
        return self._done[-1].label if self._done else None

    @property
    def next_redo(self) -> str | None:
        return self._undone[-1].label if self._undone else None

    def new_id(self) -> str:
        self._last += 1
        return f"d{self._last}"

    def take(self, step: Step) -> Step:
        """Do a step; what was undone before it is gone. Raises SinkError, and then nothing has changed."""
        self._write({"do": step.label, "removed": list(step.removed), "put": list(step.put)})
        self._undone.clear()
        self._done.append(step)
        return self._apply(step)

    def undo(self) -> Step:
        """Raises NothingLeft, SinkError. The step that was done: the reverse of the one undone."""
        if not self._done:
            raise NothingLeft("There is nothing left to undo.")
        self._write({"undo": True})
        step = self._done.pop()
        self._undone.append(step)
        return self._apply(step.reversed)

    def redo(self) -> Step:
        """Raises NothingLeft, SinkError."""
        if not self._undone:
            raise NothingLeft("There is nothing left to redo.")
        self._write({"redo": True})
        step = self._undone.pop()
        self._done.append(step)
        return self._apply(step)

    def document(self) -> str:
        """The decisions file as it should be now."""
        head = json.dumps(self._head, ensure_ascii=False)[:-1]
        rows = ",\n".join(self._texts.values())
        return f'{head}, "decisions": [\n{rows}\n]}}\n' if rows else f'{head}, "decisions": []}}\n'

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _apply(self, step: Step) -> Step:
        self._change(step)
        self._save()
        return step

    def _change(self, step: Step) -> None:
        for row in step.removed:
            self._rows.pop(row["id"], None)
            self._texts.pop(row["id"], None)
        late = False
        for row in step.put:
            newest = next(reversed(self._rows), "")
            late |= row["id"] not in self._rows and _order(newest) > _order(row["id"])
            self._rows[row["id"]] = row
            self._texts[row["id"]] = json.dumps(row, ensure_ascii=False)
            self._last = max(self._last, _number(row["id"]))
        # Only what comes back has to be put in its place: what is new is the youngest anyway.
        if late:
            names = sorted(self._rows, key=_order)
            self._rows = {name: self._rows[name] for name in names}
            self._texts = {name: self._texts[name] for name in names}
        self.revision += 1

    def _save(self) -> None:
        with complete_file(self._file, overwrite=True) as path:
            path.write_text(self.document(), "utf-8")

    def _write(self, line: dict[str, Any]) -> None:
        assert self._stream is not None
        try:
            self._stream.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            self._stream.flush()
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise unwritable(Path(self._stream.name), error.strerror or str(error)) from error

    def _open(self, log: Path) -> None:
        try:
            log.parent.mkdir(parents=True, exist_ok=True)
            torn = log.exists() and not log.read_bytes().endswith(b"\n")
            self._stream = log.open("a", encoding="utf-8", newline="\n")
        except OSError as error:
            raise SinkError(
                f"{log} cannot be written ({error.strerror}), and decisions must be kept; name another "
                "folder with --out."
            ) from error
        self._claim(self._stream)
        if torn:
            self._stream.write("\n")
        if self._stream.tell() == 0:
            self._write({"format": _FORMAT, "version": 1})

    def _claim(self, stream: IO[str]) -> None:
        """Keep a second server from writing to the same log, where the system can (not Windows)."""
        if sys.platform == "win32":
            return
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            stream.close()
            raise UsageError(
                f"{self._file.name} is under review already, here or in another server: close that one, or "
                "give another --out."
            ) from error

    def _replay(self, log: Path) -> None:
        try:
            content = log.read_bytes() if log.exists() else b""
        except OSError as error:
            raise SinkError(f"{log} cannot be read ({error.strerror}); check its permissions.") from error
        for line in content.split(b"\n"):
            told = _parsed(line)
            if "do" in told:
                self._undone.clear()
                self._done.append(Step(told["do"], told["removed"], told["put"]))
                self._change(self._done[-1])
            elif "undo" in told and self._done:
                self._undone.append(self._done.pop())
                self._change(self._undone[-1].reversed)
            elif "redo" in told and self._undone:
                self._done.append(self._undone.pop())
                self._change(self._done[-1])

    def _take_up(self) -> None:
        """Make log and decisions file agree: the file wins, but for the last step of a killed server."""
        if not self._file.exists():
            self._save()
            return
        text = self._file.read_text("utf-8", errors="replace")
        if text == self.document():
            return
        if self._done and text == self._before_the_last():
            self._save()
            return
        step = self._by_hand(read_json(self._file, "decisions file"))
        if step.removed or step.put:
            self.take(step)
        else:
            self._save()

    def _before_the_last(self) -> str:
        step = self._done[-1]
        self._change(step.reversed)
        text = self.document()
        self._change(step)
        return text

    def _by_hand(self, document: Any) -> Step:
        """What the file says that the log does not. Its rows are checked by whoever reads the decisions."""
        listed = document.get("decisions") if isinstance(document, dict) else None
        if not isinstance(listed, list) or not all(isinstance(row, dict) for row in listed):
            raise CorruptSource(f"{self._file} is no decisions file; give another with --decisions.")
        named: dict[str, Row] = {}
        for row in listed:
            name = row.get("id") if isinstance(row.get("id"), str) and row["id"] not in named else None
            named[name or self.new_id()] = row
        wanted = {name: {**row, "id": name} for name, row in named.items()}
        removed = [row for name, row in self._rows.items() if wanted.get(name) != row]
        put = [row for name, row in wanted.items() if self._rows.get(name) != row]
        return Step("changed outside the page", removed, put)


def _parsed(line: bytes) -> dict[str, Any]:
    """A line of the log, {} for a torn one."""
    try:
        told = json.loads(line)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _order(name: str) -> tuple[int, str]:
    """By age; it must not depend on what was undone and done again in between."""
    return _number(name), name


def _number(name: str) -> int:
    return int(name[1:]) if name.startswith("d") and name[1:].isdigit() and len(name) < 12 else 0
