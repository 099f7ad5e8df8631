"""What of a movie beside its code values must be that of its source: facts, times, sound."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import zip_longest
from pathlib import Path

from av.error import FFmpegError

from engine.audit.findings import Findings
from engine.errors import CorruptSource
from engine.media.contract import ClipInfo
from engine.media.movie_audio import AudioPacket
from engine.media.movie_clock import FrameTime
from engine.media.movie_open import only, open_movie, sounds
from engine.types import Frame

_FACTS = ("rate", "timing", "pixel aspect", "timecode", "scan", "audio", "range", "matrix")
"""Of `ClipInfo.extras`; codec and profile may be others where the source's cannot hold every code."""
_TAGS = ("transfer", "primaries", "matrix")
_SLACK = Fraction(1, 1000)
"""Seconds that a packet may begin earlier or later: containers round to their own ticks."""

Packet = tuple[Fraction, bytes]


def compare_streams(source: ClipInfo, result: ClipInfo, whole: bool, findings: Findings) -> None:
    """Compare what two movies say of themselves; `whole` False where only some frames are compared."""
    pairs = [(f"tag {name}", getattr(source.tags, name), getattr(result.tags, name)) for name in _TAGS]
    skipped = () if whole else ("timecode", "audio", "timing")
    pairs += [
        (name, source.extras.get(name, ""), result.extras.get(name, ""))
        for name in _FACTS
        if name not in skipped
    ]
    for name, before, after in pairs:
        if before == after:
            findings.fields += 1
        else:
            findings.differ("stream", None, name, before or "nothing", after or "nothing")
    if source.format != result.format:
        findings.note(
            f"The source is {source.format}, the result {result.format}: decoded codes are compared."
        )


def compare_times(source: Frame, result: Frame, origin: Fraction, findings: Findings) -> None:
    """Compare when two frames are shown, in seconds from `origin` in the source."""
    one, other = FrameTime.of(source), FrameTime.of(result)
    if one is None or other is None:
        return
    slack = max(one.time_base, other.time_base)
    if (
        abs((one.start - origin) - other.start) > slack
        or abs((one.end - one.start) - (other.end - other.start)) > 2 * slack
    ):
        told = [f"{float(t.start):.6f} s for {float(t.end - t.start):.6f} s" for t in (one, other)]
        findings.differ("time", source.number, "shown at", *told)


def compare_sound(source: Path, result: Path, findings: Findings) -> None:
    """Compare every audio packet: its bytes, its time. Raises CorruptSource."""
    with open_movie(source) as one, open_movie(result) as other:
        counts = len(sounds(one)), len(sounds(other))
    if counts[0] != counts[1]:
        findings.differ("audio", None, "audio streams", *counts)
    for place in range(min(counts)):
        _compare_stream(source, result, place, findings)


def _compare_stream(source: Path, result: Path, place: int, findings: Findings) -> None:
    pairs = zip_longest(_packets(source, place), _packets(result, place))
    for count, (one, other) in enumerate(pairs):
        if one is None or other is None:
            there = ["ends" if packet is None else "goes on" for packet in (one, other)]
            findings.differ("audio", None, f"audio stream {place + 1}, packet {count + 1}", *there)
            return
        if one[1] != other[1] or abs(one[0] - other[0]) > _SLACK:
            told = [f"{len(packet[1])} bytes at {float(packet[0]):.4f} s" for packet in (one, other)]
            if told[0] == told[1]:
                told = [f"{told[0]}", "other bytes"]
            findings.differ("audio", None, f"audio stream {place + 1}, packet {count + 1}", *told)
            return
        findings.packets += 1


def _packets(path: Path, place: int) -> Iterator[Packet]:
    with open_movie(path) as container:
        stream = sounds(container)[place]
        only(container, stream)
        try:
            for packet in container.demux(stream):
                if packet.size:
                    yield _moment(packet), bytes(packet)
        except (FFmpegError, OSError) as error:
            raise CorruptSource(f"{path}: its sound cannot be read to the end ({error}).") from error


def _moment(packet: AudioPacket) -> Fraction:
    ticks = packet.pts if packet.pts is not None else packet.dts
    return Fraction(ticks or 0) * (packet.time_base or Fraction(0))
