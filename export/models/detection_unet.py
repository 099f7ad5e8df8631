"""The shipped detector: a U-Net from half resolution down that looks far along the transport direction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from engine.detect.inputs import CHANNELS

OUTPUTS: tuple[str, ...] = ("damage", "blotch", "hair", "scratch", "other")
"""Probabilities 0..1 per pixel: of any damage, and of each class."""

PICTURE_CHANNELS = 11
_MID, _GAIN = 0.35, 4.0
"""ACEScct values of film lie around 0.35 within about a quarter: this brings them near unit variance."""

RARE = -4.0
"""First logit of every output: damage covers about a fiftieth of a frame at most."""


class DetectionUNet(nn.Module):
    """(N, 13, H, W) planes of `engine.detect.inputs` -> (N, 4, H, W) logits; H and W multiples of 16.

    Widths are multiples of 16: ONNX Runtime's blocked convolutions on AVX-512 take no others, and fall
    back to ones five times slower.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        self.stem = _convolution(len(CHANNELS), widths[0], size=2, stride=2)
        centre, gain = torch.zeros(len(CHANNELS)), torch.ones(len(CHANNELS))
        centre[:PICTURE_CHANNELS], gain[:PICTURE_CHANNELS] = _MID, _GAIN
        self.register_buffer("centre", centre[:, None, None], persistent=False)
        self.register_buffer("gain", gain[:, None, None], persistent=False)
        self.down = nn.ModuleList()
        self.up = nn.ModuleList()
        for fine, coarse in pairwise(widths):
            self.down.append(nn.Sequential(Residual(fine), _convolution(fine, coarse, size=2, stride=2)))
            self.up.append(nn.Sequential(nn.Conv2d(coarse, 4 * fine, 1), nn.PixelShuffle(2)))
        self.bottom = nn.Sequential(TransportLook(widths[-1]), Residual(widths[-1]), Residual(widths[-1]))
        self.out = nn.ModuleList(Residual(width) for width in widths[:-1])
        last = nn.Conv2d(widths[0], 4 * len(OUTPUTS), 1)
        nn.init.constant_(last.bias, RARE)
        self.head = nn.Sequential(last, nn.PixelShuffle(2))

    def forward(self, planes: Tensor) -> Tensor:
        return self.body((planes - self.centre) * self.gain)

    def body(self, planes: Tensor) -> Tensor:
        """The net behind its normalisation; with that folded in, the whole net."""
        features = self.stem(planes)
        skips: list[Tensor] = []
        for down in self.down:
            skips.append(down[0](features))
            features = down[1](skips[-1])
        features = self.bottom(features)
        for up, out in zip(reversed(self.up), reversed(self.out), strict=True):
            features = out(up(features) + skips.pop())
        return self.head(features)

    @torch.no_grad()
    def fold_normalisation(self) -> None:
        """Move the normalisation into the first convolution: `body` then gives what `forward` gave."""
        first = self.stem[0]
        weight = first.weight * self.gain.view(1, -1, 1, 1)
        first.bias = nn.Parameter(-(weight * self.centre.view(1, -1, 1, 1)).sum((1, 2, 3)))
        first.weight.copy_(weight)


class Residual(nn.Module):
    """Two 3 x 3 convolutions beside a straight path."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.first = _convolution(width, width)
        self.second = nn.Sequential(nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width))
        self.activation = nn.ReLU(inplace=True)

    def forward(self, features: Tensor) -> Tensor:
        return self.activation(features + self.second(self.first(features)))


class TransportLook(nn.Module):
    """Compares along the column, far up and down: a line scratch runs on where an edge of the scene ends."""

    def __init__(self, width: int, reach: int = 6) -> None:
        super().__init__()
        self.along = nn.Conv2d(width, width, (2 * reach + 1, 1), padding=(reach, 0), groups=width, bias=False)
        self.mix = nn.Sequential(nn.BatchNorm2d(width), nn.Conv2d(width, width, 1), nn.ReLU(inplace=True))

    def forward(self, features: Tensor) -> Tensor:
        return features + self.mix(self.along(features))


def _convolution(inputs: int, outputs: int, size: int = 3, stride: int = 1) -> nn.Sequential:
    padding = (size - 1) // 2 if stride == 1 else 0
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, size, stride, padding, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(inplace=True),
    )
