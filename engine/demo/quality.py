"""How much closer to the clean reel the repair is: the demo knows the truth."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from engine.types import Float32

VISIBLE = 10 / 255
"""Damage is visible where a channel is further than this, of full scale, from the clean plate."""


@dataclass(frozen=True)
class Quality:
    """PSNR in dB over the visibly damaged pixels, in log code values with full scale as the peak.

    `altered` is the fraction of the pixels without damage whose codes were changed, 0 .. 1.
    """

    before: float
    after: float
    altered: float


def measure(frames: Iterable[tuple[Float32, Float32, Float32]]) -> Quality | None:
    """Compare (clean, damaged, restored) plates, each (H, W, 3) as fractions of full scale.

    None where nothing is visibly damaged.
    """
    before = after = 0.0
    values = undamaged = altered = 0
    for clean, damaged, restored in frames:
        visible = (np.abs(damaged - clean) > VISIBLE).any(axis=2)
        before += float(np.square(damaged - clean, dtype=np.float64)[visible].sum())
        after += float(np.square(restored - clean, dtype=np.float64)[visible].sum())
        values += 3 * int(visible.sum())
        intact = (damaged == clean).all(axis=2)
        undamaged += int(intact.sum())
        altered += int((intact & (restored != damaged).any(axis=2)).sum())
    if not values:
        return None
    return Quality(_psnr(before / values), _psnr(after / values), altered / max(undamaged, 1))


def _psnr(mean_square: float) -> float:
    return float(-10 * np.log10(max(mean_square, 1e-12)))
