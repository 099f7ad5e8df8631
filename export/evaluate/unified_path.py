"""The net that is given no matte, as a detector and a repairer: one look at a window serves both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.closing import Closing
from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.memo import Memo
from engine.repair.diffusion_canvas import Canvas
from engine.repair.diffusion_inputs import INPUTS, DiffusionScene, coloured, scaled_corners
from engine.repair.diffusion_sampler import Sampling, sampled
from engine.repair.diffusion_windows import Windows
from engine.repair.fused import scene_of
from engine.repair.position_noise import PositionNoise
from engine.repair.tiles import damage_tiles
from engine.types import DIFFUSION, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow
from export.unified_inputs import OUTPUTS, REACH

_KEPT = 4


@dataclass(frozen=True, eq=False)
class Seen:
    """Of one frame: the probability of damage (H, W), 0..1, and the picture without it (H, W, 3)."""

    damage: Float32
    picture: Float32


class UnifiedNet(Closing):
    """Looks at whole frames; owns the model session and closes it. The same frames give the same bytes."""

    def __init__(self, session: ModelSession, how: Sampling | None = None, seed: int = 0) -> None:
        """Raises ModelError where the model is none of these inputs and outputs."""
        spec = session.spec
        if (spec.inputs, spec.outputs) != (INPUTS, OUTPUTS):
            raise ModelError(f"{spec.id} {spec.version} is no unified net; export one with --family unified.")
        self._session, self._how, self._seed = session, how or Sampling(), seed
        self._looks: Memo[tuple[str | None, ...], Seen] = Memo(_KEPT)

    @property
    def identity(self) -> str:
        spec = self._session.spec
        return f"{spec.id} {spec.version} sha256:{self._session.sha256}"

    def look(self, window: FrameWindow) -> Seen:
        """The centre of `window`, beside the frames next to it."""
        near = window.around(0, 1)
        key = tuple(frame.key if frame else None for frame in near.frames)
        return self._looks.get(key, lambda: self._look(near))

    def close(self) -> None:
        self._looks.clear()
        self._session.close()

    def _look(self, near: FrameWindow) -> Seen:
        scene = scene_of(near, {}, ())
        everywhere = np.ones(near.centre.size, np.bool_)
        canvas = Canvas.of(everywhere, scaled_corners(everywhere))
        windows = Windows(self._session, DiffusionScene.of(scene), canvas)
        noise = PositionNoise(near.centre.key, self._seed)
        last: dict[str, Float32] = {}

        def denoise(state: Float32, deviation: float) -> Float32:
            last.update(windows.seen(state, deviation))
            return last["residual"]

        residual = sampled(denoise, lambda n: coloured(noise.at(canvas.rows, canvas.columns, n)), self._how)
        inside = canvas.inside
        rows, columns = canvas.rows[inside], canvas.columns[inside]
        damage, picture = np.zeros(near.centre.size, np.float32), scene.first.copy()
        damage[rows, columns] = last["damage"][inside, 0]
        picture[rows, columns] += np.float32(REACH) * residual[inside]
        return Seen(damage, picture)


@dataclass(frozen=True, eq=False)
class UnifiedDetector:
    """What the net finds, as a matte."""

    net: UnifiedNet
    radius: int = 1

    @property
    def identity(self) -> str:
        return self.net.identity

    def detect(self, window: FrameWindow) -> DamageMatte:
        return DamageMatte(self.net.look(window).damage, origin=self.identity)


@dataclass(frozen=True, eq=False)
class UnifiedRepairer:
    """What the net put there in the same look; its grain is its own, as far as it drew any."""

    net: UnifiedNet

    @property
    def identity(self) -> str:
        return self.net.identity

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        damaged = mattes[0].coverage > 0 if 0 in mattes else np.zeros(window.centre.size, np.bool_)
        if not damaged.any():
            return ()
        picture = self.net.look(window).picture
        source = np.where(damaged, DIFFUSION, 0).astype(np.int8)
        return tuple(
            FillTile(box, picture[box.slices].copy(), source[box.slices].copy())
            for box in damage_tiles(damaged)
        )
