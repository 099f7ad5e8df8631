"""Reading a plane between its pixels, at a list of points."""

from __future__ import annotations

from typing import Literal

import cv2
import numpy as np

from engine.types import AnyArray, Float32

_ROW = 1024
"""cv2.remap wants a picture of places; a list of them is folded into rows of this many."""

_INTERPOLATION = {"linear": cv2.INTER_LINEAR, "lanczos": cv2.INTER_LANCZOS4}


def sample(plane: AnyArray, x: Float32, y: Float32, kind: Literal["linear", "lanczos"] = "linear") -> Float32:
    """`plane` (H, W) or (H, W, C) at columns `x` and rows `y` (n,): (n,) or (n, C) float32.

    Beyond the edge the nearest edge pixel stands in. "lanczos" (8 x 8 taps) keeps grain and detail
    and may overshoot; nothing is clamped.
    """
    count = x.size
    if count == 0:
        return np.zeros((0, *plane.shape[2:]), np.float32)
    folded = cv2.remap(
        np.asarray(plane, np.float32),
        _fold(x),
        _fold(y),
        _INTERPOLATION[kind],
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(folded, np.float32).reshape(-1, *plane.shape[2:])[:count]


def _fold(values: Float32) -> Float32:
    width = min(_ROW, values.size)
    rest = -values.size % width
    padded = np.concatenate([values, np.full(rest, values[-1])]) if rest else values
    return np.ascontiguousarray(padded, np.float32).reshape(-1, width)


def warped(plane: AnyArray, x: Float32, y: Float32, kind: Literal["linear", "lanczos"] = "linear") -> Float32:
    """`sample` at planes of columns `x` and rows `y` (h, w): (h, w) or (h, w, C) float32."""
    found = cv2.remap(
        np.asarray(plane, np.float32), x, y, _INTERPOLATION[kind], borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(found, np.float32).reshape(*x.shape, *plane.shape[2:])
