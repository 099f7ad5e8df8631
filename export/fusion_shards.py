"""Training windows of the repairing nets on disk: one float16 array a shard, mapped and read at random.

A shard is one .npy of N windows (N, C + 3, SIDE, SIDE): the C planes that the net is shown, then the
picture under the damage. Half precision keeps 0.0003 of the model encoding, far below grain.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from export.simulate.diffusion_sample import draw_diffusion_windows
from export.simulate.fusion_sample import FusionWindow, draw_windows
from export.simulate.recipe import RECIPES, Recipe
from export.simulate.scene import Material

Halves = npt.NDArray[np.float16]
SHARD = 512


@dataclass(frozen=True)
class WindowKind:
    """What a net of that name is shown: how the windows of a frame are drawn, and of what recipe."""

    draw: Callable[[Material, Recipe, np.random.Generator], Iterator[FusionWindow]]
    recipe: str
    shard: int = SHARD


KINDS: Mapping[str, WindowKind] = {
    "fusion": WindowKind(draw_windows, "repair"),
    "diffusion": WindowKind(draw_diffusion_windows, "fill", 256),
}


def write_fusion_shards(
    folder: Path, material: Material, kind: str, windows: int, seed: int
) -> Iterator[Path]:
    """Draw `windows` windows; yields each finished shard. One that is there already is not drawn again."""
    folder.mkdir(parents=True, exist_ok=True)
    for index in range(-(-windows // KINDS[kind].shard)):
        file = folder / f"{kind}-{seed:03d}-{index:04d}.npy"
        if not file.exists():
            rng = np.random.default_rng((seed, index))
            part = file.with_suffix(".part.npy")
            np.save(part, np.stack(list(_drawn(material, KINDS[kind], rng))))
            part.rename(file)
        yield file


def fusion_shards_in(folder: Path, kind: str = "fusion") -> list[Halves]:
    """Every finished shard of that kind in a folder, mapped."""
    return [
        np.load(file, mmap_mode="r")
        for file in sorted(folder.glob(f"{kind}-*.npy"))
        if not file.name.endswith(".part.npy")
    ]


def _drawn(material: Material, kind: WindowKind, rng: np.random.Generator) -> Iterator[Halves]:
    left, recipe = kind.shard, RECIPES[kind.recipe]
    while left:
        for window in kind.draw(material, recipe, rng):
            yield np.concatenate([window.planes, window.truth]).astype(np.float16)
            left -= 1
            if not left:
                return
