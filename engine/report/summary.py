"""The outcome of a render, as plain frozen values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from engine.types import EMPTY, FrameNumber

Outcome = Literal["complete", "frames failed", "failed", "interrupted"]
EXIT_CODES: Mapping[Outcome, int] = {"complete": 0, "failed": 1, "frames failed": 3, "interrupted": 130}
MUCH = 0.01
"""Of the picture. Where more is likely damaged and was left as it is, somebody must look: lost emulsion is
left like that. On sound film a frame has a thousandth at most, on worn film mostly up to three."""


@dataclass(frozen=True)
class FrameFailure:
    """A frame that was not written, and why. `kind` is the name of the error class."""

    number: FrameNumber
    kind: str
    message: str


@dataclass(frozen=True)
class RenderTally:
    """What was counted while rendering. Seconds are wall time; `stages` sums the frames' own timings."""

    written: tuple[FrameNumber, ...]
    damaged: float
    """Mean over the written frames of the fraction of pixels the matte touches, 0 .. 1."""
    regions: int
    seconds: float
    stages: Mapping[str, float]

    @property
    def fps(self) -> float:
        return len(self.written) / self.seconds if self.seconds > 0 else 0.0


@dataclass(frozen=True)
class RenderSummary:
    """How a render ended, what it made and with what.

    `identity` names the detector and repairer exactly; `versions` the program and libraries;
    `settings` every picture parameter; `cause` is the error that ended the render early, "" if none.
    """

    outcome: Outcome
    source: str
    outputs: Mapping[str, str]
    expected: int
    tally: RenderTally
    failures: tuple[FrameFailure, ...]
    settings: Mapping[str, float | str]
    colour_space: str
    colour_reason: str
    identity: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    versions: Mapping[str, str] = field(default_factory=lambda: EMPTY)
    cause: str = ""
    notes: tuple[str, ...] = ()
    """What the outputs could not carry over from the source, which frames want a look, a sentence each."""

    @property
    def exit_code(self) -> int:
        return EXIT_CODES[self.outcome]
