"""What the denoising net of the quality tier sees: windows around damage, the frame they lie in, and noise.

The same functions feed training and rendering. The net knows one thing only: what is to be added, in the
hole, to a first repair. It is told that residual with noise on it and gives it without. Windows lie on a
grid of the frame; at a `scale` of 2 or 4 they see that many times as far, that many times as coarsely.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.cells import any_of_cells
from engine.inference.model_spec import TensorSpec
from engine.repair.fusion_inputs import (
    AFTER_KNOWN,
    BEFORE_KNOWN,
    HOLE,
    KEPT,
    MARGIN,
    SIDE,
    Corners,
    Scene,
    corners_of,
    fusion_planes,
    places,
)
from engine.repair.fusion_inputs import CHANNELS as FUSION_CHANNELS
from engine.repair.fusion_inputs import PICTURE_CHANNELS as FUSION_PICTURES
from engine.types import Bool, Float32

CHANNELS: tuple[str, ...] = (*FUSION_CHANNELS, "frame.r", "frame.g", "frame.b", "row", "column")
"""Those of the fusing net; frame: all of the filled frame, shrunk to the sides of a window whatever its
shape; row, column: where in the frame a pixel lies, 0..1 from edge to edge and beyond for what is outside."""

PICTURES: tuple[str, ...] = (*FUSION_CHANNELS[:FUSION_PICTURES], "frame.r", "frame.g", "frame.b")
"""Those of the channels that hold picture in the model encoding."""

STATE: tuple[str, ...] = ("r", "g", "b")
INPUTS = (
    TensorSpec("planes", CHANNELS, PICTURES),
    TensorSpec("state", STATE),
    TensorSpec("level", ("level",)),
)
OUTPUTS = (TensorSpec("residual", STATE),)
FRAME = slice(len(FUSION_CHANNELS), len(FUSION_CHANNELS) + 3)
PLACE = slice(FRAME.stop, FRAME.stop + 2)

UNIT = np.float32(0.05)
"""ACEScct per unit of the residual: brings what fast fills lack to a variance of about 1."""

CORRELATION = 0.8
"""Between the channels of the noise: that of the residuals of training windows, counted (0.78 to 0.82; finer
than a Gaussian of 1.5 px 0.73 to 0.76). Noise without it is confetti, and few steps leave some of it."""

LEAST, MOST = 0.03, 10.0
"""Standard deviations of the noise, in units, between which the net is trained and sampled."""
_BEND = 7.0
_LOG_SPAN = 4.0


@dataclass(frozen=True, eq=False)
class DiffusionScene:
    """A frame to be filled: `scene` as the fusing net is shown it, `frame` (SIDE, SIDE, 3) float32 all of its
    first repair in small."""

    scene: Scene
    frame: Float32

    @staticmethod
    def of(scene: Scene) -> DiffusionScene:
        small = cv2.resize(scene.first, (SIDE, SIDE), interpolation=cv2.INTER_AREA)
        return DiffusionScene(scene, np.asarray(small, np.float32))


def scaled_corners(damaged: Bool, scale: int = 1) -> Corners:
    """First pixels, in the frame, of the windows of `scale` that together fill every True of `damaged`."""
    return corners_of(any_of_cells(damaged, scale)) * scale


def diffusion_planes(given: DiffusionScene, corners: Corners, scale: int = 1) -> Float32:
    """(n, len(CHANNELS), SIDE, SIDE) float32 of the windows whose first pixels in the frame are `corners`,
    each `scale * SIDE` px high and wide; pictures in the model encoding, not clamped."""
    size = given.scene.first.shape[:2]
    planes = np.empty((len(corners), len(CHANNELS), SIDE, SIDE), np.float32)
    planes[:, : len(FUSION_CHANNELS)] = _coarser(given.scene, corners, scale)
    planes[:, FRAME] = np.moveaxis(given.frame, -1, 0)
    steps = (np.arange(SIDE, dtype=np.float32) + np.float32(0.5)) * np.float32(scale)
    across = (corners[:, :, None] + steps).astype(np.float32) / np.array(size, np.float32)[:, None]
    planes[:, PLACE.start] = across[:, 0, :, None]
    planes[:, PLACE.start + 1] = across[:, 1, None, :]
    return planes


def level_plane(count: int, deviation: float) -> Float32:
    """The input `level` (count, 1, SIDE, SIDE): what the net is told of noise of that standard deviation,
    the same number everywhere."""
    return np.full((count, 1, SIDE, SIDE), np.log(deviation) / _LOG_SPAN, np.float32)


def coloured(noise: Float32) -> Float32:
    """Independent values of variance 1, (..., 3), as ones whose channels are correlated by CORRELATION."""
    own, common = np.float32(np.sqrt(1 - CORRELATION)), np.float32(np.sqrt(1 + 2 * CORRELATION))
    return own * noise + (common - own) * noise.mean(-1, keepdims=True)


def deviation_of(level: float) -> float:
    """The standard deviation, in units, that a value of `level_plane` stands for."""
    return float(np.exp(_LOG_SPAN * level))


def deviations(steps: int, start: float = MOST) -> tuple[float, ...]:
    """Standard deviations of the noise at each of `steps` (1 or more) runs of the net, falling from MOST to
    LEAST: Karras et al. 2022, Elucidating the design space of diffusion-based generative models, equation 5.
    The second and all that follow are spaced as if the first were `start`, LEAST..MOST.
    """
    if start == MOST or steps == 1:
        return _spaced(MOST, steps)
    return (MOST, *_spaced(start, steps - 1))


def _spaced(start: float, steps: int) -> tuple[float, ...]:
    low, high = LEAST ** (1 / _BEND), start ** (1 / _BEND)
    return tuple((high + k / max(steps - 1, 1) * (low - high)) ** _BEND for k in range(steps))


def _coarser(scene: Scene, corners: Corners, scale: int) -> Float32:
    """The planes of the fusing net, averaged over squares of `scale` px: what is in part damaged is damaged,
    what is in part unknown is unknown."""
    if scale == 1:
        return fusion_planes(scene, corners)
    whole = np.empty((len(corners), len(FUSION_CHANNELS), SIDE * scale, SIDE * scale), np.float32)
    for row in range(0, SIDE * scale, SIDE):
        for column in range(0, SIDE * scale, SIDE):
            part = fusion_planes(scene, corners + np.array([row, column]))
            whole[..., row : row + SIDE, column : column + SIDE] = part
    blocks = whole.reshape(len(corners), len(FUSION_CHANNELS), SIDE, scale, SIDE, scale)
    planes = blocks.mean((3, 5))
    planes[:, HOLE] = blocks[:, HOLE].max((2, 4))
    for known in (BEFORE_KNOWN, AFTER_KNOWN):
        planes[:, known] = blocks[:, known].min((2, 4))
    return planes


__all__ = [
    "CHANNELS", "CORRELATION", "FRAME", "HOLE", "INPUTS", "KEPT", "LEAST", "MARGIN", "MOST", "OUTPUTS",
    "PICTURES", "PLACE", "SIDE", "STATE", "UNIT", "Corners", "DiffusionScene", "coloured", "deviation_of",
    "deviations", "diffusion_planes", "level_plane", "places", "scaled_corners",
]  # fmt: skip
