"""Patch a PNG: the picture is compressed again, every other chunk stays (PNG, 3rd edition, 5 and 9)."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from engine.errors import UnsupportedFormat
from engine.media.keep.contract import Change
from engine.media.origin import Bytes
from engine.types import AnyArray

_CHANNELS = {0: 1, 2: 3, 4: 2, 6: 4}
"""By colour type; palettes (3) are not written."""
_PASSES = ((0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2), (1, 0, 2, 1))
"""Adam7: first row, first column, and the steps to the next, of each pass (PNG 8.2)."""
_SUB = 1


def patched_png(change: Change) -> Bytes:
    """Raises UnsupportedFormat for palettes, less than 8 bits, and a transparent colour."""
    content = change.content.tobytes()
    chunks = list(_chunks(content))
    kinds = [content[at + 4 : at + 8] for at, _ in chunks]
    bits, colour, _, _, interlacing = content[24:29]
    known = (bits == 8 * change.codes.dtype.itemsize, _CHANNELS.get(colour) == change.codes.shape[2])
    if not all(known) or b"tRNS" in kinds or interlacing > 1 or b"IDAT" not in kinds:
        raise UnsupportedFormat(
            f"{change.header.path} cannot be written back as it is: it has a palette, a transparent colour "
            "or less than 8 bits. Save it as plain RGB or grey first, or write .tif."
        )
    first = kinds.index(b"IDAT")
    picture = _chunk(b"IDAT", zlib.compress(_filtered(change.codes, bool(interlacing)), 6))
    kept = [content[at:end] for (at, end), kind in zip(chunks, kinds, strict=True) if kind != b"IDAT"]
    whole = b"".join([content[:8], *kept[:first], picture, *kept[first:], content[chunks[-1][1] :]])
    return np.frombuffer(whole, np.uint8)


def _chunks(content: bytes) -> Iterator[tuple[int, int]]:
    """(first byte, byte behind the last) of every chunk."""
    at = 8
    while at + 12 <= len(content):
        end = at + 12 + int(struct.unpack_from(">I", content, at)[0])
        yield at, min(end, len(content))
        at = end


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _filtered(codes: AnyArray, interlaced: bool) -> bytes:
    """All rows, of one pass after the other, as differences to the pixel at their left."""
    passes = _PASSES if interlaced else ((0, 0, 1, 1),)
    return b"".join(_rows(codes[row::down, column::across]) for row, column, down, across in passes)


def _rows(codes: AnyArray) -> bytes:
    height, width, channels = codes.shape
    if not width or not height:
        return b""
    big_endian = np.ascontiguousarray(codes.astype(codes.dtype.newbyteorder(">")))
    plain = big_endian.view(np.uint8).reshape(height, -1)
    pixel = channels * codes.dtype.itemsize
    rows = np.empty((height, 1 + plain.shape[1]), np.uint8)
    rows[:, 0] = _SUB
    rows[:, 1 : 1 + pixel] = plain[:, :pixel]
    rows[:, 1 + pixel :] = plain[:, pixel:] - plain[:, :-pixel]
    return rows.tobytes()
