"""Repair by a net that weighs everything that could fill the damage, window by window around it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from engine.closing import Closing
from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.motion.healed import HealedMotion
from engine.repair.contract import Repairer
from engine.repair.damage import plates_of
from engine.repair.fusion_inputs import (
    CHANNELS,
    KEPT,
    MARGIN,
    Corners,
    Scene,
    chunks,
    corners_of,
    fusion_planes,
)
from engine.types import SPATIAL, THROUGH, Bool, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow

CANDIDATES: tuple[str, ...] = ("first", "before", "after", "own")
_AT_ONCE = 64
"""Windows in one run of the net: 16 MB of planes."""
_MEAN_TO_RMS = np.float32(np.sqrt(2))
"""Of errors distributed after Laplace, whose mean absolute value the net tells."""
_CANDIDATES = np.array([[3, 4, 5], [6, 7, 8], [9, 10, 11], [0, 1, 2]])
"""Channels of the planes that hold each candidate's picture."""
_SOURCES = np.array([SPATIAL, -1, 1, THROUGH], np.int8)
"""What `FillTile.source` says of a pixel that is mostly one candidate; the first fill has told it already."""


class FusedRepairer(Closing):
    """Refines another repairer's fills; owns the model session and closes it."""

    def __init__(self, session: ModelSession, first: Repairer) -> None:
        """Raises ModelError where the model is no fusing net of these inputs and outputs."""
        _check(session)
        self._session, self._first = session, first

    @property
    def identity(self) -> str:
        spec = self._session.spec
        return f"{spec.id} {spec.version} sha256:{self._session.sha256} over {self._first.identity}"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        """As `Repairer.repair` says. Raises InconsistentFrames for a matte of another size."""
        tiles = self._first.repair(window, mattes)
        if not tiles:
            return tiles
        scene = scene_of(window, mattes, tiles)
        damaged = scene.plates[0].damaged
        assert damaged is not None
        filled = _Filled.over(scene.first, tiles)
        for corners in chunks(corners_of(damaged), _AT_ONCE):
            planes = fusion_planes(scene, corners)
            filled.take(corners, planes, self._session.run({"planes": planes}), damaged)
        return filled.tiles(tiles)

    def close(self) -> None:
        self._session.close()


def scene_of(window: FrameWindow, mattes: Mapping[int, DamageMatte], tiles: Sequence[FillTile]) -> Scene:
    """What the net is shown of the centre of `window`, that `tiles` are a first repair of."""
    near = {k: window.at(k) for k in (-1, 0, 1)}
    frames = {k: frame for k, frame in near.items() if frame is not None}
    plates = plates_of(frames, mattes)
    damage = {k: plate.unreliable for k, plate in plates.items() if plate.unreliable is not None}
    return Scene(plates, first_repair(plates[0].picture, tiles), HealedMotion(frames, damage))


def first_repair(picture: Float32, tiles: Sequence[FillTile]) -> Float32:
    """`picture` (H, W, 3) with the fills of `tiles` in it: what surrounds the matte in a tile is picture."""
    first = picture.copy()
    for tile in tiles:
        first[tile.box.slices] = tile.encoded
    return first


class _Filled:
    """The fill of the whole frame as it comes about."""

    def __init__(self, picture: Float32, source: np.ndarray, doubt: Float32) -> None:
        self._picture, self._source, self._doubt = picture, source, doubt

    @staticmethod
    def over(first: Float32, tiles: Sequence[FillTile]) -> _Filled:
        source = np.zeros(first.shape[:2], np.int8)
        for tile in tiles:
            source[tile.box.slices] = tile.source
        return _Filled(first.copy(), source, np.zeros(first.shape[:2], np.float32))

    def take(self, corners: Corners, planes: Float32, found: Mapping[str, Float32], damaged: Bool) -> None:
        """Put the inner part of every window into the frame, where it is `damaged`."""
        for n, (row, column) in enumerate(corners + MARGIN):
            box = (slice(row, row + KEPT), slice(column, column + KEPT))
            here = np.nonzero(damaged[box])
            rows, columns = here[0] + MARGIN, here[1] + MARGIN
            weights = found["weights"][n][:, rows, columns]
            candidates = planes[n][:, rows, columns][_CANDIDATES]
            residual = found["residual"][n][:, rows, columns]
            self._picture[box][here] = (np.einsum("kcn,kn->cn", candidates, weights) + residual).T
            chosen, source = np.argmax(weights, 0), self._source[box]
            source[here] = np.where(chosen == 0, source[here], _SOURCES[chosen])
            self._doubt[box][here] = _MEAN_TO_RMS * np.exp(found["spread"][n, 0][rows, columns])

    def tiles(self, tiles: Sequence[FillTile]) -> tuple[FillTile, ...]:
        return tuple(
            replace(
                tile,
                encoded=self._picture[tile.box.slices].copy(),
                source=self._source[tile.box.slices].copy(),
                doubt=self._doubt[tile.box.slices].copy(),
            )
            for tile in tiles
        )


def _check(session: ModelSession) -> None:
    spec = session.spec
    takes = tuple(spec.inputs[0].meaning) if spec.inputs else ()
    gives = {tensor.name: tensor.meaning for tensor in spec.outputs}
    wanted = {"weights": CANDIDATES, "residual": ("r", "g", "b"), "spread": ("spread",)}
    if spec.purpose != "repair" or takes != CHANNELS or gives != wanted:
        raise ModelError(
            f"{spec.id} {spec.version} cannot repair here: expected a net of {len(CHANNELS)} planes "
            f"({CHANNELS[0]} ... {CHANNELS[-1]}) giving {', '.join(wanted)}, but it takes {len(takes)} "
            f"and gives {', '.join(gives) or 'nothing'}; export the model again with this version of "
            "Reelmend."
        )
