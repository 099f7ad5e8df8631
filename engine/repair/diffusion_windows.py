"""Runs the denoising net on windows, always as many at once, and puts together what it sees in them."""

from __future__ import annotations

import numpy as np

from engine.inference.session import ModelSession
from engine.repair.diffusion_canvas import Canvas
from engine.repair.diffusion_inputs import DiffusionScene, diffusion_planes, level_plane
from engine.types import Float32

AT_ONCE = 4
"""Windows in one run of the net, always as many, blank ones among them: what a run gives for a window may
depend on how many there are, and must not depend on other damage."""

_KEPT_WINDOWS = 1024
"""Windows whose planes are kept from step to step, 336 MB; those of any others are made anew each time."""


class Windows:
    """All windows of a canvas, as the net sees them."""

    def __init__(self, session: ModelSession, scene: DiffusionScene, canvas: Canvas, scale: int = 1) -> None:
        """At a `scale` the pixels of the `canvas` are so many times as large as those of the `scene`."""
        self.canvas = canvas
        self._session, self._scene, self._scale = session, scene, scale
        self._kept: dict[int, Float32] = {}

    def denoised(self, state: Float32, deviation: float) -> Float32:
        """What the net sees behind noise of this standard deviation in `state` (n, 3)."""
        return self.seen(state, deviation)["residual"]

    def seen(self, state: Float32, deviation: float) -> dict[str, Float32]:
        """Every output of the net by name, (n, C), as `denoised`."""
        found = {
            tensor.name: np.zeros((len(state), tensor.channels), np.float32)
            for tensor in self._session.spec.outputs
        }
        level = level_plane(AT_ONCE, deviation)
        for first in range(0, len(self.canvas.corners), AT_ONCE):
            chosen = range(first, min(first + AT_ONCE, len(self.canvas.corners)))
            windows = _as_many(self.canvas.cut(state, chosen))
            given = {"planes": self._planes(chosen), "state": windows, "level": level}
            for name, given_back in self._session.run(given).items():
                self.canvas.put(found[name], given_back, chosen)
        return found

    def _planes(self, chosen: range) -> Float32:
        planes = self._kept.get(chosen.start)
        if planes is None:
            corners = self.canvas.corners[chosen.start : chosen.stop] * self._scale
            planes = _as_many(diffusion_planes(self._scene, corners, self._scale))
            if chosen.stop <= _KEPT_WINDOWS:
                self._kept[chosen.start] = planes
        return planes


def _as_many(windows: Float32) -> Float32:
    """`windows` (n, ...) and blank ones behind them, AT_ONCE in all."""
    blank = np.zeros((AT_ONCE - len(windows), *windows.shape[1:]), np.float32)
    return np.concatenate([windows, blank])
