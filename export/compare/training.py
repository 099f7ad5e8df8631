"""Training of one variant: its phases one after the other, over the same samples as every other variant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from export.batches import Batch
from export.compare.crops import CENTRE, Shard, draw
from export.compare.variants import ROUTES, Phase, Variant
from export.losses import LOSSES
from export.models.zoo.build import build
from export.models.zoo.unet import UNet
from export.training import halved

NOISE = 0.1
"""RMS of the added noise, ACEScct: above any grain, for weak noise teaches nothing in a small budget."""
WARM_UP = 40
CLIP = 1.0

StepLoss = Callable[[nn.Module, Batch], Tensor]


@dataclass(frozen=True)
class Budget:
    """What every variant is given alike."""

    samples: int = 6144
    batch: int = 8
    crop: int = 96
    rate: float = 2e-3
    seed: int = 1


def fresh(variant: Variant, budget: Budget) -> UNet:
    """The untrained net of `variant`, the same each time."""
    torch.manual_seed(budget.seed)
    return build(variant.name, variant.width, variant.frames).to(memory_format=torch.channels_last)


def train(net: UNet, variant: Variant, budget: Budget, shards: Sequence[Shard]) -> Iterator[float]:
    """Trains `net` and yields the loss of each step; the same again for the same budget and shards."""
    step = 0
    for phase in ROUTES[variant.route]:
        loss, trained = _task(net, phase, variant)
        optimiser = torch.optim.AdamW(trained.parameters(), lr=budget.rate, weight_decay=1e-3)
        steps = round(budget.samples * phase.share / budget.batch)
        trained.train()
        for within in range(steps):
            _set_rate(optimiser, budget.rate * phase.rate * schedule(within, steps))
            batch = draw(shards, budget.batch, budget.crop, phase.material, (budget.seed, step))
            yield _step(trained, optimiser, loss, batch)
            step += 1


def schedule(step: int, steps: int) -> float:
    """Factor of the peak rate: a linear warm-up, then a cosine down to a fiftieth."""
    warmth = min(1.0, (step + 1) / min(WARM_UP, steps))
    return warmth * (0.02 + 0.49 * (1 + math.cos(math.pi * step / steps)))


class Denoiser(nn.Module):
    """A net of the zoo with another head, that tells the noise of the centre frame: (N, 3, H, W)."""

    def __init__(self, net: UNet) -> None:
        super().__init__()
        self.net = net
        self.head = nn.Conv2d(net.head.in_channels, CENTRE, 1)

    def forward(self, planes: Tensor) -> Tensor:
        return self.head(self.net.features(planes))


def noise_loss(net: nn.Module, batch: Batch) -> Tensor:
    """Squared error of the noise that was added to the centre frame, over undamaged pixels; 1 is no skill.

    Brempong et al. 2022 (arXiv:2205.11423), section 3: a net that is to segment first learns to tell the
    noise itself, of unit variance, from the picture with `NOISE` times as much.
    """
    planes, _, weight = batch
    noise = torch.randn_like(planes[:, :CENTRE])
    noisy = torch.cat([planes[:, :CENTRE] + NOISE * noise, planes[:, CENTRE:]], 1)
    squared = functional.mse_loss(_autocast(net, noisy), noise, reduction="none") * weight
    return squared.sum() / (CENTRE * weight.sum()).clamp_min(1)


def _task(net: UNet, phase: Phase, variant: Variant) -> tuple[StepLoss, nn.Module]:
    if phase.task == "denoise":
        return noise_loss, Denoiser(net)
    chosen = LOSSES[variant.loss]

    def detection(trained: nn.Module, batch: Batch) -> Tensor:
        planes, truth, weight = batch
        return chosen(_autocast(trained, planes), truth[:, :1], weight)

    return detection, net


def _autocast(net: nn.Module, planes: Tensor) -> Tensor:
    """The net in bfloat16 where the processor has it, its outcome in float32; it is given the planes that it
    takes."""
    taken = net.net.planes if isinstance(net, Denoiser) else net.planes
    laid = planes[:, :taken].contiguous(memory_format=torch.channels_last)
    with halved("cpu"):
        told = net(laid)
    return told.float()


def _step(net: nn.Module, optimiser: torch.optim.Optimizer, loss: StepLoss, batch: Batch) -> float:
    value = loss(net, batch)
    optimiser.zero_grad(set_to_none=True)
    value.backward()
    nn.utils.clip_grad_norm_(net.parameters(), CLIP)
    optimiser.step()
    return float(value.detach())


def _set_rate(optimiser: torch.optim.Optimizer, rate: float) -> None:
    for group in optimiser.param_groups:
        group["lr"] = rate
