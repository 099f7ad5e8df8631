"""What an audit file says, as frozen values: the input of every table, list and page made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from engine.types import EMPTY, Box, FrameNumber

UNKNOWN_RATE = Fraction(24)
"""Film's own rate, for clips that say none."""


@dataclass(frozen=True)
class AuditedRegion:
    """One region of a frame. `state` is "repaired", "left alone" (`why` tells) or "marked"."""

    id: int
    box: Box
    area: int
    damage_class: str
    confidence: float | None
    fill: str
    state: str
    why: str = ""
    decision: str = ""


@dataclass(frozen=True)
class AuditedFrame:
    """One frame. `failure` is "" where it was written; `damaged` is a fraction, 0 .. 1."""

    number: FrameNumber
    damaged: float
    regions: tuple[AuditedRegion, ...]
    seconds: float
    failure: str = ""
    checksums: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: EMPTY)


@dataclass(frozen=True)
class AuditedClip:
    """What holds for all frames. `header` and `summary` are those of the file, `summary` {} in a partial one.

    `rate` is frames per second; `timecode` that of the frame `first`, "" where the clip has none.
    """

    name: str
    header: Mapping[str, Any]
    summary: Mapping[str, Any]
    rate: Fraction
    timecode: str
    first: FrameNumber
    is_movie: bool

    @property
    def whole(self) -> bool:
        """False for the file of a render that was killed."""
        return bool(self.summary)
