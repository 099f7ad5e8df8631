"""The journal of a render: what is finished, so that a render cut off at any moment can go on.

A hidden file beside the first output, one line per event, each line with its own checksum and forced to
the disk before the next frame begins:

    <16 hex digits of xxh3-64 of the rest> <JSON object>

`start` (the first line) says what is rendered and how; `frame` that all files of a frame are complete, what
they hold and what they were made from; `packet` what a movie holds at one place, from which all behind it
is void. Everything behind the first line that is not whole never happened: a power cut may tear the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import xxhash

from engine.closing import Closing
from engine.errors import OutputExists, SinkError
from engine.media.atomic import synced_folder, unwritable

SCHEMA = 1
LONGEST_LINE = 64 * 2**20
"""Bytes; a frame of a hundred thousand regions takes a tenth of it."""
_DIGITS = 16

JsonObject = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    """One whole line: what it says, and the bytes of the file up to its beginning and its end."""

    line: JsonObject
    begin: int
    end: int


class Journal(Closing):
    """Takes lines; each is on the disk when `append` returns. Close it, or `finish` a render that is whole.

    `length` bytes of an earlier journal are kept; None makes a new one. Raises SinkError, and OutputExists
    where another process holds the journal.
    """

    def __init__(self, path: Path, length: int | None = None) -> None:
        self._path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = path.open("r+b" if length is not None else "a+b", buffering=0)
        except OSError as error:
            raise unwritable(path, error.strerror or str(error)) from error
        try:
            _lock(self._file.fileno(), path)
            self._file.truncate(length or 0)
            self._end = self._file.seek(length or 0)
            synced_folder(path.parent)
        except OSError as error:
            self._file.close()
            raise unwritable(path, error.strerror or str(error)) from error
        except BaseException:
            self._file.close()
            raise

    def append(self, line: JsonObject, sync: bool = True) -> None:
        """Write one line; `sync` False leaves the forcing to the next. Raises SinkError."""
        record = encoded(line)
        try:
            self._still_there()
            if self._file.write(record) != len(record):
                raise OSError(0, "the disk is full")
            if sync:
                os.fsync(self._file.fileno())
        except OSError as error:
            with suppress(OSError):
                self._file.truncate(self._end)
            raise unwritable(self._path, error.strerror or str(error)) from error
        self._end += len(record)

    def _still_there(self) -> None:
        """A drive that was pulled leaves an open file behind, and perhaps an empty folder to write into."""
        here, held = self._path.stat(), os.fstat(self._file.fileno())
        if (here.st_dev, here.st_ino) != (held.st_dev, held.st_ino):
            raise OSError(0, "the folder is no longer the one that the render began in")

    def close(self) -> None:
        self._file.close()

    def finish(self) -> None:
        """There is nothing to go on with any more. Raises SinkError."""
        if self._file.closed:
            return
        self.close()
        try:
            self._path.unlink(missing_ok=True)
        except OSError as error:
            raise SinkError(
                f"The finished render's journal {self._path} cannot be removed ({error.strerror}); remove it."
            ) from error


def encoded(line: JsonObject) -> bytes:
    """A line as the journal holds it."""
    text = json.dumps(line, ensure_ascii=True, allow_nan=False, separators=(",", ":")).encode()
    return xxhash.xxh3_64_hexdigest(text).encode() + b" " + text + b"\n"


def entries(path: Path) -> Iterator[Entry]:
    """The whole lines of a journal, up to the first that is not. Raises OSError as reading does."""
    with path.open("rb") as file:
        begin = 0
        while raw := file.readline(LONGEST_LINE):
            line = _decoded(raw)
            if line is None:
                return
            yield Entry(line, begin, begin + len(raw))
            begin += len(raw)


def entry_at(path: Path, begin: int) -> JsonObject:
    """The line that begins at a byte. Raises OSError, and ValueError where it is not whole."""
    with path.open("rb") as file:
        file.seek(begin)
        line = _decoded(file.readline(LONGEST_LINE))
    if line is None:
        raise ValueError("the line is not whole")
    return line


def _decoded(raw: bytes) -> JsonObject | None:
    text = raw[_DIGITS + 1 : -1]
    if raw[-1:] != b"\n" or raw[: _DIGITS + 1] != xxhash.xxh3_64_hexdigest(text).encode() + b" ":
        return None
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return line if isinstance(line, dict) else None


def _lock(descriptor: int, path: Path) -> None:
    """Two processes must not write one result; a killed one lets go by itself. Where the system cannot
    lock (Windows, some network drives) nothing keeps them apart."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputExists(
            f"Another process is writing this result now ({path} is locked); wait for it, or write elsewhere."
        ) from error
    except OSError:
        return
