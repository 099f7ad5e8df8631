"""The figures that stand in for a learned distance, and those of colour."""

import cv2
import numpy as np
import pytest

from engine.types import Bool, Float32
from export.evaluate.look import colour_error, colour_shift, lab, look_distance, texture_distance

SIZE = (96, 120)


def picture(seed: int = 1) -> Float32:
    coarse = np.random.default_rng(seed).random((12, 15, 3), np.float32)
    smooth = cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(0.3 + 0.4 * smooth, 0, 1).astype(np.float32)


def grain(seed: int, strength: float = 0.03) -> Float32:
    return (strength * np.random.default_rng(seed).standard_normal((*SIZE, 3))).astype(np.float32)


@pytest.fixture
def where() -> Bool:
    mask = np.zeros(SIZE, np.bool_)
    mask[20:50, 30:80] = True
    mask[60:80, 10:30] = True
    return mask


def test_a_picture_is_like_itself(where: Bool) -> None:
    same = picture() + grain(1)
    for distance in (look_distance, texture_distance, colour_error, colour_shift):
        assert distance(same, same.copy(), where) == pytest.approx(0, abs=1e-5)


def test_other_grain_of_the_same_strength_is_nearer_than_none(where: Bool) -> None:
    truth = picture() + grain(1)
    other, smooth = picture() + grain(2), picture()
    assert texture_distance(other, truth, where) < 0.5 * texture_distance(smooth, truth, where)
    assert look_distance(other, truth, where) < look_distance(smooth, truth, where)


def test_another_picture_is_farther_than_the_same_without_detail(where: Bool) -> None:
    truth = picture() + grain(1)
    blurred = cv2.GaussianBlur(truth, (0, 0), 1.0)
    assert look_distance(blurred, truth, where) < look_distance(picture(9) + grain(2), truth, where)


def test_nothing_outside_counts(where: Bool) -> None:
    truth = picture() + grain(1)
    near = cv2.dilate(where.astype(np.uint8), np.ones((61, 61), np.uint8)) > 0
    other = np.where(near[..., None], truth, 0).astype(np.float32)
    assert look_distance(other, truth, where) == pytest.approx(0, abs=1e-4)
    assert colour_error(other, truth, where) == pytest.approx(0, abs=1e-3)


def test_a_colour_cast_is_told_and_grain_is_none(where: Bool) -> None:
    truth = picture()
    cast = truth * np.float32([1.05, 1.0, 1.0])
    expected = np.linalg.norm(lab(cast) - lab(truth), axis=2)[where].mean()
    assert colour_shift(cast, truth, where) == pytest.approx(expected, rel=0.1)
    assert colour_shift(truth + grain(3), truth, where) < 0.3 * expected


def test_regions_that_are_off_in_opposite_ways_do_not_make_up_for_each_other(where: Bool) -> None:
    truth = np.full((*SIZE, 3), 0.4, np.float32)
    off = truth.copy()
    off[20:50, 30:80] += 0.05
    off[60:80, 10:30] -= 0.05
    assert colour_shift(off, truth, where) > 4


def test_white_is_white_and_black_is_black() -> None:
    ends = np.stack([np.ones((1, 1, 3)), np.zeros((1, 1, 3))], 1)[:, :, 0].astype(np.float32)
    np.testing.assert_allclose(lab(ends)[0], [[100, 0, 0], [0, 0, 0]], atol=0.05)
