"""Motion with what damage did to its vectors taken out, kept from window to window."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from engine.memo import Memo
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow
from engine.motion.healed import Hurt
from engine.repair.pyramid import filled
from engine.repair.vectors import CleanFlow
from engine.types import Bool, Float32

_MISLED = 1
_MISLED_BY_BLOTCH = 3
"""Cells around damage whose vectors are not believed: few around specks and lines, which the search
passes over, more around what fills a square of three cells."""

_CELL = 8
"""px of the frame per cell of the coarse field in which vectors are spread."""

_KEPT = 20
"""Flows: those of the windows of three frames in work."""


class CleanFlows:
    """Cleaned flows of `motion`, the latest kept by the content of frames and mattes; thread-safe."""

    def __init__(self, motion: MotionEstimator) -> None:
        self._motion = motion
        self._cells: Memo[str, Bool] = Memo(_KEPT)
        self._flows: Memo[tuple[str, str], CleanFlow] = Memo(_KEPT)

    def between(self, a: Hurt, b: Hurt) -> CleanFlow:
        """The motion from `a` to `b`, spread into their damage from beyond it."""

        def made() -> CleanFlow:
            flow = self._motion.between(a.frame, b.frame)
            return cleaned(flow, self._hit(a), self._hit(b))

        return self._flows.get((a.name, b.name), made)

    def _hit(self, hurt: Hurt) -> Bool:
        return self._cells.get(hurt.name, lambda: damaged_cells(hurt.damage, hurt.frame.size))


def cleaned(flow: Flow, start: Bool, end: Bool) -> CleanFlow:
    """`flow` without what damage did to it.

    `start` and `end` are the damaged cells (`damaged_cells`) of the frame it starts in and of the one
    it ends in.
    """
    rows, columns = start.shape
    coarse = np.asarray(cv2.resize(flow.vectors, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
    coarse = coarse.reshape(rows, columns, 2)
    hidden = _misled(start | _seen(end, coarse, flow.size))
    return CleanFlow(flow, np.dstack([filled(coarse, ~hidden, sweeps=2), hidden.astype(np.float32)]))


def _misled(hit: Bool) -> Bool:
    cells = hit.astype(np.uint8)
    blotches = cv2.erode(cells, np.ones((3, 3), np.uint8), borderValue=0)
    near = np.asarray(cv2.dilate(cells, _square(_MISLED)), np.bool_)
    return near | np.asarray(cv2.dilate(blotches, _square(_MISLED_BY_BLOTCH + 1)), np.bool_)


def _square(reach: int) -> npt.NDArray[np.uint8]:
    return np.ones((2 * reach + 1, 2 * reach + 1), np.uint8)


def damaged_cells(damaged: Bool | None, frame_size: tuple[int, int]) -> Bool:
    """The cells of a frame of `frame_size` (height, width) that hold any damage (H, W); None is none."""
    rows, columns = -(-frame_size[0] // _CELL), -(-frame_size[1] // _CELL)
    if damaged is None:
        return np.zeros((rows, columns), np.bool_)
    share = cv2.resize(damaged.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(share).reshape(rows, columns) > 0


def _seen(hit: Bool, coarse: Float32, frame_size: tuple[int, int]) -> Bool:
    """The cells of the start frame whose motion ends in a damaged cell."""
    if not hit.any():
        return hit
    rows, columns = hit.shape
    x = np.arange(columns, dtype=np.float32) + coarse[..., 0] * np.float32(columns / frame_size[1])
    y = np.arange(rows, dtype=np.float32)[:, None] + coarse[..., 1] * np.float32(rows / frame_size[0])
    return np.asarray(cv2.remap(hit.astype(np.float32), x, y, cv2.INTER_LINEAR)) > 0
