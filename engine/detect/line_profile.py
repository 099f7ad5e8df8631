"""What a line scratch does to the light, averaged along it: whether a column beside it belongs to it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.detect.places import Indices
from engine.types import Bool, Float32

_ALONG = 12.0
"""Rows, standard deviation of the window along the line in which its profile is taken to be constant."""
_NEAR = 2.0
"""Rows, standard deviation of the window in which a rim must show as well, since lines sway."""
_CORE = (0.25, 0.5, 0.75)
"""Parts of the way from edge to edge that stand for the line."""
_BESIDE = (5, 6, 7)
"""px as looked at, from the edge: what stands for the picture beside the line."""
_LEAST = 0.04
"""In the model encoding, two thirds of a stop: a fainter line tells nothing of its rims."""
_OFF = 0.2
"""Share of the line's contrast by which a rim is off the picture beside it, at least; what may be so by
chance, as much as the picture varies there from row to row, must be less."""


@dataclass(frozen=True, eq=False)
class Profile:
    """Of a line over `rows` (n,) of a `picture` (3, H, W), model encoding: along `direction` (n, 3) its
    contrast is 1. `clear` (n,) where that is enough to measure rims by. `step`: see `mark_signs.Evidence`."""

    picture: Float32
    rows: Indices
    step: int
    direction: Float32
    clear: Bool

    @staticmethod
    def of(picture: Float32, rows: Indices, left: Indices, right: Indices, step: int) -> Profile:
        """`left` and `right` (n,): the columns of the line's outermost pixels."""
        core = [left + np.rint(part * (right - left)).astype(np.intp) for part in _CORE]
        beside = [edge + side * k * step for edge, side in ((left, -1), (right, 1)) for k in _BESIDE]
        inner, outer = (
            np.mean([_read(picture, rows, columns) for columns in many], axis=0) for many in (core, beside)
        )
        contrast = _smooth(inner - outer)
        power = np.square(contrast).sum(axis=1, keepdims=True)
        direction = contrast / np.maximum(power, np.float32(1e-8))
        return Profile(picture, rows, step, direction, power[:, 0] > 3 * _LEAST**2)

    def flank(self, edge: Indices, side: int) -> Flank:
        """What lies beyond the `edge` (n,) on that `side` (-1, 1)."""
        beside = [self.along(edge + side * n * self.step) for n in _BESIDE]
        across = beside[0] - beside[-1]
        chance = np.sqrt(_smooth(across**2) / np.float32(_ALONG))
        slope = np.maximum(_smooth(across), 0)
        return Flank(self, edge, side, np.mean(beside, axis=0), slope, chance < _OFF)

    def along(self, columns: Indices) -> Float32:
        """(n,): the picture there along the line's own direction."""
        there = np.einsum("nc,nc->n", _read(self.picture, self.rows, columns), self.direction)
        return np.asarray(there, np.float32)


@dataclass(frozen=True, eq=False)
class Flank:
    """The picture beside one `edge` of a line, along its own direction, all (n,): its `level`; the `slope`
    with which it leads up to the line by itself; whether it varies so little that a rim can be `told`."""

    profile: Profile
    edge: Indices
    side: int
    level: Float32
    slope: Float32
    told: Bool

    def goes_on(self, k: int) -> Bool:
        """(n,): whether the pixels `k` from the edge are off those further out the way the line is."""
        rest = self.profile.along(self.edge + self.side * k) - self.level
        rise = self.slope * (_BESIDE[1] - k / self.profile.step) / (_BESIDE[-1] - _BESIDE[0])
        return self.told & (_smooth(rest) > _OFF + rise) & (_smooth(rest, _NEAR) > _OFF)


def _read(picture: Float32, rows: Indices, columns: Indices) -> Float32:
    """(n, 3) of `picture` (3, H, W); beyond its sides the last column stands in."""
    return picture[:, rows, np.clip(columns, 0, picture.shape[2] - 1)].T


def _smooth(values: Float32, deviation: float = _ALONG) -> Float32:
    """A Gaussian down the first axis of (n,) or (n, C)."""
    size = (1, 2 * int(3 * deviation) + 1)
    plane = np.ascontiguousarray(values, np.float32)
    smooth = cv2.GaussianBlur(plane, size, sigmaX=1, sigmaY=deviation, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(smooth, np.float32).reshape(values.shape)
