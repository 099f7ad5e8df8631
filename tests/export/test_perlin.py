"""Gradient noise has the properties that its papers give it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.simulate.perlin import PERIOD, Perlin


def field(seed: int = 1, octaves: int = 1) -> Perlin:
    return Perlin.draw(np.random.default_rng(seed), octaves)


@given(st.integers(0, 1000), st.integers(1, 5))
def test_it_is_zero_on_the_lattice_and_bounded_between(seed: int, octaves: int) -> None:
    rng = np.random.default_rng(seed)
    whole = rng.integers(-600, 600, (2, 200))
    assert np.abs(field(seed, octaves).at(*whole)).max() < 1e-9
    between = field(seed, octaves).at(*rng.uniform(-600, 600, (2, 2000)))
    assert np.abs(between).max() <= 1
    assert between.std() > 0.1


def test_it_is_smooth_across_the_lattice_lines() -> None:
    """Value and slope continue from cell to cell; a fade of lower order would break the slope."""
    rng, step = np.random.default_rng(2), 1e-4
    line, y = rng.integers(-50, 50, 500).astype(float), rng.uniform(-50, 50, 500)
    at = [field().at(line + k * step, y) for k in (-2, -1, 1, 2)]
    assert np.abs(at[2] - at[1]).max() < 10 * step
    assert np.abs((at[3] - at[2]) - (at[1] - at[0])).max() < 10 * step**2 * 10


def test_it_favours_neither_side_and_neither_axis() -> None:
    x, y = np.random.default_rng(3).uniform(0, PERIOD, (2, 40_000))
    values = np.stack([field(seed).at(x, y) for seed in range(5)])
    assert abs(values.mean()) < 0.01
    near = 0.25
    along = [np.mean(values[0] * field(0).at(x + dx, y + dy)) for dx, dy in ((near, 0), (0, near))]
    assert along[0] == pytest.approx(along[1], rel=0.1)


def test_near_points_are_alike_far_ones_are_not() -> None:
    x, y = np.random.default_rng(4).uniform(0, PERIOD, (2, 20_000))
    here = field().at(x, y)
    assert np.corrcoef(here, field().at(x + 0.1, y))[0, 1] > 0.9
    assert abs(np.corrcoef(here, field().at(x + 2.5, y))[0, 1]) < 0.05


def test_octaves_add_detail_and_seeds_make_other_fields() -> None:
    x, y = np.random.default_rng(5).uniform(0, PERIOD, (2, 5000))
    rough = [np.std(field(1, n).at(x + 0.05, y) - field(1, n).at(x, y)) / field(1, n).at(x, y).std()
             for n in (1, 3)]  # fmt: skip
    assert rough[1] > 1.3 * rough[0]
    assert abs(np.corrcoef(field(1).at(x, y), field(2).at(x, y))[0, 1]) < 0.1
    assert (field(7).at(x, y) == field(7).at(x + PERIOD, y - PERIOD)).mean() > 0.99 or np.allclose(
        field(7).at(x, y), field(7).at(x + PERIOD, y - PERIOD), atol=1e-9
    )


def test_noise_without_octaves_is_refused() -> None:
    with pytest.raises(ValueError, match="one octave or more"):
        field(octaves=0)
