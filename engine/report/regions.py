"""The repaired regions of one frame, as the report lists them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import cv2
import numpy as np

from engine.types import (
    DAMAGE_CLASSES,
    SPATIAL,
    Box,
    DamageClass,
    DamageMatte,
    DamageRegion,
    FillTile,
    Float32,
)

_UNFILLED = np.int8(-128)


def regions_of(
    matte: DamageMatte, probability: Float32, tiles: Sequence[FillTile]
) -> tuple[DamageRegion, ...]:
    """Connected regions of the matte, top to bottom.

    `probability` (H, W) 0..1 is the detector's own; a region's confidence is its highest value.
    """
    touched = matte.coverage > 0
    if not touched.any():
        return ()
    count, labels, stats, _ = cv2.connectedComponentsWithStats(touched.astype(np.uint8), connectivity=8)
    sources = _sources(tiles, touched.shape)
    boxes = (_box(stats[n]) for n in range(1, count))
    found = (
        _region(box, labels[box.slices] == n, matte, probability, sources)
        for n, box in enumerate(boxes, start=1)
    )
    return tuple(sorted(found, key=lambda region: (region.box.top, region.box.left)))


def _region(
    box: Box, inside: np.ndarray, matte: DamageMatte, probability: Float32, sources: np.ndarray
) -> DamageRegion:
    weights: dict[DamageClass, float] = {
        name: float(matte.classes[name][box.slices][inside].sum())
        for name in DAMAGE_CLASSES
        if name in matte.classes
    }
    filled = sources[box.slices][inside]
    return DamageRegion(
        box=box,
        area=int(inside.sum()),
        damage_class=max(weights, key=lambda name: weights[name]) if weights else "blotch",
        confidence=float(probability[box.slices][inside].max()),
        fill=_fill(filled[filled != _UNFILLED]),
    )


def _fill(sources: np.ndarray) -> Literal["temporal", "spatial", "mixed"]:
    spatial = sources == SPATIAL
    if spatial.all():
        return "spatial"
    return "mixed" if spatial.any() else "temporal"


def _sources(tiles: Sequence[FillTile], shape: tuple[int, int]) -> np.ndarray:
    plane = np.full(shape, _UNFILLED, np.int8)
    for tile in tiles:
        plane[tile.box.slices] = tile.source
    return plane


def _box(stats: np.ndarray) -> Box:
    left, top, width, height = (int(v) for v in stats[:4])
    return Box(top, left, top + height, left + width)
