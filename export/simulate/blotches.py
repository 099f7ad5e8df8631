"""Dirt, dust and hairs: artefacts of the banks placed on one frame.

Counts follow a gamma distribution per 256 x 256 patch, sizes the traced areas, rotation is uniform and
placement follows smooth noise, as in Ivanova et al. 2023, "Simulating analogue film damage to analyse
and improve artefact restoration on high-resolution scans" (Computer Graphics Forum 42).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import DamageClass, Float32
from export.simulate.banks import Artefact, Bank
from export.simulate.layer import DamageLayer, Ink

PATCH = 256 * 256
FAINTEST = 0.02
"""Opacity below this is no damage: the far tail of a soft rim."""

TRACED_AREA: Mapping[DamageClass, tuple[float, float]] = {"blotch": (2.2, 40.0), "hair": (1.4, 420.0)}
"""Gamma (shape, scale) of areas in px² at 7 µm/px, for shapes whose own size is not known."""


@dataclass(frozen=True)
class Soiling:
    """How dirty one clip is and how its dirt looks.

    `scale`: px of the plate per px of the traced scans. `rate`: mean marks per 256² patch and class.
    `white`: share of marks that print white. `soft`: rim blur in px. `opaque`: share that hides the picture.
    """

    scale: float
    rate: Mapping[DamageClass, float]
    white: float
    soft: float
    opaque: float

    @staticmethod
    def draw(rng: np.random.Generator) -> Soiling:
        heavy = float(rng.choice([0.4, 1.0, 3.0], p=[0.35, 0.45, 0.2]))
        return Soiling(
            scale=float(np.exp(rng.uniform(np.log(0.18), np.log(0.9)))),
            rate={"blotch": heavy * rng.gamma(1.5, 3.0), "hair": heavy * rng.gamma(1.2, 0.5)},
            white=float(rng.choice([0.0, 1.0, rng.uniform()], p=[0.35, 0.35, 0.3])),
            soft=float(rng.uniform(0.3, 1.2)),
            opaque=float(rng.uniform(0.2, 0.9)),
        )


def soil(layer: DamageLayer, bank: Bank, soiling: Soiling, rng: np.random.Generator) -> None:
    """Draw one frame's dust, dirt and hairs into `layer`."""
    height, width = layer.cover.shape
    density = placement_noise((height, width), rng)
    for damage_class, rate in soiling.rate.items():
        mean = rate * height * width / PATCH
        for _ in range(rng.poisson(rng.gamma(2.0, mean / 2.0))):
            opacity = shape_of(bank.shapes[damage_class], damage_class, soiling, rng)
            row, column = _place(density, rng)
            top, left = row - opacity.shape[0] // 2, column - opacity.shape[1] // 2
            layer.draw(opacity, top, left, draw_ink(soiling, rng), damage_class)


def placement_noise(shape: tuple[int, int], rng: np.random.Generator) -> Float32:
    """Smooth noise 0..1 of two octaves (value noise, standing in for Perlin's): where dirt gathers."""
    total = np.zeros(shape, np.float32)
    for cell, weight in ((256, 1.0), (64, 0.5)):
        grid = rng.random((shape[0] // cell + 2, shape[1] // cell + 2), np.float32)
        total += weight * cv2.resize(grid, shape[::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(total / 1.5, 0.02, 1.0).astype(np.float32)


def shape_of(
    shapes: Sequence[Artefact], damage_class: DamageClass, soiling: Soiling, rng: np.random.Generator
) -> Float32:
    """One artefact at its size on this plate, turned at random, with a soft rim: (h, w) float32 0..1."""
    artefact = shapes[rng.integers(len(shapes))]
    own = float((artefact.opacity > 0.25).sum()) or 1.0
    area = artefact.area if artefact.area is not None else rng.gamma(*TRACED_AREA[damage_class])
    if rng.random() < 0.06:
        area *= rng.uniform(4, 25)
    zoom = soiling.scale * np.sqrt(area / own)
    return _turned(artefact.opacity, float(np.clip(zoom, 0.02, 4.0)), rng.uniform(0, 360), soiling.soft)


def draw_ink(soiling: Soiling, rng: np.random.Generator) -> Ink:
    white = rng.random() < soiling.white
    tint = rng.normal(1.0, 0.04, 3)
    if rng.random() < soiling.opaque:
        level = rng.uniform(0.45, 1.3) if white else rng.uniform(0.0, 0.03)
        red, green, blue = (float(max(level * t, 0.0)) for t in tint)
        return Ink((red, green, blue))
    strength = rng.gamma(2.0, 0.22) * (1 if white else -1)
    red, green, blue = (float(strength * t) for t in tint)
    return Ink(None, (red, green, blue))


def _place(density: Float32, rng: np.random.Generator) -> tuple[int, int]:
    while True:
        row, column = int(rng.integers(density.shape[0])), int(rng.integers(density.shape[1]))
        if rng.random() < density[row, column]:
            return row, column


def _turned(opacity: Float32, zoom: float, degrees: float, soft: float) -> Float32:
    height, width = opacity.shape
    side = int(np.ceil(np.hypot(height, width) * zoom + 6 * soft)) + 2
    if zoom < 0.5:
        # remap samples points only: bring a much larger crop near its final size first.
        small = (max(1, round(width * zoom * 2)), max(1, round(height * zoom * 2)))
        opacity = cv2.resize(opacity, small, interpolation=cv2.INTER_AREA)
        zoom *= width / small[0]
        height, width = opacity.shape
    turn = cv2.getRotationMatrix2D((width / 2 - 0.5, height / 2 - 0.5), degrees, zoom)
    turn[:, 2] += side / 2 - np.array([width, height]) / 2
    placed = cv2.warpAffine(opacity, turn, (side, side), flags=cv2.INTER_LINEAR)
    blurred = np.asarray(cv2.GaussianBlur(placed, (0, 0), max(soft, 0.2)), np.float32)
    return np.where(blurred < FAINTEST, 0, np.minimum(blurred, 1)).astype(np.float32)
