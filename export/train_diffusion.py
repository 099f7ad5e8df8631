"""`python -m export.train_diffusion`: train the denoising net of the quality tier on
`python -m export.simulate windows --kind diffusion`.

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

from engine.repair.diffusion_inputs import HOLE, SIDE, UNIT
from engine.repair.fusion_inputs import MARGIN
from export.diffusion_batches import DiffusionBatch, draw_diffusion_batch
from export.fusion_shards import Halves, fusion_shards_in
from export.models.diffusion_spread import expected_spread
from export.models.diffusion_unet import LEVEL_SPAN, DiffusionUNet
from export.models.opponent import along_axes, to_axes
from export.train_fusion import blurred, worth
from export.training import parsed, train

_STRUCTURE = 1.0
"""Weight, beside the plain error, of that behind a Gaussian, which leaves 1/30 of the power of grain."""
_LARGE = 1.5
"""Expected spreads."""
_AXES = (1.5, 0.75, 0.75)
"""What an error of brightness and of colour counts, each over its own spread."""
_RIM = 0.25
"""What a pixel at the window's edge counts: there other windows have more say."""


class Diffusion:
    """The denoising net as a task to train."""

    def net(self) -> nn.Module:
        return DiffusionUNet()

    def shards(self, folder: Path) -> Sequence[Halves]:
        return fusion_shards_in(folder, "diffusion")

    def batch(self, shards: Sequence[Halves], count: int, rng: np.random.Generator) -> DiffusionBatch:
        return draw_diffusion_batch(shards, count, rng)

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        planes, truth, noise, deviation = batch
        hole = planes[:, HOLE : HOLE + 1]
        clean = hole * (truth - planes[:, 3:6]) / float(UNIT)
        level = (deviation.log() / LEVEL_SPAN).expand(-1, -1, SIDE, SIDE)
        found = net(clamped(planes), clean + hole * deviation * noise, level)
        with torch.autocast(planes.device.type, enabled=False):
            spread, counted = expected_spread(planes).truth, hole * worth(planes, truth)
            return diffusion_loss(found.float() - clean, deviation, spread, counted)


def clamped(planes: Tensor) -> Tensor:
    """As the engine's session gives them: everything but the places, which may lie outside the frame."""
    return torch.cat([planes[:, :-2].clamp(0, 1), planes[:, -2:]], 1)


def diffusion_loss(error: Tensor, deviation: Tensor, spread: Tensor, counted: Tensor) -> Tensor:
    """Mean squared error in the hole, plain and behind a Gaussian, `error` (N, 3, S, S) in units.

    `counted` (N, 1, S, S): what each pixel counts. The first term is the defect loss of HaineiFRDM in its
    squared form: with squares the best answer is the mean of what may be there, which sampling needs, and a
    linear map of the error, as a Gaussian is, does not change that. Errors beyond `_LARGE` count linearly
    (Song and Dhariwal 2023, Improved techniques for training consistency models): else a few fills that
    are wholly wrong have all the say, and what can be learnt of them in a short run is next to nothing; the
    price is that where much is possible the net keeps nearer to the first fill. Each level of noise counts
    the same (Karras et al. 2022), and with the `spread` (N, 3, S, S) that is expected along the axes of
    `export.models.opponent` each strength of grain, and colour as much as brightness; a window counts with
    the root of its pixels, or the largest marks would have all the say.
    """
    noise = along_axes(deviation)
    scaled = to_axes(error) * (noise**2 + spread**2).sqrt() / (noise * spread)
    weights = counted * _rim(error)
    weights = weights / weights.sum((1, 2, 3), keepdim=True).clamp(min=1).sqrt()
    pixels = weights.sum().clamp(min=1e-6)
    structure = blurred(scaled * (counted > 0))
    cost = _bent(scaled) + _STRUCTURE * _bent(structure)
    axes = torch.tensor(_AXES, device=cost.device)[:, None, None]
    return ((cost * axes).mean(1, keepdim=True) * weights).sum() / pixels


def _bent(error: Tensor) -> Tensor:
    """The square of small errors, a linear function of large ones."""
    return 2 * _LARGE**2 * (torch.sqrt(1 + (error / _LARGE) ** 2) - 1)


def _rim(error: Tensor) -> Tensor:
    """(1, 1, S, S): 1 where a window has the first say, falling towards its edge."""
    away = torch.arange(SIDE, device=error.device, dtype=error.dtype)
    away = torch.minimum(away, SIDE - 1 - away) / MARGIN
    one = _RIM + (1 - _RIM) * away.clamp(max=1)
    return torch.minimum(one[:, None], one[None, :])[None, None]


def main(argv: list[str] | None = None) -> int:
    train(Diffusion(), parsed("python -m export.train_diffusion", __doc__ or "", argv, batch=16))
    return 0


if __name__ == "__main__":
    sys.exit(main())
