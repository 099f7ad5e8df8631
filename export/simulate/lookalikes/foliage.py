"""Leaves in the wind: many small shapes that flutter faster than any motion search follows."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import (
    Bytes,
    exposed,
    laid_over,
    log_uniform,
    points,
    soft,
    times,
    tone,
)


def foliage(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A bough of leaves in front of the scene; each leaf turns and swings about its own place."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    leaves = Leaves.draw(shape, rng)
    drift, shutter = rng.normal(0, rng.choice([0.0, 1.5]), 2), float(rng.uniform(0.1, 0.5))
    colours = [tone(frames, 0.0, 0.9, rng) * c for c in ((0.8, 1.0, 0.6), (0.5, 0.6, 0.4), (0.95, 1.0, 0.8))]
    focus = rng.uniform(0.3, 1.8)
    result = list(frames)
    for k, time in enumerate(times(frames)):
        for group, colour in enumerate(colours):

            def draw(mask: Bytes, at: float, group: int = group) -> None:
                cv2.fillPoly(mask, list(points(leaves.at(at, group) + drift * at)), 255, cv2.LINE_AA, 4)

            result[k] = laid_over(result[k], soft(exposed(shape, draw, time, shutter, 2), focus), colour)
    return result


class Leaves:
    """N leaves as rhombs: places (N, 2) px, `size` px, and each leaf's swing and turn over time."""

    def __init__(self, places: np.ndarray, size: np.ndarray, wind: float, rng: np.random.Generator) -> None:
        count = len(places)
        self._places, self._size, self._wind = places, size, wind
        self._rate, self._phase = rng.uniform(0.3, 2.2, count), rng.uniform(0, 2 * np.pi, (count, 3))
        self._angle, self._slim = rng.uniform(0, np.pi, count), rng.uniform(0.15, 0.6, count)

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator) -> Leaves:
        """Leaves around a few twigs."""
        twigs = rng.uniform(-0.1, 1.1, (int(rng.integers(1, 6)), 2)) * shape[::-1]
        reach, size = rng.uniform(0.08, 0.35) * max(shape), log_uniform(3, 28, rng)
        count = int(np.clip((reach / size) ** 2 * rng.uniform(1.0, 5.0) * len(twigs), 20, 500))
        places = twigs[rng.integers(0, len(twigs), count)] + rng.normal(0, reach, (count, 2)) * 0.6
        return Leaves(places, size * rng.uniform(0.5, 1.3, count), size * rng.uniform(0.02, 0.4), rng)

    def at(self, time: float, group: int) -> np.ndarray:
        """Corners (n, 4, 2) of every third leaf, from `group` on."""
        some = slice(group, None, 3)
        beat = self._rate[some] * time
        phase = self._phase[some]
        middle = self._places[some] + self._wind * np.stack(
            [np.sin(beat + phase[:, 0]), np.sin(beat * 0.8 + phase[:, 1])], 1
        )
        angle = self._angle[some] + 0.7 * np.sin(beat + phase[:, 2])
        along = np.stack([np.cos(angle), np.sin(angle)], 1) * self._size[some, None] / 2
        across = (
            np.stack([-along[:, 1], along[:, 0]], 1)
            * (self._slim[some] * np.cos(beat + phase[:, 1]))[:, None]
        )
        return np.stack([middle + along, middle + across, middle - along, middle - across], 1)
