"""Titles, subtitles and captions: they stand still in the frame, roll, or come and go with a frame."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import laid_over, log_uniform, shifted, soft, times, tone

FONTS = (
    cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_PLAIN, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX,
    cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_COMPLEX_SMALL, cv2.FONT_HERSHEY_SCRIPT_SIMPLEX,
    cv2.FONT_HERSHEY_SCRIPT_COMPLEX,
)  # fmt: skip
LETTERS = "aaabcdeeeeefghiiijklmnnnoooprrsssttttuvwy"
SIGNS = "0123456789.,:;-!?'\"()/ilIT|"


def titles(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Lettering over the picture, with an outline or a shadow, on all frames or from or up to one."""
    shape = (frames[0].shape[0], frames[0].shape[1])
    pad = 24
    strokes, rim = _lettering((shape[0] + 2 * pad, shape[1] + 2 * pad), rng)
    roll = (
        np.array([0.0, -rng.uniform(0.5, 7)])
        if rng.random() < 0.15
        else rng.normal(0, 0.15, 2) * (rng.random() < 0.3)
    )
    light = rng.random() < 0.85
    colour = (
        np.array([1, 1, rng.choice([1.0, 0.3, 0.8])]) * rng.uniform(0.5, 1.2)
        if light
        else tone(frames, 0, 0.1, rng)
    )
    rim_colour = np.zeros(3) if light else np.full(3, 0.8)
    strength = _presence(len(frames), rng)
    result = []
    for frame, time, seen in zip(frames, times(frames), strength, strict=True):
        if seen == 0:
            result.append(frame)
            continue
        both = (
            shifted(np.dstack([strokes, rim]), *(roll * time), shape)
            if roll.any()
            else _inner(strokes, rim, pad)
        )
        framed = laid_over(frame, np.float32(seen) * both[..., 1], rim_colour)
        result.append(laid_over(framed, np.float32(seen) * np.ascontiguousarray(both[..., 0]), colour))
    return result


def _inner(strokes: Float32, rim: Float32, pad: int) -> Float32:
    return np.dstack([strokes[pad:-pad, pad:-pad], rim[pad:-pad, pad:-pad]])


def _presence(count: int, rng: np.random.Generator) -> np.ndarray:
    """How strong the lettering is on each frame: standing, cut in, cut out, or fading."""
    if count == 1:
        return np.ones(1)
    fate, at = rng.random(), int(rng.integers(1, count))
    frame = np.arange(count)
    if fate < 0.65:
        return np.ones(count) * rng.choice([1.0, rng.uniform(0.4, 1)])
    if fate < 0.85:
        return (frame >= at if fate < 0.75 else frame < at).astype(float)
    ramp = np.clip((frame - at + 1.5) / rng.uniform(2, 10), 0, 1)
    return ramp if fate < 0.93 else ramp[::-1]


def _lettering(shape: tuple[int, int], rng: np.random.Generator) -> tuple[Float32, Float32]:
    """Covers of the strokes and of their rim, set in one fount and size."""
    mask = np.zeros((2 * shape[0], 2 * shape[1]), np.uint8)
    if rng.random() < 0.12:
        mask = np.ascontiguousarray(mask.T)
    size, fount = log_uniform(14, 110, rng), int(rng.choice(FONTS)) + 16 * int(rng.random() < 0.2)
    thick = max(1, round(size * log_uniform(0.03, 0.15, rng)))
    lines = int(rng.integers(1, 4)) if rng.random() < 0.8 else int(rng.integers(4, 12))
    scale = size / max(cv2.getTextSize("Hg", fount, 1.0, 1)[0][1], 1)
    row = int(rng.uniform(0.1, 1.0) * mask.shape[0])
    for _ in range(lines):
        line = _words(int(rng.integers(2, max(4, int(mask.shape[1] / size)))), rng)
        width = cv2.getTextSize(line, fount, scale, thick)[0][0]
        column = (
            (mask.shape[1] - width) // 2
            if rng.random() < 0.6
            else int(rng.uniform(-0.2, 0.7) * mask.shape[1])
        )
        cv2.putText(mask, line, (column, row), fount, scale, 255, thick, cv2.LINE_AA)
        row += int(1.6 * size)
    upright = (
        mask
        if mask.shape[0] * shape[1] == mask.shape[1] * shape[0] and mask.shape[0] == 2 * shape[0]
        else mask.T
    )
    small = cv2.resize(np.ascontiguousarray(upright), shape[::-1], interpolation=cv2.INTER_AREA)
    return soft(small, rng.uniform(0.2, 1.0)), _rim(small, rng)


def _rim(strokes: np.ndarray, rng: np.random.Generator) -> Float32:
    fate = rng.random()
    if fate < 0.4:
        return np.zeros(strokes.shape, np.float32)
    if fate < 0.75:
        side = 2 * int(rng.integers(1, 4)) + 1
        return soft(cv2.dilate(strokes, np.ones((side, side), np.uint8)), 0.7)
    by = int(rng.integers(1, 5))
    return soft(np.roll(strokes, (by, by), (0, 1)), rng.uniform(0.5, 2.5)) * np.float32(rng.uniform(0.4, 1))


def _words(length: int, rng: np.random.Generator) -> str:
    signs = rng.choice(list(SIGNS if rng.random() < 0.15 else LETTERS), length)
    text = "".join(" " if rng.random() < 0.16 else str(s) for s in signs)
    return text.upper() if rng.random() < 0.4 else text.capitalize()
