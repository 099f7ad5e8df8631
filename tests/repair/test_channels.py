"""What OpenCV computes on three channels is what numpy would."""

import numpy as np
import pytest

from engine.repair.channels import luma, mean_square, shared, strongest, weighted, where
from engine.types import Float32

SIZE = (37, 23)


def drawn(seed: int, *more: int) -> Float32:
    return np.random.default_rng(seed).normal(0, 2, (*SIZE, *more)).astype(np.float32)


def test_products_and_quotients_are_numpys_to_the_last_bit() -> None:
    picture, mass = drawn(1, 3), np.abs(drawn(2)) + np.float32(1e-6)
    assert np.array_equal(weighted(picture, mass), mass[..., None] * picture)
    assert np.array_equal(shared(picture, mass), picture / mass[..., None])


@pytest.mark.parametrize("other", [None, drawn(4, 3)], ids=["zeros", "other"])
def test_where_is_numpys(other: Float32 | None) -> None:
    mask, picture = drawn(3) > 0, drawn(1, 3)
    before = None if other is None else other.copy()
    expected = np.where(mask[..., None], picture, np.float32(0) if other is None else other)
    assert np.array_equal(where(mask, picture, other), expected)
    assert before is None or np.array_equal(before, other)


def test_means_and_extremes_are_numpys() -> None:
    picture = drawn(5, 3)
    np.testing.assert_allclose(luma(picture), picture.mean(-1), atol=1e-6)
    np.testing.assert_allclose(mean_square(picture), (picture**2).mean(-1), rtol=1e-5)
    assert np.array_equal(strongest(picture), np.abs(picture).max(-1))
