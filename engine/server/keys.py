"""The names that clients give to pictures: a hash that a few lines of C make as well.

XXH64 is Y. Collet's (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). It is taken over
bands of rows, so that either side may hash them on several threads.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import xxhash


class BandHash:
    """Of one band: all of its 64 rows, or those that are left, added from the top down."""

    def __init__(self) -> None:
        self._hash = xxhash.xxh64()

    def add(self, rows: npt.NDArray[np.uint8]) -> None:
        """The packed bytes (bytes,) of the next rows."""
        self._hash.update(rows.data)

    def value(self) -> int:
        return self._hash.intdigest()


def key_of(bands: Sequence[int]) -> str:
    """16 hex digits: XXH64 over the XXH64s of a picture's bands, as 8-byte little-endian numbers."""
    return xxhash.xxh64_hexdigest(struct.pack(f"<{len(bands)}Q", *bands))
