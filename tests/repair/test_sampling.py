"""Noise that belongs to places, and the steps that turn it into a sample."""

from collections.abc import Callable

import numpy as np
import pytest

from engine.repair.diffusion_inputs import CORRELATION, coloured
from engine.repair.diffusion_sampler import Draw, Sampling, sampled
from engine.repair.position_noise import PositionNoise
from engine.types import Float32

COUNT = 4000
SCHEMES = [Sampling(), Sampling(4), Sampling(8), Sampling(6, jumps=2), Sampling(6, solver="ddim")]


def field(rows: range, columns: range, key: str = "a", seed: int = 0, draw: int = 0) -> Float32:
    y, x = np.meshgrid(np.array(rows), np.array(columns), indexing="ij")
    values = PositionNoise(key, seed).at(y.ravel(), x.ravel(), draw)
    return values.reshape(len(rows), len(columns), 3)


def test_a_place_has_the_same_noise_whoever_looks() -> None:
    whole = field(range(-20, 100), range(-40, 90))
    np.testing.assert_array_equal(whole[30:60, 50:70], field(range(10, 40), range(10, 30)))
    order = np.random.default_rng(1).permutation(200)
    rows, columns = order % 50 - 7, order * 7 % 61
    mixed = PositionNoise("a").at(rows, columns)
    np.testing.assert_array_equal(mixed, whole[rows + 20, columns + 40])


@pytest.mark.parametrize("other", [{"key": "b"}, {"seed": 1}, {"draw": 1}])
def test_another_picture_seed_or_draw_has_other_noise(other: dict[str, int]) -> None:
    one, two = field(range(60), range(60)), field(range(60), range(60), **other)
    assert abs(np.corrcoef(one.ravel(), two.ravel())[0, 1]) < 0.03


def test_the_noise_is_normal_and_does_not_repeat() -> None:
    found = field(range(128), range(128))
    assert abs(found.mean()) < 0.02
    assert abs(found.std() - 1) < 0.02
    assert abs((np.abs(found) < 1).mean() - 0.6827) < 0.01
    for shifted in (found[32:], found[:, 32:], found[1:], found[:, 1:], found[64:]):
        same = found[: shifted.shape[0], : shifted.shape[1]]
        assert abs(np.corrcoef(shifted.ravel(), same.ravel())[0, 1]) < 0.03
    assert abs(np.corrcoef(found[..., 0].ravel(), found[..., 1].ravel())[0, 1]) < 0.03


def draws(seed: int = 0) -> Draw:
    return lambda n: np.random.default_rng([seed, n]).standard_normal((COUNT, 3)).astype(np.float32)


def of_gaussian(mean: float, deviation: float) -> Callable[[Float32, float], Float32]:
    """What a perfect net says where the picture is a normal distribution: its mean given the noisy value."""
    power = deviation**2

    def denoise(state: Float32, level: float) -> Float32:
        share = power / (power + level**2)
        return (mean + share * (state - mean)).astype(np.float32)

    return denoise


@pytest.mark.parametrize("how", SCHEMES, ids=str)
def test_a_sample_is_of_the_distribution_that_the_net_knows(how: Sampling) -> None:
    found = sampled(of_gaussian(0.4, 0.8), draws(), how)
    assert abs(found.mean() - 0.4) < 0.05
    first_order = how.jumps or how.solver == "ddim"
    assert (0.6 if first_order else 0.85) < found.std() / 0.8 < 1.15


@pytest.mark.parametrize("how", SCHEMES, ids=str)
def test_where_all_is_certain_the_noise_is_gone(how: Sampling) -> None:
    np.testing.assert_array_equal(sampled(lambda state, _: np.full_like(state, 0.25), draws(), how), 0.25)


@pytest.mark.parametrize("how", SCHEMES, ids=str)
def test_the_net_is_run_as_often_as_is_said(how: Sampling) -> None:
    levels: list[float] = []

    def denoise(state: Float32, level: float) -> Float32:
        levels.append(level)
        return np.zeros_like(state)

    sampled(denoise, draws(), how)
    assert len(levels) == how.runs
    assert (levels[0], levels[-1]) == (max(levels), min(levels))
    assert sorted(set(levels), reverse=True) == list(dict.fromkeys(levels))
    assert len(set(levels)) == how.steps


def test_the_channels_of_coloured_noise_share_most_of_it() -> None:
    rows, columns = (places.ravel() for places in np.mgrid[:200, :200])
    noise = coloured(PositionNoise("a").at(rows, columns))
    assert noise.dtype == np.float32
    np.testing.assert_allclose(noise.var(0), 1, rtol=0.03)
    correlations = np.corrcoef(noise, rowvar=False)
    np.testing.assert_allclose(correlations[np.triu_indices(3, 1)], CORRELATION, atol=0.01)
