"""Frames of an audit as timecode and as a count from midnight."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from engine.audit.records import AuditedClip
from engine.media.movie_timecode import PATTERN, advanced
from engine.types import FrameNumber

_MIDNIGHT = "00:00:00:00"


@dataclass(frozen=True)
class FrameClock:
    """`start` is the timecode of frame `first`; a sequence without one counts its numbers from midnight."""

    start: str
    first: FrameNumber
    rate: Fraction

    @staticmethod
    def of(clip: AuditedClip) -> FrameClock:
        if PATTERN.match(clip.timecode.strip()):
            return FrameClock(clip.timecode.strip(), clip.first, clip.rate)
        return FrameClock(_MIDNIGHT, 1 if clip.is_movie else 0, clip.rate)

    @property
    def drops(self) -> bool:
        return self.start[8] in ";,"

    def timecode(self, number: FrameNumber) -> str:
        """The timecode of a frame, hh:mm:ss:ff."""
        return advanced(self.start, number - self.first, self.rate) or _MIDNIGHT

    def count(self, number: FrameNumber) -> int:
        """Frames from midnight to the frame."""
        hours, minutes, seconds, frames = (int(self.start[at : at + 2]) for at in (0, 3, 6, 9))
        base = round(self.rate)
        whole_minutes = hours * 60 + minutes
        dropped = base // 15 if self.drops and base % 30 == 0 else 0
        start = (whole_minutes * 60 + seconds) * base + frames
        return start - dropped * (whole_minutes - whole_minutes // 10) + number - self.first
