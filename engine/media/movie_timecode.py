"""Timecode: counting frames on from a start, with or without drop-frame (SMPTE ST 12-1)."""

from __future__ import annotations

import re
from fractions import Fraction

PATTERN = re.compile(r"(\d{2}):(\d{2}):(\d{2})([:;.,])(\d{2,3})", re.ASCII)


def advanced(timecode: str, frames: int, rate: Fraction) -> str | None:
    """`timecode` moved on by `frames` at `rate` frames per second; None if it is no timecode.

    Drop-frame (`;` before the frames) skips the numbers 0 and 1 (0 to 3 at 60) in every minute but each
    tenth: ST 12-1, 5.2.2. The count wraps at 24 hours.
    """
    count = frames_of(timecode, rate)
    if count is None:
        return None
    mark = timecode.strip()[8]
    return _written(count + frames, round(rate), _dropped(round(rate), mark in ";,"), mark)


def frames_of(timecode: str, rate: Fraction, drop: bool = False) -> int | None:
    """How many frames `timecode` is after 00:00:00:00; None if it is no timecode at this rate.

    Drop-frame where the mark before the frames says so (`;` or `,`), or `drop` does.
    """
    match = PATTERN.fullmatch(timecode.strip())
    if match is None:
        return None
    hours, minutes, seconds, mark, ticks = match.groups()
    base = round(rate)
    whole_minutes = int(hours) * 60 + int(minutes)
    count = (whole_minutes * 60 + int(seconds)) * base + int(ticks)
    return count - _dropped(base, drop or mark in ";,") * (whole_minutes - whole_minutes // 10)


def _dropped(base: int, drop: bool) -> int:
    """The numbers left out in a minute."""
    return base // 15 if drop and base % 30 == 0 else 0


def _written(count: int, base: int, dropped: int, mark: str) -> str:
    """The timecode of frame `count` after 00:00:00:00."""
    per_minute = base * 60 - dropped
    per_ten = per_minute * 10 + dropped
    count %= per_ten * 6 * 24
    if dropped:
        tens, rest = divmod(count, per_ten)
        skipped = max(0, (rest - dropped) // per_minute)
        count += dropped * (tens * 9 + skipped)
    seconds, ticks = divmod(count, base)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02d}:{minutes:02d}:{seconds:02d}{mark}{ticks:02d}"
