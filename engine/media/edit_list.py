"""Cuts from an edit list (CMX3600), for a clip that is the programme the list describes.

One event a line (the CMX3600 format as SMPTE ST 258 sets it down):

    003  REEL01  V  C        01:00:10:00 01:00:15:12 01:00:02:08 01:00:07:20

number, reel, track, transition (C cut, D dissolve, W wipe, K key; with a length but for C), source in and
out, record in and out; the out point is the first frame that no longer belongs to the event. Every other
line (title, comments, motion effects) says nothing of cuts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from engine.errors import SourceError, SourceNotFound, UsageError
from engine.media.contract import ClipInfo
from engine.media.movie_clock import exact_rate
from engine.media.movie_timecode import frames_of
from engine.types import FrameNumber

LARGEST = 16 * 2**20
"""Bytes; the list of a feature film has a hundredth of it."""
_TIME = r"\d{2}:\d{2}:\d{2}[:;.,]\d{2,3}"
_EVENT = re.compile(
    rf"\d{{1,9}}\s+\S+\s+(?P<track>\S+)\s+(?P<transition>C|D|W\d{{0,3}}|K\s?[BO]?)(?:\s+\d{{1,6}})?"
    rf"\s+{_TIME}\s+{_TIME}\s+(?P<begin>{_TIME})\s+(?P<end>{_TIME})",
    re.ASCII,
)
_SOUND = re.compile(r"(A\d*|AA|NONE)", re.IGNORECASE)


@dataclass(frozen=True)
class Event:
    """A shot on the record side, in frames after 00:00:00:00: `begin` up to but without `end`."""

    begin: int
    end: int
    cut: bool
    """Whether it begins with a cut; a dissolve or wipe has no first frame."""


def listed_cuts(path: Path, info: ClipInfo) -> tuple[FrameNumber, ...]:
    """The first frames of the shots that `path` lists, as numbers of the clip `info`; ascending.

    Record times are matched with the clip's own start timecode; where it has none, the first event begins
    with the clip. Raises SourceNotFound, SourceError, UsageError where no event touches the clip.
    """
    rate = exact_rate(info)
    events = parse_events(_text(path), rate, path)
    start = frames_of(info.extras.get("timecode", ""), rate)
    # Scanners that know of no timecode write 00:00:00:00.
    origin = start or events[0].begin
    first, last = info.frames[0], info.frames[-1]
    if not any(event.begin - origin + first <= last and event.end - origin > 0 for event in events):
        raise UsageError(
            f"No event of {path} touches the clip: it begins at {info.extras.get('timecode')}, and the list "
            f"covers record frames {events[0].begin}-{events[-1].end - 1}, counted at {float(rate):g} a "
            "second from 00:00:00:00; give the list of this clip."
        )
    cuts = {event.begin - origin + first for event in events if event.cut}
    return tuple(sorted(number for number in cuts if first < number <= last))


def parse_events(text: str, rate: Fraction, path: Path) -> tuple[Event, ...]:
    """The picture events of an edit list, by their beginning. Raises UsageError where there is none."""
    drop = False
    events: list[Event] = []
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if line.upper().startswith("FCM:"):
            drop = "NON" not in line.upper() and "DROP" in line.upper()
        match = _EVENT.match(line)
        if match is not None and not _SOUND.fullmatch(match["track"]):
            events.append(_event(match, rate, drop, f"{path}, line {number}"))
    shown = sorted((event for event in events if event.end > event.begin), key=lambda event: event.begin)
    if not shown:
        raise UsageError(
            f"{path} lists no picture events; expected is a CMX3600 edit list with lines such as "
            "'001 REEL V C 01:00:00:00 01:00:05:00 01:00:00:00 01:00:05:00'."
        )
    return tuple(shown)


def _event(match: re.Match[str], rate: Fraction, drop: bool, place: str) -> Event:
    begin, end = (frames_of(match[name], rate, drop) for name in ("begin", "end"))
    assert begin is not None
    assert end is not None
    if end < begin:
        raise UsageError(f"{place}: the event ends at {match['end']}, before it begins at {match['begin']}.")
    return Event(begin, end, match["transition"] == "C")


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size > LARGEST:
            raise UsageError(f"{path} has {size} bytes, too many for an edit list (at most {LARGEST}).")
        return path.read_bytes().decode("utf-8-sig", "replace")
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError) as error:
        raise SourceNotFound(f"There is no edit list {path}; check the path.") from error
    except OSError as error:
        raise SourceError(f"The edit list {path} cannot be read ({error.strerror or error}).") from error
