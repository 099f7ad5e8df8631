"""Memory that does not grow with the length of a reel.

A render allocates and frees arrays of many sizes, megabytes each, from several threads. The GNU C
library gives every thread an arena of its own, and each of them fragments: over a thousand frames the
process grows by a quarter though nothing is held. Sharing two arenas and giving back now and then what
is free keeps it level. (Mapping every large array on its own would keep it lowest, and makes a 1080p
render half as fast: the kernel then clears each page anew.)
"""

from __future__ import annotations

import ctypes
import platform

_ARENA_MAX = -8
"""M_ARENA_MAX of <malloc.h>."""
_ARENAS = 2


def steady_memory() -> bool:
    """Have threads share the C library's memory; True where it is one that can be told so."""
    if platform.libc_ver()[0] != "glibc":
        return False
    return bool(ctypes.CDLL(None).mallopt(_ARENA_MAX, _ARENAS))


def give_back() -> None:
    """Return free memory to the system, from within the arenas too."""
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).malloc_trim(0)
