"""How far apart two colours look: CIE ΔE of 1976 and of 2000, between CIE L*a*b* values (..., 3)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Lab: TypeAlias = npt.NDArray[np.floating]
Apart: TypeAlias = Callable[[Lab, Lab], npt.NDArray[np.float64]]
"""Two arrays of colours (..., 3) -> ΔE (...)."""

_FAR = 25.0**7


def delta_e_1976(one: Lab, two: Lab) -> npt.NDArray[np.float64]:
    """The Euclidean distance."""
    return np.linalg.norm(np.asarray(one, np.float64) - two, axis=-1)


def delta_e_2000(one: Lab, two: Lab) -> npt.NDArray[np.float64]:
    """CIEDE2000 with all weights 1, step by step as Sharma, Wu and Dalal 2005, The CIEDE2000 color-difference
    formula: implementation notes, supplementary test data, and mathematical observations."""
    (l1, a1, b1), (l2, a2, b2) = (np.moveaxis(np.asarray(c, np.float64), -1, 0) for c in (one, two))
    stretch = 1.5 - 0.5 * _saturated((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2)
    c1, c2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = c1 * c2 == 0
    turn = np.where(grey, 0, (h2 - h1 + 180) % 360 - 180)
    # Of two opposite hues either way round is as short; the notes take the one without a step over 0.
    turn = np.where(np.abs(turn) == 180, h2 - h1, turn)
    hue = np.where(grey, h1 + h2, _between(h1, h2))
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    across = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn) / 2)
    tone = (
        1
        - 0.17 * _cosine(hue - 30)
        + 0.24 * _cosine(2 * hue)
        + 0.32 * _cosine(3 * hue + 6)
        - 0.20 * _cosine(4 * hue - 63)
    )
    light = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    full = (c2 - c1) / (1 + 0.045 * chroma)
    other = across / (1 + 0.015 * chroma * tone)
    blue = 60 * np.exp(-(((hue - 275) / 25) ** 2))
    turned = -2 * _saturated(chroma) * np.sin(np.radians(blue))
    return np.sqrt(np.maximum(light**2 + full**2 + other**2 + turned * full * other, 0))


def _saturated(chroma: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.sqrt(chroma**7 / (chroma**7 + _FAR))


def _between(one: npt.NDArray[np.float64], two: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """The hue in the middle, on the shorter way round."""
    middle = (one + two) / 2
    far = np.abs(one - two) > 180
    return np.where(far, np.where(one + two < 360, middle + 180, middle - 180), middle)


def _cosine(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.cos(np.radians(degrees))
