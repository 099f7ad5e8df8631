"""The shapes that decisions are drawn in: boxes, polygons and masks, as pixels of a frame.

A shape is kept as it was written and drawn only when its frame comes: a long list of them takes no more
memory than its file.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.errors import CorruptSource
from engine.types import Bool, Box

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Shape:
    """All pixels of `box`; of a polygon those whose centre is inside `outline`; of a mask those in `bits`.

    `outline` (n, 2) holds row and column of the corners; `bits` is zlib of the packed rows of the box.
    """

    box: Box
    outline: Points | None = None
    bits: bytes | None = None

    def draw(self, plane: Bool, corner: tuple[int, int] = (0, 0)) -> None:
        """Set its pixels True in `plane` (H, W), whose first pixel is the frame's at row, column `corner`.

        What lies outside the plane is left away.
        """
        top, left = self.box.top - corner[0], self.box.left - corner[1]
        rows = _span(top, self.box.bottom - corner[0], plane.shape[0])
        columns = _span(left, self.box.right - corner[1], plane.shape[1])
        target = plane[rows, columns]
        if self.outline is not None:
            _fill(target, self.outline - (rows.start + corner[0], columns.start + corner[1]))
        elif self.bits is not None:
            mask = _unpacked(self.bits, self.box)
            target |= mask[rows.start - top : rows.stop - top, columns.start - left : columns.stop - left]
        else:
            target[...] = True

    def within(self, box: Box) -> Bool:
        """Its pixels in `box`, (h, w)."""
        plane = np.zeros((box.height, box.width), np.bool_)
        self.draw(plane, (box.top, box.left))
        return plane


WHOLE_FRAME = Shape(Box(0, 0, 1_000_000_000, 1_000_000_000))


def shape_of(value: Any, size: tuple[int, int]) -> Shape:
    """The shape that a decision's "shape" describes, for frames of `size` (height, width).

    Raises CorruptSource for an empty box, and for a mask that does not fit its box or reaches beyond the
    frame. The value has passed the schema.
    """
    if "box" in value:
        return Shape(_box(value["box"]))
    if "polygon" in value:
        return _polygon(np.array(value["polygon"], np.float64), size)
    return _mask(value["mask"], size)


def encoded_mask(inside: Bool) -> str:
    """The "bits" of a mask whose box has the shape (h, w) of `inside`."""
    return base64.b64encode(zlib.compress(np.packbits(inside, axis=1).tobytes(), 9)).decode("ascii")


def _span(first: int, last: int, length: int) -> slice:
    start = min(max(first, 0), length)
    return slice(start, max(min(last, length), start))


def _box(value: list[int]) -> Box:
    top, left, bottom, right = value
    if top >= bottom or left >= right:
        raise CorruptSource(f"the box {value} is empty; it goes [top, left, bottom, right]")
    return Box(top, left, bottom, right)


def _polygon(points: Points, size: tuple[int, int]) -> Shape:
    first = np.clip(np.floor(points.min(axis=0)), 0, size)
    last = np.clip(np.ceil(points.max(axis=0)), first, size)
    return Shape(Box(int(first[0]), int(first[1]), int(last[0]), int(last[1])), outline=points)


def _fill(target: Bool, points: Points) -> None:
    """By the even-odd rule, row by row; `points` count from the corner of `target`."""
    after = np.roll(points, -1, axis=0)
    centres = np.arange(target.shape[1]) + 0.5
    for place in range(target.shape[0]):
        crossings = _crossings(points, after, place + 0.5)
        target[place] |= np.searchsorted(crossings, centres, side="right") % 2 == 1


def _crossings(points: Points, after: Points, row: float) -> Points:
    """The columns, ascending, at which the outline crosses the line `row`."""
    crossing = (points[:, 0] <= row) != (after[:, 0] <= row)
    one, other = points[crossing], after[crossing]
    share = (row - one[:, 0]) / (other[:, 0] - one[:, 0])
    return np.sort(one[:, 1] + share * (other[:, 1] - one[:, 1]))


def _mask(value: dict[str, Any], size: tuple[int, int]) -> Shape:
    box = _box(value["box"])
    if box.bottom > size[0] or box.right > size[1]:
        raise CorruptSource(
            f"the mask's box {value['box']} reaches beyond the frame of {size[1]} x {size[0]}"
        )
    try:
        bits = base64.b64decode(value["bits"], validate=True)
    except (binascii.Error, ValueError) as error:
        raise CorruptSource(f"the mask's bits are not base64 ({error})") from error
    _unpacked(bits, box)
    return Shape(box, bits=bits)


def _unpacked(bits: bytes, box: Box) -> Bool:
    """(h, w) of a mask. Raises CorruptSource; never unpacks more than the box holds."""
    expected = box.height * -(-box.width // 8)
    unpacker = zlib.decompressobj()
    try:
        rows = unpacker.decompress(bits, expected + 1)
    except zlib.error as error:
        raise CorruptSource(f"the mask's bits are not zlib ({error})") from error
    if len(rows) != expected or not unpacker.eof:
        raise CorruptSource(f"the mask's bits do not fit its box: {expected} bytes were expected")
    packed = np.frombuffer(rows, np.uint8).reshape(box.height, -1)
    return np.unpackbits(packed, axis=1)[:, : box.width].astype(np.bool_)
