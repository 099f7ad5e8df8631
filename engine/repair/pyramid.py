"""Filling holes of a plane smoothly from what is known around them.

Push and pull: Gortler, Grzeszczuk, Szeliski, Cohen, The Lumigraph, SIGGRAPH 1996, section 3.4.2.
Relaxing every level towards Laplace's equation makes the result the membrane through the hole's rim.
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.types import Bool, Float32

_NEIGHBOURS = np.array([[0, 0.25, 0], [0.25, 0, 0.25], [0, 0.25, 0]], np.float32)
_SOLID = 1e-3


def filled(plane: Float32, known: Bool, sweeps: int = 0) -> Float32:
    """`plane` (H, W) or (H, W, C) with every pixel that is not `known` (H, W) replaced.

    Known pixels come back unchanged. `sweeps` relaxations a level; 0 is enough for a first guess.
    Where nothing is known at all the result is 0.
    """
    planes = plane.reshape(*known.shape, -1)
    weight = known.astype(np.float32)
    whole = _pull(np.where(known[..., None], planes, np.float32(0)), weight, sweeps)
    return np.where(known[..., None], planes, whole).reshape(plane.shape)


def _pull(planes: Float32, weight: Float32, sweeps: int) -> Float32:
    height, width = weight.shape
    if height * width == 1 or weight.min() > 1 - _SOLID:
        return planes
    half = ((width + 1) // 2, (height + 1) // 2)
    share = _resized(weight, half, cv2.INTER_AREA)
    sums = _resized(planes * weight[..., None], half, cv2.INTER_AREA)
    means = sums / np.maximum(share, np.float32(1e-12))[..., None]
    coarse = _pull(np.asarray(means, np.float32), np.minimum(4 * share, 1), sweeps)
    guess = _resized(coarse, (width, height), cv2.INTER_LINEAR)
    blended = np.asarray(guess + weight[..., None] * (planes - guess), np.float32)
    return _relaxed(blended, weight, sweeps) if sweeps else blended


def _relaxed(planes: Float32, weight: Float32, sweeps: int) -> Float32:
    free = (1 - weight)[..., None]
    for _ in range(sweeps):
        means = np.asarray(cv2.filter2D(planes, -1, _NEIGHBOURS, borderType=cv2.BORDER_REPLICATE), np.float32)
        planes = np.asarray(planes + free * (means.reshape(planes.shape) - planes), np.float32)
    return planes


def _resized(plane: Float32, size: tuple[int, int], interpolation: int) -> Float32:
    shape = (size[1], size[0], *plane.shape[2:])
    return np.asarray(cv2.resize(plane, size, interpolation=interpolation), np.float32).reshape(shape)
