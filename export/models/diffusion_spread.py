"""How far a fast fill is likely to be from the truth, told from what is around it, by rule.

A denoising net is told residuals of about variance 1 best. Those of fast fills are not alike: grain alone
where a neighbour shows what is hidden, ten times that where nothing does. The rule was fitted, by least
squares of logarithms, to a few hundred training windows.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from engine.repair.diffusion_inputs import HOLE, UNIT

NARROWEST, WIDEST = 0.05, 2.0
"""Units."""
_SCALE, _EXPONENT = 0.9, 0.7
"""Spread in units, of a place both neighbours show, over the local grain and texture to this power."""
_NONE, _ONE = 2.7, 1.2
"""So many times wider where neither neighbour, or one alone, is known."""
_FAINT = 1e-4
"""Squared units: less than any grain, so that a logarithm can be had."""
_NEAR = 31
"""px. Side of the square around a pixel whose grain and texture count."""
_USUAL, _PIXELS = 0.01, 0.02
"""Squared units of texture, counted as so large a share of that square: for where all around is hidden."""


class Spread(NamedTuple):
    """Standard deviations (N, 1, S, S) in units, NARROWEST..WIDEST: of the `grain` alone, and of a fast fill
    from the `truth`."""

    grain: Tensor
    truth: Tensor


def expected_spread(planes: Tensor) -> Spread:
    """From `planes` of `engine.repair.diffusion_inputs`."""
    outside = 1 - planes[:, HOLE : HOLE + 1]
    power = (grain_of(planes[:, 3:6]) / float(UNIT)).square().mean(1, keepdim=True)
    small = _boxed(power * outside, 5) / (_boxed(outside, 5) + _PIXELS)
    quiet = _boxed((small + _FAINT).log() * outside, _NEAR) + _PIXELS * math.log(_USUAL)
    # Of squares of 5 px the geometric mean: grain lies on all of them alike, texture on some much more.
    grain = (0.5 * quiet / (_boxed(outside, _NEAR) + _PIXELS)).exp()
    near = (_boxed(power * outside, _NEAR) + _PIXELS * _USUAL) / (_boxed(outside, _NEAR) + _PIXELS)
    known = planes[:, HOLE + 1 : HOLE + 3].sum(1, keepdim=True)
    wider = torch.where(known > 1.5, 1.0, torch.where(known > 0.5, _ONE, _NONE))
    truth = (_SCALE * near ** (_EXPONENT / 2) * wider).clamp(NARROWEST, WIDEST)
    return Spread(grain.clamp(NARROWEST, WIDEST), truth)


def grain_of(picture: Tensor) -> Tensor:
    """What the mean of 5 x 5 px takes away."""
    return picture - _boxed(picture, 5)


def _boxed(plane: Tensor, side: int) -> Tensor:
    return functional.avg_pool2d(plane, side, 1, side // 2, count_include_pad=False)
