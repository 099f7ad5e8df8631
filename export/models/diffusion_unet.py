"""The denoising net of the quality tier: a small U-Net in pixel space that sees what surrounds the damage,
what the neighbours show there, and from afar the whole frame."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.diffusion_inputs import FRAME, HOLE, PLACE, SIDE, UNIT
from export.models.diffusion_parts import Block, FrameLook, LevelEmbedding, TextureLook, Told, silent
from export.models.diffusion_spread import expected_spread, grain_of, mean_spread
from export.models.opponent import along_axes, from_axes, to_axes

LEVEL_SPAN = 4.0
"""The input `level` is the natural logarithm of the noise's standard deviation over this."""
_MID, _GAIN = 0.35, 4.0
_BOUND = 4.0
"""Spreads. Candidates are shown by how they differ from the first fill, bent so that none goes beyond it."""
_SHOWN = 23


class DiffusionUNet(nn.Module):
    """`planes` (N, 20, S, S) of `engine.repair.diffusion_inputs`, `state` (N, 3, S, S) the residual with
    noise, in units, and `level` (N, 1, S, S) -> the residual without, (N, 3, S, S), 0 outside the hole; S 64.

    Scaled at both ends as Karras et al. 2022, Elucidating the design space of diffusion-based generative
    models, table 1, with the spread of what is sought foretold pixel by pixel, of brightness and colour
    apart (`expected_spread`, `export.models.opponent`); what is kept of the state is the best guess for
    grain alone, so untrained it draws white grain about as strong as what is around. Every feature is
    normalised over the channels of its own pixel: a statistic of the window would be another in the window
    beside it, and the two would not fit.
    """

    def __init__(self, width: int = 96, deep: int = 160, fine: int = 64, embedded: int = 128) -> None:
        super().__init__()
        self.levels = LevelEmbedding(embedded)
        self.stem = nn.Conv2d(16 * _SHOWN, width, 3, padding=1)
        self.look = Block(width, embedded)
        self.down = nn.Conv2d(width, deep, 2, 2)
        self.bottom = nn.ModuleList(Block(deep, embedded) for _ in range(2))
        self.frame = FrameLook(deep, SIDE // 8)
        self.up = nn.Conv2d(deep, width, 1)
        self.texture = TextureLook(width, SIDE // 4)
        self.out = nn.ModuleList(Block(width, embedded) for _ in range(2))
        self.larger = nn.Conv2d(width, fine // 2, 1)
        self.last = Told(4 * _SHOWN + fine // 2, fine, embedded)
        self.head = silent(nn.Conv2d(fine, 12, 3, padding=1))

    def forward(self, planes: Tensor, state: Tensor, level: Tensor) -> Tensor:
        hole, told = planes[:, HOLE : HOLE + 1], level[:, :, :1, :1]
        deviation, spread = along_axes(torch.exp(LEVEL_SPAN * told)), expected_spread(planes)
        size = torch.rsqrt(deviation**2 + spread.truth**2)
        inside = to_axes(state * hole)
        found = self.body(shown(planes, inside * size, spread.truth), planes, told[:, :, 0, 0])
        grain = spread.grain**2 / (deviation**2 + spread.grain**2) * inside
        return hole * from_axes(grain + deviation * spread.truth * size * found.float())

    def body(self, given: Tensor, planes: Tensor, level: Tensor) -> Tensor:
        """The net between its scalings: most of it at a quarter of the size, where a step costs little, and
        the last two convolutions, which draw grain, at half of it."""
        half = functional.pixel_unshuffle(given, 2)
        embedding = self.levels(level)
        kept = self.look(self.stem(functional.pixel_unshuffle(half, 2)), embedding)
        features = self.bottom[0](self.down(kept), embedding)
        features = self.frame(features, planes[:, FRAME], planes[:, PLACE])
        features = self.bottom[1](features, embedding)
        features = self.texture(_twice(self.up(features)) + kept)
        for out in self.out:
            features = out(features, embedding)
        drawn = self.last(torch.cat([half, _twice(self.larger(features))], 1), embedding)
        return functional.pixel_shuffle(self.head(drawn), 2)


def shown(planes: Tensor, state: Tensor, spread: Tensor) -> Tensor:
    """What the net's first convolution sees, (N, 23, S, S): the scaled state; the first fill, its grain and
    how damaged picture and neighbours differ from it, these by the `spread` (N, 3, S, S); that of brightness
    and of colour; where is what."""
    first = planes[:, 3:6]
    apart = [grain_of(first), *(planes[:, k : k + 3] - first for k in (0, 6, 9))]
    bound = float(_BOUND * UNIT) * mean_spread(spread)
    bent = [_BOUND * torch.tanh(part / bound) for part in apart]
    where = planes[:, HOLE : HOLE + 3]
    return torch.cat([state, (first - _MID) * _GAIN, *bent, spread[:, :2].log(), where], 1)


def _twice(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2.0, mode="nearest")
