"""Gradient noise: where on a frame dirt gathers.

Perlin 1985, "An image synthesizer", in the form of Perlin 2002, "Improving noise": hashed lattice
gradients, quintic fade; in two dimensions, with gradients of unit length in 16 directions.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]

PERIOD = 256
_ANGLES = np.arange(16) * (np.pi / 8)
_GRADIENTS = np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], 1)
_FULL = np.sqrt(2.0)
"""Noise of unit gradients stays within ±1/√2 (all four corners pointing to the middle of the cell)."""


@dataclass(frozen=True, eq=False)
class Perlin:
    """Noise over the plane in lattice units, repeating after `PERIOD`; `permutation` (256,) int64."""

    permutation: npt.NDArray[np.int64]
    octaves: int
    persistence: float = 0.5

    @staticmethod
    def draw(rng: np.random.Generator, octaves: int = 3) -> Perlin:
        """A field with `octaves` octaves, each of twice the frequency and half the height of the last."""
        if octaves < 1:
            raise ValueError(f"noise has one octave or more, got {octaves}")
        return Perlin(rng.permutation(PERIOD), octaves)

    def at(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Float64:
        """The noise -1 .. 1 at points (x, y) of any one shape, 0 at all integer points."""
        px, py = np.asarray(x, np.float64), np.asarray(y, np.float64)
        total = np.zeros(np.broadcast_shapes(px.shape, py.shape))
        weights = self.persistence ** np.arange(self.octaves)
        for octave, weight in enumerate(weights):
            # The hash of another row of lattice points, so that octaves do not share their gradients.
            total += weight * self._octave(px * 2**octave, py * 2**octave + 64 * octave)
        return total / weights.sum()

    def _octave(self, x: Float64, y: Float64) -> Float64:
        column, row = np.floor(x).astype(np.int64), np.floor(y).astype(np.int64)
        dx, dy = x - column, y - row
        u, v = _fade(dx), _fade(dy)
        above = _mixed(self._corner(column, row, dx, dy), self._corner(column + 1, row, dx - 1, dy), u)
        below = _mixed(
            self._corner(column, row + 1, dx, dy - 1), self._corner(column + 1, row + 1, dx - 1, dy - 1), u
        )
        return _FULL * _mixed(above, below, v)

    def _corner(
        self, column: npt.NDArray[np.int64], row: npt.NDArray[np.int64], dx: Float64, dy: Float64
    ) -> Float64:
        hashed = self.permutation[(self.permutation[column % PERIOD] + row) % PERIOD]
        gradient = _GRADIENTS[hashed % len(_GRADIENTS)]
        return gradient[..., 0] * dx + gradient[..., 1] * dy


def _fade(t: Float64) -> Float64:
    return t**3 * (t * (t * 6 - 15) + 10)


def _mixed(a: Float64, b: Float64, t: Float64) -> Float64:
    return a + t * (b - a)
