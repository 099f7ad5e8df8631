"""The denoising net of the quality tier: a small U-Net in pixel space that sees what surrounds the damage, what
the neighbours show there, and from afar the whole frame."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.diffusion_inputs import FRAME, HOLE, PLACE, SIDE, UNIT
from export.models.diffusion_parts import Block, FrameLook, LevelEmbedding, TextureLook

RESIDUAL_SPREAD = 0.5
"""Standard deviation, in units, of what fast fills lack, as drawn by `export.simulate windows`."""
LEVEL_SPAN = 4.0
"""The input `level` is the natural logarithm of the noise's standard deviation over this."""
_MID, _GAIN = 0.35, 4.0
_BOUND = 4.0
"""Units. Candidates are shown by how they differ from the first fill, bent so that none goes beyond this."""
_SHOWN = 18


class DiffusionUNet(nn.Module):
    """`planes` (N, 20, S, S) of `engine.repair.diffusion_inputs`, `state` (N, 3, S, S) the residual with noise, in
    units, and `level` (N, 1, S, S) -> the residual without noise, (N, 3, S, S), 0 outside the hole; S = 64.

    Scaled at both ends as Karras et al. 2022, Elucidating the design space of diffusion-based generative
    models, table 1. Every feature is normalised over the channels of its own pixel: a statistic of
    the window would be another in the window beside it, and the two would not fit.
    """

    def __init__(self, widths: Sequence[int] = (64, 96, 192), embedded: int = 128) -> None:
        super().__init__()
        self.levels = LevelEmbedding(embedded)
        self.stem = nn.Conv2d(4 * _SHOWN, widths[0], 3, padding=1)
        self.looks = nn.ModuleList(Block(width, embedded) for width in widths[:-1])
        self.down = nn.ModuleList(nn.Conv2d(a, b, 2, 2) for a, b in pairwise(widths))
        self.texture = TextureLook(widths[-2], SIDE // 4)
        self.bottom = nn.ModuleList(Block(widths[-1], embedded) for _ in range(3))
        self.frame = FrameLook(widths[-1], SIDE // 8)
        self.up = nn.ModuleList(nn.Conv2d(b, a, 1) for a, b in pairwise(widths))
        self.out = nn.ModuleList(Block(width, embedded) for width in widths[:-1])
        self.last = nn.Conv2d(widths[0] + 4 * _SHOWN, widths[0], 3, padding=1)
        self.head = nn.Conv2d(widths[0], 12, 3, padding=1)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def forward(self, planes: Tensor, state: Tensor, level: Tensor) -> Tensor:
        hole, told = planes[:, HOLE : HOLE + 1], level[:, :, :1, :1]
        deviation = torch.exp(LEVEL_SPAN * told)
        both = deviation**2 + RESIDUAL_SPREAD**2
        inside = state * hole
        found = self.body(shown(planes, inside * torch.rsqrt(both)), planes, told[:, :, 0, 0])
        kept = RESIDUAL_SPREAD**2 / both
        return hole * (kept * inside + deviation * RESIDUAL_SPREAD * torch.rsqrt(both) * found.float())

    def body(self, given: Tensor, planes: Tensor, level: Tensor) -> Tensor:
        """The net between its scalings."""
        coarse = functional.pixel_unshuffle(given, 2)
        embedding = self.levels(level)
        features = self.stem(coarse)
        skips: list[Tensor] = []
        for look, down in zip(self.looks, self.down, strict=True):
            skips.append(look(features, embedding))
            features = down(skips[-1])
        skips[-1] = self.texture(skips[-1])
        features = self.frame(self.bottom[0](features, embedding), planes[:, FRAME], planes[:, PLACE])
        for block in list(self.bottom)[1:]:
            features = block(features, embedding)
        for up, out in zip(reversed(self.up), reversed(self.out), strict=True):
            larger = functional.interpolate(up(features), scale_factor=2.0, mode="nearest")
            features = out(larger + skips.pop(), embedding)
        mixed = functional.silu(self.last(torch.cat([features, coarse], 1)))
        return functional.pixel_shuffle(self.head(mixed), 2)


def shown(planes: Tensor, state: Tensor) -> Tensor:
    """What the net's first convolution sees, (N, 18, S, S): the scaled state, the first fill, how the damaged
    picture and the neighbours differ from it, and where is what."""
    first = planes[:, 3:6]
    others = [_BOUND * torch.tanh((planes[:, k : k + 3] - first) / float(_BOUND * UNIT)) for k in (0, 6, 9)]
    where = planes[:, HOLE : HOLE + 3]
    return torch.cat([state, (first - _MID) * _GAIN, *others, where], 1)
