"""Marks that belong to the scene and are shaped like damage: specks, thin posts, mouldings."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.types import Float32
from export.simulate.banks import Bank
from export.simulate.blotches import Soiling, draw_ink, shape_of
from export.simulate.layer import DamageLayer
from export.simulate.scratches import Scratch, scratch_layer


def scene_marks(still: Float32, bank: Bank, soiling: Soiling, rng: np.random.Generator) -> Float32:
    """Posts, wires and specks of the scene itself: drawn into a still before the camera moves over it."""
    layer = DamageLayer.empty(still.shape[:2])
    for _ in range(int(rng.integers(0, 12))):
        opacity = shape_of(bank.shapes["blotch"], "blotch", soiling, rng)
        row, column = (int(v) for v in rng.uniform([0, 0], still.shape[:2]))
        layer.draw(opacity, row, column, draw_ink(soiling, rng), "blotch")
    for _ in range(int(rng.integers(0, 7))):
        scratch_layer(layer, _post(still.shape[:2], rng), 0)
    return mouldings(layer.over(still), rng)


def mouldings(linear: Float32, rng: np.random.Generator) -> Float32:
    """Door frames, shelves, cloth seams: straight soft lines, dark beside bright, even along their length."""
    height, width = linear.shape[:2]
    density = np.zeros((height, width), np.float32)
    rows = np.arange(height, dtype=np.float32)[:, None]
    for _ in range(int(rng.integers(1, 6))):
        top, bottom = np.sort(rng.uniform(-0.3, 1.3, 2)) * height
        middle = rng.uniform(0, width) + rng.normal(0, 0.01) * (rows - height / 2)
        low, high = int(np.clip(middle.min() - 24, 0, width)), int(np.clip(middle.max() + 24, 0, width))
        distance = np.arange(low, high, dtype=np.float32)[None, :] - middle
        within = np.clip(rows - top, 0, 1) * np.clip(bottom - rows, 0, 1)
        for _ in range(int(rng.integers(1, 4))):
            offset, spread = rng.normal(0, 4), rng.uniform(0.6, 2.5)
            depth = rng.normal(0, 0.12) * np.log2(10)
            density[:, low:high] += depth * within * np.exp(-0.5 * ((distance - offset) / spread) ** 2)
    return (linear * np.exp2(density)[..., None]).astype(np.float32)


def _post(shape: tuple[int, int], rng: np.random.Generator) -> Scratch:
    """A fence post, mullion or trunk: as straight and thin as a line scratch, and mostly shorter."""
    line = Scratch.draw(shape, rng)
    return replace(
        line,
        slope=float(rng.normal(0, 0.02)),
        wander=line.wander * float(rng.choice([0.0, 1.0])),
        width=float(np.clip(rng.gamma(2.0, 1.5), 0.6, 10.0)),
        opacity=float(rng.uniform(0.6, 1.0)),
        start=float(rng.uniform(-0.3, 0.9)),
        length=float(rng.choice([rng.uniform(0.05, 0.5), 1.5], p=[0.75, 0.25])),
        dashes=0.0,
    )
