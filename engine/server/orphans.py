"""Shared memory left by clients that died before they could unlink it."""

from __future__ import annotations

import os
import re
import sys
import time
from pathlib import Path

_FOLDER = Path("/dev/shm")
_NAME = re.compile(r"reelmend-([0-9]{1,10})-[0-9a-f]+")
_YOUNG = 60.0
"""Seconds. A client takes milliseconds from making a segment to unlinking it; one in another container may
have a process id that means nothing here."""


def sweep(folder: Path = _FOLDER, young: float = _YOUNG) -> tuple[str, ...]:
    """Unlink what belongs to this user and to no living process; the names. Only Linux can list them."""
    if sys.platform != "linux" or not folder.is_dir():
        return ()
    return tuple(
        path.name for path in folder.glob("reelmend-*") if _is_orphan(path, young) and _unlinked(path)
    )


def _is_orphan(path: Path, young: float) -> bool:
    match = _NAME.fullmatch(path.name)
    if match is None or _lives(int(match[1])):
        return False
    try:
        facts = path.lstat()
    except OSError:
        return False
    return facts.st_uid == os.geteuid() and time.time() - facts.st_ctime > young


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _unlinked(path: Path) -> bool:
    try:
        path.unlink()
    except OSError:
        return False
    return True
