"""The names that clients give to pictures: a hash that a few lines of C make as well.

XXH64 is Y. Collet's (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). It is taken over
bands of rows, so that a client may hash them on several threads.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import xxhash


class KeyHash:
    """The key of a picture that comes band by band: all of 64 rows, but for the last."""

    def __init__(self) -> None:
        self._bands = xxhash.xxh64()

    def add(self, band: npt.NDArray[np.uint8]) -> None:
        """The packed bytes (bytes,) of the next rows."""
        self._bands.update(struct.pack("<Q", xxhash.xxh64_intdigest(band.data)))

    def key(self) -> str:
        """16 hex digits: XXH64 over the XXH64s of the bands, as 8-byte little-endian numbers."""
        return self._bands.hexdigest()
