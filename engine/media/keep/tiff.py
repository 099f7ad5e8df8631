"""Patch a TIFF: only the strips or tiles that hold changed pixels are written again.

Every tag, private ones and ICC and Exif among them, further pages and everything else in the file stay where
they are. Without compression only the bytes of changed samples change. A compressed strip takes the place of
the old one where it fits, else it goes to the end of the file and its offset is changed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.errors import UnsupportedFormat
from engine.media.keep.contract import Change
from engine.media.keep.tiff_directory import Directory, read_directory
from engine.media.keep.tiff_segments import LOSSLESS, NONE, encoded
from engine.media.origin import Bytes
from engine.types import AnyArray

_WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC, _FILL_ORDER = 256, 257, 258, 259, 262, 266
_CHANNELS, _PLANAR, _PREDICTOR = 277, 284, 317
_STRIP_OFFSETS, _ROWS_PER_STRIP, _STRIP_LENGTHS = 273, 278, 279
_TILE_WIDTH, _TILE_HEIGHT, _TILE_OFFSETS, _TILE_LENGTHS = 322, 323, 324, 325


@dataclass(frozen=True)
class _Grid:
    """How the picture is cut: `height` x `width` pixels, row by row, plane by plane if `planar`."""

    offsets: int
    lengths: int
    height: int
    width: int
    planar: bool


@dataclass(frozen=True)
class _Segment:
    """A strip or tile: entry `index` of the tables, where it lies, and its rows, columns and channels."""

    index: int
    offset: int
    length: int
    area: tuple[slice, slice, slice]


def patched_tiff(change: Change) -> Bytes:
    """Raises UnsupportedFormat where the picture is stored in a way that cannot be written back."""
    try:
        directory = read_directory(change.content)
        refusal = _refusal(directory, change)
        if not refusal:
            return _patched(directory, change)
    except ValueError as error:
        refusal = str(error)
    raise UnsupportedFormat(
        f"{change.header.path} cannot be written back as it is: {refusal}. Save it as a plain TIFF first, or "
        "write .exr or .png."
    )


def _refusal(directory: Directory, change: Change) -> str:
    codes, compression = change.codes, directory.value(_COMPRESSION, NONE)
    size = directory.value(_HEIGHT, 0), directory.value(_WIDTH, 0), directory.value(_CHANNELS, 1)
    bits = set(directory.values(_BITS)) or {1}
    if compression not in LOSSLESS:
        return f"compression {compression} would change untouched pixels"
    if size != codes.shape or bits != {8 * codes.dtype.itemsize}:
        return "its pixels are not stored as they are read"
    if directory.value(_FILL_ORDER, 1) != 1:
        return "its bits are stored in reverse"
    if directory.value(_PREDICTOR, 1) not in ((1, 3) if codes.dtype.kind == "f" else (1, 2)):
        return f"it has the predictor {directory.value(_PREDICTOR, 1)}"
    if directory.value(_PHOTOMETRIC, 1) == 0 and codes.dtype.kind == "f":
        return "white is 0 in it"
    return ""


def _patched(directory: Directory, change: Change) -> Bytes:
    grid = _grid(directory, change.codes.shape)
    segments = _segments(directory, grid, change)
    stored = ~change.codes if directory.value(_PHOTOMETRIC, 1) == 0 else change.codes
    if directory.value(_COMPRESSION, NONE) == NONE:
        for segment in segments:
            _put_samples(change, directory.order, segment, grid, stored)
        return change.content
    appended = bytearray()
    for segment in segments:
        new = _encoded(directory, grid, stored[segment.area])
        _put_segment(change.content, directory, grid, segment, new, appended)
    return np.concatenate([change.content, np.frombuffer(appended, np.uint8)]) if appended else change.content


def _segments(directory: Directory, grid: _Grid, change: Change) -> list[_Segment]:
    """The segments that hold a changed sample. Raises ValueError where the tables cannot be true."""
    height, width, channels = change.codes.shape
    offsets, lengths = directory.values(grid.offsets), directory.values(grid.lengths)
    across, down = -(-width // grid.width), -(-height // grid.height)
    count = across * down * (channels if grid.planar else 1)
    if not len(offsets) == len(lengths) == len(set(offsets)) == count:
        raise ValueError("its table of strips is incomplete")
    found: list[_Segment] = []
    for index, (offset, length) in enumerate(zip(offsets, lengths, strict=True)):
        plane, place = divmod(index, across * down)
        row, column = place // across * grid.height, place % across * grid.width
        area = (
            slice(row, row + grid.height),
            slice(column, column + grid.width),
            slice(plane, plane + 1) if grid.planar else slice(None),
        )
        if change.changed[area].any():
            if offset + length > change.content.size:
                raise ValueError("a strip lies outside the file")
            found.append(_Segment(index, offset, length, area))
    return found


def _put_segment(
    content: Bytes, directory: Directory, grid: _Grid, segment: _Segment, new: bytes, appended: bytearray
) -> None:
    """Where the old one was if there is room, else at the end of the file, at an even byte."""
    if len(new) <= segment.length:
        content[segment.offset : segment.offset + len(new)] = np.frombuffer(new, np.uint8)
    else:
        appended += b"\0" * ((content.size + len(appended)) % 2)
        directory.put(content, grid.offsets, segment.index, content.size + len(appended))
        appended += new
    directory.put(content, grid.lengths, segment.index, len(new))


def _grid(directory: Directory, shape: tuple[int, ...]) -> _Grid:
    planar = directory.value(_PLANAR, 1) == 2 and shape[2] > 1
    if directory.values(_TILE_OFFSETS):
        height, width = directory.value(_TILE_HEIGHT, 0), directory.value(_TILE_WIDTH, 0)
        if height <= 0 or width <= 0:
            raise ValueError("its tiles have no size")
        return _Grid(_TILE_OFFSETS, _TILE_LENGTHS, height, width, planar)
    rows = min(directory.value(_ROWS_PER_STRIP, shape[0]), shape[0])
    if rows <= 0:
        raise ValueError("its strips have no rows")
    return _Grid(_STRIP_OFFSETS, _STRIP_LENGTHS, rows, shape[1], planar)


def _put_samples(change: Change, order: str, segment: _Segment, grid: _Grid, stored: AnyArray) -> None:
    """Write the changed samples of an uncompressed segment; a tile may reach beyond the picture."""
    samples, changed = stored[segment.area], change.changed[segment.area]
    rows, columns, channels = samples.shape
    kind = np.dtype(f"{order}{samples.dtype.kind}{samples.dtype.itemsize}")
    pixel = channels * kind.itemsize
    stride = grid.width * pixel
    if (rows - 1) * stride + columns * pixel > segment.length:
        raise ValueError("a strip is too short")
    view = np.ndarray(samples.shape, kind, change.content, segment.offset, (stride, pixel, kind.itemsize))
    view[changed] = samples[changed]


def _encoded(directory: Directory, grid: _Grid, samples: AnyArray) -> bytes:
    """A compressed segment; what a tile holds beyond the picture is no picture and becomes its edge."""
    if grid.offsets == _TILE_OFFSETS:
        missing = (grid.height - samples.shape[0], grid.width - samples.shape[1])
        samples = np.pad(samples, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge")
    compression, predictor = directory.value(_COMPRESSION, NONE), directory.value(_PREDICTOR, 1)
    return encoded(np.ascontiguousarray(samples), compression, predictor, directory.order)
