"""Strips and tiles of a TIFF: samples to the bytes that are stored.

Compression and predictor are the source's (TIFF 6.0, sections 8, 9, 13 and 14; Adobe's Deflate and Technical
Note 3 for the floating-point predictor). LZW and PackBits are written as literals only: every reader reads
them, and encoding them densely is not worth its time for the few segments that change.
"""

from __future__ import annotations

import zlib

import numpy as np

from engine.media.origin import Bytes
from engine.types import AnyArray

NONE, LZW, DEFLATE, PACKBITS, OLD_DEFLATE = 1, 5, 8, 32773, 32946
LOSSLESS = (NONE, LZW, DEFLATE, PACKBITS, OLD_DEFLATE)
"""Values of the tag Compression (259) that are written here."""

_CLEAR, _END = 256, 257
_LITERALS = 250
"""Fewer than make an LZW reader change from 9 to 10 bits."""


def encoded(samples: AnyArray, compression: int, predictor: int, order: str) -> bytes:
    """(rows, width, channels) as a segment of the byte order `order` ("<" or ">")."""
    rows = _predicted(samples, predictor, order)
    if compression in (DEFLATE, OLD_DEFLATE):
        return zlib.compress(rows.tobytes(), 6)
    if compression == LZW:
        return _lzw_literals(rows.reshape(-1))
    if compression == PACKBITS:
        return b"".join(_packbits_literals(row.tobytes()) for row in rows)
    return rows.tobytes()


def _predicted(samples: AnyArray, predictor: int, order: str) -> Bytes:
    """(rows, bytes): the differences to the pixel at the left, where the predictor is 2 or 3."""
    height, _, channels = samples.shape
    if predictor == 3:
        planes = samples.astype(samples.dtype.newbyteorder(">")).view(np.uint8)
        size = samples.dtype.itemsize
        split = planes.reshape(height, -1, size).transpose(0, 2, 1).reshape(height, -1)
        return _differences(split, channels)
    flat = np.ascontiguousarray(samples.reshape(height, -1))
    if predictor == 2:
        flat = _differences(flat, channels)
    stored = np.ascontiguousarray(flat.astype(np.dtype(f"{order}{flat.dtype.kind}{flat.dtype.itemsize}")))
    return stored.view(np.uint8).reshape(height, -1)


def _differences(rows: AnyArray, channels: int) -> AnyArray:
    changed = rows.copy()
    changed[:, channels:] -= rows[:, :-channels]
    return changed


def _lzw_literals(stream: Bytes) -> bytes:
    codes = stream.astype(np.uint16)
    starts = np.arange(0, codes.size, _LITERALS)
    codes = np.append(np.insert(codes, starts, _CLEAR), _END).astype(np.uint16)
    bits = (codes[:, np.newaxis] >> np.arange(8, -1, -1, dtype=np.uint16)) & 1
    return np.packbits(bits.astype(np.uint8).reshape(-1)).tobytes()


def _packbits_literals(row: bytes) -> bytes:
    pieces = (row[at : at + 128] for at in range(0, len(row), 128))
    return b"".join(bytes([len(piece) - 1]) + piece for piece in pieces)
