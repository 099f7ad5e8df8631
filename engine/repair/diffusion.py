"""Damage painted by a diffusion net: picture with its grain, made up where no frame shows any."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from engine.cells import any_of_cells
from engine.closing import Closing
from engine.errors import ModelError
from engine.inference.model_spec import TensorSpec
from engine.inference.session import ModelSession
from engine.repair.damage import Plate
from engine.repair.diffusion_canvas import Canvas
from engine.repair.diffusion_guide import AFAR, SCALE, Lead, deep_marks
from engine.repair.diffusion_inputs import (
    CHANNELS,
    INPUTS,
    OUTPUTS,
    SIDE,
    UNIT,
    DiffusionScene,
    coloured,
    scaled_corners,
)
from engine.repair.diffusion_sampler import RENDERED, Sampling, sampled
from engine.repair.diffusion_windows import Windows
from engine.repair.fused import scene_of
from engine.repair.position_noise import PositionNoise
from engine.repair.real_detail import coarse_at
from engine.types import DIFFUSION, LEFT, SPATIAL, Bool, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow


class DiffusionPainter(Closing):
    """Paints over other fills; owns the model session and closes it. Thread-safe."""

    def __init__(self, session: ModelSession, how: Sampling | None = None, seed: int = 0) -> None:
        """Raises ModelError where the model is no denoising net of these inputs and outputs."""
        _check(session)
        self._session, self._how, self._seed = session, how or RENDERED, seed

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
        scene, key = _scene(window, mattes, tiles, hole), window.centre.key
        canvas = Canvas.of(hole, scaled_corners(hole))
        # The last run goes by what it sees, and so does the only one.
        lead = None if self._how.gives_means else self._lead(scene, hole, canvas, key)
        residual = self._drawn(Windows(self._session, scene, canvas), key, self._how, lead)
        if not np.isfinite(residual).all():
            raise ModelError(
                f"{self.identity} gave values that are no numbers for frame {window.centre.number}; render "
                "it with quality fast, and report this as a bug."
            )
        inside = canvas.inside
        change = np.zeros_like(scene.scene.first)
        change[canvas.rows[inside], canvas.columns[inside]] = UNIT * residual[inside]
        if self._how.gives_means:
            change = coarse_at(_real(tiles, hole.shape), change, hole)
        painted = scene.scene.first + change
        return tuple(_painted(tile, painted, hole) for tile in tiles)

    def close(self) -> None:
        self._session.close()

    def _lead(self, scene: DiffusionScene, hole: Bool, canvas: Canvas, key: str) -> Lead | None:
        """What large marks are led by, None where there are none."""
        marks = deep_marks(hole)
        if not marks.any():
            return None
        coarse = Canvas.of(any_of_cells(hole, SCALE), scaled_corners(marks, SCALE) // SCALE)
        seen = self._drawn(Windows(self._session, scene, coarse, SCALE), f"{key} from afar", AFAR)
        return Lead.of(canvas, marks, coarse, seen)

    def _drawn(self, windows: Windows, key: str, how: Sampling, lead: Lead | None = None) -> Float32:
        """A sample (n, 3) of what belongs on the canvas of `windows`; `key` names its noise."""
        canvas, noise = windows.canvas, PositionNoise(key, self._seed)
        return sampled(
            windows.denoised,
            lambda n: coloured(noise.at(canvas.rows, canvas.columns, n)),
            how,
            None if lead is None else lead.lead,
        )


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


def _real(tiles: Sequence[FillTile], size: tuple[int, ...]) -> Bool:
    """Where in a frame of `size` the first fill is the picture of a neighbour, or what shines through."""
    real = np.zeros(size, np.bool_)
    for tile in tiles:
        real[tile.box.slices] = (tile.source != SPATIAL) & (tile.source != LEFT)
    return real


def _painted(tile: FillTile, picture: Float32, hole: Bool) -> FillTile:
    here = hole[tile.box.slices]
    if not here.any():
        return tile
    encoded = np.where(here[..., np.newaxis], picture[tile.box.slices], tile.encoded)
    source: npt.NDArray[np.int8] = np.where(here, np.int8(DIFFUSION), tile.source)
    return replace(tile, encoded=encoded, source=source)


def _check(session: ModelSession) -> None:
    spec = session.spec
    takes, gives, wanted = _meanings(spec.inputs), _meanings(spec.outputs), _meanings(INPUTS)
    if spec.purpose != "repair" or takes != wanted or gives != _meanings(OUTPUTS) or spec.tile < SIDE:
        raise ModelError(
            f"{spec.id} {spec.version} cannot paint here: expected a net of {', '.join(wanted)} "
            f"({len(CHANNELS)} planes, {CHANNELS[0]} ... {CHANNELS[-1]}) giving the residual, but it takes "
            f"{', '.join(takes) or 'nothing'} and gives {', '.join(gives) or 'nothing'}; export the model "
            "again with this version of Reelmend."
        )


def _meanings(tensors: Sequence[TensorSpec]) -> dict[str, tuple[str, ...]]:
    return {tensor.name: tensor.meaning for tensor in tensors}
