"""Writing an audit file frame by frame: however long the clip, it needs no more memory.

The file is one JSON document whose every frame has a line of its own:

    {"format":"reelmend-audit","version":1,"header":{...},"frames":[
    {...}
    ,{...}
    ],"summary":{...}}

While the render runs it is `NAME.partial`. That is what a killed render leaves, and all but the line that
was being written can be read from it (`engine.audit.read`).
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import IO, Any

from engine.audit.lines import FORMAT, VERSION
from engine.audit.read import open_audit
from engine.closing import Closing
from engine.errors import OutputExists, SinkError, UsageError
from engine.media.atomic import unwritable
from engine.media.contract import ClipInfo
from engine.types import FrameNumber

JsonObject = dict[str, Any]


class AuditFile(Closing):
    """Takes the header, frames in ascending order, and the summary. Raises SinkError.

    `done` are frames of an earlier render that is continued: their lines are taken over from its partial
    file. Raises OutputExists, UsageError (a folder).
    """

    def __init__(
        self, path: Path, header: JsonObject, overwrite: bool, done: Collection[FrameNumber] = ()
    ) -> None:
        check_audit_path(path, overwrite)
        self._path = path
        self._partial = partial_path(path)
        self._count = 0
        self._finished = False
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            earlier = _earlier_path(path, done)
            self._stream: IO[str] = self._partial.open("w", encoding="utf-8", newline="\n")
            opening = {"format": FORMAT, "version": VERSION, "header": header}
            self._stream.write(f'{_text(opening)[:-1]},"frames":[\n')
            if earlier is not None:
                self._take_over(earlier, done)
            self._stream.flush()
        except OSError as error:
            raise self._failure(error) from error

    def write(self, frame: JsonObject) -> None:
        """Add one frame, written or failed."""
        try:
            self._put(_text(frame))
            self._stream.flush()
            # The render's journal may say next that the frame is done: its line must be there by then.
            os.fsync(self._stream.fileno())
        except OSError as error:
            raise self._failure(error) from error

    def finish(self, summary: JsonObject) -> None:
        """Complete the document and give it its name."""
        try:
            self._stream.write(f'],"summary":{_text(summary)}}}\n')
            self._stream.close()
            self._partial.replace(self._path)
            self._finished = True
        except OSError as error:
            raise self._failure(error) from error

    def close(self) -> None:
        """Without `finish`, what is there stays as the partial file."""
        try:
            self._stream.close()
        except OSError as error:
            raise self._failure(error) from error

    def _take_over(self, earlier: Path, done: Collection[FrameNumber]) -> None:
        with open_audit(earlier) as reader:
            for frame in reader.raw_frames():
                if frame["number"] in done:
                    self._put(_text(frame))
        self._stream.flush()
        earlier.unlink()

    def _put(self, text: str) -> None:
        self._stream.write(f"{',' if self._count else ''}{text}\n")
        self._count += 1

    def _failure(self, error: OSError) -> SinkError:
        return unwritable(self._path, error.strerror or str(error))


def check_audit_path(path: Path, overwrite: bool) -> None:
    """Raises UsageError for a folder, OutputExists for a file that must not be replaced."""
    if path.is_dir():
        raise UsageError(f"The audit {path} is a folder; end it in / to have the file named for the clip.")
    if path.exists() and not overwrite:
        raise OutputExists(f"{path} is there already; give --overwrite to replace it.")


def audit_path(target: str, info: ClipInfo) -> Path:
    """Where the audit of a clip goes: `target`, or CLIP.reelmend.json in it where it is a folder."""
    if not (target.endswith(("/", os.sep)) or Path(target).is_dir()):
        return Path(target)
    stem = info.path.stem.rstrip("#").rstrip("._- ") or "clip"
    return Path(target) / f"{stem}.reelmend.json"


def partial_path(path: Path) -> Path:
    """Where the audit `path` grows until it is whole."""
    return path.with_name(f"{path.name}.partial")


def _earlier_path(path: Path, done: Collection[FrameNumber]) -> Path | None:
    """What an earlier render left, under a name that is out of the way; None where nothing is taken over.

    A kill while it is taken over leaves it there, whole.
    """
    earlier = path.with_name(f"{path.name}.earlier")
    if not done:
        earlier.unlink(missing_ok=True)
        return None
    if not earlier.exists():
        left = next((place for place in (partial_path(path), path) if place.exists()), None)
        if left is None:
            return None
        left.replace(earlier)
    return earlier


def _text(value: JsonObject) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
