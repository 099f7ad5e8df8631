"""The net that fuses what could fill damage: it weighs the candidates and mends what none of them has."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, CHANNELS, PICTURE_CHANNELS
from export.models.detection_unet import Enlarged, Residual

CANDIDATES: tuple[str, ...] = ("first", "before", "after", "own")
"""Channels of the output `weights`, which sum up to 1; a neighbour that is not known weighs nothing."""
_MID, _GAIN = 0.35, 4.0
_NEVER = 30.0
"""Taken off the logit of a candidate that is not there."""
_TRUSTED = 2.0
"""First logit of the first fill: an untrained net gives about what it was given."""
_STEP = 0.1
"""ACEScct per unit of the residual: what is missing is small."""
_SPREAD, _WIDEST = -4.0, 4.0
"""First natural logarithm of the error to be expected, ACEScct, and how far it may lie from that."""


class FusionUNet(nn.Module):
    """(N, 15, H, W) planes of `engine.repair.fusion_inputs` -> `weights` (N, 4, H, W), `residual` (N, 3, H,
    W) to be added to the weighted candidates, and `spread` (N, 1, H, W), the logarithm of the mean absolute
    error to be expected, ACEScct. H and W multiples of 8."""

    def __init__(self, widths: Sequence[int] = (16, 32, 64)) -> None:
        super().__init__()
        middle, gain = torch.zeros(len(CHANNELS)), torch.ones(len(CHANNELS))
        middle[:PICTURE_CHANNELS], gain[:PICTURE_CHANNELS] = _MID, _GAIN
        self.register_buffer("middle", middle[:, None, None], persistent=False)
        self.register_buffer("gain", gain[:, None, None], persistent=False)
        self.stem = _step(len(CHANNELS), widths[0])
        self.looks = nn.ModuleList(Residual(width) for width in widths[:-1])
        self.down = nn.ModuleList(_step(a, b) for a, b in pairwise(widths))
        self.bottom = nn.Sequential(Residual(widths[-1]), Residual(widths[-1]))
        self.up = nn.ModuleList(Enlarged(b, a) for a, b in pairwise(widths))
        self.out = nn.ModuleList(Residual(width) for width in widths[:-1])
        self.head = nn.Conv2d(widths[0], 4 * (len(CANDIDATES) + 4), 1)
        self.shuffle = nn.PixelShuffle(2)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.stem((planes - self.middle) * self.gain)
        skips: list[Tensor] = []
        for look, down in zip(self.looks, self.down, strict=True):
            skips.append(look(features))
            features = down(skips[-1])
        features = self.bottom(features)
        for up, out in zip(reversed(self.up), reversed(self.out), strict=True):
            features = out(up(features) + skips.pop())
        found = self.shuffle(self.head(features))
        spread = found[:, 7:8].clamp(-_WIDEST, _WIDEST) + _SPREAD
        return _weights(found[:, :4], planes), _STEP * found[:, 4:7], spread


def fused(planes: Tensor, weights: Tensor, residual: Tensor) -> Tensor:
    """The fill (N, 3, H, W) that `weights` and `residual` make of `planes`."""
    own, first, before, after = (planes[:, k : k + 3] for k in (0, 3, 6, 9))
    candidates = torch.stack([first, before, after, own], dim=2)
    return (candidates * weights[:, None]).sum(2) + residual


def _weights(logits: Tensor, planes: Tensor) -> Tensor:
    there = (planes[:, [BEFORE_KNOWN, AFTER_KNOWN]] > 0).to(logits.dtype)
    first = logits[:, :1] + _TRUSTED
    neighbours = logits[:, 1:3] - _NEVER * (1 - there)
    return torch.softmax(torch.cat([first, neighbours, logits[:, 3:]], 1), 1)


def _step(inputs: int, outputs: int) -> nn.Sequential:
    """Half the size."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 2, 2, bias=False), nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)
    )
