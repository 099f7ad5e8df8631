"""What the fusing net sees: small windows around damage with everything that could fill it.

The same function feeds training and rendering. Windows lie on a grid of the frame, so what a window shows
does not depend on other damage, on tiles or on the order of frames.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.cells import any_of_cells
from engine.motion.flow import Flow
from engine.motion.healed import HealedMotion
from engine.repair.damage import Plate
from engine.repair.sampling import sample
from engine.types import Bool, Float32

CHANNELS: tuple[str, ...] = (
    "own.r", "own.g", "own.b",
    "first.r", "first.g", "first.b",
    "before.r", "before.g", "before.b",
    "after.r", "after.g", "after.b",
    "hole", "before.known", "after.known",
)  # fmt: skip
"""own: the damaged frame. first: it as a first repair filled it. before, after: the adjacent frames, moved by
the motion between frames whose damage was painted over. Where a neighbour is damaged or the motion leaves it,
it is not known, and the first fill stands in for it."""

PICTURE_CHANNELS = 12
OWN = slice(0, 3)
HOLE, BEFORE_KNOWN, AFTER_KNOWN = 12, 13, 14

SIDE = 64
MARGIN = 12
"""px of a window on every side that are seen and not filled: those belong to the windows beside it."""
KEPT = SIDE - 2 * MARGIN

Corners = npt.NDArray[np.intp]
"""(n, 2): row and column of each window's first pixel in the frame, which may lie up to MARGIN outside."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A frame to be filled: `plates` by offset (0 is the centre), `first` (H, W, 3) float32 the centre as a
    first repair left it, in the model encoding, and its `motion` to the neighbours."""

    plates: Mapping[int, Plate]
    first: Float32
    motion: HealedMotion


def corners_of(damaged: Bool) -> Corners:
    """The windows that together fill every True pixel of `damaged` (H, W)."""
    return np.argwhere(any_of_cells(damaged, KEPT)) * KEPT - MARGIN


def chunks(corners: Corners, most: int) -> Iterator[Corners]:
    """At most `most` windows at a time, so that memory does not grow with the damage."""
    for start in range(0, len(corners), most):
        yield corners[start : start + most]


def places(corners: Corners, size: tuple[int, int]) -> tuple[Corners, Corners]:
    """Rows (n, SIDE, 1) and columns (n, 1, SIDE) in a frame of `size`; its edge is repeated outside it."""
    steps = np.arange(SIDE)
    rows = np.clip(corners[:, :1] + steps, 0, size[0] - 1)[:, :, None]
    columns = np.clip(corners[:, 1:] + steps, 0, size[1] - 1)[:, None, :]
    return rows, columns


def fusion_planes(scene: Scene, corners: Corners) -> Float32:
    """(n, len(CHANNELS), SIDE, SIDE) float32 of the windows at `corners`, model encoding, not clamped."""
    centre = scene.plates[0]
    rows, columns = places(corners, centre.picture.shape[:2])
    planes = np.empty((len(corners), len(CHANNELS), SIDE, SIDE), np.float32)
    planes[:, 0:3] = np.moveaxis(centre.picture[rows, columns], -1, 1)
    planes[:, 3:6] = np.moveaxis(scene.first[rows, columns], -1, 1)
    planes[:, HOLE] = 0 if centre.damaged is None else centre.damaged[rows, columns]
    for offset, start, known in ((-1, 6, BEFORE_KNOWN), (1, 9, AFTER_KNOWN)):
        planes[:, start : start + 3] = planes[:, 3:6]
        planes[:, known] = 0
        plate = scene.plates.get(offset)
        if plate is None:
            continue
        moved, seen = _moved(scene.motion.to(offset), plate, rows, columns)
        np.copyto(planes[:, start : start + 3], moved, where=seen[:, None])
        planes[:, known] = seen
    return planes


def _moved(flow: Flow, plate: Plate, rows: Corners, columns: Corners) -> tuple[Float32, Bool]:
    """The neighbour `plate` as seen from the windows, (n, 3, SIDE, SIDE), and where it is known."""
    shape = (rows.shape[0], SIDE, SIDE)
    y = np.broadcast_to(rows, shape).astype(np.float32).ravel()
    x = np.broadcast_to(columns, shape).astype(np.float32).ravel()
    scale = np.float32(flow.scale)
    vectors = sample(flow.vectors, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5)
    x, y = x + vectors[:, 0], y + vectors[:, 1]
    picture = sample(plate.picture, x, y, "lanczos").reshape(*shape, 3)
    height, width = plate.picture.shape[:2]
    seen = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    if plate.unreliable is not None:
        seen &= sample(plate.unreliable.astype(np.float32), x, y) == 0
    return np.moveaxis(picture, -1, 1), seen.reshape(shape)
