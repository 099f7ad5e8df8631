"""Rates as exact fractions, and timestamps that neither drift nor collide."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.media.contract import ClipInfo, ColourTags
from engine.media.movie_clock import FrameTime, clock_for, exact_rate
from engine.types import CodeLayout, Frame
from tests.codes.layouts import RGB, random_codes

LAYOUT = CodeLayout("rgb", RGB, "integer", 10)
INFO = ClipInfo(
    Path("reel.mov"), "movie", "a movie", 34, 22, LAYOUT, range(1, 100), (), 24.0, ColourTags(".mov")
)
VARIABLE = replace(INFO, extras={"timing": "variable"})


@pytest.mark.parametrize(
    ("rate", "expected"),
    [(24.0, "24"), (25.0, "25"), (23.976, "24000/1001"), (23.98, "24000/1001"), (29.97, "30000/1001"),
     (59.94, "60000/1001"), (47.952, "48000/1001"), (16.0, "16"), (12.5, "25/2"), (None, "24"), (0.0, "24")],
)  # fmt: skip
def test_rates_are_those_of_the_standards(rate: float | None, expected: str) -> None:
    assert exact_rate(replace(INFO, rate=rate)) == Fraction(expected)


def test_the_rate_as_written_comes_before_the_rounded_one() -> None:
    assert exact_rate(replace(INFO, rate=18.0, extras={"rate": "18001/1000"})) == Fraction(18001, 1000)


def test_a_frame_keeps_its_time_in_its_metadata() -> None:
    time = FrameTime(1001, 1001, Fraction(1, 24000), last=True)
    assert FrameTime.of(Frame(2, random_codes(LAYOUT), time.as_metadata())) == time
    assert FrameTime.of(Frame(2, random_codes(LAYOUT))) is None


@given(
    rate=st.sampled_from([Fraction(24), Fraction(24000, 1001), Fraction(25), Fraction(60000, 1001)]),
    start=st.integers(0, 5000),
)
def test_rounded_milliseconds_become_exact_again(rate: Fraction, start: int) -> None:
    """As Matroska stores a constant rate; the frames before the first written are left out."""
    info = replace(INFO, rate=float(rate), extras={"rate": str(rate)})
    millisecond = Fraction(1, 1000)
    moments = [round((start + number) / rate / millisecond) for number in range(60)]
    times = [FrameTime(moment, 40, millisecond, last=False) for moment in moments]
    clock = clock_for(info, start + 1, times[0], coarse=False)
    stamps = [clock.stamp(count, time)[0] * clock.time_base for count, time in enumerate(times)]
    offset = stamps[0]
    assert [stamp - offset for stamp in stamps] == [number / rate for number in range(60)]
    assert offset == (0 if start else moments[0] * millisecond)


@given(st.lists(st.integers(1, 500), min_size=2, max_size=30), st.integers(-40, 2000))
def test_variable_times_are_only_moved(gaps: list[int], first: int) -> None:
    base = Fraction(1, 1000)
    starts = [first + sum(gaps[:place]) for place in range(len(gaps))]
    times = [FrameTime(start, gap, base, last=False) for start, gap in zip(starts, gaps, strict=True)]
    clock = clock_for(VARIABLE, 7, times[0], coarse=False)
    stamps = [clock.stamp(count, time) for count, time in enumerate(times)]
    assert clock.time_base == base
    assert stamps == [(start - first, gap) for start, gap in zip(starts, gaps, strict=True)]


def test_from_frame_one_on_a_late_start_is_kept() -> None:
    late = FrameTime(80, 40, Fraction(1, 1000), last=False)
    assert clock_for(VARIABLE, 1, late, coarse=False).stamp(0, late) == (80, 40)
    assert clock_for(VARIABLE, 2, late, coarse=False).stamp(0, late) == (0, 40)


def test_without_times_frames_follow_each_other() -> None:
    clock = clock_for(replace(INFO, rate=23.976), 1001, None, coarse=False)
    stamps = [clock.stamp(count, None)[0] * clock.time_base for count in range(48)]
    assert stamps == [Fraction(count * 1001, 24000) for count in range(48)]
