"""Crops of the shards, as each phase of training wants them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from export.batches import Batch, altered, unpacked
from export.compare.variants import Material
from export.shards import FLAGS, Bytes

Shard = tuple[Bytes, Bytes]

CENTRE = 3
"""The first planes are the centre frame's R'G'B'; all behind them tell of its neighbours."""
AIMED = 0.5
"""Share of crops that hold damage for certain: a small budget has no time to wait for it."""
TRIES = 8
_PRESENT = 1 << FLAGS.index("present")
_VISIBLE = 1 << FLAGS.index("visible")


def draw(shards: Sequence[Shard], count: int, size: int, material: Material, seed: tuple[int, int]) -> Batch:
    """`count` crops of `size` x `size` px; the same for the same seed, whatever was drawn before.

    "film": altered as `export.batches` does, half of them over damage. "stills": the same without
    neighbours. "clean": with as little damage as eight tries find, weight 0 on what there is. "met": from the
    newest quarter of the shards, where they fall and not altered, as the detector meets a scan.
    """
    rng = np.random.default_rng(seed)
    # What `altered` draws from torch's own generator has to follow the seed too.
    torch.manual_seed(int(rng.integers(2**31)))
    chosen = shards[-max(1, len(shards) // 4) :] if material == "met" else shards
    crops = [_crop(chosen, size, material, rng) for _ in range(count)]
    batch = unpacked(*(np.stack(part) for part in zip(*crops, strict=True)))
    if material == "met":
        return batch
    planes, truth, weight = altered(batch, rng)
    if material == "stills":
        planes[:, CENTRE:] = 0
    if material == "clean":
        weight = weight * (1 - truth[:, :1])
    return planes, truth, weight


def _crop(
    shards: Sequence[Shard], size: int, material: Material, rng: np.random.Generator
) -> tuple[Bytes, Bytes]:
    pictures, flags = shards[rng.integers(len(shards))]
    index = int(rng.integers(len(flags)))
    if material == "clean":
        corner = _cleanest(flags[index], size, rng)
    elif material != "met" and rng.random() < AIMED:
        corner = _over_damage(flags[index], size, rng)
    else:
        corner = _anywhere(flags[index], size, rng)
    window = (slice(corner[0], corner[0] + size), slice(corner[1], corner[1] + size))
    return np.asarray(pictures[(index, slice(None), *window)]), np.asarray(flags[(index, *window)])


def _anywhere(flags: Bytes, size: int, rng: np.random.Generator) -> tuple[int, int]:
    height, width = flags.shape
    return int(rng.integers(height - size + 1)), int(rng.integers(width - size + 1))


def _over_damage(flags: Bytes, size: int, rng: np.random.Generator) -> tuple[int, int]:
    """Around a visibly damaged pixel, with it anywhere in the crop."""
    rows, columns = np.nonzero(flags & _VISIBLE)
    if not len(rows):
        return _anywhere(flags, size, rng)
    pick = int(rng.integers(len(rows)))
    corner = np.array([rows[pick], columns[pick]]) - rng.integers(0, size, 2)
    top, left = np.clip(corner, 0, np.array(flags.shape) - size)
    return int(top), int(left)


def _cleanest(flags: Bytes, size: int, rng: np.random.Generator) -> tuple[int, int]:
    corners = [_anywhere(flags, size, rng) for _ in range(TRIES)]
    return min(corners, key=lambda c: int(np.count_nonzero(
        flags[c[0] : c[0] + size, c[1] : c[1] + size] & _PRESENT
    )))  # fmt: skip
