"""The recurrent residual unit that R2U-Net puts in the place of the double convolution."""

from __future__ import annotations

from torch import Tensor, nn
from torch.nn import functional

STEPS = 2
"""Recurrences after the first pass: t = 2 in Alom et al. 2018, section III."""


class RecurrentConvolution(nn.Module):
    """One 3 x 3 convolution that sees its own outcome again, `STEPS` times, with the same weights.

    Alom et al. 2018 (arXiv:1802.06955), equation 1: `o(t) = wf * x(t) + wr * x(t-1) + b`, then ReLU. Each
    step has batch statistics of its own: one set for all would be wrong for each of them at test time
    (Liao, Poggio 2016, arXiv:1604.03640, section 3).
    """

    def __init__(self, width: int) -> None:
        super().__init__()
        self.forwards = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.again = nn.Conv2d(width, width, 3, padding=1, bias=False)
        self.statistics = nn.ModuleList(nn.BatchNorm2d(width) for _ in range(STEPS + 1))

    def forward(self, features: Tensor) -> Tensor:
        straight = self.forwards(features)
        state = functional.relu(self.statistics[0](straight))
        for statistics in list(self.statistics)[1:]:
            state = functional.relu(statistics(straight + self.again(state)))
        return state


class RecurrentResidual(nn.Module):
    """Two recurrent convolutions beside a straight path, behind a 1 x 1 one that sets the width.

    Alom et al. 2018, figure 4d and equation 3: `x(l+1) = x(l) + F(x(l))`.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.width = nn.Conv2d(inputs, outputs, 1)
        self.recurrent = nn.Sequential(RecurrentConvolution(outputs), RecurrentConvolution(outputs))

    def forward(self, features: Tensor) -> Tensor:
        narrow = self.width(features)
        return narrow + self.recurrent(narrow)
