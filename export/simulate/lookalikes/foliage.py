"""Leaves in the wind: many small shapes that flutter faster than any motion search follows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import (
    Bytes,
    exposed,
    laid_over,
    log_uniform,
    points,
    segments,
    soft,
    times,
    tone,
)

GREENS = np.array([(0.8, 1.0, 0.6), (0.45, 0.55, 0.35), (0.95, 1.0, 0.8)])
"""Of leaves lit, in the shade, and shining, times a tone of the scene."""


def foliage(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Boughs in front of the scene; each leaf turns and swings about its own place on a twig."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    boughs = Boughs.draw(shape, rng)
    drift, shutter = rng.normal(0, rng.choice([0.0, 1.5]), 2), float(rng.uniform(0.1, 0.5))
    base, focus = tone(frames, 0.0, 0.8, rng), rng.uniform(0.3, 1.8)
    result = list(frames)
    for k, time in enumerate(times(frames)):
        wood = np.zeros(shape, np.uint8)
        segments(wood, boughs.roots + drift * time, boughs.tips + drift * time, boughs.thickness, 255)
        result[k] = laid_over(result[k], soft(wood, focus), base * np.float32(0.3))
        for group, green in enumerate(GREENS):

            def leaves(mask: Bytes, at: float, group: int = group) -> None:
                cv2.fillPoly(mask, list(points(boughs.leaves(at, group) + drift * at)), 255, cv2.LINE_AA, 4)

            cover = soft(exposed(shape, leaves, time, shutter, 2), focus)
            result[k] = laid_over(result[k], cover, base * green)
    return result


@dataclass(frozen=True, eq=False)
class Boughs:
    """Twigs from `roots` (K, 2) to `tips` (K, 2), `thickness` px, and N leaves as rhombs upon them.

    A leaf has its place (2,), `size` px and `slim`ness, and swings `wind` px at `rate` radians per frame.
    """

    roots: np.ndarray
    tips: np.ndarray
    thickness: int
    places: np.ndarray
    size: np.ndarray
    slim: np.ndarray
    angle: np.ndarray
    wind: float
    rate: np.ndarray
    phase: np.ndarray

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator) -> Boughs:
        size = log_uniform(3, 28, rng)
        reach = log_uniform(40, 160, rng)
        twigs = int(rng.integers(3, 10) * max(1.0, shape[0] * shape[1] / 288**2))
        roots = rng.uniform(-0.1, 1.1, (twigs, 2)) * shape[::-1]
        course = rng.uniform(0, 2 * np.pi) + rng.normal(0, 0.6, twigs)
        tips = roots + np.stack([np.cos(course), np.sin(course)], 1) * reach
        count = int(np.clip(reach / size * twigs * rng.uniform(1.5, 6.0), 12, 60 * twigs))
        on = rng.integers(0, twigs, count)
        along = rng.uniform(0, 1.05, (count, 1))
        places = roots[on] + (tips - roots)[on] * along + rng.normal(0, 0.6 * size, (count, 2))
        return Boughs(
            roots, tips, max(1, round(size * 0.12)), places,
            size * rng.uniform(0.5, 1.3, count), rng.uniform(0.2, 0.65, count),
            rng.uniform(0, np.pi, count),
            size * rng.uniform(0.02, 0.4), rng.uniform(0.3, 2.2, count),
            rng.uniform(0, 2 * np.pi, (count, 3)),
        )  # fmt: skip

    def leaves(self, time: float, group: int) -> np.ndarray:
        """Corners (n, 4, 2) of every third leaf, from `group` on."""
        some = slice(group, None, 3)
        beat, phase = self.rate[some] * time, self.phase[some]
        swing = np.stack([np.sin(beat + phase[:, 0]), np.sin(0.8 * beat + phase[:, 1])], 1)
        middle = self.places[some] + self.wind * swing
        angle = self.angle[some] + 0.7 * np.sin(beat + phase[:, 2])
        along = np.stack([np.cos(angle), np.sin(angle)], 1) * self.size[some, None] / 2
        turned = self.slim[some] * np.cos(beat + phase[:, 1])
        across = np.stack([-along[:, 1], along[:, 0]], 1) * turned[:, None]
        return np.stack([middle + along, middle + across, middle - along, middle - across], 1)
