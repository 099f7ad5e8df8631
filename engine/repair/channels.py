"""Arithmetic on planes of three channels by OpenCV: numpy is several times slower along an axis of three.

Pictures are (h, w, 3) float32, all else (h, w). `weighted`, `shared` and `where` are numpy's to the last bit.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.types import Bool, Float32

_THIRDS = np.full((1, 3), 1 / 3, np.float32)


def luma(picture: Float32) -> Float32:
    """The mean of the channels, (h, w)."""
    return np.asarray(cv2.transform(picture, _THIRDS), np.float32).reshape(picture.shape[:2])


def mean_square(rest: Float32) -> Float32:
    """Mean square over the channels, (h, w)."""
    return luma(rest * rest)


def strongest(rest: Float32) -> Float32:
    """The largest absolute value among the channels, (h, w)."""
    first, second, third = (np.abs(rest[..., c]) for c in range(3))
    return np.maximum(np.maximum(first, second), third)


def weighted(picture: Float32, weights: Float32) -> Float32:
    """`picture` times `weights`, (h, w, 3)."""
    return np.asarray(cv2.multiply(picture, cv2.merge((weights, weights, weights))), np.float32)


def shared(picture: Float32, mass: Float32) -> Float32:
    """`picture` by `mass`, which is above 0, (h, w, 3)."""
    return np.asarray(cv2.divide(picture, cv2.merge((mass, mass, mass))), np.float32)


def where(mask: Bool, picture: Float32, other: Float32 | None = None) -> Float32:
    """`picture` where `mask` is True, elsewhere `other`, or 0, (h, w, 3)."""
    onto = np.zeros_like(picture) if other is None else other.copy()
    return np.asarray(cv2.copyTo(picture, mask.view(np.uint8), onto), np.float32)
