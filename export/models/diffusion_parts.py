"""What the denoising net is built of."""

from __future__ import annotations

import math
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional

Layer = TypeVar("Layer", bound=nn.Module)

_EPSILON = 1e-4
_HEADS = 4
_OCTAVES = 6


class LevelEmbedding(nn.Module):
    """The noise level (N, 1) as (N, width) features: sines of several frequencies, then two layers."""

    frequencies: Tensor

    def __init__(self, width: int) -> None:
        super().__init__()
        frequencies = torch.exp(torch.linspace(0.0, math.log(30.0), 16))
        self.register_buffer("frequencies", frequencies, persistent=False)
        self.mix = nn.Sequential(nn.Linear(32, width), nn.SiLU(), nn.Linear(width, width), nn.SiLU())

    def forward(self, level: Tensor) -> Tensor:
        angles = level * self.frequencies
        return self.mix(torch.cat([torch.sin(angles), torch.cos(angles)], 1))


class Told(nn.Module):
    """A 3 x 3 convolution whose features are normalised and then scaled and shifted by the noise level."""

    def __init__(self, inputs: int, outputs: int, embedded: int) -> None:
        super().__init__()
        self.look = nn.Conv2d(inputs, outputs, 3, padding=1)
        self.told = nn.Linear(embedded, 2 * outputs)

    def forward(self, features: Tensor, embedding: Tensor) -> Tensor:
        scale, shift = self.told(embedding)[:, :, None, None].chunk(2, 1)
        found = normalised(self.look(features))
        return functional.silu(torch.addcmul(shift, found, 1 + scale))


class Block(nn.Module):
    """Two 3 x 3 convolutions beside a straight path, told the noise level between them."""

    def __init__(self, width: int, embedded: int) -> None:
        super().__init__()
        self.first = Told(width, width, embedded)
        self.second = silent(nn.Conv2d(width, width, 3, padding=1))

    def forward(self, features: Tensor, embedding: Tensor) -> Tensor:
        return features + self.second(self.first(functional.silu(features), embedding))


class TextureLook(nn.Module):
    """Looks at features (N, C, S, S) as a spectrum: what repeats over the window, texture and grain, is a few
    numbers there. After SFHformer (Jiang et al. 2024) as HaineiFRDM uses it.

    The Fourier transform is two matrix products of fixed size, which every runtime has.
    """

    cosines: Tensor
    sines: Tensor

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        angles = 2 * math.pi / side * torch.outer(torch.arange(side), torch.arange(side))
        self.register_buffer("cosines", torch.cos(angles) / math.sqrt(side), persistent=False)
        self.register_buffer("sines", torch.sin(angles) / math.sqrt(side), persistent=False)
        self.weigh = nn.Parameter(torch.zeros(1, 2 * width, side, side))
        self.mix = nn.Sequential(
            nn.Conv2d(2 * width, width, 1), nn.SiLU(), silent(nn.Conv2d(width, 2 * width, 1))
        )

    def forward(self, features: Tensor) -> Tensor:
        spectrum = torch.cat(self.spectrum(normalised(features)), 1)
        return features + self.picture(*self.mix(spectrum * (1 + self.weigh)).chunk(2, 1))

    def spectrum(self, plane: Tensor) -> tuple[Tensor, Tensor]:
        """Real and imaginary part of the unitary Fourier transform over the last two axes."""
        real, imaginary = self.cosines @ plane, -(self.sines @ plane)
        return (
            real @ self.cosines + imaginary @ self.sines,
            imaginary @ self.cosines - real @ self.sines,
        )

    def picture(self, real: Tensor, imaginary: Tensor) -> Tensor:
        """Real part of the inverse."""
        rows_real = self.cosines @ real - self.sines @ imaginary
        rows_imaginary = self.cosines @ imaginary + self.sines @ real
        return rows_real @ self.cosines - rows_imaginary @ self.sines


class FrameLook(nn.Module):
    """Cross-attention from the window's features (N, C, S, S) to S x S tokens of the whole frame in small;
    both are told where in the frame they lie by sines of their coordinates."""

    lies: Tensor

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        self.side = side
        self.tokens = nn.Conv2d(3, width, side, side)
        self.asking, self.lying = nn.Linear(4 * _OCTAVES, width), nn.Linear(4 * _OCTAVES, width)
        self.query, self.key = nn.Linear(width, width), nn.Linear(width, width)
        self.value, self.out = nn.Linear(width, width), silent(nn.Linear(width, width))
        middles = (torch.arange(side) + 0.5) / side
        rows, columns = torch.meshgrid(middles, middles, indexing="ij")
        self.register_buffer("lies", torch.stack([rows, columns])[None], persistent=False)

    def forward(self, features: Tensor, frame: Tensor, place: Tensor) -> Tensor:
        """`frame` (N, 3, side², side²) model encoding, `place` (N, 2, side², side²) 0..1 over the frame."""
        count, width = features.shape[:2]
        window = _listed(normalised(features)) + self.asking(_listed(_sines(self._coarse(place))))
        whole = _listed(self.tokens((frame - 0.35) * 4.0)) + self.lying(_listed(_sines(self.lies)))
        query, key, value = (
            part.reshape(count, -1, _HEADS, width // _HEADS).transpose(1, 2)
            for part in (self.query(window), self.key(whole), self.value(whole))
        )
        weights = torch.softmax(query @ key.transpose(2, 3) * (width // _HEADS) ** -0.5, -1)
        found = self.out((weights @ value).transpose(1, 2).reshape(count, -1, width))
        return features + found.transpose(1, 2).reshape(features.shape)

    def _coarse(self, place: Tensor) -> Tensor:
        return functional.avg_pool2d(place, place.shape[-1] // self.side)


def silent(layer: Layer) -> Layer:
    """`layer` as one that gives 0 until it is trained: what lies beside a straight path starts as nothing."""
    for weight in layer.parameters():
        nn.init.zeros_(weight)
    return layer


def normalised(features: Tensor) -> Tensor:
    """Every pixel's features (N, C, H, W) at a root mean square of 1."""
    return features * torch.rsqrt(features.square().mean(1, keepdim=True) + _EPSILON)


def _sines(place: Tensor) -> Tensor:
    """(N, 2, H, W) -> (N, 4 * _OCTAVES, H, W)."""
    angles = torch.cat([place * (math.pi * 2.0**octave) for octave in range(_OCTAVES)], 1)
    return torch.cat([torch.sin(angles), torch.cos(angles)], 1)


def _listed(plane: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, H * W, C)."""
    return plane.flatten(2).transpose(1, 2)
