"""How dirty a frame is, and what that says of marks that are in doubt.

A probability is right for frames as dirty as those it was calibrated on. In a frame that is full of dirt
beyond doubt, one more doubtful speck is likelier to be dirt than it would be in a clean one.
"""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from engine.detect.odds import shifted
from engine.types import Float32

_Shares = TypeVar("_Shares", float, npt.NDArray[np.float64])

CALIBRATED_ON = 0.028
"""Share of damaged pixels in the samples that `export.calibrate` fits probabilities to."""
_SPEAKS = 0.03
"""Probability below which a pixel says nothing of damage, and is not counted."""
_USUAL = 0.002
"""Share of damage up to which a frame is as clean as the sensitivity's own limit supposes."""
_EASIEST = 0.8
"""Probability that a mark needs however dirty its frame, where the sensitivity does not ask for less."""
_ROUNDS = 30
_STEPS = 1024
"""Pixels are counted by probability first, in so many steps."""


def share_of_damage(probability: Float32) -> float:
    """The share 0..1 of a frame that is damaged, from a detector's probabilities (H, W).

    Saerens, Latinne, Decaestecker 2002, Adjusting the outputs of a classifier to new a priori
    probabilities, equation 2.9: probabilities are corrected for the share, the share is their mean, and so
    on. Unlike the mean of the given probabilities it comes to nothing where no pixel is sure.
    """
    likely = probability[probability > _SPEAKS]
    pixels = np.bincount((likely * _STEPS).astype(np.intp).clip(0, _STEPS - 1), minlength=_STEPS)
    odds = _odds((np.arange(_STEPS) + 0.5) / _STEPS)
    share = CALIBRATED_ON
    for _ in range(_ROUNDS):
        told = odds * (_odds(share) / _odds(CALIBRATED_ON))
        share = float((pixels * told / (1 + told)).sum()) / probability.size
        if not 0 < share < 1:
            break
    return share


def eased(limit: float | Float32, probability: Float32) -> float | Float32:
    """`limit` (probabilities, 0..1), lowered as much as the odds of damage are higher in this frame than in
    usual ones, but not below `_EASIEST`; `probability` (H, W) is that of the frame."""
    more = share_of_damage(probability) / _USUAL
    if more <= 1:
        return limit
    lowered = shifted(np.asarray(limit, np.float64), more)
    result = np.maximum(lowered, np.minimum(limit, _EASIEST))
    return float(result) if isinstance(limit, float) else result.astype(np.float32)


def _odds(share: _Shares) -> _Shares:
    return share / (1 - share)
