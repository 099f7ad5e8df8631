"""Matching `--frames` with the frames of a clip."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.render.selection import select_frames


def test_a_step_keeps_every_nth_frame() -> None:
    chosen = select_frames("1001-1010x3", range(1001, 1021), [])
    assert chosen.present == (1001, 1004, 1007, 1010)
    assert chosen.missing == ()


def test_without_a_list_all_frames_and_gaps_are_wanted() -> None:
    chosen = select_frames(None, [1, 2, 5], [3, 4])
    assert chosen.present == (1, 2, 5)
    assert chosen.missing == (3, 4)
    assert chosen.wanted == (1, 2, 3, 4, 5)


def test_a_gap_inside_the_list_is_missing_not_ignored() -> None:
    chosen = select_frames("2-4", [1, 2, 5], [3, 4])
    assert chosen.present == (2,)
    assert chosen.missing == (3, 4)


@pytest.mark.parametrize("text", ["0-5", "5-10", "1-1000", "77"])
def test_frames_outside_the_clip_are_a_mistake(text: str) -> None:
    with pytest.raises(UsageError, match=rf"--frames {text} reaches outside the clip, which holds 1-9"):
        select_frames(text, range(1, 10), [])


@given(st.sets(st.integers(0, 60), min_size=2), st.sets(st.integers(0, 60), min_size=1))
def test_nothing_wanted_is_lost_and_nothing_else_comes(there: set[int], asked: set[int]) -> None:
    frames = sorted(there)
    inside = sorted(n for n in asked if frames[0] <= n <= frames[-1])
    if not inside:
        return
    chosen = select_frames(",".join(map(str, inside)), frames, [])
    assert list(chosen.wanted) == inside
    assert set(chosen.present) <= there
    assert not set(chosen.missing) & there
