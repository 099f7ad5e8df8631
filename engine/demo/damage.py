"""Grain and damage for the demo reel, drawn with nothing but numpy and OpenCV.

Everything works on log code values as fractions of full scale, (H, W, 3) float32: adding to a log
code is multiplying light, which is what grain, dirt and scratches on a film do. Dirt on a negative
blocks the scanner's light and comes out bright; dirt on a print comes out dark: both are here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from engine.demo.landscape import DESIGN_HEIGHT
from engine.types import Float32

GRAIN = 0.0055
"""Standard deviation of the grain in mid-tones, as a fraction of full scale: 5.6 of 1023 codes."""
BRIGHT, DARK = 0.80, 0.10
"""Log code fractions that fresh dirt comes out at, on a negative and on a print."""


@dataclass(frozen=True)
class Wear:
    """How much of what one frame gets; `scratch` is the place of the line scratch, 0 .. 1 of the width."""

    blotches: int = 7
    dust: int = 14
    hairs: int = 2
    scratch: float | None = 0.835


def add_grain(plate: Float32, rng: np.random.Generator) -> Float32:
    """The plate with new grain: weaker in the blacks, a little soft, partly shared by R, G and B."""
    height, width = plate.shape[:2]
    own = rng.standard_normal((height, width, 3)).astype(np.float32)
    shared = rng.standard_normal((height, width, 1)).astype(np.float32)
    mixed = np.ascontiguousarray(0.8 * own + 0.6 * shared)
    soft = np.asarray(cv2.GaussianBlur(mixed, (0, 0), 0.65), np.float32)
    strength = GRAIN / float(soft.std()) * (0.5 + 0.5 * np.clip(plate / 0.4, 0, 1))
    return np.asarray(plate + soft * strength, np.float32)


def add_damage(plate: Float32, index: int, wear: Wear, rng: np.random.Generator) -> Float32:
    """The plate with the damage of frame `index`: dirt is new in each, the scratch runs through all."""
    damaged = plate.copy()
    scale = plate.shape[0] / DESIGN_HEIGHT
    if wear.scratch is not None:
        _scratch(damaged, wear.scratch, index, scale, rng)
    draws: list[tuple[int, Callable[[Float32, float, np.random.Generator], None]]] = [
        (wear.blotches, _blotch), (wear.dust, _dust), (wear.hairs, _hair),
    ]  # fmt: skip
    for expected, draw in draws:
        for _ in range(int(rng.poisson(expected))):
            draw(damaged, scale, rng)
    return damaged


def _blotch(plate: Float32, scale: float, rng: np.random.Generator) -> None:
    """Dirt: an irregular patch with a soft rim, nearly opaque."""
    radius = float(np.clip(rng.lognormal(1.9, 0.5), 3, 24)) * scale
    size = max(6, int(radius * 4))
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2
    aspect = rng.uniform(0.55, 1.6)
    angle = np.arctan2(y, x * aspect)
    ragged = np.ones((size, size), np.float32)
    for waves in (2, 3, 4, 6, 9, 13):
        ragged += rng.normal(0, 0.30 / waves**0.9) * np.cos(waves * angle + rng.uniform(0, 2 * np.pi))
    distance = np.hypot(x * aspect, y) / np.maximum(ragged, 0.25)
    rim = rng.uniform(0.7, 1.8)
    cover = np.clip((radius - distance) / rim, 0, 1) * rng.uniform(0.8, 1.0)
    _stamp(plate, cover.astype(np.float32), _tone(rng), rng)


def _dust(plate: Float32, scale: float, rng: np.random.Generator) -> None:
    """A speck of one to four pixels."""
    size = 9
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) - size / 2 + rng.uniform(-0.5, 0.5)
    radius = rng.uniform(0.8, 2.2) * max(scale, 0.6)
    cover = np.clip(radius + 0.5 - np.hypot(x * rng.uniform(0.7, 1.4), y), 0, 1)
    _stamp(plate, cover.astype(np.float32), _tone(rng), rng)


def _hair(plate: Float32, scale: float, rng: np.random.Generator) -> None:
    """A fibre: a smooth curve whose direction wanders, one to two pixels wide."""
    size, fine = int(110 * scale) + 8, 4
    steps = 60
    turning = np.cumsum(rng.normal(0, 0.012, steps)) + rng.normal(0, 0.05)
    heading = np.cumsum(turning) + rng.uniform(0, 2 * np.pi)
    path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), 0)
    path *= rng.uniform(0.35, 0.85) * size / max(float(np.ptp(path, axis=0).max()), 1.0)
    path += size / 2 - (path.max(0) + path.min(0)) / 2
    stroke = np.zeros((size * fine, size * fine), np.float32)
    thickness = max(2, round(rng.uniform(0.9, 1.7) * fine * max(scale, 0.5)))
    cv2.polylines(stroke, [np.rint(path * fine).astype(np.int32)], False, 1.0, thickness, cv2.LINE_AA)
    cover = np.asarray(cv2.resize(stroke, (size, size), interpolation=cv2.INTER_AREA), np.float32)
    _stamp(plate, cover * np.float32(0.9), _tone(rng), rng)


def _scratch(plate: Float32, place: float, index: int, scale: float, rng: np.random.Generator) -> None:
    """A line along the transport direction: it drifts slowly and its depth varies down the frame."""
    height, width = plate.shape[:2]
    rows = np.arange(height, dtype=np.float32)
    centre = place * width + scale * (
        3.0 * np.sin(index / 6.0) + 0.9 * np.sin(rows / (90 * scale) + index / 6.0)
    )
    depth = 0.75 + 0.25 * np.sin(rows / (61 * scale) + 0.9 * index)
    distance = np.abs(np.arange(width, dtype=np.float32)[None, :] - centre[:, None])
    cover = np.clip(0.5 + 0.75 * scale - distance, 0, 1) * depth[:, None]
    flicker = rng.uniform(0.16, 0.22)
    plate += (cover * flicker)[..., None].astype(np.float32)


def _tone(rng: np.random.Generator) -> Float32:
    """What a piece of dirt comes out as, R, G, B; two in three are on the negative."""
    level = BRIGHT if rng.random() < 0.67 else DARK
    return (level + rng.normal(0, 0.025) + rng.normal(0, 0.008, 3)).astype(np.float32)


def _stamp(plate: Float32, cover: Float32, tone: Float32, rng: np.random.Generator) -> None:
    """Blend a patch of `tone` over a random place of the plate, cut off at its borders."""
    height, width = int(plate.shape[0]), int(plate.shape[1])
    tall, wide = int(cover.shape[0]), int(cover.shape[1])
    top, left = (
        int(rng.integers(-tall // 2, height - tall // 2)),
        int(rng.integers(-wide // 2, width - wide // 2)),
    )
    rows, columns = slice(max(top, 0), min(top + tall, height)), slice(max(left, 0), min(left + wide, width))
    seen = cover[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left, None]
    plate[rows, columns] = plate[rows, columns] * (1 - seen) + tone * seen
