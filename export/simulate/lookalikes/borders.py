"""The edge of the picture in an overscanned frame: black borders, round corners, a sound track."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import Bytes, fill, laid_over, points, soft


def borders(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """The camera gate's edge on some sides, black or, off a negative, white; sometimes with sound."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    cover = 1 - soft(_gate(shape, rng), rng.uniform(0.3, 2.0))
    level = rng.uniform(0.0005, 0.012) if rng.random() < 0.85 else rng.uniform(0.6, 1.2)
    unrest = rng.normal(0, rng.choice([0.0, 0.4]), (len(frames), 2))
    framed = []
    for frame, (x, y) in zip(frames, unrest, strict=True):
        view = np.array([[1, 0, x], [0, 1, y]])
        moved = cv2.warpAffine(cover, view, shape[::-1], borderMode=cv2.BORDER_REPLICATE) if x or y else cover
        framed.append(laid_over(frame, np.asarray(moved, np.float32), np.full(3, level)))
    return sound_track(framed, rng) if rng.random() < 0.3 else framed


def sound_track(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """A variable-area track along one side: clear on black, and another piece of it beside every frame."""
    height, width = frames[0].shape[:2]
    middle, half = rng.choice([rng.uniform(4, 30), width - rng.uniform(4, 30)]), rng.uniform(3, 14)
    pitch, loud = rng.uniform(0.05, 1.2), rng.uniform(0.1, 0.9)
    y = np.arange(-2.0, height + 3)
    result = []
    for k, frame in enumerate(frames):
        time = y + k * height * 1.1
        wave = sum(np.sin(time * pitch * n + n) / n for n in (1.0, 2.3, 3.7)) / 1.8
        reach = half * np.clip(0.5 + 0.5 * loud * wave, 0.03, 1)
        mask = np.zeros((height, width), np.uint8)
        fill(mask, np.concatenate([np.stack([middle - reach, y], 1), np.stack([middle + reach, y], 1)[::-1]]))
        black = np.zeros((height, width), np.uint8)
        fill(
            black,
            [
                (middle - half - 2, -2),
                (middle + half + 2, -2),
                (middle + half + 2, height + 2),
                (middle - half - 2, height + 2),
            ],
        )
        result.append(
            laid_over(laid_over(frame, soft(black, 0.6), np.full(3, 0.004)), soft(mask, 0.5), np.full(3, 0.7))
        )
    return result


def _gate(shape: tuple[int, int], rng: np.random.Generator) -> Bytes:
    """The opening, 255 inside: a rectangle with rounded corners of which some sides lie in the picture."""
    size = np.array(shape[::-1])
    inset = np.where(rng.random((2, 2)) < 0.4, rng.uniform(0.01, 0.22, (2, 2)), -0.4)
    if (inset < 0).all():
        inset[rng.integers(0, 2), rng.integers(0, 2)] = rng.uniform(0.02, 0.22)
    low, high, round_off = inset[0] * size, size * (1 - inset[1]), rng.uniform(0, 30)
    mask = np.zeros(shape, np.uint8)
    turn = np.linspace(0, np.pi / 2, 8)
    arc = np.stack([np.cos(turn), np.sin(turn)], 1) * round_off
    corners = []
    for number, (x, y) in enumerate(
        ((high[0], high[1]), (low[0], high[1]), (low[0], low[1]), (high[0], low[1]))
    ):
        inward = np.array([-1 if x == high[0] else 1, -1 if y == high[1] else 1]) * round_off
        quarter = np.pi / 2 * number
        c, s = np.cos(quarter), np.sin(quarter)
        corners.append(arc @ np.array([[c, s], [-s, c]]) + [x, y] + inward)
    cv2.fillPoly(mask, [points(np.concatenate(corners) + rng.normal(0, 0.3))], 255, cv2.LINE_AA, 4)
    return mask
