"""Maximum-likelihood fits of gamma distributions, of values and of the rates behind counts.

Digamma and trigamma: recurrence and asymptotic series (Abramowitz and Stegun 1964, 6.3.5, 6.3.18,
6.4.6, 6.4.12). Values: the generalised Newton step of Minka 2002, "Estimating a Gamma distribution".
Counts: a Poisson count whose rate is gamma distributed is negative binomial (Greenwood and Yule 1920).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

_DIGAMMA = (-1 / 12, 1 / 120, -1 / 252, 1 / 240, -1 / 132)
_TRIGAMMA = (1 / 6, -1 / 30, 1 / 42, -1 / 30, 5 / 66)
_LARGE = 8.0
"""From here on five terms of the asymptotic series are exact to 1e-12."""


@dataclass(frozen=True)
class Gamma:
    """A gamma distribution: mean = shape x scale, variance = shape x scale²."""

    shape: float
    scale: float

    @property
    def mean(self) -> float:
        return self.shape * self.scale

    @property
    def spread(self) -> float:
        """The standard deviation."""
        return math.sqrt(self.shape) * self.scale

    def draw(self, rng: np.random.Generator) -> float:
        return float(rng.gamma(self.shape, self.scale))

    def below(self, values: npt.ArrayLike) -> Float64:
        """The cumulative distribution at `values` (any shape, >= 0): power series, A&S 6.5.29."""
        x = np.asarray(values, np.float64) / self.scale
        # Beyond ten standard deviations and a bit nothing is left, and the series would need more terms.
        capped = np.clip(x, 0, self.shape + 12 * math.sqrt(self.shape) + 60)
        term = np.full_like(capped, 1 / self.shape)
        total = term.copy()
        for n in range(1, 600):
            term = term * capped / (self.shape + n)
            total += term
        with np.errstate(divide="ignore"):
            log = self.shape * np.log(capped) - capped - math.lgamma(self.shape)
        return np.minimum(np.exp(log) * total, 1.0)

    def counts_below(self, largest: int) -> Float64:
        """P(count <= 0 .. largest) of Poisson counts with this distribution of rates, (largest + 1,)."""
        log_ratio, log_rest = -math.log1p(self.scale), math.log(self.scale) - math.log1p(self.scale)
        logs = [
            math.lgamma(n + self.shape) - math.lgamma(self.shape) - math.lgamma(n + 1)
            + self.shape * log_ratio + n * log_rest
            for n in range(largest + 1)
        ]  # fmt: skip
        return np.cumsum(np.exp(logs))


def fit_values(values: npt.ArrayLike) -> Gamma:
    """The gamma distribution of positive `values` (N,), N >= 2, not all the same; ValueError otherwise."""
    x = np.asarray(values, np.float64)
    if x.size < 2 or not (x > 0).all() or np.ptp(x) == 0:
        raise ValueError(f"a gamma fit needs two or more different values above 0, got {x.size}")
    mean = float(x.mean())
    gap = float(np.log(x).mean()) - math.log(mean)
    shape = 0.5 / -gap
    for _ in range(50):
        step = (gap + math.log(shape) - digamma(shape)) / (shape**2 * (1 / shape - trigamma(shape)))
        before, shape = shape, 1 / (1 / shape + step)
        if abs(shape - before) < 1e-12 * shape:
            break
    return Gamma(shape, mean / shape)


def fit_counts(counts: npt.ArrayLike) -> Gamma | None:
    """The gamma distribution of the rates behind `counts` (N,), zeros included.

    None where the counts vary no more than Poisson counts of one rate do: they name no shape.
    """
    y = np.asarray(counts, np.float64)
    mean = float(y.mean()) if y.size else 0.0
    if mean == 0 or float(y.var()) <= mean:
        return None
    low, high = 1e-4, 1e6
    for _ in range(100):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if _count_slope(y, middle) > 0 else (low, middle)
    return Gamma(low, mean / low)


def _count_slope(counts: Float64, shape: float) -> float:
    """Derivative by the shape of the log likelihood of `counts`, the mean rate being theirs."""
    values, often = np.unique(counts, return_counts=True)
    parts = np.array([digamma(v + shape) for v in values]) - digamma(shape)
    return float((often * parts).sum()) - counts.size * math.log1p(float(counts.mean()) / shape)


def value_shape_error(fit: Gamma, samples: int) -> float:
    """Standard error of the shape fitted to `samples` values (inverse Fisher information)."""
    return math.sqrt(fit.shape / (samples * (fit.shape * trigamma(fit.shape) - 1)))


def count_shape_error(fit: Gamma, counts: npt.ArrayLike) -> float:
    """Standard error of the shape fitted to `counts` (curvature of the log likelihood at its peak)."""
    y, step = np.asarray(counts, np.float64), 1e-3 * fit.shape
    curvature = (_count_slope(y, fit.shape + step) - _count_slope(y, fit.shape - step)) / (2 * step)
    return math.sqrt(-1 / curvature)


def digamma(x: float) -> float:
    """The derivative of log Γ at x > 0."""
    lift = 0.0
    while x < _LARGE:
        lift -= 1 / x
        x += 1
    series = sum(c * x ** (-2 * (n + 1)) for n, c in enumerate(_DIGAMMA))
    return lift + math.log(x) - 0.5 / x + series


def trigamma(x: float) -> float:
    """The second derivative of log Γ at x > 0."""
    lift = 0.0
    while x < _LARGE:
        lift += 1 / x**2
        x += 1
    series = sum(c * x ** (-2 * n - 3) for n, c in enumerate(_TRIGAMMA))
    return lift + 1 / x + 0.5 / x**2 + series


def distance(values: npt.ArrayLike, fit: Gamma) -> float:
    """The Kolmogorov-Smirnov distance between `values` (N,) and the fit, 0 .. 1."""
    x = np.sort(np.asarray(values, np.float64))
    below = fit.below(x)
    steps = np.arange(x.size + 1) / x.size
    return float(max((steps[1:] - below).max(), (below - steps[:-1]).max()))


def count_distance(counts: npt.ArrayLike, fit: Gamma) -> float:
    """The largest difference between the distributions of `counts` (N,) and of what the fit would give."""
    y = np.asarray(counts, np.int64)
    found = np.cumsum(np.bincount(y)) / y.size
    return float(np.abs(found - fit.counts_below(int(y.max()))).max())
