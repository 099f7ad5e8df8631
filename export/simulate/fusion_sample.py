"""Training samples of the fusing net: windows around damage as the engine shows them, and what was there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.motion.estimator import MotionEstimator
from engine.repair.fused import scene_of
from engine.repair.fusion_inputs import Corners, corners_of, fusion_planes, places
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import Bool, DamageMatte, Float32
from engine.window.window import FrameWindow
from export.simulate.blotches import Soiling
from export.simulate.layer import DamageLayer
from export.simulate.lookalikes.exposure import log_uniform
from export.simulate.recipe import Recipe
from export.simulate.sample import Plates, damage_layers, damaged_plates, scanned, seen
from export.simulate.scene import Material, clean_scene

SIZE = 288
"""Side of the simulated frames, px."""
MOST = 10
"""Windows taken of one frame: neighbours in a frame are much alike."""
WRONG = 0.3
"""Share of frames whose matte also covers picture that is not damaged, as a detector's sometimes does."""
MISSED = 0.06
"""Share of the marks of neighbours that no matte tells of."""


@dataclass(frozen=True, eq=False)
class FusionWindow:
    """`planes` (15, SIDE, SIDE) float32 as `engine.repair.fusion_inputs` makes them; `truth` (3, SIDE, SIDE)
    float32 the picture under the damage, without grain, in the model encoding."""

    planes: Float32
    truth: Float32


def draw_windows(material: Material, recipe: Recipe, rng: np.random.Generator) -> Iterator[FusionWindow]:
    """The windows of one simulated frame: none where it came out undamaged."""
    soiling = Soiling.draw(rng)
    scene = clean_scene(material, SIZE, soiling, recipe, rng)
    layers = damage_layers(scene.plates, material, soiling, recipe, rng)
    damaged = damaged_plates(layers, scene.plates)
    window = scanned(damaged, rng)
    mattes = marked_mattes(window, layers, scene.plates, damaged, rng)
    hole = mattes[0].coverage > 0
    if not hole.any():
        return
    corners = corners_of(hole)
    picked = rng.permutation(len(corners))[:MOST]
    planes = _planes(window, mattes, corners[picked])
    rows, columns = places(corners[picked], hole.shape)
    truth = np.moveaxis(scene.smooth[rows, columns], -1, 1)
    for one, under in zip(planes, truth, strict=True):
        yield FusionWindow(one, np.ascontiguousarray(under))


def _planes(window: FrameWindow, mattes: dict[int, DamageMatte], corners: Corners) -> Float32:
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(window, mattes)
    return fusion_planes(scene_of(window, mattes, tiles), corners)


def marked_mattes(
    window: FrameWindow,
    layers: Sequence[DamageLayer],
    clean: Plates,
    damaged: Plates,
    rng: np.random.Generator,
) -> dict[int, DamageMatte]:
    """The mattes of the frames that `window` shows, by offset."""
    return {
        k: DamageMatte(marked(layer, whole, hurt, k, rng).astype(np.float32))
        for k, layer, whole, hurt in zip((-1, 0, 1), layers, clean, damaged, strict=True)
        if whole is not None and hurt is not None and window.at(k) is not None
    }


def marked(
    layer: DamageLayer, clean: Float32, damaged: Float32, offset: int, rng: np.random.Generator
) -> Bool:
    """The matte of one frame, as a detector would give it: the visible marks, a little grown, some missed or
    wrong."""
    visible = seen(clean, damaged, layer.touched)
    if offset:
        visible = _some_missed(visible, rng)
    side = int(rng.choice([3, 5]))
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side))
    marks = np.asarray(cv2.dilate(visible.astype(np.uint8), shape), np.bool_)
    return marks | _wrong(marks.shape, rng) if offset == 0 and rng.random() < WRONG else marks


def _some_missed(visible: Bool, rng: np.random.Generator) -> Bool:
    count, labels = cv2.connectedComponents(visible.astype(np.uint8))
    found = rng.random(count) >= MISSED
    found[0] = False
    return np.asarray(found[np.asarray(labels)], np.bool_)


def _wrong(shape: tuple[int, int], rng: np.random.Generator) -> Bool:
    """A few blobs and streaks where nothing is wrong."""
    plane = np.zeros(shape, np.uint8)
    for _ in range(int(rng.integers(1, 7))):
        centre = (int(rng.integers(shape[1])), int(rng.integers(shape[0])))
        axes = (int(log_uniform(1, 16, rng)), int(log_uniform(1, 40, rng)))
        cv2.ellipse(plane, centre, axes, float(rng.uniform(0, 180)), 0, 360, 1, -1)
    return plane > 0
