"""Where a pixel of the damaged frame is found in a neighbour, although damage misleads the search.

A blotch pulls the vectors in and around itself, so vectors are taken from beyond it and spread
smoothly inwards. Where things move apart inside a large blotch that is not enough; there the motion
from the frame before to the frame after, which the blotch is not part of, bridges it.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np

from engine.motion.healed import HealedFlows, Hurt
from engine.repair.clean_flows import CleanFlows
from engine.repair.vectors import CleanFlow, RawFlow
from engine.types import Bool, Float32, WorkingFrame
from engine.window.window import FrameWindow

Route = Literal["direct", "around", "bridge"]
"""direct: by the motion from the centre, between frames whose damage is painted over. around: by the
motion from the centre, spread into the damage from beyond it. bridge: by the motion from the frame before to
the frame after; the centre is taken to lie half way."""

_PASSES = 5


class Arrival(NamedTuple):
    """`x`, `y` (n,) where the points arrive, in pixels of the neighbour; `error` (n,) how far following
    the motion back misses the start, in pixels."""

    x: Float32
    y: Float32
    error: Float32


class _Bridge(NamedTuple):
    """For points `x`, `y`: `half` (..., 2) of the motion from the frame before to the frame after that passes
    through them, and how far it was from settled, px. The way to either frame is the same, there and back."""

    x: Float32
    y: Float32
    half: Float32
    unsettled: Float32


class Paths:
    """The ways from the centre of one window to its neighbours."""

    def __init__(
        self, window: FrameWindow, damage: Mapping[int, Bool], healed: HealedFlows, clean: CleanFlows
    ) -> None:
        """`damage` (H, W) by offset; `healed` and `clean` keep what is found for the next window."""
        self._window, self._damage = window, damage
        self._healed, self._clean = healed, clean
        # Not lru_cache on methods: with a reference to itself a window's frames would outlive the window.
        self._known_hurts: dict[int, Hurt] = {}
        self._bridge: _Bridge | None = None

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
        if self._bridge is None or self._bridge.x is not x or self._bridge.y is not y:
            self._bridge = _bridged(self._step(-1, 1), x, y)
        half = self._bridge.half
        return Arrival(x + offset * half[..., 0], y + offset * half[..., 1], self._bridge.unsettled)

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
        return self._clean.between(self._hurt(a), self._hurt(b))


def _bridged(flow: CleanFlow, x: Float32, y: Float32) -> _Bridge:
    half = last = np.zeros((*x.shape, 2), np.float32)
    for _ in range(_PASSES):
        last, half = half, flow.at(x - half[..., 0], y - half[..., 1]) * np.float32(0.5)
    return _Bridge(x, y, half, np.hypot(half[..., 0] - last[..., 0], half[..., 1] - last[..., 1]))
