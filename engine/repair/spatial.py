"""Filling from the same frame, where no neighbour can help.

Along straight lines through a hole pixel, the two undamaged ends are compared: where they agree, for this
pixel and those around it, the line is likely to run along an edge or across a scratch, and the pixel is
interpolated between them, with the slopes that the picture has there. What no line says much about
gets the membrane through the hole's rim. All in float; the grain comes later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engine.connected import connected
from engine.repair.channels import shared, weighted
from engine.repair.pyramid import filled
from engine.types import Bool, Float32

_DIRECTIONS = ((1, 0), (2, 1), (1, 1), (1, 2), (0, 1), (-1, 2), (-1, 1), (-2, 1))
"""(dx, dy) in whole pixels: eight lines, 22 to 27 degrees apart."""

_BLOCK, _BLUR_REACH = 128, 2
"""px: side of the blocks in which grain is averaged out, and how far that blur looks."""
_LONGEST = 40
"""px. How far along a line an undamaged end is looked for."""

_AGREEMENT = 0.02
"""ACEScct. Ends that differ by less count as one surface; grain is averaged out beforehand."""

_SPAN = 12.0
"""px. A line that must bridge more than this counts less than the membrane."""

_POWER = 6
"""With which power of its length a line loses weight."""

_SLOPE, _SLOPE_SPAN = np.float32(0.75), np.float32(5.0)
"""The share of the slope at its ends that a line follows, and the px of its length from which on less."""

_TOGETHER = 2.0
"""px. Standard deviation of the window in which lines of one direction are judged together."""

_BACKING = np.float32(0.1)
"""The weight of the membrane, in lines of that length whose ends agree."""

_SMALL = 64
"""px. Pieces of damage larger than this get a membrane as well."""

_CROWD = np.float32(0.93)
"""The share of the lines' spread that counts as doubt. Errors are 1.5 times as large in the median clip:
a mark is left alone only where its fill is very likely to be worse."""

_LOST = 1.0
"""The doubt of pixels in a frame of which nothing is known."""

_SQUARE = 64
"""px. Side of the squares that are blurred where they hold damage."""

_MARGIN = 24
_SWEEPS = 8


class SpatialFill(NamedTuple):
    """`values` (n, 3) and the RMS error to be expected of them, `doubt` (n,), in the plane's own units."""

    values: Float32
    doubt: Float32


class _Lines(NamedTuple):
    """Sums over the lines through each pixel: `total` (n, 3) of weighted values, `squares` (n,) of their
    weighted mean squares, `mass` (n,) of the weights."""

    total: Float32
    squares: Float32
    mass: Float32


def fill_from_surroundings(plane: Float32, missing: Bool, unknown: Bool) -> SpatialFill:
    """Values for the `missing` pixels of `plane` (H, W, 3), in their order top left first.

    `missing` and `unknown` are (H, W); a pixel is relied upon only where it is neither. Where the
    whole frame is unknown the pixels come back as they are: there is nothing better.
    """
    rows, columns = np.nonzero(missing)
    if rows.size == 0 or (missing | unknown).all():
        return SpatialFill(plane[rows, columns], np.full(rows.size, _LOST, np.float32))
    near = _bounds(missing, _LONGEST + 2)
    part, wanted = plane[near], missing[near]
    hidden = wanted | unknown[near]
    rows, columns = np.nonzero(wanted)
    lines = _along_lines(part, _calmed(part, hidden, wanted), hidden, rows, columns)
    membrane = _membranes(part, wanted, hidden)[rows, columns]
    mass = lines.mass + _BACKING
    whole = np.asarray((lines.total + _BACKING * membrane) / mass[:, None], np.float32)
    # Where the lines and the membrane do not agree, at least one of them is wrong.
    squares = (lines.squares + _BACKING * _mean_square(membrane)) / mass - _mean_square(whole)
    doubt = _CROWD * np.sqrt(np.maximum(squares, 0))
    return SpatialFill(whole, doubt.astype(np.float32))


def _mean_square(values: Float32) -> Float32:
    return np.asarray(np.einsum("nc,nc->n", values, values) / np.float32(3), np.float32)


