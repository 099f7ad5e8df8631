"""`python -m export.train_fusion`: train the fusing net of the repair on `python -m export.simulate windows`.

Runs on the CPU with channels-last tensors, in bfloat16 where the processor has it, or on one GPU with
`--device cuda`. Stopped and started again with the same arguments it goes on where it was
(`export.training`).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.fusion_inputs import HOLE, KEPT, MARGIN, OWN
from export.fusion_batches import FusionBatch, draw_fusion_batch
from export.fusion_shards import Halves, fusion_shards_in
from export.models.fusion_unet import FusionUNet, fused
from export.training import parsed, train

_UNIT = 50.0
"""The loss counts errors in 1 / 50 of the model encoding, about the strength of coarse grain."""
_BLUR = 1.5
"""px. What is left of an error behind this Gaussian is structure."""
_HIDDEN = 0.012
"""ACEScct behind the Gaussian: by more than this, picture is hidden."""
_SOUND = 0.15
"""Worth of a pixel in the hole whose picture is not."""
_STRUCTURE, _TOLD = 1.0, 0.1
"""Weights of the structure and of the error foretold, beside the plain error."""


class Fusion:
    """The fusing net as a task to train."""

    def net(self) -> nn.Module:
        return FusionUNet()

    def shards(self, folder: Path) -> Sequence[Halves]:
        return fusion_shards_in(folder)

    def batch(self, shards: Sequence[Halves], count: int, rng: np.random.Generator) -> FusionBatch:
        return draw_fusion_batch(shards, count, rng)

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        planes, truth = batch
        # The engine's session clamps to the range that the spec of the net gives.
        found = net(planes.clamp(0, 1).contiguous(memory_format=torch.channels_last))
        with torch.autocast(planes.device.type, enabled=False):
            weights, residual, spread = (part.float() for part in found)
            error = fused(planes, weights, residual) - truth
            return fusion_loss(error, spread, planes[:, HOLE : HOLE + 1] * worth(planes, truth))


def worth(planes: Tensor, truth: Tensor) -> Tensor:
    """How much a pixel counts, (N, 1, S, S): all where damage hides the picture, less where a matte is wrong.

    Marks are small and wrong mattes may be large; without this a net would learn to leave marks alone.
    """
    hidden = blurred(planes[:, OWN] - truth).abs().amax(1, keepdim=True) > _HIDDEN
    return torch.where(hidden, 1.0, _SOUND)


def fusion_loss(error: Tensor, spread: Tensor, hole: Tensor) -> Tensor:
    """Mean absolute error in the hole, plain and behind a Gaussian, and how well its size was foretold.

    `error` (N, 3, S, S) of the fill, `spread` (N, 1, S, S) the logarithm of its expected absolute value;
    `hole` (N, 1, S, S) 0..1, what each pixel counts. What a window only sees, its margin, does not count, and
    a window counts with the root of its pixels: or the largest marks would have all the say. The foretelling
    is the negative log-likelihood of a Laplace distribution, and leaves the fill alone.
    """
    inner = (..., slice(MARGIN, MARGIN + KEPT), slice(MARGIN, MARGIN + KEPT))
    counted = hole[inner]
    counted = counted / counted.sum((1, 2, 3), keepdim=True).clamp(min=1).sqrt()
    pixels = counted.sum().clamp(min=1e-6)
    plain = _mean(error[inner], counted, pixels)
    structure = _mean(blurred(error * (hole > 0))[inner], counted, pixels)
    size = error.detach().abs().mean(1, keepdim=True)[inner]
    told = ((size * torch.exp(-spread[inner]) + spread[inner]) * counted).sum() / pixels
    return _UNIT * (plain + _STRUCTURE * structure) + _TOLD * told


def _mean(error: Tensor, counted: Tensor, pixels: Tensor) -> Tensor:
    return (error.abs().mean(1, keepdim=True) * counted).sum() / pixels


def blurred(error: Tensor) -> Tensor:
    steps = torch.arange(-4, 5, dtype=error.dtype, device=error.device)
    taps = torch.exp(-0.5 * (steps / _BLUR) ** 2)
    taps = (taps / taps.sum()).expand(error.shape[1], 1, 1, -1)
    across = functional.conv2d(error, taps, padding=(0, 4), groups=error.shape[1])
    return functional.conv2d(across, taps.transpose(2, 3), padding=(4, 0), groups=error.shape[1])


def main(argv: list[str] | None = None) -> int:
    train(Fusion(), parsed("python -m export.train_fusion", __doc__ or "", argv, batch=64))
    return 0


if __name__ == "__main__":
    sys.exit(main())
