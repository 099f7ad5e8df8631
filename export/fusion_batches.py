"""Batches for the fusing net: windows of the shards, altered at random so that each can be met many times."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import torch

from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, CHANNELS, PICTURE_CHANNELS
from export.fusion_shards import Halves

FusionBatch = tuple[torch.Tensor, torch.Tensor]
"""planes (N, 15, SIDE, SIDE) and the picture under the damage (N, 3, SIDE, SIDE), both float32."""

_MIDDLE = 0.35
_LOW, _HIGH = -0.1, 1.1
"""Bounds of what is learned from: grain below black, lifted by a mark, comes out far outside."""


def draw_fusion_batch(shards: Sequence[Halves], count: int, rng: np.random.Generator) -> FusionBatch:
    """Windows turned, mirrored, in other exposure and contrast, time reversed, neighbours taken away."""
    return altered(drawn_windows(shards, count, rng), rng)


def drawn_windows(shards: Sequence[Halves], count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """`count` windows of the shards at random, (count, C, SIDE, SIDE)."""
    drawn = (shards[int(rng.integers(len(shards)))] for _ in range(count))
    return np.stack([shard[int(rng.integers(len(shard)))] for shard in drawn]).astype(np.float32)


def reverse_time(window: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    """By chance, the frames before and after change places."""
    if rng.random() < 0.5:
        window[[6, 7, 8, 9, 10, 11]] = window[[9, 10, 11, 6, 7, 8]]
        window[[BEFORE_KNOWN, AFTER_KNOWN]] = window[[AFTER_KNOWN, BEFORE_KNOWN]]


def expose(window: npt.NDArray[np.float32], pictures: Sequence[int], rng: np.random.Generator) -> None:
    """Another exposure and contrast for the planes `pictures`."""
    gain, offset = np.float32(np.exp2(rng.normal(0, 0.25))), np.float32(rng.normal(0, 0.03))
    window[pictures] = np.clip((window[pictures] - _MIDDLE) * gain + _MIDDLE + offset, _LOW, _HIGH)


def altered(windows: npt.NDArray[np.float32], rng: np.random.Generator) -> FusionBatch:
    pictures = [*range(PICTURE_CHANNELS), *range(len(CHANNELS), windows.shape[1])]
    for window in windows:
        reverse_time(window, rng)
        if rng.random() < 0.1:
            window[6:9], window[BEFORE_KNOWN] = window[3:6], 0
        expose(window, pictures, rng)
    if rng.random() < 0.5:
        windows = windows[..., ::-1]
    windows = np.rot90(windows, int(rng.integers(4)), (2, 3))
    batch = torch.from_numpy(np.ascontiguousarray(windows))
    return batch[:, : len(CHANNELS)], batch[:, len(CHANNELS) :]
