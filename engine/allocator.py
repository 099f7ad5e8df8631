"""Memory that does not grow with the length of a reel.

A render allocates and frees arrays of many sizes, megabytes each, from several threads. The GNU C
library keeps such memory in arenas that fragment: over a thousand frames the process grows by a
quarter though nothing is held. Told to map large blocks one by one, it gives each back when freed.
"""

from __future__ import annotations

import ctypes
import platform

_ARENA_MAX, _MMAP_THRESHOLD = -8, -3
"""M_ARENA_MAX and M_MMAP_THRESHOLD of <malloc.h>."""
_ARENAS = 2
_LARGE = 2**20


def steady_memory() -> bool:
    """Have the C library return large arrays at once; True where it is one that can be told so."""
    if platform.libc_ver()[0] != "glibc":
        return False
    mallopt = ctypes.CDLL(None).mallopt
    return bool(mallopt(_ARENA_MAX, _ARENAS)) and bool(mallopt(_MMAP_THRESHOLD, _LARGE))
