"""What a frame is compared with: the nearest frames, wherever in a larger window it stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.window.window import FrameWindow
from tests.detect.moving_plates import window_of

RADIUS = 4
PICTURE = np.zeros((1, 1, 3), np.float32)


def window(present: Sequence[int]) -> FrameWindow:
    """Of the radius RADIUS, holding the frames at the offsets `present`, which have these numbers."""
    return window_of(dict.fromkeys(present, PICTURE), RADIUS)


def numbers(found: FrameWindow) -> list[int]:
    return [frame.number for frame in found.frames if frame is not None]


@pytest.mark.parametrize(
    ("present", "beside"),
    [
        (range(-4, 5), [-1, 0, 1]),
        (range(5), [0, 1, 2]),
        (range(-4, 1), [-2, -1, 0]),
        ([0], [0]),
        ([0, 1], [0, 1]),
        ([-4, 0, 3], [0]),
        ([-3, -2, 0, 1, 2], [-2, 0, 1]),
        ([-2, 0, 2], [-2, 0, 2]),
    ],
)
def test_one_on_either_side_or_two_on_one(present: Sequence[int], beside: list[int]) -> None:
    assert numbers(window(present).beside(0, 1)) == beside


def test_a_detector_that_looks_further_is_given_as_many_more() -> None:
    assert numbers(window(range(-1, 5)).beside(0, 2)) == [-1, 0, 1, 2, 3]
    assert numbers(window(range(5)).beside(0, 0)) == [0]


@given(st.sets(st.integers(-RADIUS, RADIUS)), st.integers(-2, 2), st.integers(1, 2))
def test_it_does_not_depend_on_the_window(present: set[int], offset: int, radius: int) -> None:
    """The centre of a small window and a neighbour in a large one are compared with the same frames."""
    large = window(sorted(present | {0, offset}))
    small = large.around(offset, 2 * radius)
    assert large.beside(offset, radius).frames == small.beside(0, radius).frames
    seen = small.beside(0, radius)
    assert seen.centre.number == offset
    assert seen.radius == 2 * radius
    assert len(seen.offsets()) <= 2 * radius
