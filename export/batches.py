"""Batches for training: samples of the shards, altered at random so that each can be met many times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from engine.detect.inputs import CHANNELS
from engine.types import DAMAGE_CLASSES
from export.shards import FLAGS, LEVELS, PICTURES, Bytes

Batch = tuple[Tensor, Tensor, Tensor]
"""planes (N, 13, S, S) float32, truth (N, 4, S, S) float32 0/1, weight (N, 1, S, S) float32 0/1."""

BEFORE, AFTER = (3, 4, 5, 9, 11), (6, 7, 8, 10, 12)
"""Channels of `engine.detect.inputs` that tell of the frame before, and of the one after."""


def draw_batch(shards: Sequence[tuple[Bytes, Bytes]], count: int, rng: np.random.Generator) -> Batch:
    pictures, flags = [], []
    for _ in range(count):
        sample, truth = shards[rng.integers(len(shards))]
        index = rng.integers(len(sample))
        pictures.append(sample[index])
        flags.append(truth[index])
    return altered(unpacked(np.stack(pictures), np.stack(flags)), rng)


def unpacked(pictures: Bytes, flags: Bytes) -> Batch:
    bits = torch.from_numpy(flags)[:, None]
    plane = {name: ((bits >> i) & 1).float() for i, name in enumerate(FLAGS)}
    planes = torch.cat(
        [torch.from_numpy(pictures).float() / LEVELS, plane["before.valid"], plane["after.valid"]], 1
    )
    truth = torch.cat([plane["visible"], *(plane[name] for name in DAMAGE_CLASSES)], 1)
    return planes, truth, 1 - plane["present"] * (1 - plane["visible"])


def altered(batch: Batch, rng: np.random.Generator) -> Batch:
    """Flips, time reversed, exposure and contrast moved, neighbours taken away: all as a scan could be."""
    planes, truth, weight = batch
    planes[:, :PICTURES] += _rounding_noise(planes[:, :PICTURES].shape, rng)
    axes = [axis for axis in (2, 3) if rng.random() < 0.5]
    if axes:
        planes, truth, weight = planes.flip(axes), truth.flip(axes), weight.flip(axes)
    planes = planes.contiguous()
    for sample in planes:
        _alter_sample(sample, rng)
    return planes, truth, weight


def _rounding_noise(shape: torch.Size, rng: np.random.Generator) -> Tensor:
    """Uniform noise of one stored level: one plane, rolled to another place for every plane it is put on."""
    count, channels, height, width = shape
    plane = torch.from_numpy(rng.random((height, width), np.float32) - np.float32(0.5)) / LEVELS
    shifts = rng.integers(0, (height, width), (count, channels, 2))
    return torch.stack([
        torch.stack([plane.roll((int(y), int(x)), (0, 1)) for y, x in sample]) for sample in shifts
    ])  # fmt: skip


def _alter_sample(sample: Tensor, rng: np.random.Generator) -> None:
    if rng.random() < 0.5:
        swapped = list(range(len(CHANNELS)))
        for a, b in zip(BEFORE, AFTER, strict=True):
            swapped[a], swapped[b] = b, a
        sample.copy_(sample[swapped].clone())
    gain, offset = float(np.exp2(rng.normal(0, 0.25))), float(rng.normal(0, 0.03))
    sample[:PICTURES].sub_(0.35).mul_(gain).add_(0.35 + offset)
    fate = rng.random()
    if fate < 0.20:
        sample[list(BEFORE)] = 0
    if fate < 0.10 or fate > 0.90:
        sample[list(AFTER)] = 0
    _empty_where_invalid(sample)


def _empty_where_invalid(sample: Tensor) -> None:
    """An absent neighbour is 0 before and after any change of contrast."""
    for channels in (BEFORE, AFTER):
        if not sample[channels[-1]].any():
            sample[list(channels)] = 0
