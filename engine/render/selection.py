"""Which frames of a clip are rendered, and what becomes of those wanted that are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, get_args

from engine.errors import UsageError
from engine.media.ranges import format_frames, parse_frames
from engine.types import FrameNumber

Missing = Literal["error", "hold", "skip"]
MISSING: tuple[Missing, ...] = get_args(Missing)


@dataclass(frozen=True)
class FrameSelection:
    """The frames to render, and those among the wanted ones that the clip lacks; all ascending.

    `missing` are to fail, `held` get a copy of the frame before them, `skipped` are left out.
    """

    present: tuple[FrameNumber, ...]
    missing: tuple[FrameNumber, ...]
    held: tuple[FrameNumber, ...] = ()
    skipped: tuple[FrameNumber, ...] = ()

    @cached_property
    def wanted(self) -> tuple[FrameNumber, ...]:
        """What is to be done, one after the other."""
        return tuple(sorted((*self.present, *self.missing, *self.held)))

    @cached_property
    def written(self) -> tuple[FrameNumber, ...]:
        """The frames that the outputs will hold."""
        return tuple(sorted((*self.present, *self.held)))

    def notes(self) -> tuple[str, ...]:
        """What is done about gaps, in sentences."""
        notes: list[str] = []
        if self.held:
            notes.append(f"Missing and shown as a copy of the frame before: {format_frames(self.held)}.")
        if self.skipped:
            notes.append(f"Missing and left out: {format_frames(self.skipped)}.")
        return tuple(notes)


def select_frames(
    wanted: str | None,
    frames: Sequence[FrameNumber],
    gaps: Sequence[FrameNumber],
    missing: Missing = "error",
) -> FrameSelection:
    """Match the frames of a clip with those wanted: "1001-1100x2,1200", or all of them where None.

    Frames wanted inside the clip but missing from it are told apart, so that a gap shows up as a failure,
    or as `missing` says; frames wanted outside it are a mistake in the request. Raises UsageError.
    """
    if wanted is None:
        return _settled(tuple(frames), tuple(gaps), missing)
    numbers = parse_frames(wanted)
    first, last = frames[0], frames[-1]
    if numbers[0] < first or numbers[-1] > last:
        raise UsageError(
            f"--frames {wanted} reaches outside the clip, which holds {first}-{last}; ask for frames in it."
        )
    there = set(frames)
    absent = tuple(n for n in numbers if n not in there)
    return _settled(tuple(n for n in numbers if n in there), absent, missing)


def _settled(
    present: tuple[FrameNumber, ...], absent: tuple[FrameNumber, ...], missing: Missing
) -> FrameSelection:
    if missing == "hold":
        return FrameSelection(present, (), held=absent)
    if missing == "skip" and present:
        return FrameSelection(present, (), skipped=absent)
    return FrameSelection(present, absent)
