"""Which frames a movie has: the timestamp of every frame, found without decoding.

Frames are known by their presentation timestamp, so neither reordered B-frames nor edit lists nor a
variable rate can shift the count: the n-th timestamp in ascending order is frame n, the first is 1.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, takewhile
from pathlib import Path

import av.container
import av.packet
import av.video.stream
from av.error import FFmpegError

from engine.errors import CorruptSource, UnsupportedFormat
from engine.media.movie_clock import FrameTime
from engine.media.movie_open import family, only, open_movie, picture_stream

INTRA_CODECS = frozenset({"ffv1"})
"""Intra-only in practice though FFmpeg does not say so; `MovieIndex.intra` then checks every packet."""

REORDERED = ("h264", "hevc")
"""AVI counts packets and knows no order of presentation; with these FFmpeg's guess at it goes wrong."""


@dataclass(frozen=True)
class Key:
    """A frame that can be decoded without any other; `dts` is its place in the file."""

    pts: int
    dts: int


@dataclass(frozen=True)
class MovieIndex:
    """The frames of a movie in order of presentation; times count in `time_base` seconds."""

    times: tuple[int, ...]
    last_duration: int
    keys: tuple[Key, ...]
    """In order of presentation, with those an edit list has the decoder read but not show."""
    time_base: Fraction
    intra: bool
    """Every frame is a key frame."""
    by_count: bool = False
    """The timestamps do not tell the order (H.264 in AVI): frame n is the n-th out of the decoder."""
    cut_off: bool = False
    """The file ends too early: there is one more time in `times`, of a frame that cannot be read."""

    @cached_property
    def key_times(self) -> tuple[int, ...]:
        return tuple(key.pts for key in self.keys)

    def place(self, time: int) -> int | None:
        """Where in `times` a timestamp is, None if it is no frame's."""
        at = bisect_left(self.times, time)
        return at if at < len(self.times) and self.times[at] == time else None

    def timing(self, place: int) -> FrameTime:
        """When a frame is shown, and how long: until the next one."""
        last = place + 1 == len(self.times)
        end = self.times[place] + self.last_duration if last else self.times[place + 1]
        return FrameTime(self.times[place], end - self.times[place], self.time_base, last)

    def keys_before(self, time: int, count: int = 1) -> tuple[Key, ...]:
        """The last `count` key frames at `time` or earlier, nearest first."""
        end = bisect_right(self.key_times, time)
        return self.keys[max(0, end - count) : end][::-1]

    def constant(self, rate: Fraction) -> bool:
        """Whether the frames follow each other at `rate`, to within the rounding of the timestamps."""
        # In whole numbers, as a feature film has a quarter of a million frames: seconds times `unit`.
        unit = self.time_base.denominator * rate.numerator
        tick = self.time_base.numerator * rate.numerator
        step = rate.denominator * self.time_base.denominator
        slack = max(self.time_base, Fraction(1, 1000)) * Fraction(3, 2) * unit
        first = self.times[0]
        return all(
            abs((time - first) * tick - place * step) <= slack for place, time in enumerate(self.times)
        )

    def starting_at(self, time: int) -> MovieIndex:
        """Without the frames before `time`, which no decoder can show (their key frame was cut away)."""
        return replace(self, times=self.times[bisect_left(self.times, time) :])


@dataclass(frozen=True)
class _Sample:
    pts: int
    dts: int
    duration: int
    key: bool
    shown: bool = True
    """False for what an edit list cuts off: read to decode the rest, never shown."""


def index_movie(path: Path) -> MovieIndex:
    """List the frames of a movie. Reads every packet, except in .mov with an intra-only codec, which
    has a complete table. Raises CorruptSource, UnsupportedFormat.
    """
    with open_movie(path) as container:
        stream = picture_stream(container, path)
        if stream.time_base is None:
            raise CorruptSource(f"{path}: the video stream has no time base; rewrap the movie as .mkv.")
        samples = _from_table(container, stream, path)
        if samples is None:
            samples = _from_packets(container, stream, path)
        cut_off = _ends_early(container, stream, path, len(samples))
        if family(container) == "avi" and stream.codec_context.name in REORDERED:
            return _counted(samples, stream, path, cut_off)
        return _index(samples, stream, path, cut_off)


def _from_table(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, path: Path
) -> list[_Sample] | None:
    """The samples as .mov lists them, up to where the file ends; None where that table does not tell the
    time of presentation.
    """
    entries = stream.index_entries
    name = stream.codec_context.name
    if family(container) != "mov" or not len(entries):
        return None
    if not (stream.codec.intra_only or name in INTRA_CODECS):
        return None
    # Fragmented files list only what was read so far.
    if len(entries) != stream.frames or not all(entry.is_keyframe for entry in entries):
        return None
    size = path.stat().st_size
    there = takewhile(lambda entry: entry.pos + entry.size <= size, entries)
    return [_Sample(entry.timestamp, entry.timestamp, 0, True, not entry.is_discard) for entry in there]


