"""Probabilities and their log odds, which are what evidence adds to."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.types import Float32

Odds = float | np.float64 | Float32
Numbers = npt.NDArray[np.float64]

_CERTAIN = 1e-4


def shifted(limit: float | Float32 | Numbers, odds: Odds) -> float | Float32:
    """The probability with `odds` times the odds against damage that `limit` has; (H, W) where either is."""
    moved = 1 / (1 + (1 / limit - 1) * odds)
    return moved.astype(np.float32) if isinstance(moved, np.ndarray) else moved


def logit(probability: npt.NDArray[np.floating]) -> Numbers:
    """Log odds of probabilities 0..1 of any shape; certainty counts as one in ten thousand short of it."""
    held = np.clip(np.asarray(probability, np.float64), _CERTAIN, 1 - _CERTAIN)
    return np.log(held / (1 - held))


def probability(logits: Numbers) -> Numbers:
    """Probabilities 0..1 of log odds of any shape."""
    return 1 / (1 + np.exp(-logits))
