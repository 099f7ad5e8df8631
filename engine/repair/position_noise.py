"""Noise that belongs to places of a picture: the same for every window, tile and run that looks there.

Drawn by the counter-based generator of Salmon et al., Parallel random numbers: as easy as 1, 2, 3, 2011
(Philox), in blocks: key and place are its key and counter, so that no block depends on which others are
drawn, or on their order.
"""

from __future__ import annotations

import hashlib

import numpy as np
import numpy.typing as npt

from engine.types import Float32

_BLOCK = 32
_CHANNELS = 3
_ORIGIN = 2**32
"""Added to the places of blocks, which may lie before the first: a counter has no sign."""

Places = npt.NDArray[np.intp]


class PositionNoise:
    """Independent standard normal values for every place and channel."""

    def __init__(self, key: str, seed: int = 0) -> None:
        """`key` names the picture: two pictures with different keys have independent noise."""
        self._key = int.from_bytes(hashlib.sha256(f"{key}/{seed}".encode()).digest()[:16], "little")

    def at(self, rows: Places, columns: Places, draw: int = 0) -> Float32:
        """(n, 3) float32 at `rows` and `columns` (n,), which may be negative; another for each `draw`."""
        values = np.empty((rows.size, _CHANNELS), np.float32)
        tops, lefts = rows // _BLOCK, columns // _BLOCK
        names = tops * np.intp(_ORIGIN) + lefts
        order = np.argsort(names, kind="stable")
        starts = np.flatnonzero(np.diff(names[order], prepend=np.intp(np.iinfo(np.intp).min)))
        for here in np.split(order, starts[1:]):
            if here.size:
                block = self._block(int(tops[here[0]]), int(lefts[here[0]]), draw)
                values[here] = block[rows[here] % _BLOCK, columns[here] % _BLOCK]
        return values

    def _block(self, top: int, left: int, draw: int) -> Float32:
        # The lowest word of the counter counts the numbers drawn.
        generator = np.random.Philox(key=self._key, counter=[0, draw, top + _ORIGIN, left + _ORIGIN])
        return np.random.Generator(generator).standard_normal((_BLOCK, _BLOCK, _CHANNELS), np.float32)
