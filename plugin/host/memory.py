"""OfxMemorySuiteV1, and memory that runs out on purpose."""

from __future__ import annotations

import ctypes
import threading

from plugin.host.abi import Refused, Status, store


class Memory:
    """Gives memory until `allow` allocations have been made; None sets no limit."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._blocks: dict[int, ctypes.Array[ctypes.c_char]] = {}
        self._left: int | None = None

    def allow(self, allocations: int | None) -> None:
        with self._lock:
            self._left = allocations

    @property
    def held(self) -> int:
        """Blocks given and not freed."""
        return len(self._blocks)

    def allocate(self, size: int) -> int:
        with self._lock:
            if self._left is not None:
                if self._left <= 0:
                    raise Refused(Status.ERR_MEMORY)
                self._left -= 1
            block = ctypes.create_string_buffer(max(size, 1))
            address = ctypes.addressof(block)
            self._blocks[address] = block
            return address

    def release(self, address: int | None) -> None:
        with self._lock:
            if self._blocks.pop(address or 0, None) is None:
                raise Refused(Status.ERR_BAD_HANDLE, "memory was freed that was not given")


class MemorySuite:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory

    def alloc(self, handle: int | None, size: int, out: int) -> None:
        store(out, ctypes.c_void_p, self._memory.allocate(size))

    def free(self, address: int | None) -> None:
        self._memory.release(address)
