"""The sampler alone, with denoisers whose samples are known: how often it runs, and what comes out."""

from itertools import pairwise

import numpy as np
import pytest

from engine.repair.diffusion_inputs import LEAST, MOST, deviations
from engine.repair.diffusion_sampler import Sampling, sampled
from engine.types import Float32

COUNT = 20_000
WAYS = [
    Sampling(),
    Sampling(solver="ddim"),
    Sampling(jumps=1),
    Sampling(jumps=2),
    Sampling(jumps=2, length=2),
    Sampling(steps=9, jumps=1, length=3),
    Sampling(steps=4, jumps=3, length=7),
    Sampling(steps=2, jumps=2),
    Sampling(start=0.5),
    Sampling(start=1.0, jumps=1, solver="ddim"),
]


def draws(number: int) -> Float32:
    return np.random.default_rng(number).standard_normal((COUNT, 3)).astype(np.float32)


class Gaussian:
    """Sees the best that can be seen behind noise in values that are normal with a standard deviation."""

    def __init__(self, spread: float) -> None:
        self.spread, self.seen = spread, list[float]()

    def __call__(self, state: Float32, deviation: float) -> Float32:
        self.seen.append(deviation)
        return (state * np.float32(self.spread**2 / (self.spread**2 + deviation**2))).astype(np.float32)


@pytest.mark.parametrize("how", WAYS)
def test_it_runs_as_often_as_it_says_and_draws_every_number_once(how: Sampling) -> None:
    drawn: list[int] = []
    net = Gaussian(1.0)
    sampled(net, lambda n: (drawn.append(n), draws(n))[1], how)
    assert len(net.seen) == how.runs
    assert drawn == list(range(len(drawn)))
    assert set(net.seen) == set(deviations(how.steps, how.start))
    # Pure noise is never gone back to, nor is the last step done again.
    assert net.seen.count(net.seen[0]) == net.seen.count(net.seen[-1]) == 1


@pytest.mark.parametrize(
    ("how", "runs"),
    [
        (Sampling(), 6),
        (Sampling(jumps=1), 10),
        (Sampling(jumps=2, length=2), 14),
        # Between the first and the last step there is room for no leg of seven.
        (Sampling(steps=4, jumps=3, length=7), 4),
        (Sampling(steps=1, jumps=2), 1),
    ],
)
def test_jumps_cost_the_steps_they_do_again(how: Sampling, runs: int) -> None:
    assert how.runs == runs


def test_a_jump_leads_back_over_its_length() -> None:
    net = Gaussian(1.0)
    sampled(net, draws, Sampling(jumps=1, length=2))
    levels = deviations(6)
    assert net.seen == [levels[k] for k in (0, 1, 2, 1, 2, 3, 4, 3, 4, 5)]


def test_one_run_gives_what_is_seen_behind_the_most_noise() -> None:
    assert deviations(1) == (pytest.approx(MOST),)
    assert deviations(2) == (pytest.approx(MOST), pytest.approx(LEAST))
    net = Gaussian(1.0)
    np.testing.assert_array_equal(
        sampled(net, draws, Sampling(steps=1)), net(np.float32(deviations(1)[0]) * draws(0), deviations(1)[0])
    )


def test_behind_the_first_run_noise_starts_as_low_as_asked() -> None:
    levels = deviations(5, 0.5)
    assert levels[:2] == (MOST, pytest.approx(0.5))
    assert levels[-1] == pytest.approx(LEAST)
    assert all(a > b for a, b in pairwise(levels))
    assert deviations(5, MOST) == deviations(5)
    assert deviations(1, 0.5) == deviations(1)


def test_from_a_low_start_little_is_drawn_of_what_is_wide_and_nearly_all_of_what_is_narrow() -> None:
    narrow, wide = (
        float(sampled(Gaussian(spread), draws, Sampling(start=0.5)).std()) / spread for spread in (0.1, 2.0)
    )
    assert narrow > 0.85
    assert wide < 0.5


@pytest.mark.parametrize("how", WAYS)
def test_what_is_certain_comes_out_whatever_the_way(how: Sampling) -> None:
    def certain(state: Float32, deviation: float) -> Float32:
        return np.full_like(state, 0.75)

    np.testing.assert_allclose(sampled(certain, draws, how), 0.75, atol=1e-6)


@pytest.mark.parametrize("how", WAYS)
def test_the_same_draws_give_the_same_bytes(how: Sampling) -> None:
    one, two = (sampled(Gaussian(0.8), draws, how) for _ in range(2))
    assert one.tobytes() == two.tobytes()


@pytest.mark.parametrize("spread", [0.3, 1.0, 2.0])
def test_samples_of_the_second_order_are_nearly_as_strong_as_they_should_be(spread: float) -> None:
    plain, better, resampled = (
        float(sampled(Gaussian(spread), draws, how).std()) / spread
        for how in (Sampling(solver="ddim"), Sampling(), Sampling(jumps=2))
    )
    assert plain < 0.8
    assert 0.88 < better < 1.1
    # The step behind a jump is a plain one.
    assert plain < resampled < 1.1
