"""Rain and snow: many things falling at several depths, in the same order of size, speed and blur."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import (
    Bytes,
    laid_over,
    log_uniform,
    segments,
    soft,
    times,
    tone,
)

PATCH = 256 * 256


@dataclass(frozen=True, eq=False)
class Falling:
    """Things at one depth: places (N, 2) at time 0, common `fall` and own `drift` (N, 2) in px per frame.

    `sway` px sideways and `phase` (N,) of a sine over some frames; `thickness` and `defocus` in px.
    """

    places: np.ndarray
    fall: np.ndarray
    drift: np.ndarray
    sway: float
    phase: np.ndarray
    thickness: int
    defocus: float
    box: np.ndarray

    def at(self, time: float) -> np.ndarray:
        """Places (N, 2), x before y; what falls out below comes in again above."""
        places = self.places + (self.fall + self.drift) * time
        places[:, 0] += self.sway * np.sin(0.35 * time + self.phase)
        return np.mod(places, self.box) - (self.box - self.box.min()) / 8 - self.box.min() / 8


def rain(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Streaks as long as a drop falls while the shutter is open: long and out of focus near, short afar."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    speed, lean = log_uniform(25, 220, rng), float(rng.normal(0, 0.2))
    shutter, rate = float(rng.uniform(0.15, 0.6)), log_uniform(15, 160, rng)
    depths = [(1.0, 0.3, 1 + int(rng.integers(0, 2))), (0.5, 1.0, 1), (0.25, 2.0, 1)]
    layers = [
        _falling(shape, rate * share, np.array([lean, 1.0]) * speed * depth, 0.06, 0.0, thickness,
                 0.5 + rng.uniform(0, 1.5) * depth**2, rng)
        for depth, share, thickness in depths[int(rng.integers(0, 2)) :]
    ]  # fmt: skip
    return _fallen(
        frames, layers, shutter, tone(frames, 0.8, 1.0, rng) * rng.uniform(1.0, 1.8), rng.uniform(0.2, 0.9)
    )


def snow(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Flakes, or now and then ash: large and blurred near, specks afar, each swaying on its way."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    speed, wind = log_uniform(3, 30, rng), float(rng.normal(0, 0.6))
    size, rate = rng.uniform(3, 11), log_uniform(10, 90, rng)
    layers = [
        _falling(shape, rate * share, np.array([wind, 1.0]) * speed * depth, 0.35, 3 * depth,
                 max(1, round(size * depth)), 0.4 + rng.uniform(0, 2.5) * depth**2, rng)
        for depth, share in ((1.0, 0.12), (0.5, 0.5), (0.22, 2.0))
    ]  # fmt: skip
    dark = rng.random() < 0.2
    colour = tone(frames, 0.0, 0.2, rng) * 0.5 if dark else tone(frames, 0.8, 1.0, rng) * 1.2 + 0.05
    return _fallen(frames, layers, float(rng.uniform(0.1, 0.5)), colour, rng.uniform(0.45, 1.0))


def _falling(
    shape: tuple[int, int], rate: float, fall: np.ndarray, spread: float,
    sway: float, thickness: int, defocus: float, rng: np.random.Generator,
) -> Falling:  # fmt: skip
    margin = 40 + 2 * float(np.abs(fall).max())
    box = np.array(shape[::-1]) + margin
    count = int(np.clip(rate * box.prod() / PATCH, 1, 6000))
    drift = rng.normal(0, spread, (count, 2)) * np.linalg.norm(fall) * [0.3, 1.0]
    phase = rng.uniform(0, 2 * np.pi, count)
    return Falling(rng.uniform(0, box, (count, 2)), fall, drift, sway, phase, thickness, defocus, box)


def _fallen(
    frames: Sequence[Float32], layers: Sequence[Falling], shutter: float, colour: Float32, strength: float
) -> list[Float32]:
    shape = (frames[0].shape[0], frames[0].shape[1])
    result = []
    for frame, time in zip(frames, times(frames), strict=True):
        clear = np.ones(shape, np.float32)
        for layer in layers:
            mask = np.zeros(shape, np.uint8)
            _draw(mask, layer, time, shutter)
            clear *= 1 - np.float32(strength) * soft(mask, layer.defocus)
        result.append(laid_over(frame, 1 - clear, colour))
    return result


def _draw(mask: Bytes, layer: Falling, time: float, shutter: float) -> None:
    """Strokes of three strengths, so that no two neighbours look quite the same."""
    middle = layer.at(time)
    reach = (layer.fall + layer.drift) * (shutter / 2)
    for group, value in enumerate((110, 180, 255)):
        some = slice(group, None, 3)
        segments(mask, middle[some] - reach[some], middle[some] + reach[some], layer.thickness, value)
