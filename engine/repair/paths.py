"""Where a pixel of the damaged frame is found in a neighbour, although damage misleads the search.

A blotch pulls the vectors in and around itself, so vectors are taken from beyond it and spread
smoothly inwards. Where things move apart inside a large blotch that is not enough; there the motion
from the frame before to the frame after, which the blotch is not part of, bridges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow
from engine.repair.healed_flows import HealedFlows, Hurt
from engine.repair.pyramid import filled
from engine.repair.sampling import sample, warped
from engine.types import Bool, Float32, WorkingFrame
from engine.window.window import FrameWindow

Route = Literal["direct", "around", "bridge"]
"""direct: by the motion from the centre, between frames whose damage is painted over. around: by the
motion from the centre, spread into the damage from beyond it. bridge: by the motion from the frame before to
the frame after; the centre is taken to lie half way."""

_MISLED = 1
_MISLED_BY_BLOTCH = 3
"""Cells around damage whose vectors are not believed: few around specks and lines, which the search
passes over, more around what fills a square of three cells."""

_PASSES = 5
_CELL = 8
"""px of the frame per cell of the coarse field in which vectors are spread."""


class Arrival(NamedTuple):
    """`x`, `y` (n,) where the points arrive, in pixels of the neighbour; `error` (n,) how far following
    the motion back misses the start, in pixels."""

    x: Float32
    y: Float32
    error: Float32


@dataclass(frozen=True, eq=False)
class CleanFlow:
    """A flow and a coarse field (h, w, 3) float32: two values for a vector that stands in for the
    flow's own, one for how far it does so, 0 .. 1."""

    flow: Flow
    field: Float32

    def at(self, x: Float32, y: Float32) -> Float32:
        """The vectors at columns `x` and rows `y` (...): (..., 2) float32 in pixels."""
        raw = vectors(self.flow, x, y)
        height, width = self.flow.size
        across, down = self.field.shape[1] / width, self.field.shape[0] / height
        instead = _read(self.field, (x + 0.5) * across - 0.5, (y + 0.5) * down - 0.5)
        return np.asarray(raw + instead[..., 2:] * (instead[..., :2] - raw), np.float32)


@dataclass(frozen=True, eq=False)
class RawFlow:
    """A flow as it was found."""

    flow: Flow

    def at(self, x: Float32, y: Float32) -> Float32:
        """The vectors at columns `x` and rows `y` (...): (..., 2) float32 in pixels."""
        return vectors(self.flow, x, y)


def vectors(flow: Flow, x: Float32, y: Float32) -> Float32:
    scale = np.float32(flow.scale)
    return _read(flow.vectors, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5)


def _read(plane: Float32, x: Float32, y: Float32) -> Float32:
    return warped(plane, x, y) if x.ndim == 2 else sample(plane, x, y)


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


class Paths:
    """The cleaned flows of one window, made when first needed."""

    def __init__(
        self,
        window: FrameWindow,
        damage: Mapping[int, Bool],
        motion: MotionEstimator,
        healed: HealedFlows | None = None,
    ) -> None:
        """`healed` keeps what is found for the next window; without it nothing is kept."""
        self._healed = healed or HealedFlows()
        self._window = window
        self._damage = damage
        self._motion = motion
        # Not lru_cache on methods: with a reference to itself a window's frames would outlive the window.
        self._known_steps: dict[tuple[int, int], CleanFlow] = {}
        self._known_cells: dict[int, Bool] = {}
        self._known_hurts: dict[int, Hurt] = {}

    def bridged(self, offset: int) -> bool:
        """Whether "bridge" is a route to `offset`: to the adjacent frames, where both are there."""
        return abs(offset) == 1 and self._window.at(-1) is not None and self._window.at(1) is not None

    def follow(self, x: Float32, y: Float32, offset: int, route: Route) -> Arrival:
        """Follow the points `x`, `y` (n,) of the centre frame to the neighbour at `offset`."""
        if route == "bridge":
            return self._over_the_bridge(x, y, offset)
        error = np.zeros_like(x)
        found = self._direct if route == "direct" else self._step
        for a, b in self._steps(offset):
            out = found(a, b).at(x, y)
            x, y = x + out[..., 0], y + out[..., 1]
            back = found(b, a).at(x, y)
            error = error + np.hypot(out[..., 0] + back[..., 0], out[..., 1] + back[..., 1])
        return Arrival(x, y, error)

    def _over_the_bridge(self, x: Float32, y: Float32, offset: int) -> Arrival:
        """The point of the frame before whose motion to the frame after passes (x, y) half way."""
        flow = self._step(-1, 1)
        half = last = np.zeros((*x.shape, 2), np.float32)
        for _ in range(_PASSES):
            last, half = half, flow.at(x - half[..., 0], y - half[..., 1]) * np.float32(0.5)
        unsettled = np.hypot(half[..., 0] - last[..., 0], half[..., 1] - last[..., 1])
        return Arrival(x + offset * half[..., 0], y + offset * half[..., 1], unsettled)

    def _steps(self, offset: int) -> list[tuple[int, int]]:
        """Adjacent frames up to `offset`; one leap where one in between is absent."""
        step = 1 if offset > 0 else -1
        stops = list(range(0, offset + step, step))
        if any(self._window.at(stop) is None for stop in stops):
            return [(0, offset)]
        return list(pairwise(stops))

    def _direct(self, a: int, b: int) -> RawFlow:
        return RawFlow(self._healed.between(self._hurt(a), self._hurt(b)))

    def _hurt(self, offset: int) -> Hurt:
        if offset not in self._known_hurts:
            self._known_hurts[offset] = Hurt.of(self._frame(offset), self._damage.get(offset))
        return self._known_hurts[offset]

    def _frame(self, offset: int) -> WorkingFrame:
        frame = self._window.at(offset)
        assert frame is not None
        return frame

    def _step(self, a: int, b: int) -> CleanFlow:
        if (a, b) not in self._known_steps:
            flow = self._motion.between(self._frame(a), self._frame(b))
            self._known_steps[a, b] = cleaned(flow, self._cells(a), self._cells(b))
        return self._known_steps[a, b]

    def _cells(self, offset: int) -> Bool:
        if offset not in self._known_cells:
            hit = damaged_cells(self._damage.get(offset), self._window.centre.size)
            self._known_cells[offset] = hit
        return self._known_cells[offset]
