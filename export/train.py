"""`python -m export.train`: train the detector on shards made by `python -m export.simulate shards`.

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

from export.batches import Batch, draw_batch
from export.models.detection_unet import DetectionUNet
from export.shards import Bytes, shards_in
from export.training import parsed, train


class Detection:
    """The detector as a task to train."""

    def net(self) -> nn.Module:
        return DetectionUNet()

    def shards(self, folder: Path) -> Sequence[tuple[Bytes, Bytes]]:
        return shards_in(folder)

    def batch(self, shards: Sequence[tuple[Bytes, Bytes]], count: int, rng: np.random.Generator) -> Batch:
        return draw_batch(shards, count, rng)

    def loss(self, net: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        planes, truth, weight = batch
        damage, classes = net(planes.contiguous(memory_format=torch.channels_last))
        with torch.autocast(planes.device.type, enabled=False):
            return detection_loss(damage.float(), classes.float(), truth, weight)


def main(argv: list[str] | None = None) -> int:
    train(Detection(), parsed("python -m export.train", __doc__ or "", argv, batch=12))
    return 0


def detection_loss(damage: Tensor, classes: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy on what counts, with a soft Dice term that keeps the rare class from drowning.

    `damage` (N, 1, S, S) and `classes` (N, 4, S / 2, S / 2) are logits; `truth` (N, 5, S, S) is 0 or 1 for
    any damage and each class; `weight` (N, 1, S, S) is 0 where damage is present but invisible.
    """
    anything, kinds = truth[:, :1], functional.max_pool2d(truth[:, 1:], 2)
    seen = functional.max_pool2d(anything, 2)
    counted = torch.maximum(seen, -functional.max_pool2d(-weight, 2))
    found = _entropy(damage, anything, weight)
    named = _entropy(classes, kinds, counted)
    probability = torch.sigmoid(damage) * weight
    overlap = (probability * anything).sum()
    dice = 1 - (2 * overlap + 1) / (probability.sum() + anything.sum() + 1)
    return 10 * found + 5 * named + 0.25 * dice


def _entropy(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    return (functional.binary_cross_entropy_with_logits(logits, truth, reduction="none") * weight).mean()


if __name__ == "__main__":
    sys.exit(main())
