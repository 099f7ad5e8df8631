"""One engine process for each place: whoever holds the lock is it."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from engine.closing import Closing


class Lock(Closing):
    """The system lets it go when the process ends, however that happens. The file stays, and is empty."""

    def __init__(self, path: Path) -> None:
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
        self.held = False

    def take(self) -> bool:
        """Whether it is ours; does not wait."""
        self.held = self.held or _taken(self._descriptor)
        return self.held

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1


if sys.platform == "win32":
    import msvcrt

    def _taken(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _taken(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
