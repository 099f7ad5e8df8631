"""The frame lists of `--frames`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.render.frame_range import as_ranges, parse_ranges, select_frames


def test_a_step_keeps_every_nth_frame() -> None:
    chosen = select_frames("1001-1010x3", range(1001, 1021), [])
    assert chosen.present == (1001, 1004, 1007, 1010)
    assert chosen.missing == ()


def test_lists_are_merged_sorted_and_without_repeats() -> None:
    assert select_frames("7,3-5, 4-6", range(0, 10), []).present == (3, 4, 5, 6, 7)


def test_negative_numbers_are_frames_too() -> None:
    assert parse_ranges("-5--2") == (range(-5, -1),)


def test_without_a_list_all_frames_and_gaps_are_wanted() -> None:
    chosen = select_frames(None, [1, 2, 5], [3, 4])
    assert chosen.present == (1, 2, 5)
    assert chosen.missing == (3, 4)


def test_a_gap_inside_the_list_is_missing_not_ignored() -> None:
    chosen = select_frames("2-4", [1, 2, 5], [3, 4])
    assert chosen.present == (2,)
    assert chosen.missing == (3, 4)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not a frame range"),
        ("a-b", "'a-b' is not a frame range"),
        ("1-", "is not a frame range"),
        ("1-9x", "is not a frame range"),
        ("9-1", "write 1-9"),
        ("1-9x0", "step in 1-9x0 must be 1 or more"),
        ("0-5", "which holds 1-9"),
        ("1-1000000000000", "which holds 1-9"),
    ],
)
def test_bad_lists_are_usage_errors_that_say_what_to_write(text: str, said: str) -> None:
    with pytest.raises(UsageError, match="--frames") as caught:
        select_frames(text, range(1, 10), [])
    assert said in str(caught.value)


@given(st.sets(st.integers(-40, 40), min_size=1))
def test_as_ranges_reads_back_as_the_same_frames(frames: set[int]) -> None:
    text = as_ranges(sorted(frames))
    assert {n for part in parse_ranges(text) for n in part} == frames


def test_as_ranges_is_short() -> None:
    assert as_ranges([1001, 1003, 1005, 1007]) == "1001-1007x2"
    assert as_ranges([1, 2, 3, 9]) == "1-3,9"
