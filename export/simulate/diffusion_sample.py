"""Training samples of the denoising net: windows around damage that neighbours often cannot mend, and the
picture under it with its grain."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.motion.estimator import MotionEstimator
from engine.repair.diffusion_inputs import (
    HOLE,
    DiffusionScene,
    diffusion_planes,
    places,
    scaled_corners,
)
from engine.repair.fused import scene_of
from engine.repair.fusion_inputs import KEPT, MARGIN, SIDE, Corners
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import Bool, DamageMatte, Float32
from engine.window.window import FrameWindow
from export.simulate.banks import Bank
from export.simulate.blotches import Soiling, draw_ink
from export.simulate.film_shapes import placed
from export.simulate.fusion_sample import FusionWindow, marked_mattes
from export.simulate.layer import DamageLayer
from export.simulate.lookalikes.exposure import log_uniform
from export.simulate.recipe import Recipe
from export.simulate.sample import damage_layers, damaged_plates, scanned
from export.simulate.scene import Material, clean_scene

SIZE = 320
"""Side of the simulated frames, px."""
MOST: Mapping[int, int] = {1: 12, 2: 3}
"""Windows taken of one frame, by their scale."""
LARGE = 0.8
"""Share of frames with blotches of the kind that the quality tier is for."""
AREAS = (400.0, 9000.0)
"""px² of such a blotch: what hides a thing wholly, up to what fills several windows."""
OCCLUDED = 0.45
"""Share of large blotches with another about the same place on a neighbour."""
WITHHELD = 0.3
"""Share of frames one or both of whose neighbours are not shown."""


@dataclass(frozen=True, eq=False)
class _Damaged:
    """The window as scanned, its mattes by offset, and the middle plate (H, W, 3) as scanned undamaged."""

    window: FrameWindow
    mattes: dict[int, DamageMatte]
    truth: Float32


def draw_diffusion_windows(
    material: Material, recipe: Recipe, rng: np.random.Generator
) -> Iterator[FusionWindow]:
    """The windows of one simulated frame; `planes` are those of `engine.repair.diffusion_inputs`, and `truth`
    has the grain of the frame: the net learns to draw it too. None where the frame came out undamaged."""
    damaged = _damaged(material, recipe, rng)
    hole = damaged.mattes[0].coverage > 0
    if not hole.any():
        return
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(damaged.window, damaged.mattes)
    given = DiffusionScene.of(scene_of(damaged.window, damaged.mattes, tiles))
    for scale, most in MOST.items():
        corners = _picked(hole, scale, most, rng)
        planes = diffusion_planes(given, corners, scale)
        truth = _truth(damaged.truth, corners, scale)
        for one, under in zip(planes, truth, strict=True):
            if one[HOLE, MARGIN:-MARGIN, MARGIN:-MARGIN].any():
                yield FusionWindow(one, under)


def _damaged(material: Material, recipe: Recipe, rng: np.random.Generator) -> _Damaged:
    soiling = Soiling.draw(rng)
    clean = clean_scene(material, SIZE, soiling, recipe, rng).plates
    layers = damage_layers(clean, material, soiling, recipe, rng)
    if rng.random() < LARGE:
        _large_blotches(layers, material.bank, replace(soiling, opaque=0.85), rng)
    damaged = damaged_plates(layers, clean)
    # The same noise over both: what no damage hides is then the very same in both.
    undamaged = scanned(clean, copy.deepcopy(rng)).centre.encoded
    window = _withheld(scanned(damaged, rng), rng)
    return _Damaged(window, marked_mattes(window, layers, clean, damaged, rng), undamaged)


def _large_blotches(
    layers: Sequence[DamageLayer], bank: Bank, soiling: Soiling, rng: np.random.Generator
) -> None:
    """One to three on the middle frame; on the others some that hide much the same place."""
    height, width = layers[1].cover.shape
    for _ in range(int(rng.integers(1, 4))):
        middle = rng.uniform(0, 1, 2) * (height, width)
        _blotch(layers[1], middle, bank, soiling, rng)
        if rng.random() < OCCLUDED:
            for other in ((0,), (2,), (0, 2))[int(rng.integers(3))]:
                _blotch(layers[other], middle + rng.normal(0, 10, 2), bank, soiling, rng)


def _blotch(
    layer: DamageLayer, middle: np.ndarray, bank: Bank, soiling: Soiling, rng: np.random.Generator
) -> None:
    shapes = bank.shapes["blotch"]
    opacity = shapes[int(rng.integers(len(shapes)))].opacity
    own = max(float((opacity > 0.5).sum()), 1.0)
    zoom = min(float(np.sqrt(log_uniform(*AREAS, rng) / own)), 12.0)
    shape = placed(opacity, zoom, float(rng.uniform(0, 360)), float(rng.uniform(0.6, 1.5)))
    top, left = (int(m) - side // 2 for m, side in zip(middle, shape.shape, strict=True))
    layer.draw(shape, top, left, draw_ink(soiling, rng), "blotch")


def _withheld(window: FrameWindow, rng: np.random.Generator) -> FrameWindow:
    before, centre, after = window.at(-1), window.centre, window.at(1)
    if rng.random() >= WITHHELD:
        return window
    fate = int(rng.integers(3))
    return FrameWindow((None if fate != 1 else before, centre, None if fate != 2 else after))


def _picked(hole: Bool, scale: int, most: int, rng: np.random.Generator) -> Corners:
    """Windows at random, rather those with much to fill: the others are the fast tier's."""
    corners = scaled_corners(hole, scale)
    counts = np.array([_inside(hole, corner, scale).sum() for corner in corners], np.float64)
    odds = np.sqrt(counts) / np.sqrt(counts).sum()
    return corners[rng.choice(len(corners), min(most, len(corners)), replace=False, p=odds)]


def _inside(hole: Bool, corner: np.ndarray, scale: int) -> Bool:
    first = np.maximum(corner + MARGIN * scale, 0)
    last = corner + (MARGIN + KEPT) * scale
    return hole[first[0] : last[0], first[1] : last[1]]


def _truth(picture: Float32, corners: Corners, scale: int) -> Float32:
    """(n, 3, SIDE, SIDE) of the windows, averaged over squares of `scale` px."""
    size = (picture.shape[0], picture.shape[1])
    parts = np.empty((len(corners), SIDE * scale, SIDE * scale, 3), np.float32)
    for row in range(0, SIDE * scale, SIDE):
        for column in range(0, SIDE * scale, SIDE):
            rows, columns = places(corners + np.array([row, column]), size)
            parts[:, row : row + SIDE, column : column + SIDE] = picture[rows, columns]
    blocks = parts.reshape(len(corners), SIDE, scale, SIDE, scale, 3)
    return np.ascontiguousarray(np.moveaxis(blocks.mean((2, 4)), -1, 1))
