"""What a render was made from, so that going on with it notices when that has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import xxhash

from engine.media.contract import ClipInfo
from engine.media.pattern import FramePattern
from engine.types import FrameNumber

_WHOLE = 256 * 2**20
"""Files up to this size are known by all of their content; larger ones, movies, by both their ends."""


@dataclass(frozen=True, slots=True)
class Stamp:
    """A file at one time: bytes, nanoseconds of its last change, hex xxh3-128 of its content."""

    size: int
    changed: int
    content: str


def stamp(path: Path) -> Stamp | None:
    """The stamp of a file, None where there is none. Raises OSError as reading does."""
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            return Stamp(status.st_size, status.st_mtime_ns, _digest(file, status.st_size))
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def unchanged(then: Stamp | None, path: Path) -> bool:
    """Whether a file is what it was; its content is looked at only where its time is another.

    A copy or another mount may give the same file another time.
    """
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return then is None
    if then is None or status.st_size != then.size:
        return False
    return status.st_mtime_ns == then.changed or same(then, stamp(path))


def frame_path(info: ClipInfo, number: FrameNumber) -> Path | None:
    """The file of one frame, None where a clip keeps all frames in one file."""
    return FramePattern.of_template(info.path).path(number) if info.kind == "sequence" else None


def single_files(clips: Mapping[str, ClipInfo]) -> dict[str, Stamp | None]:
    """Role to stamp of the clips that are one file."""
    single = {role: info for role, info in clips.items() if info.kind in ("movie", "still")}
    return {role: stamp(info.path) for role, info in single.items()}


def same(then: Stamp | None, now: Stamp | None) -> bool:
    """Whether both are the same content, whatever its time."""
    if then is None or now is None:
        return then is now
    return (then.size, then.content) == (now.size, now.content)


def _digest(file: BinaryIO, size: int) -> str:
    digest = xxhash.xxh3_128()
    if size > _WHOLE:
        digest.update(file.read(_WHOLE // 2))
        file.seek(size - _WHOLE // 2)
    while part := file.read(2**20):
        digest.update(part)
    return digest.hexdigest()
