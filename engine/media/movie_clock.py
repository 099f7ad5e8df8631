"""When each frame of a written movie is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from fractions import Fraction
from typing import Any

from engine.media.contract import ClipInfo
from engine.types import Frame, FrameNumber

FALLBACK_RATE = Fraction(24)
"""Film's own rate, for sequences that say none."""
FINEST = 10_000
"""Ticks per second that a start offset is kept to at a constant rate."""


def exact_rate(info: ClipInfo) -> Fraction:
    """The rate as a fraction: 23.976 is 24000/1001, as every standard has it."""
    written = info.extras.get("rate", "")
    if written:
        return Fraction(written)
    if not info.rate:
        return FALLBACK_RATE
    whole = round(info.rate)
    if abs(info.rate - whole) > 1e-6 and abs(info.rate - whole * 1000 / 1001) < 5e-3:
        return Fraction(whole * 1000, 1001)
    return Fraction(info.rate).limit_denominator(1001)


@dataclass(frozen=True)
class FrameTime:
    """When a frame of a movie is shown: `pts` and `duration` count in `time_base` seconds."""

    pts: int
    duration: int
    time_base: Fraction
    last: bool
    """The last frame of its movie: what sound there is after it belongs to it."""

    @property
    def start(self) -> Fraction:
        """Seconds from the source's own zero."""
        return self.pts * self.time_base

    @property
    def end(self) -> Fraction:
        return (self.pts + self.duration) * self.time_base

    def as_metadata(self) -> Mapping[str, Any]:
        """What a movie source puts into `Frame.metadata`."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @staticmethod
    def of(frame: Frame) -> FrameTime | None:
        """The time a movie source has noted; None for the frames of other sources."""
        names = [field.name for field in fields(FrameTime)]
        if not all(name in frame.metadata for name in names):
            return None
        return FrameTime(*(frame.metadata[name] for name in names))


@dataclass(frozen=True)
class Clock:
    """Gives frames their timestamp in ticks of `time_base` seconds.

    `origin` is the moment of the source that becomes 0. None: the source's times do not count (a
    sequence, or frames with others left out between them) and frames follow each other at `rate`.
    `constant`: the source's times are at `rate` but for their rounding, which is taken off.
    """

    rate: Fraction
    time_base: Fraction
    origin: Fraction | None
    first: Fraction
    constant: bool

    def stamp(self, count: int, time: FrameTime | None) -> tuple[int, int]:
        """(timestamp, duration) of the `count`-th frame written, from 0; `time` is its source time."""
        if self.origin is None or time is None:
            start, end = Fraction(count) / self.rate, Fraction(count + 1) / self.rate
        elif self.constant:
            places = round((time.start - self.first) * self.rate)
            start = self.first - self.origin + places / self.rate
            end = start + max(1, round((time.end - time.start) * self.rate)) / self.rate
        else:
            start, end = time.start - self.origin, time.end - self.origin
        ticks = round(start / self.time_base)
        return ticks, max(1, round(end / self.time_base) - ticks)


def clock_for(info: ClipInfo, number: FrameNumber, time: FrameTime | None, coarse: bool) -> Clock:
    """The clock of a movie whose first written frame is `number`, shown in its source at `time`.

    A rendering from frame 1 on keeps the source's timestamps as they are; one that starts later starts
    at 0. `time` None: the frames follow each other at the rate. `coarse` is for containers that count in
    whole frames (.avi).
    """
    rate = exact_rate(info)
    constant = "timing" not in info.extras
    fine = rate.numerator * math.ceil(FINEST / rate.numerator)
    if time is None:
        return Clock(rate, 1 / rate if coarse else Fraction(1, fine), None, Fraction(0), True)
    if coarse:
        return Clock(rate, 1 / rate, time.start, time.start, constant)
    origin = min(Fraction(0), time.start) if number == 1 else time.start
    return Clock(rate, Fraction(1, fine) if constant else time.time_base, origin, time.start, constant)
