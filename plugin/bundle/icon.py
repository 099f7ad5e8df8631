"""The nodes' icons, drawn here: a piece of film, with the blotch that is found or the one that is gone."""

from __future__ import annotations

import math
import struct
import zlib
from collections.abc import Callable

Pixel = tuple[int, int, int, int]

SIDE = 128
_FILM, _PICTURE, _BLOTCH, _MARK, _OPEN = (
    (38, 36, 40, 255), (214, 196, 160, 255), (30, 26, 24, 255), (208, 52, 40, 255), (0, 0, 0, 0)
)  # fmt: skip
_MARGIN, _HOLE, _PITCH = 22, 10, 21


def detect_icon() -> bytes:
    """PNG, 128 x 128, RGBA: the blotch in a red frame."""
    return _png(lambda x, y: _marked(x, y) or _film(x, y, blotch=True))


def repair_icon() -> bytes:
    """PNG, 128 x 128, RGBA: half of the blotch is gone."""
    return _png(lambda x, y: _film(x, y, blotch=x < SIDE // 2))


def _film(x: int, y: int, blotch: bool) -> Pixel:
    if min(x, SIDE - 1 - x) < _MARGIN:
        across = abs(min(x, SIDE - 1 - x) - _MARGIN // 2) <= _HOLE // 2
        return _OPEN if across and (y + _PITCH // 2) % _PITCH < _HOLE else _FILM
    if min(y, SIDE - 1 - y) < 10:
        return _FILM
    return _BLOTCH if blotch and _in_blotch(x, y) else _PICTURE


def _in_blotch(x: int, y: int) -> bool:
    dx, dy = x - SIDE / 2, y - SIDE / 2
    angle = math.atan2(dy, dx)
    return math.hypot(dx, dy) < 20 + 4 * math.sin(3 * angle + 1) + 2 * math.cos(5 * angle)


def _marked(x: int, y: int) -> Pixel | None:
    away = max(abs(x - SIDE // 2), abs(y - SIDE // 2))
    return _MARK if 29 <= away <= 32 else None


def _png(pixel: Callable[[int, int], Pixel]) -> bytes:
    """Rows without filter, compressed (PNG specification, W3C, chapters 5, 9 and 11)."""
    rows = b"".join(b"\0" + bytes(v for x in range(SIDE) for v in pixel(x, y)) for y in range(SIDE))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 6, 0, 0, 0)
    chunks = _chunk(b"IHDR", head) + _chunk(b"IDAT", zlib.compress(rows, 9)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunks


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
