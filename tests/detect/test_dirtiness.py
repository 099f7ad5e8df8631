"""A frame full of certain dirt lets doubtful marks count sooner; a clean one changes nothing."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detect.cleanup import MatteRule, clean_matte, limits_of
from engine.detect.dirtiness import CALIBRATED_ON, eased, share_of_damage
from engine.detect.witness import Witness
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.types import DAMAGE_CLASSES, DamageClass, DamageMatte, Float32
from tests.detect.moving_plates import plate, window_of

SIZE = (200, 300)
RULE = MatteRule.of(Settings.of({"minimum_area": 1}))


def _witness(neighbours: tuple[int, ...]) -> Witness:
    return Witness(window_of({number: plate(number) for number in neighbours}), MotionEstimator())


def _frame(share: float, certainty: float, seed: int = 0) -> Float32:
    """A frame of which `share` has the probability `certainty`, all else 0.001."""
    dirty = np.random.default_rng(seed).random(SIZE) < share
    return np.where(dirty, np.float32(certainty), np.float32(0.001))


def _drawn(share: float, seed: int = 0) -> Float32:
    """Probabilities as a calibrated detector tells them, of a frame whose share of damage is `share`.

    Evidence is normal with means two apart, so the odds it tells at the prior p are p/(1-p) exp(2 x - 2).
    """
    rng = np.random.default_rng(seed)
    evidence = rng.standard_normal(SIZE) + 4 * (rng.random(SIZE) < share)
    odds = CALIBRATED_ON / (1 - CALIBRATED_ON) * np.exp(4 * evidence - 8)
    return (odds / (1 + odds)).astype(np.float32)


@pytest.mark.parametrize("share", [0.003, 0.01, 0.05, 0.3])
def test_the_share_comes_out_of_calibrated_probabilities(share: float) -> None:
    assert share_of_damage(_drawn(share)) == pytest.approx(share, rel=0.2)


def test_doubtful_marks_alone_make_no_frame_dirty() -> None:
    assert share_of_damage(_frame(0.02, 0.6)) < 0.001
    assert share_of_damage(np.zeros(SIZE, np.float32)) == 0


def test_a_clean_frame_keeps_the_limit_to_the_last_bit() -> None:
    limits: npt.NDArray[np.float32] = np.random.default_rng(1).random(SIZE, np.float32)
    frame = _frame(0.0005, 0.9999)
    assert eased(0.937, frame) == 0.937
    assert eased(limits, frame) is limits


@given(share=st.floats(0, 1), low=st.floats(0.01, 0.99), high=st.floats(0.01, 0.99))
def test_a_limit_is_lowered_never_below_what_is_easiest_and_keeps_its_rank(
    share: float, low: float, high: float
) -> None:
    frame = _frame(share, 0.9999)
    low, high = sorted((low, high))
    easier, harder = (eased(limit, frame) for limit in (low, high))
    assert isinstance(easier, float)
    assert isinstance(harder, float)
    assert min(low, 0.8) - 1e-9 <= easier <= low + 1e-9
    assert easier <= harder + 1e-12
    per_pixel = eased(np.full(SIZE, low, np.float32), frame)
    assert np.asarray(per_pixel) == pytest.approx(easier, abs=1e-6)


def _found(frame: Float32, of: DamageClass = "blotch") -> DamageMatte:
    """All of it of one class, as far as it is of any."""
    return DamageMatte(frame, {name: frame * np.float32(name == of) for name in DAMAGE_CLASSES})


@pytest.mark.parametrize(
    ("share", "neighbours", "of", "taken"),
    [
        (0.0, (-1, 0, 1), "blotch", False),
        (0.02, (-1, 0, 1), "blotch", True),
        (0.02, (0, 1), "hair", True),
        (0.02, (0,), "blotch", False),
        (0.02, (-1, 0, 1), "scratch", False),
        (0.02, (-1, 0, 1), "other", False),
    ],
)
def test_a_doubtful_speck_is_taken_beside_certain_dirt_where_there_are_neighbours(
    share: float, neighbours: tuple[int, ...], of: DamageClass, taken: bool
) -> None:
    frame = _frame(share, 0.9999)
    frame[100:110, 100:110] = 0.001
    frame[103:107, 103:107] = 0.86
    marks = clean_matte(_found(frame, of), RULE, _witness(neighbours)).coverage[103:107, 103:107]
    assert bool(marks.any()) is taken


def test_a_dirty_frame_asks_less_of_cores_and_little_less_of_rims() -> None:
    seen, dirty = _witness((-1, 0, 1)), _found(_frame(0.05, 0.9999))
    usual = limits_of(_found(_frame(0.0, 0.9999)), RULE, seen)
    eased_limits = limits_of(dirty, RULE, seen)
    dust = np.asarray(cv2.blur(dirty.coverage, (5, 5)) > 0.01)
    core, rim = np.asarray(eased_limits.core), np.asarray(eased_limits.rim)
    assert core[dust] == pytest.approx(0.8)
    assert (np.float32(usual.rim) - 0.1 < rim[dust]).all()
    assert (rim[dust] < core[dust]).all()


def test_a_detector_without_classes_is_taken_at_its_word() -> None:
    dirty = DamageMatte(_frame(0.05, 0.9999))
    assert limits_of(dirty, RULE, _witness((-1, 0, 1))).core == limits_of(dirty, RULE).core
