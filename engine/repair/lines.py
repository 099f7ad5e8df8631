"""The slender marks among the damage of a frame, straightened: line scratches, long hairs, rows of dashes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engine.repair.sampling import sample
from engine.types import Bool, Float32

_SHORTEST = 12
"""px. A shorter mark does not tell what it does to the light from the picture under it."""

_SLENDER = 3.0
"""How many times as long as wide a line is at least."""

_BROKEN = 3
"""A line shows on at least this part (one in so many) of its length."""

_GAP = 24
"""px between two pieces of one line, where it is too faint to have been marked."""

_ASIDE = 2.5
"""px that the next piece of a line stands aside, apart from its lean."""

_THIN = 12
"""px. Pieces wider than this are not taken for parts of a broken line."""

_COURSE = 8.0
"""px. Standard deviation of the window in which the middle of a line is found."""

_Indices = npt.NDArray[np.intp]


class Marks(NamedTuple):
    """Damaged pixels of a frame, each once: columns `x` and rows `y` (n,) float32, the connected `piece`
    (n,) each belongs to, and whether it is `clipped` (n,), so that nothing can be read from it."""

    x: Float32
    y: Float32
    piece: npt.NDArray[np.int64]
    clipped: Bool


class Line(NamedTuple):
    """One line: which of the damaged pixels (m,) it is made of, and their place along and across it in px.

    `along` counts from `start`; `middle` (length,) is the line's place across at each step along it,
    `reach` its half width; `upright` says that along is down the frame.
    """

    pixels: _Indices
    along: _Indices
    across: Float32
    start: int
    middle: Float32
    reach: int
    upright: bool

    def rows(self, values: Float32) -> Float32:
        """The sums of `values` (m,) at each step along the line, (length,)."""
        return np.bincount(self.along, values, self.middle.size).astype(np.float32)

    def straightened(self, values: Float32) -> tuple[Float32, Float32]:
        """`values` (m, C) as a strip (length, 2 * reach + 1, C) about the middle, and 1 where it shows
        any of them, (length, 2 * reach + 1)."""
        left, channels = int(self.across.min()), values.shape[1]
        plane = np.zeros((self.middle.size, int(self.across.max()) - left + 1, channels + 1), np.float32)
        where = self.along, self.across.astype(np.intp) - left
        plane[(*where, slice(channels))] = values
        plane[(*where, channels)] = 1
        x = (self.middle - left)[:, None] + np.arange(-self.reach, self.reach + 1, dtype=np.float32)
        y = np.broadcast_to(np.arange(self.middle.size, dtype=np.float32)[:, None], x.shape)
        strip = sample(plane, x.ravel(), y.ravel()).reshape(*x.shape, channels + 1)
        return strip[..., :channels], (strip[..., channels] > 0.3).astype(np.float32)

    def at_pixels(self, strip: Float32) -> Float32:
        """A strip (length, 2 * reach + 1, C) read at the line's own pixels, (m, C)."""
        columns = self.across - self.middle[self.along] + self.reach
        return sample(strip, columns, self.along.astype(np.float32))

    def beside(self, whole: Float32, off: float) -> Float32:
        """The frame `whole` (H, W, 3) along the line, `off` px to its side, (length, 3)."""
        along = np.arange(self.start, self.start + self.middle.size, dtype=np.float32)
        across = self.middle + np.float32(off)
        return sample(whole, across, along) if self.upright else sample(whole, along, across)


def lines(marks: Marks) -> Iterator[Line]:
    """The lines among `marks`, pieces of a broken one taken together."""
    if marks.piece.size == 0:
        return
    order = np.argsort(marks.piece, kind="stable")
    starts = np.concatenate([[0], np.flatnonzero(np.diff(marks.piece[order])) + 1])
    x, y = _extents(marks.x[order], starts), _extents(marks.y[order], starts)
    upright = y[1] - y[0] >= x[1] - x[0]
    pieces = np.split(order, starts[1:])
    for down, along, across in ((True, y, x), (False, x, y)):
        for group in _groups(np.flatnonzero(upright == down), along, across):
            if along[1, group].max() - along[0, group].min() + 1 < _SHORTEST:
                continue
            pixels = np.concatenate([pieces[n] for n in group])
            line = _line(pixels, marks, down)
            if line is not None:
                yield line


def smooth(values: Float32, deviation: float) -> Float32:
    """A Gaussian of `deviation` px down the first axis; nothing is known beyond the ends."""
    kernel = np.asarray(cv2.getGaussianKernel(2 * int(3 * deviation) + 1, deviation, cv2.CV_32F))
    one = np.ones(1, np.float32)
    smoothed = cv2.sepFilter2D(values, -1, one, kernel, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(smoothed, np.float32).reshape(values.shape)


def _extents(values: Float32, starts: _Indices) -> Float32:
    """The least and the greatest of each piece, (2, pieces)."""
    return np.stack([np.minimum.reduceat(values, starts), np.maximum.reduceat(values, starts)])


def _groups(members: _Indices, along: Float32, across: Float32) -> list[_Indices]:
    """`members` by the line they seem to be parts of."""
    if members.size == 0:
        return []
    (first, last), middle = along[:, members], across[:, members].mean(0)
    thin = np.ptp(across[:, members], axis=0) < _THIN
    gap = first[None, :] - last[:, None]
    near = (gap > 0) & (gap <= _GAP) & (np.abs(middle[:, None] - middle[None, :]) <= _ASIDE)
    one, other = np.nonzero(near & thin[:, None] & thin[None, :])
    group = np.arange(members.size)
    for _ in range(members.size):
        joined = group.copy()
        np.minimum.at(joined, one, group[other])
        np.minimum.at(joined, other, group[one])
        if (joined == group).all():
            break
        group = joined
    order = np.argsort(group, kind="stable")
    ends = np.flatnonzero(np.diff(group[order])) + 1
    return [members[part] for part in np.split(order, ends)]


def _line(pixels: _Indices, marks: Marks, upright: bool) -> Line | None:
    """The line of these pixels, None where they are none."""
    along, across = (marks.y, marks.x) if upright else (marks.x, marks.y)
    along, across = along[pixels], across[pixels]
    start = int(along.min())
    steps = along.astype(np.intp) - start
    count = np.bincount(steps).astype(np.float32)
    shown = count > 0
    width = float(count[shown].mean())
    if count.size < max(_SHORTEST, _SLENDER * width) or shown.sum() * _BROKEN < count.size:
        return None
    total = np.bincount(steps, across).astype(np.float32)
    middle = smooth(total, _COURSE) / np.maximum(smooth(count, _COURSE), np.float32(1e-6))
    reach = int(np.ceil(np.percentile(count[shown], 95) / 2)) + 1
    return Line(pixels, steps, across, start, np.asarray(middle, np.float32), reach, upright)
