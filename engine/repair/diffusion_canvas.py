"""The state of all windows in one place: what is being painted, pixel by pixel of the frame.

Windows overlap. Each is cut from the same pixels, and what the net says of a pixel in several windows is put
together before the next step, so that windows never grow apart and there is no seam to hide afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.repair.diffusion_inputs import KEPT, MARGIN, SIDE, Corners
from engine.types import Bool, Float32

_BEYOND = KEPT + MARGIN
"""px that the last window of a row may reach beyond the frame."""
_OVERLAP = 2 * MARGIN
"""px that two neighbouring windows share."""
_NONE = -1

Indices = npt.NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Canvas:
    """The pixels to be painted, n of them, of a frame whose edge goes on outside it as windows show it.

    `rows` and `columns` (n,) are their places in the frame, before its first or behind its last row or
    column for those outside; `inside` (n,) says which are of the frame. `index` (H + .., W + ..) has the
    number of every pixel in that order, or -1.
    """

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    inside: Bool
    index: Indices
    corners: Corners
    mass: Float32
    """(n,): the weights of all windows at each pixel."""

    @staticmethod
    def of(hole: Bool, corners: Corners) -> Canvas:
        """The pixels of `hole` (H, W) that the windows at `corners` show."""
        padded = np.pad(hole, (MARGIN, _BEYOND), mode="edge")
        shown = np.zeros_like(padded)
        for row, column in corners + MARGIN:
            shown[row : row + SIDE, column : column + SIDE] = True
        where = padded & shown
        index = np.full(where.shape, _NONE, np.int32)
        rows, columns = np.nonzero(where)
        index[rows, columns] = np.arange(rows.size, dtype=np.int32)
        rows, columns = rows - MARGIN, columns - MARGIN
        inside = (rows >= 0) & (columns >= 0) & (rows < hole.shape[0]) & (columns < hole.shape[1])
        canvas = Canvas(rows, columns, inside, index, corners, np.zeros(rows.size, np.float32))
        for n in range(len(corners)):
            numbers, there = canvas._window(n)
            canvas.mass[numbers] += _WEIGHTS[there]
        return canvas

    def cut(self, state: Float32, chosen: Sequence[int]) -> Float32:
        """The `chosen` windows of `state` (n, 3), (len(chosen), 3, SIDE, SIDE); 0 elsewhere."""
        windows = np.zeros((len(chosen), 3, SIDE, SIDE), np.float32)
        for k, n in enumerate(chosen):
            numbers, there = self._window(n)
            windows[k][:, there] = state[numbers].T
        return windows

    def put(self, onto: Float32, windows: Float32, chosen: Sequence[int]) -> None:
        """Add `windows` (len(chosen), C, SIDE, SIDE) to `onto` (n, C), each by its share at every pixel."""
        for k, n in enumerate(chosen):
            numbers, there = self._window(n)
            share = _WEIGHTS[there] / self.mass[numbers]
            onto[numbers] += share[:, None] * windows[k][:, there].T

    def _window(self, n: int) -> tuple[Indices, Bool]:
        """The numbers of the pixels of window `n`, and where (SIDE, SIDE) they lie in it."""
        row, column = self.corners[n] + MARGIN
        numbers = self.index[row : row + SIDE, column : column + SIDE]
        there: Bool = np.asarray(numbers != _NONE, np.bool_)
        return numbers[there], there


def _weights() -> Float32:
    """(SIDE, SIDE): a raised cosine over what neighbours share, so that the weights of two sum to one."""
    rise = np.sin(np.pi / 2 * np.minimum((np.arange(SIDE) + 0.5) / _OVERLAP, 1)) ** 2
    edge = np.minimum(rise, rise[::-1])
    return np.outer(edge, edge).astype(np.float32)


_WEIGHTS = _weights()
