"""Whether the disk has room for what a render will write, before it starts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.errors import SinkError
from engine.media.contract import ClipInfo
from engine.media.pattern import parse_pattern
from engine.types import FrameNumber

UNCOMPRESSED = ".dpx"
"""The format whose size is known beforehand; the size of others depends on the picture."""
STORED_BYTES = {8: 1.0, 10: 4 / 3, 12: 2.0, 16: 2.0}
"""Bytes per code in a DPX file, by depth: three 10-bit codes share four bytes."""


def check_room(target: Path | None, info: ClipInfo, frames: Sequence[FrameNumber]) -> None:
    """Raises SinkError where the picture output cannot fit; says nothing where its size is not known.

    Files that are there already will be replaced, or are done: their place counts as free.
    """
    if target is None or target.suffix.lower() != UNCOMPRESSED:
        return
    needed = needed_bytes(info, len(frames)) - _there(target, frames)
    free = free_bytes(target.parent)
    if free is not None and needed > free:
        raise SinkError(
            f"{target} needs about {_told(needed)} and the disk has {_told(free)} left; "
            "make room, or write elsewhere."
        )


def _there(target: Path, frames: Sequence[FrameNumber]) -> int:
    request, wanted, found = parse_pattern(str(target)), frozenset(frames), 0
    with suppress(OSError), os.scandir(target.parent) as entries:
        for entry in entries:
            number = None if request is None else request.pattern.number_of(entry.name)
            if number in wanted or entry.name == target.name:
                found += entry.stat().st_size
    return found


def needed_bytes(info: ClipInfo, frames: int) -> int:
    """What an uncompressed sequence of so many frames takes."""
    codes = info.width * info.height * len(info.layout.channels)
    return int(codes * STORED_BYTES.get(info.layout.bits, 4.0) * frames)


def _told(count: int) -> str:
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.1f} MB"


def free_bytes(folder: Path) -> int | None:
    """Free space where `folder` is or will be made; None where the system does not say."""
    there = next((place for place in (folder, *folder.resolve().parents) if place.exists()), None)
    try:
        return None if there is None else shutil.disk_usage(there).free
    except OSError:
        return None
