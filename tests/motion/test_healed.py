"""Damage that is painted over does not mislead the search for motion."""

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow, dense
from engine.motion.healed import HealedMotion, healed
from engine.motion.luma import luma_of, search_scale
from engine.types import Bool
from tests.repair.plates import SIZE, pan, scene, texture, working

STEP = (5.0, -2.0)


def lines(*columns: int) -> Bool:
    mask = np.zeros(SIZE, np.bool_)
    for column in columns:
        mask[:, column : column + 5] = True
    return mask


def error(flow: Flow, where: Bool) -> float:
    """Mean distance in px from the motion of the scene."""
    vectors = dense(flow)[where]
    return float(np.hypot(vectors[:, 0] - STEP[0], vectors[:, 1] - STEP[1]).mean())


def test_standing_lines_do_not_hold_the_motion_back() -> None:
    """The world of `pan` moves by STEP a frame, and lines that stand in the frame do not."""
    damage = {k: lines(60, 100, 140) for k in (-1, 0, 1)}
    given = scene(pan(STEP), damage, level=0.9)
    frames = {k: given.window.at(k) for k in (-1, 0, 1)}
    present = {k: frame for k, frame in frames.items() if frame is not None}
    misled = MotionEstimator().between(present[0], present[1])
    followed = HealedMotion(present, damage).to(1)
    assert error(followed, damage[0]) < 0.5 * error(misled, damage[0])
    assert error(followed, damage[0]) < 1.0


def test_without_damage_it_is_the_motion_that_all_others_use() -> None:
    given = scene(pan(STEP), {})
    frames = {k: given.window.at(k) for k in (0, 1)}
    present = {k: frame for k, frame in frames.items() if frame is not None}
    found = HealedMotion(present, {}).to(1)
    np.testing.assert_array_equal(found.vectors, MotionEstimator().between(present[0], present[1]).vectors)


def test_a_repeat_does_not_move() -> None:
    frame = working(texture(3, SIZE), 1, "one")
    assert not HealedMotion({0: frame, 1: frame}, {}).to(1).vectors.any()


@pytest.mark.parametrize("size", [(1, 1), (1, 90), (90, 1), (33, 31)])
def test_tiny_and_narrow_plates(size: tuple[int, int]) -> None:
    frames = {k: working(texture(k, (96, 96))[: size[0], : size[1]], k, f"tiny{k}") for k in (0, 1)}
    hidden = np.zeros(size, np.bool_)
    hidden[size[0] // 2, size[1] // 2] = True
    assert np.isfinite(HealedMotion(frames, {0: hidden, 1: hidden}).to(1).vectors).all()


def test_only_what_is_hidden_is_painted_over() -> None:
    frame = working(texture(5, SIZE), 1, "one")
    scale = search_scale(SIZE)
    luma, hidden = luma_of(frame, scale), lines(100)
    painted = healed(luma, hidden, scale).plane != luma.plane
    assert painted.any()
    columns = np.nonzero(painted.any(0))[0]
    assert columns.min() >= 100 // scale
    assert columns.max() <= 104 // scale
