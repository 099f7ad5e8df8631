import numpy as np
import pytest

from export.evaluate.metrics import Hits, hits, psnr, squared_error, ssim


def mask(*pixels: tuple[int, int]) -> np.ndarray:
    plane = np.zeros((20, 20), np.bool_)
    for row, column in pixels:
        plane[row, column] = True
    return plane


def test_invisible_damage_counts_neither_way() -> None:
    visible, present = mask((5, 5)), mask((5, 5), (5, 6))
    assert hits(mask((5, 5), (5, 6)), visible, present).f1 == 1
    assert hits(mask((5, 5)), visible, present).f1 == 1


def test_a_false_alarm_costs_precision_and_a_miss_costs_recall() -> None:
    visible = mask((5, 5), (5, 6))
    counted = hits(mask((5, 5), (10, 10)), visible, visible)
    assert (counted.precision, counted.recall) == (0.5, 0.5)


@pytest.mark.parametrize(("row", "near"), [(7, True), (8, False)])
def test_within_two_pixels_a_near_miss_is_a_hit(row: int, near: bool) -> None:
    visible = mask((5, 5))
    assert (hits(mask((row, 5)), visible, visible, tolerance=2).f1 == 1) is near


def test_nothing_to_find_and_nothing_found_is_no_failure() -> None:
    assert hits(mask(), mask(), mask()).f1 == 1
    assert Hits(1, 0, 0, 0).precision == 0


def test_psnr_of_a_known_error() -> None:
    truth = np.random.default_rng(1).random((20, 20, 3), np.float32)
    where = mask((3, 3), (4, 9))
    shifted = truth + np.where(where, 0.1, 0)[..., None].astype(np.float32)
    assert psnr(*squared_error(shifted, truth, where)) == pytest.approx(20, abs=1e-3)
    assert psnr(*squared_error(truth, truth)) == float("inf")


def test_ssim_is_one_for_the_same_picture_and_falls_with_noise() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random((40, 40, 3), np.float32)
    values = [ssim(truth + s * rng.standard_normal(truth.shape, np.float32), truth) for s in (0, 0.05, 0.2)]
    assert values[0] == pytest.approx(1)
    assert values[0] > values[1] > values[2]
