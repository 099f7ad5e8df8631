"""Brightness and colour apart: axes in which neither the noise nor what a fill lacks is correlated.

Of what fast fills lack, colour has a thirtieth of the power that brightness has (counted on training
windows). A net told both as one amount leaves speckles of wrong colour, which any eye sees first.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.repair.diffusion_inputs import CORRELATION

BRIGHTNESS = 0
"""Its place among the three axes; the others are colour."""

_NOISE = (math.sqrt(1 + 2 * CORRELATION), math.sqrt(1 - CORRELATION), math.sqrt(1 - CORRELATION))


def to_axes(picture: Tensor) -> Tensor:
    """(N, 3, H, W) r, g, b -> brightness and two of colour, orthonormal: lengths stay what they are."""
    r, g, b = picture.unbind(1)
    return torch.stack(
        [(r + g + b) / math.sqrt(3), (r - g) / math.sqrt(2), (r + g - 2 * b) / math.sqrt(6)], 1
    )


def from_axes(axes: Tensor) -> Tensor:
    """The inverse of `to_axes`."""
    own, first, second = axes.unbind(1)
    own, first, second = own / math.sqrt(3), first / math.sqrt(2), second / math.sqrt(6)
    return torch.stack([own + first + second, own - first + second, own - 2 * second], 1)


def along_axes(deviation: Tensor) -> Tensor:
    """(N, 1, h, w) of noise `engine.repair.diffusion_inputs.coloured` -> along each axis, (N, 3, h, w)."""
    return torch.cat([deviation * share for share in _NOISE], 1)
