"""The small 8-bit picture in which motion is searched."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.motion.flow import grid_size
from engine.types import Float32, WorkingFrame

_BLACK, _WHITE = 0.05, 0.75
"""ACEScct values that become 0 and 255: about -10 to +5.5 stops around mid grey, all a print holds."""
LUMA_WEIGHTS = np.array([[0.2722287, 0.6740818, 0.0536895]], np.float32)
"""Luminance of the AP1 primaries (S-2014-004, ACEScg), applied to the log values."""
_SEARCHED = ((2560, 4), (1400, 3))
"""Frames with a longer side than this are searched at that fraction, all others at half of their size."""


@dataclass(frozen=True, eq=False)
class Luma:
    """`plane` (h, w) uint8 on the flow grid; `median` its median code, to even out a flicker."""

    plane: npt.NDArray[np.uint8]
    median: int


def search_scale(size: tuple[int, int]) -> int:
    """How many times coarser than a frame of `size` (height, width) its motion is searched."""
    return next((scale for longest, scale in _SEARCHED if max(size) > longest), 2)


def luma_of(frame: WorkingFrame, scale: int) -> Luma:
    """The luminance of `frame`, averaged over scale x scale pixels, as 8-bit codes.

    Sizes that `scale` does not divide are filled up by repeating the last row and column.
    """
    small = _reduced(frame.encoded, scale)
    grey = np.asarray(cv2.transform(small, LUMA_WEIGHTS), np.float32).reshape(small.shape[:2])
    codes = (np.nan_to_num(grey, posinf=_WHITE, neginf=_BLACK) - _BLACK) * (255.0 / (_WHITE - _BLACK)) + 0.5
    plane = np.clip(codes, 0.0, 255.0).astype(np.uint8)
    return Luma(plane, int(np.searchsorted(np.cumsum(_histogram(plane)), plane.size / 2)))


def evened(luma: Luma, reference: Luma) -> npt.NDArray[np.uint8]:
    """The plane of `luma` shifted to the median of `reference`.

    In a log encoding a change of exposure is an offset, so this takes a flicker out.
    """
    shift = reference.median - luma.median
    return np.clip(luma.plane.astype(np.int16) + shift, 0, 255).astype(np.uint8)


def _histogram(plane: npt.NDArray[np.uint8]) -> npt.NDArray[np.intp]:
    return np.bincount(plane.ravel(), minlength=256)


def _reduced(encoded: Float32, scale: int) -> Float32:
    height, width = encoded.shape[:2]
    rows, columns = grid_size((height, width), scale)
    down, right = rows * scale - height, columns * scale - width
    if down or right:
        encoded = np.pad(encoded, ((0, down), (0, right), (0, 0)), mode="edge")
    return np.asarray(cv2.resize(encoded, (columns, rows), interpolation=cv2.INTER_AREA), np.float32)
