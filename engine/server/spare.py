"""Memory for the next plate, made ready while nobody waits for it."""

from __future__ import annotations

import threading

from engine.closing import Closing
from engine.server.pictures import Bytes, fresh_bytes

_PAGE = 4096
"""Bytes that the system hands out at once, at least."""
_LARGEST = 2**29
"""Bytes that are held in reserve at most."""


class SpareMemory(Closing):
    """Holds one array of the size asked for last; thread-safe.

    The kernel clears every page of fresh memory when it is first written to. For the plate of a 2K frame that
    takes longer than copying it, and would fall into the time that a host waits.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: Bytes | None = None
        self._wanted = 0

    def taken(self, count: int) -> Bytes:
        """An array (count,) of undefined values, the caller's from now on."""
        with self._lock:
            ready, self._ready = self._ready, None
            self._wanted = count
        # One of another size goes: what comes next is more likely of this one.
        return ready if ready is not None and ready.size == count else fresh_bytes(count)

    def renew(self) -> None:
        """Make the next array ready, where there is none."""
        with self._lock:
            count = self._wanted
            if self._ready is not None or not 0 < count <= _LARGEST:
                return
        made = fresh_bytes(count)
        made[::_PAGE] = 0
        with self._lock:
            if self._ready is None and self._wanted == count:
                self._ready = made

    def close(self) -> None:
        """Let go of it."""
        with self._lock:
            self._ready, self._wanted = None, 0
