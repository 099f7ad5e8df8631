"""The names that clients give to pictures: a hash that a few lines of C make as well.

XXH64 is Y. Collet's (https://github.com/Cyan4973/xxHash/blob/dev/doc/xxhash_spec.md). It is taken over
bands of rows, so that a client may hash them on several threads.
"""

from __future__ import annotations

import struct

import numpy as np
import numpy.typing as npt
import xxhash

from engine.server.limits import BAND


def picture_key(packed: npt.NDArray[np.uint8], height: int) -> str:
    """16 hex digits for the bytes of a packed picture of `height` rows, `packed` (bytes,).

    XXH64 (seed 0) over the XXH64s (seed 0) of every 64 rows, as 8-byte little-endian numbers.
    """
    band = packed.size // height * BAND
    hashes = [xxhash.xxh64_intdigest(packed[at : at + band].data) for at in range(0, packed.size, band)]
    return xxhash.xxh64_hexdigest(struct.pack(f"<{len(hashes)}Q", *hashes))
