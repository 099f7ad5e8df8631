"""The helpers every other test leans on must be able to fail themselves."""

from __future__ import annotations

import logging
from pathlib import Path

import numpy as np
import pytest

from engine.types import CodeLayout, Codes
from tests.conftest import assert_same_codes

LAYOUT_422 = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 10, (2, 1))


def _plate() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 1024, (6, 8, 3), dtype=np.uint16)


def _movie_frame() -> Codes:
    random = np.random.default_rng(7)
    sizes = (6, 7), (6, 4), (6, 4)
    return Codes(tuple(random.integers(0, 1024, size, dtype=np.uint16) for size in sizes), LAYOUT_422)


def test_equal_codes_pass() -> None:
    assert_same_codes(_plate(), _plate())
    assert_same_codes(_movie_frame(), _movie_frame())


def test_a_difference_is_counted_placed_and_shown() -> None:
    plate = _plate()
    plate[4, 5, 1] ^= 1
    with pytest.raises(AssertionError, match=r"1 of 48 pixels") as caught:
        assert_same_codes(plate, _plate())
    assert "(4, 5)" in str(caught.value)
    assert str(plate[4, 5]) in str(caught.value)
    assert str(_plate()[4, 5]) in str(caught.value)


def test_only_what_lies_outside_may_differ() -> None:
    plate, outside = _plate(), np.zeros((6, 8), np.bool_)
    plate[4, 5, 1] ^= 1
    outside[4, 5] = True
    assert_same_codes(plate, _plate(), outside=outside)
    with pytest.raises(AssertionError, match="1 of 48"):
        assert_same_codes(plate, _plate(), outside=~outside)


def test_a_chroma_sample_may_differ_with_any_of_its_pixels() -> None:
    frame, outside = _movie_frame(), np.zeros((6, 7), np.bool_)
    frame.planes[1][2, 3] ^= 1
    outside[2, 6] = True
    assert_same_codes(frame, _movie_frame(), outside=outside)
    with pytest.raises(AssertionError, match="plane 1: 1 of 24"):
        assert_same_codes(frame, _movie_frame())


def test_floats_are_compared_by_their_bits() -> None:
    plate = np.array([[np.nan, 0.0]], np.float32)
    assert_same_codes(plate, plate.copy())
    with pytest.raises(AssertionError, match="1 of 2"):
        assert_same_codes(plate, np.array([[np.nan, -0.0]], np.float32))


def test_another_depth_is_no_match() -> None:
    with pytest.raises(AssertionError, match="uint8"):
        assert_same_codes(np.zeros((2, 2), np.uint8), np.zeros((2, 2), np.uint16))


@pytest.mark.expects_error_log
def test_an_expected_error_log_passes() -> None:
    logging.getLogger("reelmend.test").error("as expected")


INNER = """
import logging
import pytest

def test_logs():
    logging.getLogger("somewhere").error("the sink is full")

@pytest.mark.expects_error_log
def test_silent():
    pass

def test_warns():
    logging.getLogger("somewhere").warning("nothing serious")
"""


@pytest.mark.expects_error_log  # the inner run is in this process, and its logging too
def test_a_logged_error_fails_and_so_does_a_missing_one(pytester: pytest.Pytester) -> None:
    pytester.makeconftest(Path(__file__).with_name("conftest.py").read_text(encoding="utf-8"))
    pytester.makeini("[pytest]\nmarkers = expects_error_log: see tests/conftest.py\n")
    pytester.makepyfile(INNER)
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider")
    result.assert_outcomes(passed=1, failed=2)
    result.stdout.fnmatch_lines(["*logged at ERROR: somewhere: the sink is full*"])
