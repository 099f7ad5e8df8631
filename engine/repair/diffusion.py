"""Damage painted by a diffusion net: picture with its grain, made up where no frame shows any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from engine.closing import Closing
from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.repair.damage import Plate
from engine.repair.diffusion_canvas import Canvas
from engine.repair.diffusion_inputs import (
    CHANNELS,
    SIDE,
    STATE,
    UNIT,
    DiffusionScene,
    diffusion_planes,
    level_plane,
    scaled_corners,
)
from engine.repair.diffusion_sampler import Sampling, sampled
from engine.repair.fused import scene_of
from engine.repair.position_noise import PositionNoise
from engine.types import DIFFUSION, LEFT, Bool, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow

AT_ONCE = 4
"""Windows in one run of the net, always as many, blank ones among them: what a run gives for a window may
depend on how many there are, and must not depend on other damage."""

_KEPT_WINDOWS = 1024
"""Windows whose planes are kept from step to step, 336 MB; those of any others are made anew each time."""


class DiffusionPainter(Closing):
    """Paints over other fills; owns the model session and closes it. Thread-safe."""

    def __init__(self, session: ModelSession, how: Sampling | None = None, seed: int = 0) -> None:
        """Raises ModelError where the model is no denoising net of these inputs and outputs."""
        _check(session)
        self._session, self._how, self._seed = session, how or Sampling(), seed

    @property
    def identity(self) -> str:
        """Names model, version and sha256."""
        spec = self._session.spec
        return f"{spec.id} {spec.version} sha256:{self._session.sha256}"

    def paint(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        where: Bool,
    ) -> tuple[FillTile, ...]:
        """`tiles`, a repair of the centre frame, with its pixels `where` (H, W) painted anew.

        `mattes` as for a repairer; `where` counts where that of the centre is. The result depends on the
        content of the frames, the mattes and `where` alone. Raises InconsistentFrames for a matte of another
        size, ModelError where the net gives what is no number, DeviceError where it fails.
        """
        hole = where & (mattes[0].coverage > 0) if 0 in mattes and tiles else np.zeros_like(where)
        if not hole.any():
            return tuple(tiles)
        scene = _scene(window, mattes, tiles, hole)
        canvas = Canvas.of(hole, scaled_corners(hole))
        windows = _Windows(self._session, scene, canvas)
        noise = PositionNoise(window.centre.key, self._seed)
        residual = sampled(
            lambda state, level, _: windows.denoised(state, level),
            lambda n: noise.at(canvas.rows, canvas.columns, n),
            self._how,
        )
        if not np.isfinite(residual).all():
            raise ModelError(
                f"{self.identity} gave values that are no numbers for frame {window.centre.number}; render "
                "it with quality fast, and report this as a bug."
            )
        painted = scene.scene.first.copy()
        inside = canvas.inside
        painted[canvas.rows[inside], canvas.columns[inside]] += UNIT * residual[inside]
        return tuple(_painted(tile, painted, hole) for tile in tiles)

    def close(self) -> None:
        self._session.close()


def _scene(
    window: FrameWindow, mattes: Mapping[int, DamageMatte], tiles: Sequence[FillTile], hole: Bool
) -> DiffusionScene:
    """The centre frame as the net is shown it: what is repaired and not to be painted is picture."""
    scene = scene_of(window, mattes, tiles)
    plate = scene.plates[0]
    first = scene.first
    for tile in tiles:
        left = (tile.source == LEFT) & ~hole[tile.box.slices]
        first[tile.box.slices][left] = plate.picture[tile.box.slices][left]
    own = np.where(hole[..., np.newaxis], plate.picture, first)
    centre = Plate(own, hole, hole)
    return DiffusionScene.of(replace(scene, plates={**scene.plates, 0: centre}))


class _Windows:
    """Runs the net on all windows of a canvas."""

    def __init__(self, session: ModelSession, scene: DiffusionScene, canvas: Canvas) -> None:
        self._session, self._scene, self._canvas = session, scene, canvas
        self._kept: dict[int, Float32] = {}

    def denoised(self, state: Float32, deviation: float) -> Float32:
        """What the net sees behind noise of this standard deviation in `state` (n, 3)."""
        found = np.zeros_like(state)
        level = level_plane(AT_ONCE, deviation)
        for first in range(0, len(self._canvas.corners), AT_ONCE):
            chosen = range(first, min(first + AT_ONCE, len(self._canvas.corners)))
            windows = _as_many(self._canvas.cut(state, chosen))
            given = {"planes": self._planes(chosen), "state": windows, "level": level}
            self._canvas.put(found, self._session.run(given)["residual"], chosen)
        return found

    def _planes(self, chosen: range) -> Float32:
        planes = self._kept.get(chosen.start)
        if planes is None:
            planes = _as_many(diffusion_planes(self._scene, self._canvas.corners[chosen.start : chosen.stop]))
            if chosen.stop <= _KEPT_WINDOWS:
                self._kept[chosen.start] = planes
        return planes


def _as_many(windows: Float32) -> Float32:
    """`windows` (n, ...) and blank ones behind them, AT_ONCE in all."""
    blank = np.zeros((AT_ONCE - len(windows), *windows.shape[1:]), np.float32)
    return np.concatenate([windows, blank])


def _painted(tile: FillTile, picture: Float32, hole: Bool) -> FillTile:
    here = hole[tile.box.slices]
    if not here.any():
        return tile
    encoded = np.where(here[..., np.newaxis], picture[tile.box.slices], tile.encoded)
    source: npt.NDArray[np.int8] = np.where(here, np.int8(DIFFUSION), tile.source)
    return replace(tile, encoded=encoded, source=source)


def _check(session: ModelSession) -> None:
    spec = session.spec
    takes = {tensor.name: tensor.meaning for tensor in spec.inputs}
    gives = {tensor.name: tensor.meaning for tensor in spec.outputs}
    wanted = {"planes": CHANNELS, "state": STATE, "level": ("level",)}
    if spec.purpose != "repair" or takes != wanted or gives != {"residual": STATE} or spec.tile < SIDE:
        raise ModelError(
            f"{spec.id} {spec.version} cannot paint here: expected a net of {', '.join(wanted)} "
            f"({len(CHANNELS)} planes, {CHANNELS[0]} ... {CHANNELS[-1]}) giving the residual, but it takes "
            f"{', '.join(takes) or 'nothing'} and gives {', '.join(gives) or 'nothing'}; export the model "
            "again with this version of Reelmend."
        )
