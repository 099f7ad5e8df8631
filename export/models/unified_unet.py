"""One denoising net that is told of no damage: it finds what is damaged and what was there."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, OWN
from export.models.diffusion_parts import LevelEmbedding
from export.models.diffusion_spread import grain_of
from export.models.diffusion_unet import LEVEL_SPAN
from export.models.window_body import WindowBody
from export.unified_inputs import REACH

_MID, _GAIN = 0.35, 4.0
_BOUND = 0.15
"""ACEScct. Neighbours are shown by how they differ from the frame, bent so that none goes beyond it."""
_DATA = 0.5
"""Units, standard deviation of the residual in and around damage."""
_LIKELY = -3.0
"""First logit of damage: it is seldom."""
_GIVEN = 17
_EMBEDDED = 64


class UnifiedUNet(nn.Module):
    """`planes`, `state` and `level` as `export.models.diffusion_unet`, of a frame without a matte
    (`export.unified_inputs`) -> the residual without noise (N, 3, S, S) and the probability of damage
    (N, 1, S, S), 0..1. It looks at the damaged frame and its neighbours alone; untrained it repairs nothing.
    """

    def __init__(self, width: int = 48, deep: int = 80, fine: int = 32) -> None:
        super().__init__()
        self.levels = LevelEmbedding(_EMBEDDED)
        self.body = WindowBody(_GIVEN, 4, _EMBEDDED, width, deep, fine)

    def forward(self, planes: Tensor, state: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        residual, logit = self.told(planes, state, level)
        return residual, torch.sigmoid(logit)

    def told(self, planes: Tensor, state: Tensor, level: Tensor) -> tuple[Tensor, Tensor]:
        """The same with the logit of damage."""
        told = level[:, :, :1, :1]
        deviation = torch.exp(LEVEL_SPAN * told)
        size = torch.rsqrt(deviation**2 + _DATA**2)
        found = self.body(_shown(planes, state * size), self.levels(told[:, :, 0, 0])).float()
        # Karras et al. 2022, table 1.
        residual = (_DATA * size) ** 2 * state + deviation * _DATA * size * found[:, :3]
        return residual, found[:, 3:] + _LIKELY


def _shown(planes: Tensor, state: Tensor) -> Tensor:
    own = planes[:, OWN]
    apart = [grain_of(own), *(planes[:, k : k + 3] - own for k in (6, 9))]
    bent = [_BOUND / REACH * torch.tanh(part / _BOUND) * _GAIN for part in apart]
    known = planes[:, [BEFORE_KNOWN, AFTER_KNOWN]]
    return torch.cat([state, (own - _MID) * _GAIN, *bent, known], 1)
