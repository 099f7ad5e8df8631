"""Figures of merit of a net over whole samples of shards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import torch

from engine.evaluate.emd import earth_movers_distance
from engine.evaluate.metrics import Hits
from engine.types import Bool
from export.batches import unpacked
from export.compare.crops import Shard
from export.models.zoo.unet import UNet
from export.shards import Bytes

TOP = 255
"""Probabilities are told in steps of 1/255."""
BATCH = 4
Counts = npt.NDArray[np.int64]
"""(2, 256): clean and visibly damaged pixels that count, by their probability in steps."""
CARRIED, BLOCK = 48, 8
"""Samples that the earth mover's distance is taken over, in blocks of this many px: pixel by pixel it
would cost more than all else here, and mattes of small budgets are ten blocks off."""


@dataclass(frozen=True)
class Judgement:
    """All 0..1 over the pixels that count, but `emd`: px, over samples with damage and detections."""

    dice: float
    iou: float
    precision: float
    recall: float
    accuracy: float
    emd: float


def judgement(net: UNet, shards: Sequence[Shard], threshold: int) -> Judgement:
    """The figures where a pixel is damage from `threshold` (1..255) on."""
    samples = list(told(net, shards))
    total = hits(counts(samples), threshold)
    distance = mean_distance(samples, threshold)
    return Judgement(total.dice, total.iou, total.precision, total.recall, total.accuracy, distance)


def told(net: UNet, shards: Sequence[Shard]) -> Iterator[tuple[Bytes, Bytes, Bytes]]:
    """Sample by sample (S, S): probability 0..255, visible damage 0 or 1, whether a pixel counts 0 or 1."""
    net.eval()
    for pictures, flags in shards:
        for start in range(0, len(flags), BATCH):
            chosen = slice(start, start + BATCH)
            planes, truth, weight = unpacked(np.array(pictures[chosen]), np.array(flags[chosen]))
            taken = planes[:, : net.planes].contiguous(memory_format=torch.channels_last)
            with torch.inference_mode():
                steps = (torch.sigmoid(net(taken)) * TOP).round()
            parts = (part[:, 0].numpy().astype(np.uint8) for part in (steps, truth, weight))
            yield from zip(*parts, strict=True)


def counts(samples: Iterable[tuple[Bytes, Bytes, Bytes]]) -> Counts:
    total = np.zeros((2, TOP + 1), np.int64)
    for probability, visible, counted in samples:
        for kind in (0, 1):
            total[kind] += np.bincount(probability[(visible == kind) & (counted > 0)], minlength=TOP + 1)
    return total


def best_threshold(total: Counts) -> int:
    """The step (1..255) from which on a pixel is damage, so that Dice is highest."""
    return 1 + int(np.argmax([hits(total, threshold).dice for threshold in range(1, TOP + 1)]))


def hits(total: Counts, threshold: int) -> Hits:
    false_alarms, right = (int(v) for v in total[:, threshold:].sum(1))
    visible = int(total[1].sum())
    return Hits(false_alarms + right, right, visible, right, int(total.sum()))


def mean_distance(samples: Sequence[tuple[Bytes, Bytes, Bytes]], threshold: int) -> float:
    """Mean earth mover's distance in px; 0 where no sample has both damage and detections."""
    distances: list[float] = []
    for probability, visible, counted in samples[:CARRIED]:
        found = _in_blocks((probability >= threshold) & (counted > 0))
        truth = _in_blocks(visible > 0)
        if found.any() and truth.any():
            distances.append(BLOCK * (earth_movers_distance(found, truth) or 0.0))
    return float(np.mean(distances)) if distances else 0.0


def _in_blocks(mask: Bool) -> Bool:
    """True where any pixel of a block is; rows and columns beyond the last whole block are left out."""
    height, width = (side // BLOCK for side in mask.shape)
    cut = mask[: height * BLOCK, : width * BLOCK]
    return cut.reshape(height, BLOCK, width, BLOCK).any((1, 3))
