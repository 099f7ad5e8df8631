"""Training samples on disk: uint8 arrays, small enough to be mapped whole and read at random.

A shard is two .npy files of N samples: `pictures` (N, 11, S, S) uint8, the model encoding times
`LEVELS`, and `flags` (N, S, S) uint8, one bit per truth and validity plane.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from export.simulate.recipe import Recipe
from export.simulate.sample import Sample, draw_sample
from export.simulate.scene import Material

Bytes = npt.NDArray[np.uint8]

PICTURES = 11
LEVELS = 300.0
"""Codes per unit of ACEScct: 0 .. 0.85 fits, grain keeps three codes and more per sigma."""
FLAGS: tuple[str, ...] = (
    "visible", "present", "blotch", "hair", "scratch", "before.valid", "after.valid", "other",
)  # fmt: skip
SHARD = 128


def write_shards(
    folder: Path, material: Material, recipe: Recipe, samples: int, size: int, seed: int
) -> Iterator[Path]:
    """Draw `samples` samples; yields each finished shard. One that is there already is not drawn again."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(-(-samples // SHARD)):
        stem = folder / f"shard-{seed:03d}-{index:04d}"
        if not stem.with_suffix(".flags.npy").exists():
            rng = np.random.default_rng((seed, index))
            _write(stem, [draw_sample(material, size, recipe, rng) for _ in range(SHARD)])
        yield stem


def shards_in(folder: Path) -> list[tuple[Bytes, Bytes]]:
    """Every finished shard of a folder, mapped: (pictures, flags)."""
    stems = sorted(folder.glob("shard-*.flags.npy"))
    return [
        (np.load(str(flags).replace(".flags.", ".pictures."), mmap_mode="r"), np.load(flags, mmap_mode="r"))
        for flags in stems
    ]


def packed(sample: Sample) -> tuple[Bytes, Bytes]:
    pictures = np.clip(np.rint(sample.planes[:PICTURES] * LEVELS), 0, 255).astype(np.uint8)
    planes = {
        "visible": sample.visible, "present": sample.present,
        "before.valid": sample.planes[11] > 0, "after.valid": sample.planes[12] > 0, **sample.classes,
    }  # fmt: skip
    flags = np.zeros(sample.visible.shape, np.uint8)
    for bit, name in enumerate(FLAGS):
        flags |= planes[name].astype(np.uint8) << bit
    return pictures, flags


def _write(stem: Path, samples: list[Sample]) -> None:
    pictures, flags = zip(*(packed(sample) for sample in samples), strict=True)
    np.save(stem.with_suffix(".pictures.npy"), np.stack(pictures))
    part = stem.with_suffix(".part.npy")
    np.save(part, np.stack(flags))
    part.rename(stem.with_suffix(".flags.npy"))
