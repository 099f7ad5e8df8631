"""How strongly a mark changes the picture, and how soft its rim is: as measured on a damaged scan.

Measured (`fit_contrast`) on marks of a real scan beside its restoration by an expert. On a scanned negative
dirt prints light. Neither a constant density nor a constant opacity describes that over dark and bright
picture alike; a density together with a veil of white light does: a mark of strength d turns linear light L
into L x 10^d + `veil` x d. `veil` is chosen so that the strengths found differ least from mark to mark.

What the measurement cannot say: all marks come from one negative, differ from the restoration by more than
10/255 (fainter ones were not marked), and all but a few print light. For marks that print dark the same
strengths are taken as densities that absorb.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from export.simulate.gamma_fit import Gamma
from export.simulate.layer import Ink

Triple = tuple[float, float, float]


@dataclass(frozen=True)
class Contrast:
    """The measured distributions.

    `strength`: density (log10 of linear light) of a mark's core. `veil`: linear light (white = 1) per unit
    of density. `tint`, `tint_spread`: mean and standard deviation of the log of each channel's (R, G, B)
    strength over the mark's. `softness`: standard deviation of the rim's blur in px of the scan measured,
    which had been reduced to 31 µm/px: rims there are as sharp as its pixels, and the method cannot tell
    less than 0.4 px. `light`: share of marks that print light.
    """

    strength: Gamma
    veil: float
    tint: Triple
    tint_spread: Triple
    softness: Gamma
    light: float
    samples: int
    strength_distance: float
    softness_distance: float

    @staticmethod
    def of_table(entry: Mapping[str, object]) -> Contrast:
        """Read back what `dataclasses.asdict` made; KeyError or TypeError where it is something else."""
        return Contrast(
            _gamma(entry["strength"]), _number(entry["veil"]), _triple(entry["tint"]),
            _triple(entry["tint_spread"]), _gamma(entry["softness"]), _number(entry["light"]),
            int(_number(entry["samples"])), _number(entry["strength_distance"]),
            _number(entry["softness_distance"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Coat:
    """`ink` laid over a share (0 .. 1) of a mark's opacity."""

    ink: Ink
    share: float


def draw_coats(contrast: Contrast, light: bool, rng: np.random.Generator) -> tuple[Coat, ...]:
    """One mark's effect: a density, and on a negative (`light`) a veil of white over it."""
    strength = contrast.strength.draw(rng)
    channels = strength * np.exp(rng.normal(contrast.tint, contrast.tint_spread))
    if not light:
        return (Coat(Ink(None, _as_triple(-channels)), 1.0),)
    density = Coat(Ink(None, _as_triple(channels)), 1.0)
    veil = contrast.veil * strength
    if veil <= 0:
        return (density,)
    # Not tinted: in the shadows, where nearly all of a mark is veil, real ones are neutral to bluish.
    return density, Coat(Ink((1.0, 1.0, 1.0)), min(veil, 1.0))


def draw_opaque(light: bool, rng: np.random.Generator) -> tuple[Coat, ...]:
    """A mark that lets no picture through: black, or as bright as the film's clear base prints."""
    level = rng.uniform(0.45, 1.3) if light else rng.uniform(0.0, 0.03)
    return (Coat(Ink(_as_triple(np.maximum(level * rng.normal(1.0, 0.04, 3), 0))), 1.0),)


def draw_softness(contrast: Contrast, rng: np.random.Generator) -> float:
    """Blur of rims in px; never so little that a rim would be a stair."""
    return float(np.clip(contrast.softness.draw(rng), 0.3, 2.5))


def _as_triple(values: np.ndarray) -> Triple:
    red, green, blue = (float(v) for v in values)
    return red, green, blue


def _number(value: object) -> float:
    if not isinstance(value, (int, float)):
        raise TypeError(f"a number was expected, got {value!r}")
    return float(value)


def _triple(value: object) -> Triple:
    if not isinstance(value, (list, tuple)) or len(value) != 3:
        raise TypeError(f"three numbers were expected, got {value!r}")
    return _number(value[0]), _number(value[1]), _number(value[2])


def _gamma(value: object) -> Gamma:
    if not isinstance(value, Mapping):
        raise TypeError(f"shape and scale were expected, got {value!r}")
    return Gamma(_number(value["shape"]), _number(value["scale"]))
