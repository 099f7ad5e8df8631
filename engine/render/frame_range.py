"""Which frames: "1001-1100x2" and the like, as the frame lists of the field are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import UsageError
from engine.types import FrameNumber

_PART = re.compile(r"(-?\d+)(?:-(-?\d+)(?:x(\d+))?)?")


@dataclass(frozen=True)
class FrameSelection:
    """The frames to render, ascending, and those among the wanted ones that the clip lacks."""

    present: tuple[FrameNumber, ...]
    missing: tuple[FrameNumber, ...]


def parse_ranges(text: str) -> tuple[range, ...]:
    """The ranges in a comma-separated list: "7", "1001-1100", "1001-1100x2". Raises UsageError."""
    ranges = tuple(_part(part.strip(), text) for part in text.split(","))
    return ranges


def select_frames(
    wanted: str | None, frames: Sequence[FrameNumber], gaps: Sequence[FrameNumber]
) -> FrameSelection:
    """Match the wanted frames (all, where None) with those of a clip.

    Frames wanted inside the clip but missing from it are told apart, so that a gap shows up as a
    failure; frames wanted outside it are a mistake in the request. Raises UsageError.
    """
    if wanted is None:
        return FrameSelection(tuple(frames), tuple(gaps))
    ranges = parse_ranges(wanted)
    first, last = frames[0], frames[-1]
    for part in ranges:
        if part[0] < first or part[-1] > last:
            raise UsageError(
                f"--frames {wanted} reaches outside the clip, which holds {first}-{last}; "
                "ask for frames in it."
            )
    numbers = sorted({number for part in ranges for number in part})
    there = set(frames)
    return FrameSelection(
        tuple(n for n in numbers if n in there), tuple(n for n in numbers if n not in there)
    )


def as_ranges(frames: Sequence[FrameNumber]) -> str:
    """The shortest "first-last[xstep]" list for ascending frames, as `parse_ranges` reads it."""
    parts: list[str] = []
    rest = list(frames)
    while rest:
        run = _run(rest)
        parts.append(_range_text(rest[0], rest[run - 1], rest[1] - rest[0] if run > 1 else 1))
        rest = rest[run:]
    return ",".join(parts)


def _part(part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise UsageError(f"--frames {text!r}: {part!r} is not a frame range; write 1001-1100 or 1001-1100x2.")
    first = int(match[1])
    last = first if match[2] is None else int(match[2])
    step = 1 if match[3] is None else int(match[3])
    if last < first:
        raise UsageError(f"--frames {text!r}: the range {part} runs backwards; write {last}-{first}.")
    if step < 1:
        raise UsageError(f"--frames {text!r}: the step in {part} must be 1 or more.")
    return range(first, last + 1, step)


def _run(frames: Sequence[FrameNumber]) -> int:
    """How many frames from the start are evenly spaced; 1 unless there are two in a row, or three."""
    if len(frames) < 2:
        return len(frames)
    step = frames[1] - frames[0]
    length = 2
    while length < len(frames) and frames[length] - frames[length - 1] == step:
        length += 1
    return length if step == 1 or length > 2 else 1


def _range_text(first: int, last: int, step: int) -> str:
    if first == last:
        return str(first)
    return f"{first}-{last}" if step == 1 else f"{first}-{last}x{step}"
