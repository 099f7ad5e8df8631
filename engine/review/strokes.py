"""Brush strokes as pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

from engine.audit.shapes import Shape, encoded_mask, shape_of
from engine.errors import CorruptSource
from engine.review.refusals import BadRequest
from engine.types import Bool, Box

MOST_POINTS = 20_000
_WIDEST = 2000.0
_FINE = 16
"""Brushes are drawn with this many steps to the pixel."""


def shape_from(value: Any, size: tuple[int, int]) -> dict[str, Any]:
    """A "shape" of the page as the decisions file has it, for frames of `size` (height, width).

    A stroke becomes a mask; the others are checked and stay as they are. Raises BadRequest.
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise BadRequest('A shape is one of box, polygon, mask and stroke; send {"box": [t, l, b, r]}.')
    if "stroke" in value:
        return mask_shape(*drawn(value["stroke"], size))
    try:
        shape_of(value, size)
    except (CorruptSource, KeyError, TypeError, ValueError, IndexError) as error:
        raise BadRequest(f"The shape is none: {error}; send it as API.md tells.") from error
    return dict(value)


def mask_shape(box: Box, inside: Bool) -> dict[str, Any]:
    """The shape of the pixels `inside` (h, w) of `box`."""
    corners = [box.top, box.left, box.bottom, box.right]
    return {"mask": {"box": corners, "bits": encoded_mask(inside)}}


def drawn(stroke: Any, size: tuple[int, int]) -> tuple[Box, Bool]:
    """The pixels of a stroke, tight around them. Raises BadRequest where there are none in the frame.

    Points are [row, column] or [row, column, radius]; between two of them the brush is drawn as wide as
    the wider one at that end.
    """
    points = _points(stroke)
    widest = max(radius for _, _, radius in points)
    rows, columns = [row for row, _, _ in points], [column for _, column, _ in points]
    top, left = _within(min(rows) - widest, size[0]), _within(min(columns) - widest, size[1])
    bottom = _within(math.ceil(max(rows) + widest) + 1, size[0])
    right = _within(math.ceil(max(columns) + widest) + 1, size[1])
    plane = np.zeros((max(bottom - top, 1), max(right - left, 1)), np.uint8)
    for start, end in zip(points, [*points[1:], points[-1]], strict=True):
        _draw(plane, start, end, (top, left))
    return tight(Box(top, left, top + plane.shape[0], left + plane.shape[1]), plane > 0)


def tight(box: Box, inside: Bool) -> tuple[Box, Bool]:
    """`inside` (h, w) of `box` cut to the pixels it holds. Raises BadRequest where it holds none."""
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    if not rows.size:
        raise BadRequest("The shape holds no pixel of the frame; draw it inside the picture.")
    top, left, bottom, right = int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1
    cut = Box(box.top + top, box.left + left, box.top + bottom, box.left + right)
    return cut, np.ascontiguousarray(inside[top:bottom, left:right])


def pixels_of(shape: Shape, size: tuple[int, int]) -> tuple[Box, Bool]:
    """The pixels of any shape in frames of `size`, tight around them. Raises BadRequest for none."""
    box = Box(shape.box.top, shape.box.left, min(shape.box.bottom, size[0]), min(shape.box.right, size[1]))
    if box.height <= 0 or box.width <= 0:
        raise BadRequest("The shape lies outside the frame; draw it inside the picture.")
    return tight(box, shape.within(box))


def _draw(plane: np.ndarray, start: Sequence[float], end: Sequence[float], corner: tuple[int, int]) -> None:
    # Pixel centres are at half: OpenCV's whole coordinates are centres.
    one, other = (
        (round((column - corner[1] - 0.5) * _FINE), round((row - corner[0] - 0.5) * _FINE))
        for row, column, _ in (start, end)
    )
    shift = int(math.log2(_FINE))
    for (x, y), (_, _, radius) in (one, start), (other, end):
        cv2.circle(plane, (x, y), max(round(radius * _FINE), _FINE // 2), 1, -1, cv2.LINE_8, shift)
    if one != other:
        thick = max(round(2 * min(start[2], end[2])), 1)
        cv2.line(plane, one, other, 1, thick, cv2.LINE_8, shift)


def _points(stroke: Any) -> list[tuple[float, float, float]]:
    told: dict[str, Any] = stroke if isinstance(stroke, dict) else {}
    listed, radius = told.get("points"), told.get("radius", 0.5)
    if not isinstance(listed, list) or not 1 <= len(listed) <= MOST_POINTS or not _is_length(radius):
        raise BadRequest(f"A stroke has 1 to {MOST_POINTS} points and a radius up to {_WIDEST:g} px.")
    points: list[tuple[float, float, float]] = []
    for point in listed:
        if not isinstance(point, list) or len(point) not in (2, 3) or not all(map(_is_number, point)):
            raise BadRequest(f"A point of a stroke is [row, column] or [row, column, radius], not {point!r}.")
        row, column, own = (float(value) for value in (point if len(point) == 3 else [*point, radius]))
        if not _is_length(own):
            raise BadRequest(f"The radius of a stroke is from 0 to {_WIDEST:g} px, not {own:g}.")
        points.append((row, column, own))
    return points


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= 1e6


def _is_length(value: Any) -> bool:
    return _is_number(value) and 0 <= value <= _WIDEST


def _within(value: float, length: int) -> int:
    return int(min(max(math.floor(value), 0), length))
