import numpy as np
import pytest

from export.evaluate.metrics import grain_energy, ssim


def test_ssim_is_one_for_the_same_picture_and_falls_with_noise() -> None:
    rng = np.random.default_rng(2)
    truth = rng.random((40, 40, 3), np.float32)
    values = [ssim(truth + s * rng.standard_normal(truth.shape, np.float32), truth) for s in (0, 0.05, 0.2)]
    assert values[0] == pytest.approx(1)
    assert values[0] > values[1] > values[2]


def test_grain_energy_is_of_the_fine_structure_under_the_mask_alone() -> None:
    rng = np.random.default_rng(3)
    slope = np.linspace(0, 1, 40, dtype=np.float32)[:, None, None] * np.ones((40, 40, 3), np.float32)
    where = np.zeros((40, 40), np.bool_)
    where[10:30, 10:30] = True
    grainy = slope + 0.02 * rng.standard_normal(slope.shape, np.float32)
    assert grain_energy(slope, where) < 1e-4 < grain_energy(grainy, where)
    assert grain_energy(grainy, ~where & False) == 0
