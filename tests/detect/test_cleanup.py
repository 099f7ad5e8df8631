from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detect.cleanup import MatteRule, accepted, clean_matte, softened, threshold
from engine.parameters import Settings
from engine.types import DamageMatte

RULE = MatteRule.of(Settings.of({"sensitivity": 0.5}))


def probability_with_a_mark(value: float = 0.9, side: int = 4) -> np.ndarray:
    plane = np.zeros((40, 50), np.float32)
    plane[10 : 10 + side, 20 : 20 + side] = value
    return plane


def test_nothing_found_is_a_matte_of_exact_zeros() -> None:
    matte = clean_matte(DamageMatte(np.full((40, 50), 0.01, np.float32)), RULE)
    assert not matte.coverage.any()
    assert matte.coverage.dtype == np.float32


def test_by_default_the_marks_are_covered_wholly_and_nothing_else() -> None:
    plane = probability_with_a_mark()
    assert (clean_matte(DamageMatte(plane), RULE).coverage == (plane > 0)).all()


def test_a_dilated_mark_is_covered_wholly_and_its_rim_softly() -> None:
    rule = replace(RULE, dilation=1.0, feather=1.0)
    coverage = clean_matte(DamageMatte(probability_with_a_mark()), rule).coverage
    assert (coverage[10:14, 20:24] == 1).all()
    assert 0 < coverage[9, 21] < 1
    assert coverage[8, 21] == 0, "two pixels away, beyond the dilation of one, nothing may be touched"


def test_a_rim_below_the_threshold_belongs_to_its_core_but_never_stands_alone() -> None:
    plane = probability_with_a_mark()
    plane[10:14, 24] = 0.3
    plane[30, 30] = 0.3
    marks = accepted(plane, RULE)
    assert marks[10:14, 24].all()
    assert not marks[30, 30]


def test_marks_below_the_minimum_area_are_left_alone() -> None:
    plane = probability_with_a_mark(side=3)
    assert accepted(plane, replace(RULE, minimum_area=9)).any()
    assert not accepted(plane, replace(RULE, minimum_area=10)).any()


@pytest.mark.parametrize(("low", "high"), [(0.0, 0.2), (0.2, 0.5), (0.5, 0.9), (0.9, 1.0)])
def test_more_sensitivity_never_finds_less(low: float, high: float) -> None:
    plane = np.random.default_rng(3).random((60, 80), np.float32) ** 6
    few, many = (accepted(plane, replace(RULE, sensitivity=s)) for s in (low, high))
    assert not (few & ~many).any()
    assert threshold(low) > threshold(high)


@given(
    seed=st.integers(0, 2**32 - 1),
    dilation=st.floats(0, 8),
    feather=st.floats(0, 8),
)
def test_coverage_stays_within_its_range_and_its_reach(seed: int, dilation: float, feather: float) -> None:
    marks = np.random.default_rng(seed).random((24, 30)) < 0.02
    coverage = softened(marks, dilation, feather)
    assert coverage.min() >= 0
    assert coverage.max() <= 1
    assert (coverage[marks] == 1).all()
    rows, columns = np.nonzero(marks)
    for row, column in zip(*np.nonzero(coverage > 0), strict=True):
        assert np.hypot(rows - row, columns - column).min() < dilation + 1 or marks[row, column]


def test_classes_share_the_coverage_out() -> None:
    plane = probability_with_a_mark()
    found = DamageMatte(plane, {"blotch": plane * 0.75, "hair": plane * 0.25, "scratch": plane * 0})
    matte = clean_matte(found, RULE)
    inside = matte.coverage == 1
    assert matte.classes["blotch"][inside] == pytest.approx(0.75, abs=1e-3)
    assert sum(matte.classes.values())[inside] == pytest.approx(1, abs=1e-3)


def test_what_is_likely_and_left_out_is_suspected_unless_it_is_a_line() -> None:
    plane = probability_with_a_mark(0.99)
    plane[20:26, 5:9] = 0.8
    plane[:, 40:42] = 0.8
    plane[30, 30] = 0.4
    scratch = np.where(np.arange(50)[None] >= 40, plane, np.float32(0))
    found = DamageMatte(plane, {"blotch": plane - scratch, "scratch": scratch})
    matte = clean_matte(found, replace(RULE, sensitivity=0.2))
    expected = np.zeros(plane.shape, np.bool_)
    expected[20:26, 5:9] = True
    assert matte.suspected is not None
    assert (matte.suspected == expected).all()
    assert not (matte.suspected & (matte.coverage > 0)).any()
    everything = clean_matte(found, replace(RULE, sensitivity=0.6))
    assert everything.suspected is not None
    assert not everything.suspected.any()
