"""`python -m export.train_family FAMILY`: train a net of another family than the denoising one, on the same
windows, for the comparison of docs/evaluation.md.

inpainter  sees the damaged frame alone, all of a window at once (LaMa)
prior      is told a short vector of what the truth is like, which it estimates (DiffIR)
unified    is given no matte: finds the damage and repairs it, by diffusion

The windows are those of `python -m export.simulate windows --kind diffusion`, the loop, the loss in the hole
and the export those of `export.train_diffusion`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.diffusion_inputs import HOLE, MOST, SIDE, UNIT
from engine.repair.fusion_inputs import OWN
from export.diffusion_batches import altered_windows
from export.fusion_batches import drawn_windows
from export.fusion_shards import Halves, fusion_shards_in
from export.models.diffusion_spread import expected_spread
from export.models.diffusion_unet import LEVEL_SPAN
from export.models.prior_restorer import PriorRestorer
from export.models.spectral_inpainter import SpectralInpainter
from export.models.unified_unet import UnifiedUNet
from export.train_diffusion import clamped, diffusion_loss
from export.train_fusion import worth
from export.training import Task, parsed, train
from export.unified_batches import PRESENT, VISIBLE, UnifiedBatch, draw_unified_batch
from export.unified_inputs import REACH

_ALIKE = 0.3
"""Weight of how far the estimated prior lies from that of the truth."""
_FOUND, _ELSEWHERE = 10.0, 0.05
"""Weights of finding the damage, and of a residual where there is none, beside that in the damage."""
_ERROR = 0.1
"""Units of REACH, half a stop: stands where the others have the spread that is expected of a fast fill."""


class _Windows:
    """The windows that the denoising net is trained on."""

    def shards(self, folder: Path) -> Sequence[Halves]:
        return fusion_shards_in(folder, "diffusion")


class _OnePass(_Windows):
    """What the families of one pass are shown: windows and the truth, no noise."""

    def batch(self, shards: Sequence[Halves], count: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        return altered_windows(drawn_windows(shards, count, rng), rng)

    def paid(self, planes: Tensor, truth: Tensor, *found: Tensor) -> Tensor:
        """The loss of residuals `found` (N, 3, S, S), in units, summed: that of one step of the denoising net
        at the highest noise, where it can give no more than a mean either."""
        with torch.autocast(planes.device.type, enabled=False):
            hole = planes[:, HOLE : HOLE + 1]
            clean = hole * (truth - planes[:, 3:6]) / float(UNIT)
            spread, counted = expected_spread(planes).truth, hole * worth(planes, truth)
            deviation = torch.full_like(hole[:, :, :1, :1], MOST)
            losses = [diffusion_loss(part.float() - clean, deviation, spread, counted) for part in found]
            return torch.stack(losses).sum()


class Inpainter(_OnePass):
    """LaMa's family. Its adversary and its distance of learned features are left out: it gives a mean."""

    def net(self) -> nn.Module:
        return SpectralInpainter()

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        planes, truth = batch
        nothing = torch.zeros_like(truth)
        return self.paid(planes, truth, net(clamped(planes), nothing, nothing[:, :1]))


class Prior(_OnePass):
    """DiffIR's family, both of its stages at once."""

    def net(self) -> nn.Module:
        return PriorRestorer()

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(net, PriorRestorer)
        planes, truth = batch
        found = net.told(clamped(planes), truth)
        apart = (found.estimate.float() - found.prior.float().detach()).abs().mean()
        return self.paid(planes, truth, found.by_truth, found.by_estimate) + _ALIKE * apart


class Unified(_Windows):
    """The denoising net that is given no matte."""

    def net(self) -> nn.Module:
        return UnifiedUNet()

    def batch(self, shards: Sequence[Halves], count: int, rng: np.random.Generator) -> tuple[Tensor, ...]:
        return draw_unified_batch(shards, count, rng)

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        assert isinstance(net, UnifiedUNet)
        given = UnifiedBatch(*batch)
        residual = (given.truth - given.planes[:, OWN]) / REACH
        state = given.told * residual + given.deviation * given.noise
        level = (given.deviation.log() / LEVEL_SPAN).expand(-1, -1, SIDE, SIDE)
        found, logit = net.told(clamped(given.planes), state, level)
        with torch.autocast(state.device.type, enabled=False):
            return unified_loss(found.float() - residual, logit.float(), residual)


def unified_loss(error: Tensor, logit: Tensor, residual: Tensor) -> Tensor:
    """`error` and the true `residual` (N, 3, S, S) in units of REACH, `logit` (N, 1, S, S) of damage.

    Where damage is present and not visible, finding it counts neither way.
    """
    strength = residual.abs().amax(1, keepdim=True) * REACH
    visible, present = strength > VISIBLE, strength > PRESENT
    counted = torch.where(present, 1.0, _ELSEWHERE)
    spread = torch.full_like(error, _ERROR)
    repaired = diffusion_loss(error, torch.full_like(logit[:, :, :1, :1], MOST), spread, counted)
    told = functional.binary_cross_entropy_with_logits(logit, visible.float(), reduction="none")
    judged = (visible | ~present).float()
    return _FOUND * (told * judged).sum() / judged.sum().clamp(min=1) + repaired


FAMILIES: Mapping[str, Callable[[], Task]] = {"inpainter": Inpainter, "prior": Prior, "unified": Unified}


def main(argv: list[str] | None = None) -> int:
    given = sys.argv[1:] if argv is None else argv
    if not given or given[0] not in FAMILIES:
        raise SystemExit(
            f"{__doc__}\nGive one of {', '.join(FAMILIES)} first, then what --help behind it tells."
        )
    family, *rest = given
    train(
        FAMILIES[family](), parsed(f"python -m export.train_family {family}", __doc__ or "", rest, batch=16)
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
