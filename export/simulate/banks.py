"""Artefact shapes: outlines traced from real scans and synthetic opacity crops, by damage class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.types import DamageClass, Float32

MICROMETRES_PER_PIXEL = 35_000 / 4970
"""Of the scans the outlines were traced on (a 35 mm frame's long edge over its pixels)."""

POLYGON_CLASSES: Mapping[str, DamageClass] = {
    "Dust": "blotch", "Dirt": "blotch", "Short hair": "hair", "Long hair": "hair",
}  # fmt: skip
CROP_CLASSES: Mapping[str, DamageClass] = {
    "dirt": "blotch", "dots": "blotch", "spots": "blotch", "sprinkles": "blotch", "stain": "blotch",
    "hair": "hair", "hair-short": "hair", "lint": "hair",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Artefact:
    """`opacity` (h, w) float32 0..1; `area` in px² at the traced scans' 7 µm/px, None if unknown."""

    opacity: Float32
    area: float | None


@dataclass(frozen=True)
class Bank:
    """The shapes of one split, by damage class."""

    shapes: Mapping[DamageClass, Sequence[Artefact]]


def load(damage: Path) -> Bank:
    """Read `<split>/damage`: `real_polygons/polygons.npz` and `synthetic/*.npz`."""
    shapes: dict[DamageClass, list[Artefact]] = {"blotch": [], "hair": []}
    for label, points in _polygons(damage / "real_polygons" / "polygons.npz"):
        if label in POLYGON_CLASSES:
            opacity = _rasterise(points)
            shapes[POLYGON_CLASSES[label]].append(Artefact(opacity, float(opacity.sum())))
    for name, damage_class in CROP_CLASSES.items():
        for crop in _crops(damage / "synthetic" / f"{name}.npz"):
            shapes[damage_class].append(Artefact(crop.astype(np.float32) / 255, None))
    return Bank(shapes)


def _polygons(path: Path) -> list[tuple[str, np.ndarray]]:
    with np.load(path) as z:
        names, labels, offsets, points = z["label_names"], z["label"], z["offsets"], z["points"]
        return [(str(names[labels[i]]), points[offsets[i] : offsets[i + 1]]) for i in range(len(offsets) - 1)]


def _crops(path: Path) -> list[np.ndarray]:
    with np.load(path) as z:
        pixels, sizes = z["pixels"], z["shape"]
    ends = np.cumsum([int(h) * int(w) for h, w in sizes])
    return [
        pixels[end - int(h) * int(w) : end].reshape(int(h), int(w))
        for end, (h, w) in zip(ends, sizes, strict=True)
    ]


def _rasterise(points: np.ndarray, oversampling: int = 4) -> Float32:
    """One outline as anti-aliased coverage, at the scan's own resolution."""
    corner = points - points.min(0) + 1
    width, height = (int(v) + 2 for v in corner.max(0))
    mask = np.zeros((height * oversampling, width * oversampling), np.uint8)
    cv2.fillPoly(mask, [np.round(corner * oversampling).astype(np.int32)], 255)
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / 255
