"""What the detector said of a whole frame is what it says of a part of it."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.review.remembered import RememberedDetector
from engine.types import Box, CodeLayout, Codes, DamageMatte, Frame, WorkingFrame
from engine.window.window import FrameWindow

SIZE = (20, 30)
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)


class Counting:
    """Marks places that depend on the size of what it sees, as a net does, and counts its work."""

    radius = 1
    identity = "counting"

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, window: FrameWindow) -> DamageMatte:
        self.asked += 1
        rng = np.random.default_rng(window.centre.size[0])
        coverage = rng.random(window.centre.size, np.float32)
        return DamageMatte(coverage, {"hair": np.where(coverage > 0.7, coverage, np.float32(0))}, "counting")


def window_of(size: tuple[int, int], name: str) -> FrameWindow:
    codes = Codes((np.zeros((*size, 3), np.uint16),), LAYOUT)
    frames = [
        WorkingFrame(Frame(number, codes), "log", np.zeros((*size, 3), np.float32), f"{name}{number}")
        for number in (1, 2, 3)
    ]
    return FrameWindow(tuple(frames))


@settings(max_examples=25)
@given(st.integers(0, 18), st.integers(0, 28), st.integers(1, 20), st.integers(1, 30))
def test_a_part_is_told_what_was_found_on_the_whole(top: int, left: int, height: int, width: int) -> None:
    box = Box(top, left, min(top + height, SIZE[0]), min(left + width, SIZE[1]))
    detector = Counting()
    remembered = RememberedDetector(detector, 2**20)
    whole, part = window_of(SIZE, "whole"), window_of((box.height, box.width), "part")
    found = remembered.detect(whole)
    remembered.share(whole, part, box)
    told = remembered.detect(part)
    np.testing.assert_array_equal(told.coverage, found.coverage[box.slices])
    np.testing.assert_array_equal(told.classes["hair"], found.classes["hair"][box.slices])
    assert told.origin == found.origin
    assert detector.asked == 1


def test_where_the_whole_was_not_looked_at_the_part_is() -> None:
    detector = Counting()
    remembered = RememberedDetector(detector, 2**20)
    whole, part = window_of(SIZE, "whole"), window_of((4, 5), "part")
    remembered.share(whole, part, Box(1, 1, 5, 6))
    assert remembered.detect(part).coverage.shape == (4, 5)
    assert detector.asked == 1
