"""Large arrays used again and again, instead of fresh memory from the system for every frame."""

from __future__ import annotations

import threading
from collections.abc import Generator
from contextlib import contextmanager

import numpy as np

from engine.types import Float32

_MOST = 6
"""Arrays kept: a few shapes for a few threads. What has not been asked for longest goes first."""


class BufferPool:
    """Lends float32 arrays and keeps those that come back; thread-safe.

    The kernel clears every page of fresh memory, which for a 2K frame's planes takes longer than filling
    them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: list[Float32] = []

    @contextmanager
    def lent(self, *shape: int) -> Generator[Float32]:
        """An array of `shape` whose values are undefined, until the block ends."""
        array = self._taken(shape)
        try:
            yield array
        finally:
            with self._lock:
                self._free = [*self._free, array][-_MOST:]

    def close(self) -> None:
        with self._lock:
            self._free.clear()

    def _taken(self, shape: tuple[int, ...]) -> Float32:
        with self._lock:
            for place, array in enumerate(self._free):
                if array.shape == shape:
                    return self._free.pop(place)
        return np.empty(shape, np.float32)
