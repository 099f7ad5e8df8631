"""What is left of a movie whose writing was cut off: the packets that are still what they were."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import av
import xxhash
from av.error import FFmpegError

from engine.media.atomic import unfinished_files


@dataclass(frozen=True)
class PacketMark:
    """What one packet of pictures held when it was written: bytes, and hex xxh3-128 of them."""

    size: int
    digest: str


def mark_of(content: bytes) -> PacketMark:
    return PacketMark(len(content), xxhash.xxh3_128_hexdigest(content))


def matching_packets(path: Path, marks: Sequence[PacketMark]) -> Iterator[bytes]:
    """The pictures' packets from the beginning of `path`, as long as they are what `marks` say.

    A file that is torn anywhere, or is no movie at all, only has fewer of them.
    """
    expected = iter(marks)
    try:
        with av.open(str(path), "r", metadata_errors="replace") as container:
            if not container.streams.video:
                return
            for packet in container.demux(container.streams.video[0]):
                content = bytes(packet)
                if not content:
                    continue
                if mark_of(content) != next(expected, None):
                    return
                yield content
    except (FFmpegError, OSError):
        return


def best_remains(path: Path, marks: Sequence[PacketMark]) -> tuple[Path | None, int]:
    """Which of the files that a movie `path` was to become holds most of `marks`, and how many."""
    found: tuple[Path | None, int] = (None, 0)
    for remains in remains_of(path, whole=True):
        count = sum(1 for _ in matching_packets(remains, marks))
        if count > found[1]:
            found = remains, count
    return found


def remains_of(path: Path, whole: bool = False) -> list[Path]:
    """The files of an unfinished movie `path`: as a kill and as an error leaves them; if `whole`, its own."""
    named = [path.with_suffix(f".partial{path.suffix}"), *([path] if whole else [])]
    return [*unfinished_files([path]), *(one for one in named if one.is_file())]
