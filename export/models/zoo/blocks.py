"""Parts that the compared nets share."""

from __future__ import annotations

import torch
from torch import Tensor, nn

PICTURE_CHANNELS = 11
"""The first channels of `engine.detect.inputs` are pictures; those behind them are flags."""
MID, GAIN = 0.35, 4.0
"""ACEScct values of film lie around 0.35 within about a quarter: this brings them near unit variance."""


class Normalised(nn.Module):
    """Picture channels (N, C, H, W), ACEScct, to about zero mean and unit variance; flags stay."""

    def __init__(self, planes: int) -> None:
        super().__init__()
        centre, gain = torch.zeros(planes, 1, 1), torch.ones(planes, 1, 1)
        centre[:PICTURE_CHANNELS], gain[:PICTURE_CHANNELS] = MID, GAIN
        self.register_buffer("centre", centre, persistent=False)
        self.register_buffer("gain", gain, persistent=False)

    def forward(self, planes: Tensor) -> Tensor:
        return (planes - self.centre) * self.gain


class DoubleConvolution(nn.Module):
    """Two 3 x 3 convolutions with ReLU, the unit of U-Net.

    Ronneberger, Fischer, Brox 2015 (arXiv:1505.04597), section 2, but padded, so that the matte has the
    plate's size, and with batch normalisation (Ioffe, Szegedy 2015), as every later user of it has.
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.first = convolution(inputs, outputs)
        self.second = convolution(outputs, outputs)

    def forward(self, features: Tensor) -> Tensor:
        return self.second(self.first(features))


def convolution(inputs: int, outputs: int) -> nn.Sequential:
    """3 x 3 convolution, batch normalisation, ReLU; (N, inputs, H, W) -> (N, outputs, H, W)."""
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