def _from_packets(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, path: Path
) -> list[_Sample]:
    only(container, stream)
    samples: list[_Sample] = []
    for packet in _packets(container, stream, path):
        if packet.size == 0:
            continue
        if packet.pts is None:
            raise UnsupportedFormat(
                f"{path}: packet {len(samples) + 1} has no timestamp, so frames cannot be counted exactly."
                f" Rewrap it: ffmpeg -fflags +genpts -i IN -map 0 -c copy OUT.mkv"
            )
        dts = packet.pts if packet.dts is None else packet.dts
        samples.append(
            _Sample(packet.pts, dts, packet.duration or 0, packet.is_keyframe, not packet.is_discard)
        )
    return samples


def _packets(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, path: Path
) -> Iterator[av.packet.Packet[av.VideoStream]]:
    count = 0
    try:
        for packet in container.demux(stream):
            yield packet
            count += packet.size > 0
    except (FFmpegError, OSError) as error:
        raise CorruptSource(
            f"{path}: its tables are damaged, nothing can be read behind {count} frames"
            f" ({error.strerror or error}); copy the movie again from the original."
        ) from error


def _index(
    samples: list[_Sample], stream: av.video.stream.VideoStream, path: Path, cut_off: bool
) -> MovieIndex:
    assert stream.time_base is not None
    samples = sorted(samples, key=lambda sample: sample.pts)
    shown = [sample for sample in samples if sample.shown]
    if not shown:
        raise CorruptSource(
            f"{path}: the video stream has no frames; copy the movie again from the original."
        )
    for number, (one, other) in enumerate(pairwise(shown), start=1):
        if one.pts == other.pts:
            raise UnsupportedFormat(
                f"{path}: frames {number} and {number + 1} have the same timestamp, so they cannot be told"
                f" apart. Rewrap it: ffmpeg -fflags +genpts -i IN -map 0 -c copy OUT.mkv"
            )
    times = [sample.pts for sample in shown]
    last = _last_duration(shown, stream)
    if cut_off:
        times.append(times[-1] + last)
    keys = tuple(Key(sample.pts, sample.dts) for sample in samples if sample.key)
    intra = all(sample.key for sample in samples)
    return MovieIndex(tuple(times), last, keys, stream.time_base, intra, cut_off=cut_off)


def _counted(
    samples: list[_Sample], stream: av.video.stream.VideoStream, path: Path, cut_off: bool
) -> MovieIndex:
    """The index of a movie whose frames can only be counted from its beginning."""
    counted = [_Sample(sample.dts, sample.dts, sample.duration, sample.key) for sample in samples]
    index = _index(counted, stream, path, cut_off)
    return replace(index, keys=index.keys[:1], intra=False, by_count=True)


def _last_duration(shown: list[_Sample], stream: av.video.stream.VideoStream) -> int:
    """How long the last frame is shown: as it says, else as the stream's length or the rate say."""
    assert stream.time_base is not None
    if shown[-1].duration > 0:
        return shown[-1].duration
    if stream.duration and stream.start_time is not None:
        rest = stream.start_time + stream.duration - shown[-1].pts
        if rest > 0:
            return rest
    if len(shown) > 1:
        return shown[-1].pts - shown[-2].pts
    rate = stream.average_rate or Fraction(24)
    return max(1, round(1 / (rate * stream.time_base)))


def _ends_early(
    container: av.container.InputContainer, stream: av.video.stream.VideoStream, path: Path, found: int
) -> bool:
    """Whether the header promises more than the file holds."""
    kind = family(container)
    if kind == "matroska":
        return _matroska_cut_off(path)
    if kind == "mov":
        return len(stream.index_entries) > found
    if kind == "avi":
        return stream.frames > found
    if kind == "mxf" and stream.duration and stream.time_base and stream.average_rate:
        return stream.duration * stream.time_base * stream.average_rate > found
    return False


def _matroska_cut_off(path: Path) -> bool:
    """Whether the Segment is shorter than it says (RFC 8794 for the sizes, RFC 9559 for the Segment)."""
    with path.open("rb") as file:
        head = file.read(4096)
    at = 4
    size, at = _ebml_size(head, at)
    if size is None or head[at + size : at + size + 4] != b"\x18\x53\x80\x67":
        return False
    segment, start = _ebml_size(head, at + size + 4)
    return segment is not None and path.stat().st_size < start + segment


def _ebml_size(head: bytes, at: int) -> tuple[int | None, int]:
    """A variable-length size and the place after it; None for "unknown" (all bits set), as in streams."""
    if at >= len(head) or head[at] == 0:
        return None, at
    length = 9 - head[at].bit_length()
    value = int.from_bytes(head[at : at + length]) & ((1 << 7 * length) - 1)
    return (None if value == (1 << 7 * length) - 1 else value), at + length
