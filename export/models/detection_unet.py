"""The shipped detector: a U-Net from half resolution down that looks far along the transport direction."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.detect.inputs import CHANNELS

CLASSES: tuple[str, ...] = ("blotch", "hair", "scratch", "other")
"""The classes of damage, in the order of the second output."""

PICTURE_CHANNELS = 11
_MID, _GAIN = 0.35, 4.0
"""ACEScct values of film lie around 0.35 within about a quarter: this brings them near unit variance."""

RARE = -4.0
"""First logit of every output: damage covers about a fiftieth of a frame at most."""


class DetectionUNet(nn.Module):
    """(N, 13, H, W) planes of `engine.detect.inputs` -> logits of damage (N, 1, H, W) and of each class
    (N, 4, H / 2, W / 2); H and W multiples of 16.

    Widths are multiples of 16: ONNX Runtime's blocked convolutions on AVX-512 take no others, and fall
    back to ones five times slower. The way up repeats pixels and convolves, since shuffling them takes
    as long there as a third of all convolutions.
    """

    def __init__(self, widths: Sequence[int] = (16, 32, 64, 96)) -> None:
        super().__init__()
        self.stem = _convolution(len(CHANNELS), widths[0], size=2, stride=2)
        centre, gain = torch.zeros(len(CHANNELS)), torch.ones(len(CHANNELS))
        centre[:PICTURE_CHANNELS], gain[:PICTURE_CHANNELS] = _MID, _GAIN
        self.register_buffer("centre", centre[:, None, None], persistent=False)
        self.register_buffer("gain", gain[:, None, None], persistent=False)
        fine, *middle = widths[:-1]
        self.looks = nn.ModuleList([_convolution(fine, fine), *(Residual(width) for width in middle)])
        self.down = nn.ModuleList(_convolution(a, b, size=2, stride=2) for a, b in pairwise(widths))
        self.bottom = nn.Sequential(TransportLook(widths[-1]), Residual(widths[-1]), Residual(widths[-1]))
        self.up = nn.ModuleList(Enlarged(b, a) for a, b in pairwise(widths))
        self.out = nn.ModuleList([
            _convolution(fine, fine), *(Residual(width) for width in middle[:-1]),
            _convolution(middle[-1], middle[-1]),
        ])  # fmt: skip
        self.head = nn.Conv2d(fine, 4 + len(CLASSES), 1)
        nn.init.constant_(self.head.bias, RARE)
        self.shuffle = nn.PixelShuffle(2)

    def forward(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        return self.body((planes - self.centre) * self.gain)

    def body(self, planes: Tensor) -> tuple[Tensor, Tensor]:
        """The net behind its normalisation; with that folded in, the whole net."""
        features = self.stem(planes)
        skips: list[Tensor] = []
        for look, down in zip(self.looks, self.down, strict=True):
            skips.append(look(features))
            features = down(skips[-1])
        features = self.bottom(features)
        for up, out in zip(reversed(self.up), reversed(self.out), strict=True):
            features = out(up(features) + skips.pop())
        logits = self.head(features)
        return self.shuffle(logits[:, :4]), logits[:, 4:]

    @torch.no_grad()
    def fold_normalisation(self) -> None:
        """Move the normalisation into the first convolution: `body` then gives what `forward` gave."""
        first = self.stem[0]
        weight = first.weight * self.gain.view(1, -1, 1, 1)
        first.bias = nn.Parameter(-(weight * self.centre.view(1, -1, 1, 1)).sum((1, 2, 3)))
        first.weight.copy_(weight)


class Enlarged(nn.Module):
    """Twice the size, other width: a 1 x 1 convolution, then every value four times."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, outputs, 1)

    def forward(self, features: Tensor) -> Tensor:
        return functional.interpolate(self.mix(features), scale_factor=2.0, mode="nearest")


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
