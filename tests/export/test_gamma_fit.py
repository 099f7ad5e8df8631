"""Maximum-likelihood fits of gamma distributions, against closed forms and against known draws."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from export.simulate.gamma_fit import (
    Gamma,
    count_distance,
    count_shape_error,
    digamma,
    distance,
    fit_counts,
    fit_values,
    trigamma,
    value_shape_error,
)

EULER = 0.57721566490153286


def test_digamma_and_trigamma_at_points_with_a_closed_form() -> None:
    assert digamma(1) == pytest.approx(-EULER, abs=1e-10)
    assert digamma(0.5) == pytest.approx(-EULER - 2 * math.log(2), abs=1e-10)
    assert trigamma(1) == pytest.approx(math.pi**2 / 6, abs=1e-10)
    assert trigamma(0.5) == pytest.approx(math.pi**2 / 2, abs=1e-10)


@given(st.floats(0.01, 500))
def test_the_recurrences_hold_everywhere(x: float) -> None:
    assert digamma(x + 1) == pytest.approx(digamma(x) + 1 / x, rel=1e-9, abs=1e-9)
    assert trigamma(x) == pytest.approx(trigamma(x + 1) + 1 / x**2, rel=1e-9)


@given(st.floats(0.2, 60), st.floats(1e-3, 1e5))
def test_a_fit_finds_the_distribution_that_values_were_drawn_from(shape: float, scale: float) -> None:
    values = np.random.default_rng(5).gamma(shape, scale, 4000)
    fit = fit_values(values)
    assert abs(fit.shape - shape) < 5 * value_shape_error(Gamma(shape, scale), 4000)
    assert fit.mean == pytest.approx(values.mean())


@pytest.mark.parametrize(("shape", "mean"), [(0.7, 0.4), (1.3, 3.0), (5.0, 12.0)])
def test_a_fit_finds_the_rates_behind_counts(shape: float, mean: float) -> None:
    rng = np.random.default_rng(6)
    counts = rng.poisson(rng.gamma(shape, mean / shape, 5000))
    fit = fit_counts(counts)
    assert fit is not None
    assert abs(fit.shape - shape) < 4 * count_shape_error(fit, counts)
    assert fit.mean == pytest.approx(counts.mean())
    assert count_distance(counts, fit) < 1.63 / math.sqrt(5000)


def test_counts_that_vary_no_more_than_chance_name_no_shape() -> None:
    assert fit_counts(np.full(50, 3)) is None
    assert fit_counts(np.zeros(50)) is None
    assert fit_counts([]) is None


@pytest.mark.parametrize("values", [[], [1.0], [2.0, 2.0], [1.0, 0.0], [1.0, -2.0]])
def test_values_without_a_fit_are_refused(values: list[float]) -> None:
    with pytest.raises(ValueError, match="two or more different values above 0"):
        fit_values(values)


def test_the_distribution_function_against_closed_forms() -> None:
    x = np.array([0.0, 0.1, 1.0, 3.0, 20.0, 500.0])
    np.testing.assert_allclose(Gamma(1, 2).below(x), 1 - np.exp(-x / 2), atol=1e-12)
    np.testing.assert_allclose(Gamma(2, 1).below(x), 1 - (1 + x) * np.exp(-x), atol=1e-12)
    geometric = 1 - (2 / 3) ** np.arange(1, 6)
    np.testing.assert_allclose(Gamma(1, 2).counts_below(4), geometric, atol=1e-12)


def test_the_distance_sees_a_wrong_distribution() -> None:
    values = np.random.default_rng(8).gamma(2, 3, 2000)
    assert distance(values, Gamma(2, 3)) < 1.63 / math.sqrt(2000)
    assert distance(values, Gamma(2, 4)) > 0.1
    assert distance(values, Gamma(8, 0.75)) > 0.1
