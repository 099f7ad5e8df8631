"""Lightning, flashbulbs and lamps that fail: one frame lit otherwise than its neighbours."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import Bytes, lit, log_uniform, points, soft, tone


def flash(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A jump of exposure on one frame, all over or on a side, sometimes with a veil or a lasting glow."""
    at = int(rng.integers(0, len(frames)))
    gain = log_uniform(1.3, 8, rng) if rng.random() < 0.75 else log_uniform(0.15, 0.8, rng)
    where = _lit_part((frames[0].shape[0], frames[0].shape[1]), rng)
    veil = tone(frames, 0.5, 1.0, rng) * np.float32(rng.choice([0.0, rng.uniform(0, 0.4)]))
    after = float(rng.choice([0.0, rng.uniform(0.1, 0.7)]))
    result = list(frames)
    for number, strength in ((at, 1.0), (at + 1, after)):
        if number < len(frames) and strength:
            amount = where * np.float32(strength)
            result[number] = frames[number] * (1 + np.float32(gain - 1) * amount) + veil * amount
    return [np.asarray(frame, np.float32) for frame in result]


def lightning(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A forked bolt with its glow, and the scene lit up by it."""
    at = int(rng.integers(0, len(frames)))
    shape = (frames[0].shape[0], frames[0].shape[1])
    mask = np.zeros(shape, np.uint8)
    start = np.array([rng.uniform(0, shape[1]), -10.0])
    _fork(
        mask,
        start,
        rng.normal(0, 0.5) + np.pi / 2,
        rng.uniform(0.6, 1.3) * shape[0],
        int(rng.integers(2, 4)),
        rng,
    )
    bolt = soft(mask, 0.6)
    light = bolt * np.float32(rng.uniform(1, 4)) + soft(bolt, 6.0) * np.float32(rng.uniform(0.3, 1.5))
    night = np.float32(log_uniform(0.05, 0.6, rng))
    result = [frame * night for frame in frames]
    glow = np.float32(rng.uniform(1.5, 6))
    result[at] = lit(result[at] * glow, light, (0.85, 0.9, 1.0))
    if at + 1 < len(result) and rng.random() < 0.5:
        result[at + 1] = lit(result[at + 1] * (1 + glow / 3), light * np.float32(0.3), (0.85, 0.9, 1.0))
    return result


def _lit_part(shape: tuple[int, int], rng: np.random.Generator) -> Float32:
    """(H, W, 1) weight: everywhere, or falling off smoothly from a side."""
    if rng.random() < 0.5:
        return np.ones((1, 1, 1), np.float32)
    coarse = rng.normal(0.5, 1.0, (3, 3)).astype(np.float32)
    return np.clip(cv2.resize(coarse, shape[::-1], interpolation=cv2.INTER_CUBIC), 0, 1)[..., None]


def _fork(
    mask: Bytes, start: np.ndarray, angle: float, length: float, thickness: int, rng: np.random.Generator
) -> None:
    steps = max(3, int(length / 9))
    turns = angle + rng.normal(0, 0.5, steps)
    way = start + np.cumsum(np.stack([np.cos(turns), np.sin(turns)], 1) * length / steps, 0)
    cv2.polylines(mask, [points(way)], False, 255, max(1, thickness - 1), cv2.LINE_AA, 4)
    if thickness > 1:
        for at in rng.integers(0, steps, int(rng.integers(1, 4))):
            _fork(
                mask, way[at], angle + rng.normal(0, 0.7), length * rng.uniform(0.2, 0.5), thickness - 1, rng
            )
