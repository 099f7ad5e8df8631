"""Timecode arithmetic, against SMPTE ST 12-1."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.media.movie_timecode import advanced

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("start", "frames", "rate", "expected"),
    [
        ("01:00:00:00", 0, Fraction(24), "01:00:00:00"),
        ("01:00:00:23", 1, Fraction(24), "01:00:01:00"),
        ("00:59:59:24", 1, Fraction(25), "01:00:00:00"),
        ("10:00:00:00", 24, Fraction(24000, 1001), "10:00:01:00"),
        ("23:59:59:23", 1, Fraction(24), "00:00:00:00"),
        ("00:00:59;29", 1, NTSC, "00:01:00;02"),
        ("00:09:59;29", 1, NTSC, "00:10:00;00"),
        ("00:00:00;00", 17982, NTSC, "00:10:00;00"),
        ("00:00:00;00", 1800, NTSC, "00:01:00;02"),
        ("00:00:59;59", 1, Fraction(60000, 1001), "00:01:00;04"),
        ("00:00:59:29", 1, NTSC, "00:01:00:00"),
    ],
)
def test_known_counts(start: str, frames: int, rate: Fraction, expected: str) -> None:
    assert advanced(start, frames, rate) == expected


@given(st.integers(0, 200_000), st.integers(0, 50_000), st.sampled_from([":", ";"]))
def test_counting_twice_is_counting_the_sum(one: int, other: int, mark: str) -> None:
    zero = f"00:00:00{mark}00"
    middle = advanced(zero, one, NTSC)
    assert middle is not None
    assert advanced(middle, other, NTSC) == advanced(zero, one + other, NTSC)


@pytest.mark.parametrize("text", ["", "noon", "1:2:3:4", "00:00:00"])
def test_what_is_no_timecode_is_none(text: str) -> None:
    assert advanced(text, 1, Fraction(24)) is None
