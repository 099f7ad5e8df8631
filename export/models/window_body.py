"""The body that nets of windows share: a small U-Net every block of which is told one vector."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.diffusion_inputs import SIDE
from export.models.diffusion_parts import Block, TextureLook, Told, silent


class WindowBody(nn.Module):
    """(N, `given`, S, S) and a vector (N, `told`) -> (N, `found`, S, S); S 64.

    Most of it is at a quarter of the size, where a step costs little, the last two convolutions at half of
    it. Untrained it gives 0.
    """

    def __init__(
        self, given: int, found: int, told: int, width: int = 48, deep: int = 80, fine: int = 32
    ) -> None:
        super().__init__()
        self.stem = nn.Conv2d(16 * given, width, 3, padding=1)
        self.look = Block(width, told)
        self.down = nn.Conv2d(width, deep, 2, 2)
        self.bottom = nn.ModuleList(Block(deep, told) for _ in range(2))
        self.up = nn.Conv2d(deep, width, 1)
        self.texture = TextureLook(width, SIDE // 4)
        self.out = Block(width, told)
        self.larger = nn.Conv2d(width, fine // 2, 1)
        self.last = Told(4 * given + fine // 2, fine, told)
        self.head = silent(nn.Conv2d(fine, 4 * found, 3, padding=1))

    def forward(self, planes: Tensor, told: Tensor) -> Tensor:
        half = functional.pixel_unshuffle(planes, 2)
        kept = self.look(self.stem(functional.pixel_unshuffle(half, 2)), told)
        features = self.down(kept)
        for block in self.bottom:
            features = block(features, told)
        features = self.out(self.texture(twice(self.up(features)) + kept), told)
        drawn = self.last(torch.cat([half, twice(self.larger(features))], 1), told)
        return functional.pixel_shuffle(self.head(drawn), 2)


def twice(features: Tensor) -> Tensor:
    """Every pixel as a square of four."""
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")
