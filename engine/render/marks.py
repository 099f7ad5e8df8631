"""The lines of a journal as values: what a frame left behind, and what it was made from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import xxhash

from engine.media.movie_salvage import PacketMark
from engine.render.journal import SCHEMA, Entry, JsonObject, entries
from engine.render.stamps import Stamp
from engine.types import Box, DamageRegion, FrameNumber, FrameReport

NOT_OURS = (AttributeError, KeyError, OverflowError, TypeError, ValueError)
"""What a whole line raises that does not say what it should."""


@dataclass(frozen=True, slots=True)
class FileMark:
    """A finished file: bytes, and hex xxh3-64 of them."""

    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class FrameMark:
    """A finished frame: its files by role, and where in the journal its line is."""

    files: Mapping[str, FileMark]
    at: int


@dataclass(eq=False)
class Unfinished:
    """What the journal of an unfinished render says. `length` is how much of the file is whole.

    `read` maps role and number to the stamp of a frame that was read; `seconds` the time spent until then.
    """

    path: Path
    start: JsonObject
    length: int = 0
    frames: dict[FrameNumber, FrameMark] = field(default_factory=dict[FrameNumber, FrameMark])
    packets: dict[str, list[PacketMark]] = field(default_factory=dict[str, list[PacketMark]])
    read: dict[tuple[str, FrameNumber], Stamp | None] = field(
        default_factory=dict[tuple[str, FrameNumber], Stamp | None]
    )
    seconds: float = 0.0


def file_mark(path: Path) -> FileMark:
    """Read a file back. Raises OSError."""
    digest, size = xxhash.xxh3_64(), 0
    with path.open("rb") as file:
        while part := file.read(2**20):
            digest.update(part)
            size += len(part)
    return FileMark(size, digest.hexdigest())


def read_journal(path: Path) -> Unfinished | None:
    """The unfinished render that a journal tells of, None where it tells of none that had begun."""
    unfinished: Unfinished | None = None
    try:
        for entry in entries(path):
            if unfinished is None:
                if entry.line.get("type") != "start" or entry.line.get("schema") != SCHEMA:
                    return None
                unfinished = Unfinished(path, entry.line)
            else:
                _LINES[entry.line["type"]](unfinished, entry)
            unfinished.length = entry.end
    except FileNotFoundError:
        return None
    except NOT_OURS:
        # A line of another program: nothing from there on counts.
        return unfinished
    return unfinished


def frame_line(
    report: JsonObject, files: Mapping[str, FileMark], read: Mapping[tuple[str, FrameNumber], Stamp | None],
    seconds: float,
) -> JsonObject:  # fmt: skip
    """The line of a frame; `report` is its line in the report."""
    return {
        "type": "frame",
        "number": report["number"],
        "files": {role: [mark.size, mark.digest] for role, mark in files.items()},
        "read": [[role, number, _stamp_line(stamp)] for (role, number), stamp in read.items()],
        "seconds": round(seconds, 3),
        "report": report,
    }


def packet_line(role: str, place: int, mark: PacketMark) -> JsonObject:
    return {"type": "packet", "role": role, "place": place, "size": mark.size, "digest": mark.digest}


def frame_report(line: JsonObject) -> FrameReport:
    """The report of one frame, from a "frame" line of the journal. Raises NOT_OURS."""
    told = line["report"]
    return FrameReport(
        number=int(told["number"]),
        damaged=float(told["damaged"]),
        regions=tuple(
            DamageRegion(
                Box(*region["box"]), region["area"], region["class"],
                region.get("confidence", 0.0), region.get("fill", "temporal"),
            )
            for region in told["regions"]
        ),
        neighbours=tuple(told["neighbours"]),
        seconds={str(stage): float(spent) for stage, spent in told["seconds"].items()},
        duplicate_of=told.get("duplicate"),
        copy_of=told.get("copy_of"),
        suspected=float(told.get("suspected", 0.0)),
    )  # fmt: skip


def _stamp_line(stamp: Stamp | None) -> list[object] | None:
    return None if stamp is None else [stamp.size, stamp.changed, stamp.content]


def _take_frame(unfinished: Unfinished, entry: Entry) -> None:
    line = entry.line
    files = {str(role): FileMark(int(size), str(digest)) for role, (size, digest) in line["files"].items()}
    read = {
        (str(role), int(number)): None if stamp is None else Stamp(*stamp)
        for role, number, stamp in line["read"]
    }
    frame_report(line)
    unfinished.frames[int(line["number"])] = FrameMark(files, entry.begin)
    unfinished.read.update(read)
    unfinished.seconds = float(line["seconds"])


def _take_packet(unfinished: Unfinished, entry: Entry) -> None:
    line = entry.line
    packets, place = unfinished.packets.setdefault(str(line["role"]), []), int(line["place"])
    if not 0 <= place <= len(packets):
        raise ValueError("a packet is missing before this one")
    packets[place:] = [PacketMark(int(line["size"]), str(line["digest"]))]


_LINES = {"frame": _take_frame, "packet": _take_packet}
