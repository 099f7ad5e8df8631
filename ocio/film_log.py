"""Film and model encodings in closed form, independent of OpenColorIO.

The tests hold OpenColorIO to these. Every function takes an
array of any shape and gives a new one of the same shape, float32 for float32 and float64 for all else.
Nothing is clamped, save where a formula has no value (the logarithm of a number below zero).
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Float: TypeAlias = npt.NDArray[np.float32] | npt.NDArray[np.float64]
AnyArray: TypeAlias = npt.NDArray[Any]

AP0_TO_AP1: npt.NDArray[np.float64] = np.array(
    [
        [1.4514393161, -0.2365107469, -0.2149285693],
        [-0.0765537734, 1.1762296998, -0.0996759264],
        [0.0083161484, -0.0060324498, 0.9977163014],
    ]
)
"""ACES2065-1 to ACEScg, both scene-linear: `ap1 = AP0_TO_AP1 @ ap0` (Academy S-2014-004)."""

_CCT_BREAK_LINEAR = 0.0078125
_CCT_BREAK_CODE = 0.155251141552511
_CCT_TOE_SLOPE = 10.5402377416545
_CCT_TOE_OFFSET = 0.0729055341958355

CINEON_BLACK_CODE = 95.0
CINEON_WHITE_CODE = 685.0
CINEON_DENSITY_PER_CODE = 0.002
CINEON_NEGATIVE_GAMMA = 0.6
_CINEON_DECADES_PER_CODE = CINEON_DENSITY_PER_CODE / CINEON_NEGATIVE_GAMMA
_CINEON_BLACK = 10.0 ** ((CINEON_BLACK_CODE - CINEON_WHITE_CODE) * _CINEON_DECADES_PER_CODE)
_SMALLEST = float(np.finfo(np.float32).tiny)


def linear_to_acescct(linear: AnyArray) -> Float:
    """Scene-linear ACEScg to ACEScct (0.073 at 0, about 0.414 at 0.18, 1.468 at 65504).

    Source: Academy S-2016-001: `(log2(x) + 9.72) / 17.52`, below 0.0078125 a line.
    """
    x = np.asarray(linear, dtype=np.float64)
    curve = (np.log2(np.maximum(x, _CCT_BREAK_LINEAR)) + 9.72) / 17.52
    return _like(np.where(x <= _CCT_BREAK_LINEAR, _CCT_TOE_SLOPE * x + _CCT_TOE_OFFSET, curve), linear)


def acescct_to_linear(encoded: AnyArray) -> Float:
    """ACEScct to scene-linear ACEScg, without the upper limit of the standard's own decoder.

    Source: Academy S-2016-001.
    """
    y = np.asarray(encoded, dtype=np.float64)
    toe = (y - _CCT_TOE_OFFSET) / _CCT_TOE_SLOPE
    return _like(np.where(y <= _CCT_BREAK_CODE, toe, np.exp2(y * 17.52 - 9.72)), encoded)


def cineon_to_linear(codes: AnyArray) -> Float:
    """Cineon printing density as code / 1023 to scene-linear light: 0 at code 95, 1 at code 685.

    Source: Kodak, "Conversion of 10-bit Log Film Data to 8-bit Linear or Video Data for the Cineon
    Digital Film System", version 2.1, 1995; without its 8-bit rounding and without a soft clip.
    """
    code = np.asarray(codes, dtype=np.float64) * 1023.0
    exposure = 10.0 ** ((code - CINEON_WHITE_CODE) * _CINEON_DECADES_PER_CODE)
    return _like((exposure - _CINEON_BLACK) / (1.0 - _CINEON_BLACK), codes)


def linear_to_cineon(linear: AnyArray) -> Float:
    """The inverse of `cineon_to_linear`. Light below -0.0109 has no density: the code falls far below 0."""
    exposure = np.asarray(linear, dtype=np.float64) * (1.0 - _CINEON_BLACK) + _CINEON_BLACK
    decades = np.log10(np.maximum(exposure, _SMALLEST))
    return _like((CINEON_WHITE_CODE + decades / _CINEON_DECADES_PER_CODE) / 1023.0, linear)


def _like(values: npt.NDArray[np.float64], original: AnyArray) -> Float:
    return values.astype(np.float32) if original.dtype == np.float32 else values
