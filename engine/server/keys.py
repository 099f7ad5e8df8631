"""The names that clients give to pictures: a hash that a few lines of C make as well.

XXH3 and XXH64 are Y. Collet's (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). They are
taken over bands of rows, so that either side may hash them on several threads. XXH3 is as fast as memory is
read; little is left to XXH64, since XXH3 has an algorithm of its own for each of four short lengths.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xxhash

_SHORT = 240
"""Bytes: a band of no more is hashed by XXH64."""


class BandHash:
    """Of one band: all of its 64 rows, or those that are left, added from the top down."""

    def __init__(self, count: int) -> None:
        """`count`: bytes of the whole band."""
        self._hash = xxhash.xxh3_64() if count > _SHORT else xxhash.xxh64()

    def add(self, rows: npt.NDArray[np.uint8]) -> None:
        """The packed bytes (bytes,) of the next rows."""
        self._hash.update(rows.data)

    def value(self) -> int:
        return self._hash.intdigest()


def key_of(bands: Sequence[int]) -> str:
    """16 hex digits: XXH64 over the hashes of a picture's bands, as 8-byte little-endian numbers."""
    return xxhash.xxh64_hexdigest(struct.pack(f"<{len(bands)}Q", *bands))
