"""Probabilities whose odds are moved."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.types import Float32

Odds = float | np.float64 | Float32


def shifted(limit: float | Float32 | npt.NDArray[np.float64], odds: Odds) -> float | Float32:
    """The probability with `odds` times the odds against damage that `limit` has; (H, W) where either is."""
    moved = 1 / (1 + (1 / limit - 1) * odds)
    return moved.astype(np.float32) if isinstance(moved, np.ndarray) else moved
