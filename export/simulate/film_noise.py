"""Smooth noise that belongs to a place on the film: frame after frame of it joins without a seam.

The upright pictures of a reel lie one below the other, so a place is `frame + row / height`, and the
noise is a function of it and a seed alone: the same frame number gives the same noise.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.types import Float32

_GOLDEN = 0x9E3779B97F4A7C15
_SPLINE_RMS = 0.479365
"""Mean square of the cubic B-spline's weights (151/315): what it leaves of white noise's variance."""


def along_film(seed: int, place: npt.NDArray[np.float64], cell: float) -> Float32:
    """Noise -1..1 at `place` (frames, any shape); its bumps are about `cell` frames long."""
    knot = np.floor(place / cell)
    part = place / cell - knot
    first = knot.astype(np.int64)
    a, b = _hashed(seed, first), _hashed(seed, first + 1)
    return (a + (b - a) * part * part * (3 - 2 * part)).astype(np.float32)


def over_frame(shape: tuple[int, int], frame: int, seed: int, cell: float, octaves: int = 4) -> Float32:
    """Fractal noise (H, W) float32 of mean 0 and RMS about 1 over the film; coarsest bumps of `cell` px."""
    total = np.zeros(shape, np.float32)
    power = 0.0
    for octave in range(octaves):
        size, weight = cell / 2**octave, 0.6**octave
        if size < 1.5:
            break
        total += np.float32(weight) * _octave(shape, frame, seed + 7919 * octave, size)
        power += weight**2
    return total / np.float32(np.sqrt(power / 3) * _SPLINE_RMS)


def _octave(shape: tuple[int, int], frame: int, seed: int, size: float) -> Float32:
    height, width = shape
    row, down = _spline((frame * height + np.arange(height)) / size)
    column, across = _spline(np.arange(width) / size)
    rows, columns = np.arange(row[0], row[-1] + 4), np.arange(column[0], column[-1] + 4)
    grid = _hashed(seed, rows[:, None] * 2_097_143 + columns[None, :])
    tall = sum(down[k][:, None] * grid[row - row[0] + k] for k in range(4))
    return np.asarray(sum(across[k] * tall[:, column - column[0] + k] for k in range(4)), np.float32)


def _spline(place: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.int64], list[Float32]]:
    """The first of the four knots about every place, and their weights: a uniform cubic B-spline."""
    knot = np.floor(place)
    t = (place - knot).astype(np.float32)
    weights = [
        (1 - t) ** 3 / 6,
        (3 * t**3 - 6 * t**2 + 4) / 6,
        (-3 * t**3 + 3 * t**2 + 3 * t + 1) / 6,
        t**3 / 6,
    ]
    return knot.astype(np.int64) - 1, weights


def _hashed(seed: int, place: npt.NDArray[np.int64]) -> Float32:
    """White noise -1..1 of integer places by SplitMix64 (Steele, Lea, Flood 2014)."""
    z = place.astype(np.uint64) * np.uint64(_GOLDEN) + np.uint64((seed * 0xD1342543DE82EF95) % 2**64)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    z ^= z >> np.uint64(31)
    return ((z >> np.uint64(40)).astype(np.float32) / np.float32(2**23) - 1).astype(np.float32)


def frame_rng(seed: int, purpose: int, frame: int) -> np.random.Generator:
    """Random numbers of one frame and purpose: the same for the same three integers."""
    return np.random.default_rng((seed, purpose, frame % 2**31))
