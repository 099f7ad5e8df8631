"""Training windows of the fusing net on disk: one float16 array a shard, mapped and read at random.

A shard is one .npy of N windows (N, 18, SIDE, SIDE): the planes of `engine.repair.fusion_inputs`, then the
picture under the damage. Half precision keeps 0.0003 of the model encoding, far below grain.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, CHANNELS, PICTURE_CHANNELS
from export.simulate.fusion_sample import draw_windows
from export.simulate.recipe import Recipe
from export.simulate.scene import Material

Halves = npt.NDArray[np.float16]
FusionBatch = tuple[torch.Tensor, torch.Tensor]
"""planes (N, 15, SIDE, SIDE) and the picture under the damage (N, 3, SIDE, SIDE), both float32."""
SHARD = 512
_MIDDLE = 0.35
_LOW, _HIGH = -0.1, 1.1
"""Bounds of what is learned from: grain below black, lifted by a mark, comes out far outside."""


def write_fusion_shards(
    folder: Path, material: Material, recipe: Recipe, windows: int, seed: int
) -> Iterator[Path]:
    """Draw `windows` windows; yields each finished shard. One that is there already is not drawn again."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(-(-windows // SHARD)):
        file = folder / f"fusion-{seed:03d}-{index:04d}.npy"
        if not file.exists():
            rng = np.random.default_rng((seed, index))
            part = file.with_suffix(".part.npy")
            np.save(part, np.stack(list(_drawn(material, recipe, rng))))
            part.rename(file)
        yield file


def fusion_shards_in(folder: Path) -> list[Halves]:
    """Every finished shard of a folder, mapped."""
    return [
        np.load(file, mmap_mode="r")
        for file in sorted(folder.glob("fusion-*.npy"))
        if not file.name.endswith(".part.npy")
    ]


def draw_fusion_batch(shards: Sequence[Halves], count: int, rng: np.random.Generator) -> FusionBatch:
    """Windows turned, mirrored, in other exposure and contrast, time reversed, neighbours taken away."""
    drawn = (shards[rng.integers(len(shards))] for _ in range(count))
    return altered(np.stack([shard[rng.integers(len(shard))] for shard in drawn]).astype(np.float32), rng)


def altered(windows: npt.NDArray[np.float32], rng: np.random.Generator) -> FusionBatch:
    pictures = [*range(PICTURE_CHANNELS), *range(len(CHANNELS), windows.shape[1])]
    for window in windows:
        if rng.random() < 0.5:
            window[[6, 7, 8, 9, 10, 11]] = window[[9, 10, 11, 6, 7, 8]]
            window[[BEFORE_KNOWN, AFTER_KNOWN]] = window[[AFTER_KNOWN, BEFORE_KNOWN]]
        if rng.random() < 0.1:
            window[6:9], window[BEFORE_KNOWN] = window[3:6], 0
        gain, offset = np.float32(np.exp2(rng.normal(0, 0.25))), np.float32(rng.normal(0, 0.03))
        moved = (window[pictures] - _MIDDLE) * gain + _MIDDLE + offset
        window[pictures] = np.clip(moved, _LOW, _HIGH)
    if rng.random() < 0.5:
        windows = windows[..., ::-1]
    windows = np.rot90(windows, int(rng.integers(4)), (2, 3))
    batch = torch.from_numpy(np.ascontiguousarray(windows))
    return batch[:, : len(CHANNELS)], batch[:, len(CHANNELS) :]


def _drawn(material: Material, recipe: Recipe, rng: np.random.Generator) -> Iterator[Halves]:
    left = SHARD
    while left:
        for window in draw_windows(material, recipe, rng):
            yield np.concatenate([window.planes, window.truth]).astype(np.float16)
            left -= 1
            if not left:
                return
