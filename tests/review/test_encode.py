"""Sheets of mattes get smaller without losing a speck."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.review.encode import SCALES, largest
from tests.review.conftest import Review, damage_of


@given(st.integers(1, 40), st.integers(1, 40), st.sampled_from(SCALES), st.integers(0, 2**32 - 1))
def test_of_each_block_the_pixel_covered_most_is_left(
    height: int, width: int, shrink: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    sheet = rng.integers(0, 256, (height, width, 3)).astype(np.uint8)
    sheet[rng.random((height, width)) < 0.8] = 0
    small = largest(sheet, shrink)
    assert small.shape == (max(height // shrink, 1), max(width // shrink, 1), 3)
    for row in range(small.shape[0]):
        for column in range(small.shape[1]):
            block = sheet[row * shrink : (row + 1) * shrink, column * shrink : (column + 1) * shrink]
            pixels = block.reshape(-1, 3)
            assert small[row, column, 0] == pixels[:, 0].max()
            assert (pixels == small[row, column]).all(axis=1).any()


@pytest.mark.parametrize("scale", SCALES)
def test_a_matte_in_small_has_the_classes_of_the_large_one(review: Review, scale: int) -> None:
    whole = review.picture(1003, "matte")
    small = review.picture(1003, "matte", scale=scale)
    rows, columns = damage_of(1003)
    assert whole[rows, columns, 0].any()
    assert small[..., 0].max() == whole[..., 0].max()
    assert {*map(tuple, small[..., 1:].reshape(-1, 2).tolist())} <= {
        *map(tuple, whole[..., 1:].reshape(-1, 2).tolist())
    }
