"""Frame ranges as people write them: `1001-1100x2,1200`; numbers may be below zero: `-8--1,0-100`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from engine.errors import UsageError
from engine.types import FrameNumber

MOST_FRAMES = 1_000_000
"""More than eleven hours at 24 frames per second: a longer request is a slip of the hand."""

_PART = re.compile(r"(?P<first>-?\d{1,12})(?:-(?P<last>-?\d{1,12})(?:x(?P<step>\d{1,12}))?)?", re.ASCII)


def parse_frames(text: str) -> tuple[FrameNumber, ...]:
    """The numbers of `text`, ascending and without repeats; ends are included.

    Parts are separated by commas: `7`, `1001-1100`, `1001-1100x2` (every second one).
    Raises UsageError.
    """
    numbers: set[FrameNumber] = set()
    for part in text.split(","):
        numbers.update(_numbers_of(part.strip(), text))
        _check_size(len(numbers), text)
    return tuple(sorted(numbers))


def format_frames(numbers: Iterable[FrameNumber]) -> str:
    """Numbers as the shortest list of closed ranges: 1001-1004,1010."""
    runs: list[list[FrameNumber]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)


def gaps_between(numbers: Sequence[FrameNumber]) -> tuple[FrameNumber, ...]:
    """What is missing between the first and the last of `numbers` (ascending). Raises UsageError."""
    if not numbers:
        return ()
    span = range(numbers[0], numbers[-1] + 1)
    _check_size(len(span), f"{numbers[0]}-{numbers[-1]}")
    present = set(numbers)
    return tuple(number for number in span if number not in present)


def _numbers_of(part: str, text: str) -> range:
    match = _PART.fullmatch(part)
    if match is None:
        raise UsageError(
            f"{text!r} is not a frame range: {part!r} was found where a number (7), a range (1001-1100) or a "
            "stepped range (1001-1100x2) was expected; separate several with commas."
        )
    first = int(match["first"])
    last = int(match["last"] or first)
    step = int(match["step"] or 1)
    if last < first:
        raise UsageError(f"The frame range {part!r} runs backwards; write {last}-{first}.")
    if step == 0:
        raise UsageError(f"The frame range {part!r} has a step of 0; the smallest step is 1.")
    numbers = range(first, last + 1, step)
    _check_size(len(numbers), text)
    return numbers


def _check_size(count: int, text: str) -> None:
    if count > MOST_FRAMES:
        raise UsageError(
            f"The frame range {text!r} holds {count} frames; at most {MOST_FRAMES} are accepted."
        )
