"""The checksums of FFV1: FFmpeg's decoder conceals a damaged slice without a word, so they are checked here.

A slice of FFV1 version 3 ends in a footer: its size (3 bytes), and where the stream has checksums an
error status (1 byte) and a CRC-32 (4 bytes) that makes the CRC over the whole slice 0 (RFC 9043, 4.9).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

FOOTER = 8
_REVERSED = bytes(int(f"{value:08b}"[::-1], 2) for value in range(256))


def slices(packet: bytes) -> Iterator[bytes] | None:
    """The slices of a packet, last first; None where the sizes in the footers do not add up."""
    bounds: list[tuple[int, int]] = []
    end = len(packet)
    while end > 0:
        start = end - FOOTER - int.from_bytes(packet[end - FOOTER : end - FOOTER + 3])
        if end < FOOTER or start < 0:
            return None
        bounds.append((start, end))
        end = start
    return (packet[start:end] for start, end in bounds)


def intact(packet: bytes) -> bool:
    """Whether every slice of a packet that has checksums agrees with its own."""
    found = slices(packet)
    return found is not None and all(_crc(piece) == 0 for piece in found)


def _crc(piece: bytes) -> int:
    """CRC-32 with the bits of each byte sent highest first and nothing added at either end.

    zlib's runs the other way round, which is the same polynomial over reversed bytes.
    """
    return zlib.crc32(piece.translate(_REVERSED), 0xFFFFFFFF) ^ 0xFFFFFFFF
