"""Putting a whole clip back to its source, or some regions of it."""

from __future__ import annotations

import re
import threading
from collections.abc import Collection, Mapping
from contextlib import ExitStack
from dataclasses import dataclass

from engine.audit.checksums import XXH3, of_file
from engine.audit.patch_reader import PatchReader
from engine.errors import Interrupted, SourceNotFound, UsageError
from engine.media.contract import FrameSource
from engine.media.movie_sink import MovieSink
from engine.media.open import open_sink, output_path
from engine.media.sequence import target_pattern
from engine.types import FrameNumber

_REGION = re.compile(r"\d{1,12}(:\d{1,9})?", re.ASCII)

Regions = Mapping[FrameNumber, Collection[int]]
"""Frame to the numbers of regions in it; none of them means all."""


@dataclass(frozen=True)
class Reverted:
    """`frames` written; `restored` with something put back; `proved` with every code of the source by its
    checksum; `files` that are the source's file byte for byte."""

    frames: int
    restored: int
    proved: int
    files: int
    notes: tuple[str, ...] = ()


def parse_regions(text: str) -> Regions:
    """ "1003:1,1003:4,1007" as frame to regions. Raises UsageError."""
    found: dict[FrameNumber, set[int]] = {}
    for part in text.split(","):
        frame, _, region = part.strip().partition(":")
        if _REGION.fullmatch(part.strip()) is None:
            raise UsageError(
                f"{text!r} is no list of regions: {part!r} stands where FRAME or FRAME:REGION was expected."
            )
        wanted = found.setdefault(int(frame), set())
        wanted.add(int(region or 0))
    return {frame: () if 0 in wanted else tuple(sorted(wanted)) for frame, wanted in found.items()}


def revert_clip(
    result: FrameSource,
    patches: PatchReader,
    output: str,
    regions: Regions | None,
    overwrite: bool,
    stop: threading.Event | None = None,
) -> Reverted:
    """Write `result` to `output` with its source's codes: everywhere, or in `regions` alone.

    Frames that the patches do not know are refused where all is to be put back, and copied else. Raises
    SourceError, UsageError, SinkError, and Interrupted once `stop` is set; what is written then is valid.
    """
    info = result.info
    numbers = _places(result, patches)
    unknown = set(regions or ()) - set(patches.numbers)
    if unknown:
        raise SourceNotFound(f"The patches hold nothing of frame {min(unknown)}.")
    restored = proved = files = 0
    with ExitStack() as held:
        sink = held.enter_context(open_sink(output, info, info.layout, info.frames, overwrite))
        for place in info.frames:
            if stop is not None and stop.is_set():
                raise Interrupted(f"Stopped before frame {place}; what was finished is written.")
            number = numbers[place]
            frame = result.read(place)
            if regions is None or number in regions:
                chosen = None if regions is None else tuple(regions[number]) or None
                frame = patches.restored(frame, number, chosen)
                restored += 1
                proved += chosen is None
            sink.write(frame)
            if not isinstance(sink, MovieSink):
                files += _is_source_file(output, result, place, patches, number)
        notes = sink.notes if isinstance(sink, MovieSink) else ()
    return Reverted(len(info.frames), restored, proved, files, notes)


def _places(result: FrameSource, patches: PatchReader) -> dict[FrameNumber, FrameNumber]:
    """Frame of the result to frame of the source. Raises SourceNotFound."""
    info, known = result.info, patches.numbers
    if info.kind == "movie" and len(info.frames) == len(known):
        return dict(zip(info.frames, known, strict=True))
    missing = sorted(set(info.frames) - set(known))
    if missing:
        raise SourceNotFound(
            f"The patches hold nothing of frame {missing[0]} of {info.path}; they are of "
            f"{len(known)} frames, the result has {len(info.frames)}."
        )
    return {number: number for number in info.frames}


def _is_source_file(
    output: str, result: FrameSource, place: FrameNumber, patches: PatchReader, number: FrameNumber
) -> bool:
    """Whether the file just written is that of the source, by its checksum."""
    known = patches.frame(number).file
    if not known:
        return False
    path = target_pattern(str(output_path(output, result.info)), [place]).path(place)
    return of_file(path)[XXH3] == known
