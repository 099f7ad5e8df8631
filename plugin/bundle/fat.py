"""One macOS binary for both processors: thin Mach-O files behind a fat header.

The format is public: <mach-o/fat.h> of macOS. All its numbers are big-endian; the thin files start on pages
of 16 KiB, which both processors take.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

FAT_MAGIC = 0xCAFEBABE
THIN_MAGIC = 0xFEEDFACF
PAGE_POWER = 14

_HEAD = struct.Struct(">II")
_ENTRY = struct.Struct(">IIIII")
_THIN_HEAD = struct.Struct("<III")


def joined(thin: Sequence[bytes]) -> bytes:
    """The fat file of 64-bit Mach-O files. Raises ValueError for what is none."""
    page = 1 << PAGE_POWER
    whole = bytearray(_HEAD.pack(FAT_MAGIC, len(thin)))
    place = page
    for binary in thin:
        magic, processor, model = _THIN_HEAD.unpack_from(binary)
        if magic != THIN_MAGIC:
            raise ValueError(f"expected a 64-bit Mach-O file, not one that begins with {magic:#x}")
        whole += _ENTRY.pack(processor, model, place, len(binary), PAGE_POWER)
        place += -(-len(binary) // page) * page
    for binary in thin:
        whole += bytes(-len(whole) % page) + binary
    return bytes(whole)