def _calmed(plane: Float32, hidden: Bool, missing: Bool) -> Float32:
    """`plane` with its grain averaged out, from pixels that are not hidden; only where `missing` pixels look.

    Elsewhere the values are undefined.
    """
    result = np.empty_like(plane)
    for block in _blocks_near(missing):
        outer = block.outer
        weight = (~hidden[outer]).astype(np.float32)
        sums = np.asarray(cv2.GaussianBlur(weighted(plane[outer], weight), (5, 5), 1.0), np.float32)
        mass = np.asarray(cv2.GaussianBlur(weight, (5, 5), 1.0), np.float32)
        result[block.inner] = shared(sums, np.maximum(mass, np.float32(1e-6)))[block.within]
    return result


class _Block(NamedTuple):
    """A square of the frame, as far as it lies in it, and with what a blur of it looks at around it."""

    inner: tuple[slice, slice]
    outer: tuple[slice, slice]

    @staticmethod
    def of(top: int, left: int, side: int, reach: int, shape: tuple[int, ...]) -> _Block:
        sides = [(top, min(top + side, shape[0])), (left, min(left + side, shape[1]))]
        inner = [slice(*ends) for ends in sides]
        outer = [
            slice(max(a - reach, 0), min(b + reach, most)) for (a, b), most in zip(sides, shape, strict=True)
        ]
        return _Block((inner[0], inner[1]), (outer[0], outer[1]))

    @property
    def within(self) -> tuple[slice, slice]:
        """Where `inner` lies in `outer`."""
        rows, columns = (
            slice(one.start - all_.start, one.stop - all_.start)
            for one, all_ in zip(self.inner, self.outer, strict=True)
        )
        return rows, columns


def _blocks_near(missing: Bool) -> Iterator[_Block]:
    """Blocks that a line from a `missing` pixel can end in."""
    height, width = missing.shape
    near = cv2.dilate(missing.astype(np.uint8), np.ones((2 * _LONGEST + 1, 2 * _LONGEST + 1), np.uint8))
    for top in range(0, height, _BLOCK):
        for left in range(0, width, _BLOCK):
            block = _Block.of(top, left, _BLOCK, _BLUR_REACH, missing.shape)
            if near[block.inner].any():
                yield block


def _bounds(mask: Bool, margin: int) -> tuple[slice, slice]:
    left, top, width, height = cv2.boundingRect(mask.astype(np.uint8))
    return (
        slice(max(top - margin, 0), min(top + height + margin, mask.shape[0])),
        slice(max(left - margin, 0), min(left + width + margin, mask.shape[1])),
    )


def _along_lines(
    plane: Float32, calm: Float32, hidden: Bool, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]
) -> _Lines:
    total = np.zeros((rows.size, 3), np.float32)
    squares, mass = np.zeros((2, rows.size), np.float32)
    shared = _Shared.of(hidden.shape, rows, columns)
    for dx, dy in _DIRECTIONS:
        ahead, back = _reach(hidden, rows, columns, dx, dy), _reach(hidden, rows, columns, -dx, -dy)
        met = np.flatnonzero((ahead > 0) & (back > 0))
        here = rows[met], columns[met]
        one, other = _End.of(here, ahead[met], (dx, dy)), _End.of(here, back[met], (-dx, -dy))
        apart = shared.mean(here, _mean_square(one.at(calm) - other.at(calm)))
        span = one.steps + other.steps
        length = span * np.float32(np.hypot(dx, dy))
        follow = np.asarray(_SLOPE * np.minimum(1, _SLOPE_SPAN / length) * span, np.float32)
        value = _bridged(one, other, plane, hidden, follow)
        weight = (_SPAN / length) ** _POWER / (1 + apart / np.float32(_AGREEMENT**2))
        total[met] += weight[:, None] * value
        squares[met] += weight * _mean_square(value)
        mass[met] += weight
    return _Lines(total, squares, mass)


class _End(NamedTuple):
    """Where lines end: `rows` and `columns` (n,) of the first undamaged pixels, `steps` (n,) away, and
    those of the pixels one step further out."""

    rows: npt.NDArray[np.intp]
    columns: npt.NDArray[np.intp]
    steps: Float32
    beyond: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]

    @staticmethod
    def of(
        start: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], steps: npt.NDArray[np.int32],
        step: tuple[int, int],
    ) -> _End:  # fmt: skip
        rows, columns = start[0] + steps * step[1], start[1] + steps * step[0]
        return _End(rows, columns, steps.astype(np.float32), (rows + step[1], columns + step[0]))

    def at(self, plane: Float32) -> Float32:
        return plane[self.rows, self.columns]

    def slope(self, plane: Float32, hidden: Bool) -> Float32:
        """The change of `plane` over the last step towards the hole, (n, 3); 0 where it cannot be seen."""
        rows, columns = (
            np.clip(places, 0, side - 1) for places, side in zip(self.beyond, hidden.shape, strict=True)
        )
        change = self.at(plane) - plane[rows, columns]
        return np.where(hidden[rows, columns, None], np.float32(0), change)


