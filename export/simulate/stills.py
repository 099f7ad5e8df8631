"""Single plates without neighbours, as a scanned slide or photograph is: sharp, at full resolution."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import Float32
from export.material.clips import Clip
from export.simulate.encoding import encode, linear_of_bytes
from export.simulate.grain import Grain, add_grain
from export.simulate.lookalikes import film_extras, structured

Bytes = npt.NDArray[np.uint8]

RESTORED, SHARP = 0.2, 0.45
"""Shares of restored scans and of sharp stills; the rest are frames of clips."""


def clean_still(
    restored: Sequence[Clip],
    stills: Sequence[Clip],
    clips: Sequence[Clip],
    size: int,
    rng: np.random.Generator,
) -> Float32:
    """(size, size, 3) ACEScct. A restored scan keeps its very grain and sharpness; others may get grain."""
    fate = rng.random()
    if restored and fate < RESTORED:
        return encode(_exposed(_crop(_frame(restored, rng), size, (0.85, 1.2), rng), rng))
    # Frames of clips are softer than a scan of their size, so they are rather taken down than up.
    sharp = bool(stills) and (not clips or fate < RESTORED + SHARP)
    source, zoom = (stills, (0.8, 1.2)) if sharp else (clips, (0.65, 1.0))
    linear = _exposed(_crop(_frame(source, rng), size, zoom, rng), rng)
    if rng.random() < 0.2:
        linear = structured(linear, rng)
    (linear,) = film_extras([linear], rng)
    return add_grain(encode(linear), Grain.draw(rng), rng) if rng.random() < 0.6 else encode(linear)


def turned(plane: npt.NDArray[np.generic], fate: int) -> npt.NDArray[np.generic]:
    """One of the eight ways (0..7) a square can lie: turned by quarters, and mirrored from 4 on."""
    quarter = np.rot90(plane, fate % 4)
    return np.ascontiguousarray(quarter[:, ::-1] if fate >= 4 else quarter)


def _frame(clips: Sequence[Clip], rng: np.random.Generator) -> Bytes:
    frames = clips[rng.integers(len(clips))].frames
    return frames[rng.integers(len(frames))]


def _crop(frame: Bytes, size: int, zooms: tuple[float, float], rng: np.random.Generator) -> Bytes:
    """A square of `size` px at a zoom between `zooms`, or nearer where the frame is too small."""
    side = min(round(size / rng.uniform(*zooms)), frame.shape[0], frame.shape[1])
    top, left = (int(rng.integers(0, frame.shape[k] - side + 1)) for k in (0, 1))
    part = np.ascontiguousarray(frame[top : top + side, left : left + side])
    if side != size:
        method = cv2.INTER_AREA if side > size else cv2.INTER_CUBIC
        part = np.asarray(cv2.resize(part, (size, size), interpolation=method), np.uint8)
    return np.asarray(turned(part, int(rng.integers(8))), np.uint8)


def _exposed(part: Bytes, rng: np.random.Generator) -> Float32:
    """Scene-linear at some exposure and contrast, its colours out of balance, or without colours."""
    linear = linear_of_bytes(float(rng.uniform(2.0, 2.7)), float(np.exp2(rng.normal(0, 0.4))))[part]
    if rng.random() < 0.12:
        return np.repeat(linear @ np.float32([[0.3], [0.6], [0.1]]), 3, 2)
    order = rng.permutation(3) if rng.random() < 0.25 else np.arange(3)
    return (linear[..., order] * np.exp2(rng.normal(0, 0.2, 3))).astype(np.float32)
