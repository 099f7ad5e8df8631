"""How far a fast fill is likely to be from the truth, told from what is around it, by rule.

A denoising net is told residuals of about variance 1 best. Those of fast fills are not alike: grain alone
where a neighbour shows what is hidden, ten times that where nothing does. The exponents
were fitted, by least squares of logarithms, to some thousand training windows, the factors so that the
loss of a fast fill is about 1 there.
"""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine.repair.diffusion_inputs import HOLE, UNIT
from export.models.opponent import to_axes

NARROWEST, WIDEST = 0.02, 3.0
"""Units."""
_EXPONENT = (0.7, 1.0)
"""Of brightness and of colour: the spread goes with the local grain and texture to this power."""
_BOTH, _ONE, _NONE = (1.3, 2.5), (1.6, 2.6), (3.0, 2.8)
"""The spread over that power, where both neighbours, one alone or neither is known."""
_FAINT = 1e-4
"""Squared units: less than any grain, so that a logarithm can be had."""
_NEAR = 31
"""px. Side of the square around a pixel whose grain and texture count."""
_USUAL, _PIXELS = (0.03, 0.001), 0.02
"""Squared units of texture, of brightness and of colour, counted as so large a share of that square: for
where all around is hidden."""


class Spread(NamedTuple):
    """Standard deviations (N, 3, S, S) in units along the axes of `export.models.opponent`,
    NARROWEST..WIDEST: of the `grain` alone, and of a fast fill from the `truth`."""

    grain: Tensor
    truth: Tensor


def expected_spread(planes: Tensor) -> Spread:
    """From `planes` of `engine.repair.diffusion_inputs`."""
    outside = 1 - planes[:, HOLE : HOLE + 1]
    power, finest = (_powers(of(planes[:, 3:6]) / float(UNIT)) for of in (grain_of, diagonal_of))
    around = _boxed(outside, _NEAR) + _PIXELS
    usual = power.new_tensor(_USUAL)[:, None, None]
    small = _boxed(finest * outside, 5) / (_boxed(outside, 5) + _PIXELS)
    quiet = _boxed((small + _FAINT).log() * outside, _NEAR) + _PIXELS * usual.log()
    # Of squares of 5 px the geometric mean: grain lies on all of them alike, texture on some much more.
    grain = (0.5 * quiet / around).exp()
    near = (_boxed(power * outside, _NEAR) + _PIXELS * usual) / around
    known = planes[:, HOLE + 1 : HOLE + 3].sum(1, keepdim=True)
    spreads = [
        near[:, k : k + 1] ** (_EXPONENT[k] / 2)
        * torch.where(known > 1.5, _BOTH[k], torch.where(known > 0.5, _ONE[k], _NONE[k]))
        for k in (0, 1)
    ]
    return Spread(*(_of_axes(*pair) for pair in (grain.chunk(2, 1), spreads)))


def mean_spread(spread: Tensor) -> Tensor:
    """(N, 3, S, S) along the axes -> (N, 1, S, S), that of r, g and b taken together."""
    return spread.square().mean(1, keepdim=True).sqrt()


def grain_of(picture: Tensor) -> Tensor:
    """What the mean of 5 x 5 px takes away."""
    return picture - _boxed(picture, 5)


def diagonal_of(picture: Tensor) -> Tensor:
    """What of each 2 x 2 px changes along both axes at once: of white noise all its strength, of texture
    little (Donoho and Johnstone 1994, Ideal spatial adaptation by wavelet shrinkage: their measure of noise).
    """
    beyond = functional.pad(picture, (0, 1, 0, 1), mode="replicate")
    upper, lower = beyond[..., :-1, :], beyond[..., 1:, :]
    return (upper[..., :-1] - upper[..., 1:] - lower[..., :-1] + lower[..., 1:]) / 2


def _powers(grain: Tensor) -> Tensor:
    """(N, 2, S, S): of brightness, and of one axis of colour in the mean."""
    axes = to_axes(grain).square()
    return torch.cat([axes[:, :1], axes[:, 1:].mean(1, keepdim=True)], 1)


def _of_axes(brightness: Tensor, colour: Tensor) -> Tensor:
    return torch.cat([brightness, colour, colour], 1).clamp(NARROWEST, WIDEST)


def _boxed(plane: Tensor, side: int) -> Tensor:
    return functional.avg_pool2d(plane, side, 1, side // 2, count_include_pad=False)