class _Shared(NamedTuple):
    """Means over the pixels around each: `planes` (h, w, 2) are zeros to work on, `squares` cover every pixel
    that may be asked for."""

    planes: Float32
    squares: tuple[_Block, ...]

    @staticmethod
    def of(shape: tuple[int, ...], rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp]) -> _Shared:
        held = np.unique(rows // _SQUARE * shape[1] + columns // _SQUARE)
        corners = zip(held // shape[1] * _SQUARE, held % shape[1] * _SQUARE, strict=True)
        reach = int(4 * _TOGETHER)
        squares = [_Block.of(int(top), int(left), _SQUARE, reach, shape) for top, left in corners]
        return _Shared(np.zeros((*shape, 2), np.float32), tuple(squares))

    def mean(self, here: tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]], values: Float32) -> Float32:
        """The mean of `values` (n,) over the pixels around each that have one, (n,)."""
        self.planes[here] = np.stack([values, np.ones_like(values)], axis=1)
        blurred = np.empty_like(self.planes)
        for square in self.squares:
            soft = np.asarray(cv2.GaussianBlur(self.planes[square.outer], (0, 0), _TOGETHER), np.float32)
            blurred[square.inner] = soft[square.within]
        self.planes[here] = 0
        sums, mass = blurred[here].T
        return np.asarray(sums / np.maximum(mass, np.float32(1e-6)), np.float32)


def _bridged(one: _End, other: _End, plane: Float32, hidden: Bool, follow: Float32) -> Float32:
    """Hermite's cubic between the two ends, (n, 3); `follow` (n,) is how far their slopes are continued."""
    t = (one.steps / (one.steps + other.steps))[:, None]
    scale = follow[:, None]
    value = (2 * t**3 - 3 * t**2 + 1) * one.at(plane) + (3 * t**2 - 2 * t**3) * other.at(plane)
    value += (t**3 - 2 * t**2 + t) * scale * one.slope(plane, hidden)
    value += (t**2 - t**3) * scale * other.slope(plane, hidden)
    return np.asarray(value, np.float32)


def _reach(
    hidden: Bool, rows: npt.NDArray[np.intp], columns: npt.NDArray[np.intp], dx: int, dy: int
) -> npt.NDArray[np.int32]:
    """How many steps (dx, dy) lead from each pixel to the first that is not hidden; 0 where none does."""
    steps = np.zeros(rows.size, np.int32)
    open_ = np.arange(rows.size)
    for step in range(1, int(_LONGEST / np.hypot(dx, dy)) + 1):
        y, x = rows[open_] + step * dy, columns[open_] + step * dx
        inside = (y >= 0) & (y < hidden.shape[0]) & (x >= 0) & (x < hidden.shape[1])
        open_, y, x = open_[inside], y[inside], x[inside]
        clear = ~hidden[y, x]
        steps[open_[clear]] = step
        open_ = open_[~clear]
        if open_.size == 0:
            break
    return steps


def _membranes(plane: Float32, missing: Bool, hidden: Bool) -> Float32:
    """`plane` with the large pieces of `missing` filled by the membrane through their rims."""
    result = plane.copy()
    marks = connected(hidden)
    for piece in np.unique(marks.labels[missing]):
        box = (
            slice(max(int(marks.top[piece]) - _MARGIN, 0), int(marks.bottom[piece]) + _MARGIN),
            slice(max(int(marks.left[piece]) - _MARGIN, 0), int(marks.right[piece]) + _MARGIN),
        )
        wanted = (marks.labels[box] == piece) & missing[box]
        sweeps = _SWEEPS if marks.longest[piece] > _SMALL else 2
        membrane = filled(plane[box], ~hidden[box], sweeps)
        np.copyto(result[box], membrane, where=wanted[..., None])
    return result
