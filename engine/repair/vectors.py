"""Reading the vectors of a flow at points of the frame, as they were found or without what damage did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.motion.flow import Flow
from engine.repair.sampling import sample, warped
from engine.types import Float32


@dataclass(frozen=True, eq=False)
class CleanFlow:
    """A flow and a coarse field (h, w, 3) float32: two values for a vector that stands in for the
    flow's own, one for how far it does so, 0 .. 1."""

    flow: Flow
    field: Float32

    def at(self, x: Float32, y: Float32) -> Float32:
        """The vectors at columns `x` and rows `y` (...): (..., 2) float32 in pixels."""
        raw = vectors(self.flow, x, y)
        height, width = self.flow.size
        across, down = self.field.shape[1] / width, self.field.shape[0] / height
        instead = _read(self.field, (x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5)
        return np.asarray(raw + instead[..., 2:] * (instead[..., :2] - raw), np.float32)


@dataclass(frozen=True, eq=False)
class RawFlow:
    """A flow as it was found."""

    flow: Flow

    def at(self, x: Float32, y: Float32) -> Float32:
        """The vectors at columns `x` and rows `y` (...): (..., 2) float32 in pixels."""
        return vectors(self.flow, x, y)


def vectors(flow: Flow, x: Float32, y: Float32) -> Float32:
    scale = np.float32(flow.scale)
    return _read(flow.vectors, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5)


def _read(plane: Float32, x: Float32, y: Float32) -> Float32:
    return warped(plane, x, y) if x.ndim == 2 else sample(plane, x, y)
