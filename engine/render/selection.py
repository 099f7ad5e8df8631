"""Which frames of a clip are rendered, and which of those wanted are not there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.media.ranges import parse_frames
from engine.types import FrameNumber


@dataclass(frozen=True)
class FrameSelection:
    """The frames to render and those among the wanted ones that the clip lacks, both ascending."""

    present: tuple[FrameNumber, ...]
    missing: tuple[FrameNumber, ...]

    @property
    def wanted(self) -> tuple[FrameNumber, ...]:
        return tuple(sorted((*self.present, *self.missing)))


def select_frames(
    wanted: str | None, frames: Sequence[FrameNumber], gaps: Sequence[FrameNumber]
) -> FrameSelection:
    """Match the frames of a clip with those wanted: "1001-1100x2,1200", or all of them where None.

    Frames wanted inside the clip but missing from it are told apart, so that a gap shows up as a
    failure; frames wanted outside it are a mistake in the request. Raises UsageError.
    """
    if wanted is None:
        return FrameSelection(tuple(frames), tuple(gaps))
    numbers = parse_frames(wanted)
    first, last = frames[0], frames[-1]
    if numbers[0] < first or numbers[-1] > last:
        raise UsageError(
            f"--frames {wanted} reaches outside the clip, which holds {first}-{last}; ask for frames in it."
        )
    there = set(frames)
    return FrameSelection(
        tuple(n for n in numbers if n in there), tuple(n for n in numbers if n not in there)
    )
