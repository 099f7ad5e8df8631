"""A frame and its damage as repair sees them: a finite picture, and the pixels not to be relied upon."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from engine.errors import InconsistentFrames
from engine.types import Bool, DamageMatte, Float32, WorkingFrame


@dataclass(frozen=True, eq=False)
class Plate:
    """`picture` (H, W, 3) float32 ACEScct, finite. `damaged` (H, W): the matte, or None where it is empty.

    `unreliable` is `damaged`, what is suspected and every pixel that was not finite, None where all is well.
    """

    picture: Float32
    damaged: Bool | None
    unreliable: Bool | None


def plate_of(frame: WorkingFrame, matte: DamageMatte | None) -> Plate:
    """Raises InconsistentFrames where the matte is not of the frame's size."""
    damaged = _damaged(frame, matte)
    suspected = None if matte is None else matte.suspected
    picture, broken = frame.encoded, None
    if not frame.finite:
        broken = np.asarray(~np.isfinite(picture).all(2))
        picture = np.where(np.isfinite(picture), picture, np.float32(0))
    parts: list[Bool] = [part for part in (damaged, suspected, broken) if part is not None and part.any()]
    return Plate(picture, damaged, reduce(np.logical_or, parts) if parts else None)


def plates_of(frames: Mapping[int, WorkingFrame], mattes: Mapping[int, DamageMatte]) -> dict[int, Plate]:
    """The plates of all `frames`, by offset; a frame without a matte counts as undamaged."""
    return {offset: plate_of(frame, mattes.get(offset)) for offset, frame in frames.items()}


def _damaged(frame: WorkingFrame, matte: DamageMatte | None) -> Bool | None:
    if matte is None:
        return None
    if matte.coverage.shape != frame.size:
        height, width = matte.coverage.shape[:2]
        raise InconsistentFrames(
            f"Frame {frame.number} is {frame.size[1]}x{frame.size[0]}, but its matte is {width}x{height}; "
            "give mattes of the size of the plate."
        )
    damaged = matte.coverage > 0
    return damaged if damaged.any() else None


def clipped(frame: WorkingFrame, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> Bool:
    """Whether any colour code of the pixels at `rows`, `columns` (n,) is the lowest or the highest, (n,)."""
    layout, plane = frame.frame.codes.layout, frame.frame.codes.planes[0]
    if layout.kind != "integer":
        return np.zeros(rows.shape, np.bool_)
    codes = plane[rows, columns].reshape(rows.size, -1)[:, : 3 if layout.model == "rgb" else 1]
    return np.asarray(((codes == 0) | (codes == 2**layout.bits - 1)).any(1), np.bool_)
