"""Frame ranges: what is accepted, what it means, and what an error says."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.media.ranges import MOST_FRAMES, format_frames, gaps_between, parse_frames


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("7", (7,)),
        ("0", (0,)),
        ("1001-1004", (1001, 1002, 1003, 1004)),
        ("1001-1008x3", (1001, 1004, 1007)),
        ("1001-1007x3,1200", (1001, 1004, 1007, 1200)),
        ("20, 10-12 ,11", (10, 11, 12, 20)),
        ("5-5", (5,)),
        ("0098-0100", (98, 99, 100)),
        ("-5", (-5,)),
        ("-2-1", (-2, -1, 0, 1)),
        ("-8--4x2,3", (-8, -6, -4, 3)),
    ],
)
def test_ranges(text: str, numbers: tuple[int, ...]) -> None:
    assert parse_frames(text) == numbers


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not a frame range"),
        ("1-", "not a frame range"),
        ("1,,2", "not a frame range"),
        ("-5-", "not a frame range"),
        ("--5", "not a frame range"),
        ("-1--5", "write -5--1"),
        ("1-10y2", "not a frame range"),
        ("5x2", "not a frame range"),
        ("a-b", "'a-b'"),
        ("1.5", "not a frame range"),
        ("10-1", "write 1-10"),
        ("1-10x0", "step of 0"),
        ("1-99999999999", str(MOST_FRAMES)),
        ("1-700000,700001-1400000", str(MOST_FRAMES)),
        ("1-9999999999999999999", "not a frame range"),
        ("٣-٥", "not a frame range"),
    ],
)
def test_bad_ranges_say_what_is_wrong(text: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        parse_frames(text)


@given(st.sets(st.integers(-200, 200), min_size=1))
def test_writing_and_reading_a_range_gives_the_numbers_back(numbers: set[int]) -> None:
    assert parse_frames(format_frames(numbers)) == tuple(sorted(numbers))


@given(st.sets(st.integers(0, 100), min_size=1))
def test_gaps_and_frames_together_are_the_whole_span(numbers: set[int]) -> None:
    present = sorted(numbers)
    gaps = gaps_between(present)
    assert sorted([*present, *gaps]) == list(range(present[0], present[-1] + 1))


def test_a_span_that_is_a_slip_of_the_hand_is_refused() -> None:
    assert gaps_between(()) == ()
    with pytest.raises(UsageError, match="1-2000000"):
        gaps_between((1, 2_000_000))


@given(st.one_of(st.text(), st.text(alphabet="0123456789-x, ", max_size=40)))
def test_any_text_is_frames_or_a_refusal(text: str) -> None:
    try:
        numbers = parse_frames(text)
    except UsageError:
        return
    assert 0 < len(numbers) <= MOST_FRAMES
    assert list(numbers) == sorted(set(numbers))
