"""Stars and specular glints: points of light that stay where they are in the scene and twinkle."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import lit, log_uniform, segments, soft, times

PATCH = 256 * 256


def stars(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A night sky: few bright and many faint stars that twinkle, still or slowly drifting."""
    height, width = frames[0].shape[:2]
    count = int(log_uniform(8, 120, rng) * height * width / PATCH)
    places = rng.uniform(-8, [width + 8, height + 8], (count, 2))
    power = rng.pareto(1.3, count) * 0.05 + 0.01
    night, drift = np.float32(log_uniform(0.02, 0.4, rng)), _drift(rng)
    tint, spread, twinkle = rng.normal(1, 0.1, 3), rng.uniform(0.5, 1.2), rng.uniform(0.02, 0.4)
    result = []
    for frame, time in zip(frames, times(frames), strict=True):
        strength = np.minimum(power, 1.5) * np.exp(rng.normal(0, twinkle, count))
        light = _spots((height, width), places + drift * time, strength, (spread, spread))
        result.append(lit(frame * night, light, tint))
    return result


def glints(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Sun on water or wet leaves: flat spots in swarms, there in every frame, now strong, now weak."""
    height, width = frames[0].shape[:2]
    count = int(log_uniform(10, 200, rng) * height * width / PATCH)
    centres = rng.uniform(0, [width, height], (int(rng.integers(1, 5)), 2))
    spread = rng.uniform(0.08, 0.4) * width * np.array([1.0, rng.uniform(0.15, 0.8)])
    places = centres[rng.integers(0, len(centres), count)] + rng.normal(0, 1, (count, 2)) * spread
    phase, rate = rng.uniform(0, 2 * np.pi, count), rng.uniform(0.3, 1.8, count)
    power, drift = rng.gamma(1.2, 0.5, count), _drift(rng)
    flat = (rng.uniform(0.6, 2.4), rng.uniform(0.5, 1.0))
    depth, tint = rng.uniform(0.4, 1.0), rng.normal(1, 0.06, 3)
    result = []
    for frame, time in zip(frames, times(frames), strict=True):
        breath = 1 - depth * (0.5 + 0.5 * np.sin(rate * time + phase)) ** 2
        light = _spots((height, width), places + drift * time, power * np.maximum(breath, 0.04), flat)
        result.append(lit(frame, light, tint))
    return result


def highlights(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Chrome and lamps with the rays of a lens's aperture, moving with their thing and flaring up."""
    height, width = frames[0].shape[:2]
    rays, turn = int(rng.choice([4, 6, 8])), rng.uniform(0, np.pi)
    places = rng.uniform(0, [width, height], (int(rng.integers(1, 5)), 2))
    drift, reach = rng.normal(0, 4, 2), log_uniform(4, 40, rng)
    strength, tint = rng.uniform(0.3, 2.5), rng.normal(1, 0.08, 3)
    angles = turn + np.arange(rays) * 2 * np.pi / rays
    result = []
    for frame, time in zip(frames, times(frames), strict=True):
        flare = float(np.exp(rng.normal(0, 0.5)))
        mask = np.zeros((height, width), np.uint8)
        for place in places + drift * time:
            tips = place + np.stack([np.cos(angles), np.sin(angles)], 1) * reach * flare
            segments(mask, np.repeat(place[None], rays, 0), tips, 1, 150)
        core = _spots((height, width), places + drift * time, np.full(len(places), 2.0), (1.8, 1.8))
        result.append(lit(frame, np.float32(strength * flare) * (soft(mask, 0.7) * 0.5 + core), tint))
    return result


def _drift(rng: np.random.Generator) -> np.ndarray:
    return rng.normal(0, 1, 2) * rng.choice([0.0, 0.4, 3.0], p=[0.4, 0.4, 0.2])


def _spots(
    shape: tuple[int, int], places: np.ndarray, strength: np.ndarray, spread: tuple[float, float]
) -> Float32:
    """Gaussian spots of `strength` at their middle, `spread` (x, y) px, at places between pixels."""
    corner = np.floor(places).astype(int)
    part = places - corner
    light = np.zeros((shape[0] + 2, shape[1] + 2), np.float32)
    inside = ((corner >= 0) & (corner < shape[::-1])).all(1)
    corner, part, power = corner[inside], part[inside], strength[inside]
    for dx in (0, 1):
        for dy in (0, 1):
            weight = np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1])
            np.add.at(light, (corner[:, 1] + dy, corner[:, 0] + dx), weight * power)
    spots = cv2.GaussianBlur(light[: shape[0], : shape[1]], (0, 0), spread[0], sigmaY=spread[1])
    spots *= np.float32(2 * np.pi * spread[0] * spread[1])
    return np.where(spots > 0.002, spots, 0).astype(np.float32)
