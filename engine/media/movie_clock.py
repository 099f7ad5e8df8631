"""When each frame of a written movie is shown."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction

from engine.media.contract import ClipInfo
from engine.types import Frame

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
    if abs(info.rate - whole) > 1e-6 and abs(info.rate - whole * 1000 / 1001) < 2e-3:
        return Fraction(whole * 1000, 1001)
    return Fraction(info.rate).limit_denominator(1001)


@dataclass(frozen=True)
class SourceTime:
    """A frame's time in its movie, in seconds."""

    start: Fraction
    end: Fraction

    @staticmethod
    def of(frame: Frame) -> SourceTime | None:
        """As the movie source noted it in the frame's metadata; None for frames of other sources."""
        try:
            pts, duration, base = (frame.metadata[key] for key in ("pts", "duration", "time_base"))
        except KeyError:
            return None
        return SourceTime(pts * base, (pts + duration) * base)


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

    def stamp(self, count: int, time: SourceTime | None) -> tuple[int, int]:
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


def clock_for(info: ClipInfo, first: Frame, consecutive: bool, coarse: bool) -> Clock:
    """The clock of a movie whose first written frame is `first`.

    A rendering from the clip's first frame on keeps the source's timestamps as they are; one that starts
    later starts at 0. `coarse` is for containers that count in whole frames (.avi).
    """
    rate = exact_rate(info)
    constant = "timing" not in info.extras
    time = SourceTime.of(first) if consecutive else None
    if time is None or coarse:
        step = rate if coarse else rate.numerator * math.ceil(FINEST / rate.numerator)
        origin = None if time is None else time.start
        return Clock(rate, 1 / Fraction(step), origin, origin or Fraction(0), True)
    origin = min(Fraction(0), time.start) if first.number == info.frames[0] else time.start
    ticks = rate.numerator * math.ceil(FINEST / rate.numerator)
    base = Fraction(1, ticks) if constant else Fraction(first.metadata["time_base"])
    return Clock(rate, base, origin, time.start, constant)
