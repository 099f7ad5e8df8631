"""Training windows of the fusing net on disk: one float16 array a shard, mapped and read at random.

A shard is one .npy of N windows (N, 18, SIDE, SIDE): the planes of `engine.repair.fusion_inputs`, then the
picture under the damage. Half precision keeps 0.0003 of the model encoding, far below grain.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from export.simulate.fusion_sample import draw_windows
from export.simulate.recipe import Recipe
from export.simulate.scene import Material

Halves = npt.NDArray[np.float16]
SHARD = 512


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


def _drawn(material: Material, recipe: Recipe, rng: np.random.Generator) -> Iterator[Halves]:
    left = SHARD
    while left:
        for window in draw_windows(material, recipe, rng):
            yield np.concatenate([window.planes, window.truth]).astype(np.float16)
            left -= 1
            if not left:
                return
