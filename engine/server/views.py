"""What a host may want to see of a frame, in the code values of its source."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.server.limits import BAND
from engine.types import AnyArray, Box, CodeLayout, Float32

_TINT = 0.5
"""How much of the overlay is red where the matte is whole."""


def matte_view(coverage: Float32, like: AnyArray, layout: CodeLayout) -> AnyArray:
    """(H, W, C) of the dtype of `like`: the coverage (H, W), 0..1, in all channels; 1 is the highest code."""
    codes = _as_codes(coverage * np.float32(_white(layout)), like)
    return np.repeat(codes[..., np.newaxis], like.shape[2], axis=2)


def overlay_view(colour: AnyArray, coverage: Float32, layout: CodeLayout) -> AnyArray:
    """`colour` (H, W, C) with half of it red (grey: white) where `coverage` is 1; elsewhere as it is."""
    shown = colour.copy()
    rows, columns = np.nonzero(coverage > 0)
    red = np.zeros(colour.shape[2], np.float32)
    red[0] = _white(layout)
    source = colour[rows, columns].astype(np.float32)
    share = np.float32(_TINT) * coverage[rows, columns][:, np.newaxis]
    shown[rows, columns] = _as_codes(source + share * (red - source), colour)
    return shown


def difference_view(result: AnyArray, source: AnyArray) -> AnyArray:
    """|result - source|, in codes."""
    if result.dtype.kind == "u":
        return np.maximum(result, source) - np.minimum(result, source)
    # A code that was not touched differs by nothing, were it infinite or no number at all.
    with np.errstate(invalid="ignore", over="ignore"):
        apart = np.abs(result - source)
    same = (result == source) | (np.isnan(result) & np.isnan(source))
    return np.where(same, result.dtype.type(0), apart)


def covered_boxes(coverage: Float32) -> Sequence[Box]:
    """Boxes around all pixels above 0, one for each band of rows that has any."""
    boxes: list[Box] = []
    if not cv2.countNonZero(coverage):
        return boxes
    for top in range(0, coverage.shape[0], BAND):
        band = coverage[top : top + BAND] > 0
        rows, columns = np.flatnonzero(band.any(axis=1)), np.flatnonzero(band.any(axis=0))
        if rows.size:
            boxes.append(
                Box(top + int(rows[0]), int(columns[0]), top + int(rows[-1]) + 1, int(columns[-1]) + 1)
            )
    return boxes


def bands(height: int, width: int) -> Sequence[Box]:
    """The whole picture, in bands of rows."""
    return [Box(top, 0, min(top + BAND, height), width) for top in range(0, height, BAND)]


def _white(layout: CodeLayout) -> float:
    return 2**layout.bits - 1 if layout.kind == "integer" else 1


def _as_codes(values: AnyArray, like: AnyArray) -> AnyArray:
    if like.dtype.kind != "u":
        return values.astype(like.dtype)
    return np.clip(np.rint(values), 0, np.iinfo(like.dtype).max).astype(like.dtype)
