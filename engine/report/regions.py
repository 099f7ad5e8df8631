"""The repaired regions of one frame, as the report lists them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from engine.connected import connected
from engine.types import (
    DAMAGE_CLASSES,
    DIFFUSION,
    LEFT,
    SPATIAL,
    THROUGH,
    Bool,
    Box,
    DamageClass,
    DamageMatte,
    DamageRegion,
    Fill,
    FillTile,
    Float32,
    FrameNumber,
    FrameReport,
)

_UNFILLED = np.int8(-128)


def marked_report(
    number: FrameNumber, neighbours: tuple[int, ...], matte: DamageMatte, seconds: Mapping[str, float]
) -> FrameReport:
    """The report of a frame of which only the damage was looked for."""
    damaged = float((matte.coverage > 0).mean())
    regions = regions_of(matte, matte.coverage, ())
    return FrameReport(number, damaged, regions, neighbours, seconds, suspected=matte.left_out)


def regions_of(
    matte: DamageMatte, probability: Float32, tiles: Sequence[FillTile]
) -> tuple[DamageRegion, ...]:
    """Connected regions of the matte, top to bottom.

    `probability` (H, W) 0..1 is the detector's own; a region's confidence is its highest value.
    """
    touched = matte.coverage > 0
    if not touched.any():
        return ()
    labels, boxes = labelled(touched)
    sources = _sources(tiles, touched.shape)
    return tuple(
        _region(box, labels[box.slices] == n, matte, probability, sources)
        for n, box in enumerate(boxes, start=1)
    )


def labelled(touched: Bool) -> tuple[npt.NDArray[np.int32], Sequence[Box]]:
    """Connected regions of `touched` (H, W), numbered from 1, top to bottom and left to right.

    (H, W) int32 with the number of each pixel's region, 0 outside, and the box of region n at n - 1.
    """
    marks = connected(touched)
    order = np.lexsort((marks.left[1:], marks.top[1:])) + 1
    renumbered = np.zeros(marks.count, np.int32)
    renumbered[order] = np.arange(1, marks.count)
    boxes = [
        Box(int(marks.top[n]), int(marks.left[n]), int(marks.bottom[n]), int(marks.right[n])) for n in order
    ]
    return renumbered[marks.labels], boxes


def likeliest_class(matte: DamageMatte, box: Box, inside: Bool) -> DamageClass:
    """The class that most pixels `inside` (h, w) of `box` are of; blotch where none are told apart."""
    weights: dict[DamageClass, float] = {
        name: float(matte.classes[name][box.slices][inside].sum())
        for name in DAMAGE_CLASSES
        if name in matte.classes
    }
    return max(weights, key=lambda name: weights[name]) if weights else "blotch"


def _region(
    box: Box, inside: np.ndarray, matte: DamageMatte, probability: Float32, sources: np.ndarray
) -> DamageRegion:
    filled = sources[box.slices][inside]
    return DamageRegion(
        box=box,
        area=int(inside.sum()),
        damage_class=likeliest_class(matte, box, inside),
        confidence=float(probability[box.slices][inside].max()),
        fill=_fill(filled[filled != _UNFILLED]),
    )


def _fill(sources: np.ndarray) -> Fill:
    """The one kind of fill in a region, or "mixed"."""
    kinds: dict[int, Fill] = {
        SPATIAL: "spatial",
        THROUGH: "through",
        DIFFUSION: "diffusion",
        LEFT: "none",
    }
    found: set[Fill] = {kinds.get(int(source), "temporal") for source in np.unique(sources)}
    return found.pop() if len(found) == 1 else "mixed"


def _sources(tiles: Sequence[FillTile], shape: tuple[int, int]) -> np.ndarray:
    plane = np.full(shape, _UNFILLED, np.int8)
    for tile in tiles:
        plane[tile.box.slices] = tile.source
    return plane
