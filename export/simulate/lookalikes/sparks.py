"""Sparks and splashes: bursts of small things in free flight."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import laid_over, lit, log_uniform, segments, soft, times, tone

GRAVITY = 9.81 / 24**2
"""Metres per squared frame at 24 frames a second."""


@dataclass(frozen=True, eq=False)
class Burst:
    """Bodies that leave `source` (N, 2) px at `birth` (N,) with `speed` (N, 2) px per frame.

    `drag` per frame, `gravity` px per squared frame, `life` (N,) frames, `thickness` (N,) px.
    """

    source: np.ndarray
    birth: np.ndarray
    speed: np.ndarray
    gravity: float
    drag: float
    life: np.ndarray
    thickness: np.ndarray

    def at(self, time: float) -> np.ndarray:
        """Places (N, 2): free flight with a drag proportional to speed, which falls off exponentially."""
        age = np.maximum(time - self.birth, 0)[:, None]
        slowed = (1 - np.exp(-self.drag * age)) / self.drag
        return self.source + self.speed * slowed + [0, self.gravity / 2] * age**2

    def alight(self, time: float) -> np.ndarray:
        """Strength 0..1 (N,): full at birth, none before it and after its life."""
        age = time - self.birth
        return np.where((age < 0) | (age > self.life), 0, 1 - (age / self.life) ** 2)

    def mask(self, shape: tuple[int, int], time: float, shutter: float) -> np.ndarray:
        mask = np.zeros(shape, np.uint8)
        starts, ends, strength = self.at(time - shutter / 2), self.at(time + shutter / 2), self.alight(time)
        for level in (0.25, 0.6, 1.0):
            for thickness in np.unique(self.thickness):
                some = (strength > level - 0.38) & (strength <= level + 0.01) & (self.thickness == thickness)
                if some.any():
                    segments(mask, starts[some], ends[some], int(thickness), int(255 * level))
        return mask


def sparks(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Glowing sparks of a weld, a grinder or a fire: bright, orange, cooling on their way."""
    scale = log_uniform(80, 900, rng)
    burst = _burst(frames, scale, rng.uniform(1.0, 8.0), 0.15, (3, 14), rng)
    shape, shutter = (frames[0].shape[0], frames[0].shape[1]), float(rng.uniform(0.2, 0.7))
    colour = np.array([1.0, rng.uniform(0.4, 0.95), rng.uniform(0.1, 0.8)]) * rng.uniform(0.5, 4.0)
    glow, focus = rng.uniform(0, 0.5), rng.uniform(0.4, 1.2)
    result = []
    for frame, time in zip(frames, times(frames), strict=True):
        core = soft(burst.mask(shape, time, shutter), focus)
        light = core + np.float32(glow) * soft(core, 4.0) if glow > 0.1 else core
        result.append(lit(frame, np.where(light > 0.004, light, 0).astype(np.float32), colour))
    return result


def splash(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Water or mud thrown up: drops and short streaks, lighter or darker than what is behind."""
    burst = _burst(frames, log_uniform(80, 700, rng), rng.uniform(1.0, 5.0), 0.02, (20, 40), rng)
    shape, shutter = (frames[0].shape[0], frames[0].shape[1]), float(rng.uniform(0.05, 0.5))
    dark = rng.random() < 0.3
    colour = tone(frames, 0.0, 0.3, rng) * 0.5 if dark else tone(frames, 0.8, 1.0, rng) * 1.3
    strength, focus = np.float32(rng.uniform(0.5, 1.0)), rng.uniform(0.3, 1.2)
    return [
        laid_over(frame, strength * soft(burst.mask(shape, time, shutter), focus), colour)
        for frame, time in zip(frames, times(frames), strict=True)
    ]


def _burst(
    frames: Sequence[Float32], scale: float, speed: float, drag: float,
    life: tuple[float, float], rng: np.random.Generator,
) -> Burst:  # fmt: skip
    """Bodies of `speed` m/s in a scene of `scale` px per metre, thrown in a fan from one place."""
    height, width = frames[0].shape[:2]
    count = int(log_uniform(30, 350, rng) * max(1.0, height * width / 288**2 / 3))
    source = rng.uniform([0.0, 0.2], [1.0, 1.1], 2) * [width, height]
    fan = rng.normal(rng.uniform(-2.6, -0.5), rng.uniform(0.15, 0.9), count)
    pace = rng.gamma(4.0, speed / 4, count)[:, None] / 24 * scale
    flight = np.stack([np.cos(fan), np.sin(fan)], 1) * pace
    longest = life[1] * rng.uniform(0.4, 1.0)
    return Burst(
        source + rng.normal(0, 0.03 * scale, (count, 2)) * [1, 0.2],
        rng.uniform(-min(longest, 10.0), len(frames) / 2, count),
        flight, GRAVITY * scale, drag,
        rng.uniform(life[0], longest + life[0], count),
        np.clip(rng.poisson(rng.uniform(0.1, 1.0) * scale / 250, count) + 1, 1, 7),
    )  # fmt: skip
