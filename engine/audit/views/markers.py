"""Markers for editing systems: an EDL (CMX3600) as DaVinci Resolve takes markers from, and OpenTimelineIO.

The EDL carries a marker as Resolve itself writes it, in the line below its event:
` |C:ResolveColorBlue |M:name |D:frames`. CMX3600 counts events with three digits, so it holds 999.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from engine.audit.records import AuditedClip, AuditedFrame
from engine.audit.views.clock import FrameClock

MOST_EVENTS = 999
_COLOURS: Mapping[str, tuple[str, str]] = {
    "blotch": ("ResolveColorBlue", "BLUE"),
    "hair": ("ResolveColorYellow", "YELLOW"),
    "scratch": ("ResolveColorPurple", "PURPLE"),
    "other": ("ResolveColorCyan", "CYAN"),
    "left alone": ("ResolveColorGreen", "GREEN"),
    "failed": ("ResolveColorRed", "RED"),
}
"""Of the class that most regions of a frame are of: in Resolve's words and in OpenTimelineIO's."""


class EdlView:
    """Markers on the damaged and failed frames; on those with most damage where there are more than 999."""

    def __init__(self, stream: IO[str], clip: AuditedClip, clock: FrameClock) -> None:
        self._stream, self._clip, self._clock = stream, clip, clock
        self._worst: list[tuple[float, int, str, str]] = []
        self._count = 0

    def add(self, frame: AuditedFrame) -> None:
        kind = _kind(frame)
        if not kind:
            return
        self._count += 1
        weight = 2.0 if frame.failure else frame.damaged
        entry = (weight, -frame.number, _COLOURS[kind][0], _told(frame))
        if len(self._worst) < MOST_EVENTS:
            heapq.heappush(self._worst, entry)
        else:
            heapq.heappushpop(self._worst, entry)

    def finish(self) -> None:
        write = self._stream.write
        write(f"TITLE: {_plain(self._clip.name)[:70]}\r\n")
        write(f"FCM: {'DROP FRAME' if self._clock.drops else 'NON-DROP FRAME'}\r\n\r\n")
        if self._count > MOST_EVENTS:
            write(f"* THE {MOST_EVENTS} FRAMES WITH MOST DAMAGE OF {self._count}\r\n")
        for event, (_, negative, colour, told) in enumerate(
            sorted(self._worst, key=lambda entry: -entry[1]), start=1
        ):
            here, after = (self._clock.timecode(number) for number in (-negative, -negative + 1))
            write(f"{event:03d}  001      V     C        {here} {after} {here} {after}\r\n")
            write(f" |C:{colour} |M:{told} |D:1\r\n\r\n")


class OtioView:
    """A timeline with the clip and a marker on each damaged or failed frame, written as they come."""

    def __init__(self, stream: IO[str], clip: AuditedClip, clock: FrameClock) -> None:
        self._stream, self._clip, self._clock = stream, clip, clock
        self._rate = float(clip.rate)
        self._first: int | None = None
        self._last = 0
        self._marked = 0
        stream.write(_OPENING % json.dumps(clip.name))

    def add(self, frame: AuditedFrame) -> None:
        self._first = frame.number if self._first is None else min(self._first, frame.number)
        self._last = max(self._last, frame.number)
        kind = _kind(frame)
        if not kind:
            return
        marker = {
            "OTIO_SCHEMA": "Marker.2",
            "name": _told(frame),
            "color": _COLOURS[kind][1],
            "comment": "",
            "marked_range": self._range(frame.number, 1),
            "metadata": {
                "reelmend": {
                    "frame": frame.number,
                    "damaged": frame.damaged,
                    "regions": len(frame.regions),
                    "failure": frame.failure,
                }
            },
        }
        self._stream.write(f"{',' if self._marked else ''}\n{json.dumps(marker)}")
        self._marked += 1

    def finish(self) -> None:
        first = self._clip.first if self._first is None else self._first
        length = max(1, self._last - first + 1)
        whole = self._range(first, length)
        closing = _CLOSING % (
            json.dumps(self._clip.name),
            json.dumps(whole),
            json.dumps(self._media(whole)),
            json.dumps(self._range(first, length)["start_time"]),
        )
        self._stream.write(closing)

    def _media(self, available: Mapping[str, Any]) -> Mapping[str, Any]:
        path = Path(self._clip.header["source"]["path"])
        common = {"available_range": available, "metadata": {}, "name": path.name}
        digits = path.stem.count("#")
        if self._clip.is_movie or not digits:
            return {"OTIO_SCHEMA": "ExternalReference.1", **common, "target_url": path.as_posix()}
        prefix = path.stem.rstrip("#")
        return {
            "OTIO_SCHEMA": "ImageSequenceReference.1",
            **common,
            "target_url_base": f"{path.parent.as_posix()}/",
            "name_prefix": prefix,
            "name_suffix": path.suffix,
            "start_frame": self._clip.first,
            "frame_step": 1,
            "rate": self._rate,
            "frame_zero_padding": digits,
            "missing_frame_policy": "error",
        }

    def _range(self, number: int, length: int) -> dict[str, Any]:
        return {
            "OTIO_SCHEMA": "TimeRange.1",
            "start_time": self._time(self._clock.count(number)),
            "duration": self._time(length),
        }

    def _time(self, value: int) -> dict[str, Any]:
        return {"OTIO_SCHEMA": "RationalTime.1", "rate": self._rate, "value": float(value)}


_OPENING = """{"OTIO_SCHEMA": "Timeline.1", "name": %s, "metadata": {}, "tracks":
{"OTIO_SCHEMA": "Stack.1", "name": "tracks", "metadata": {}, "source_range": null, "effects": [],
"markers": [], "enabled": true, "children": [
{"OTIO_SCHEMA": "Track.1", "name": "V1", "kind": "Video", "metadata": {}, "source_range": null, "effects": [],
"markers": [], "enabled": true, "children": [
{"OTIO_SCHEMA": "Clip.2", "metadata": {}, "effects": [], "enabled": true, "markers": ["""
_CLOSING = """],
"name": %s, "source_range": %s, "active_media_reference_key": "DEFAULT_MEDIA", "media_references":
{"DEFAULT_MEDIA": %s}}]}]}, "global_start_time": %s}
"""


def _kind(frame: AuditedFrame) -> str:
    """What colours the marker of a frame; "" where it needs none."""
    if frame.failure:
        return "failed"
    classes = Counter(region.damage_class for region in frame.regions if region.state != "left alone")
    if classes:
        return classes.most_common(1)[0][0]
    return "left alone" if frame.regions else ""


def _told(frame: AuditedFrame) -> str:
    if frame.failure:
        return _plain(f"failed {frame.failure}")[:80]
    spared = sum(region.state == "left alone" for region in frame.regions)
    done = len(frame.regions) - spared
    left = f", {spared} left alone" if spared else ""
    return f"{done} region{'s' * (done != 1)}{left}, {100 * frame.damaged:.3f} %"


def _plain(text: str) -> str:
    """What an EDL can hold in a line: ASCII without the bar that ends a field."""
    return "".join(c if " " <= c <= "~" and c != "|" else "_" for c in text)
