"""The U shape that all four nets have; they differ in its unit and in what the skips pass through."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from export.models.zoo.attention import AttentionGate
from export.models.zoo.blocks import Normalised

Unit = Callable[[int, int], nn.Module]
"""Makes what stands at each level: (inputs, outputs) -> a module that keeps height and width."""

RARE = -4.0
"""First logit of the matte: damage covers about a fiftieth of a frame at most."""


class UNet(nn.Module):
    """(N, planes, H, W) of `engine.detect.inputs` -> (N, 1, H, W) logits of damage.

    H and W are multiples of `multiple`. Ronneberger, Fischer, Brox 2015 (arXiv:1505.04597), figure 1: 2 x 2
    max pooling down, 2 x 2 up-convolution, skips joined by concatenation, a 1 x 1 convolution last; with
    `gated`, the skips pass an attention gate (Oktay et al. 2018, arXiv:1804.03999, figure 1).
    """

    def __init__(self, planes: int, widths: Sequence[int], unit: Unit, gated: bool) -> None:
        super().__init__()
        self.planes = planes
        self.multiple = 2 ** (len(widths) - 1)
        self.normalised = Normalised(planes)
        self.first = unit(planes, widths[0])
        self.pool = nn.MaxPool2d(2)
        self.down, self.up, self.out = nn.ModuleList(), nn.ModuleList(), nn.ModuleList()
        self.gates = nn.ModuleList()
        for fine, coarse in pairwise(widths):
            self.down.append(unit(fine, coarse))
            self.up.append(nn.ConvTranspose2d(coarse, fine, 2, stride=2))
            self.out.append(unit(2 * fine, fine))
            self.gates.append(AttentionGate(fine, coarse) if gated else FirstOfTwo())
        self.head = nn.Conv2d(widths[0], 1, 1)
        nn.init.constant_(self.head.bias, RARE)

    def forward(self, planes: Tensor) -> Tensor:
        return self.head(self.features(planes))

    def features(self, planes: Tensor) -> Tensor:
        """What the head reads: (N, widths[0], H, W)."""
        skips = [self.first(self.normalised(planes))]
        for down in self.down:
            skips.append(down(self.pool(skips[-1])))
        features = skips.pop()
        for up, out, gate in zip(*map(reversed, (self.up, self.out, self.gates)), strict=True):
            skip = gate(skips.pop(), features)
            features = out(torch.cat([skip, up(features)], 1))
        return features


class FirstOfTwo(nn.Module):
    """Stands where a gate would: lets the skip through as it is."""

    def forward(self, skip: Tensor, _: Tensor) -> Tensor:
        return skip
