"""Shared memory that a client has made: opened by name, measured, read and written with care.

Nothing a client says of it is trusted. On Linux it is read and written through its descriptor: where the
client has made it smaller meanwhile, that is a short read, and not the SIGBUS that touching mapped memory
would be.
"""

from __future__ import annotations

import mmap
import os
import re
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from typing import Protocol

import numpy as np
import numpy.typing as npt

from engine.closing import Closing
from engine.errors import RequestRefused
from engine.server.limits import SEGMENT_BYTES

Bytes = npt.NDArray[np.uint8]

_NAME = re.compile(
    r"Local\\reelmend-[0-9]{1,10}-[0-9a-f]{8,32}"
    if sys.platform == "win32"
    else r"/reelmend-[0-9]{1,10}-[0-9a-f]{4,20}"
)
LONGEST_NAME = 30
"""Characters; macOS takes no more."""


class _Memory(Protocol):
    def read(self, into: Bytes, offset: int) -> int:
        """How many bytes were there."""
        ...

    def write(self, source: Bytes, offset: int) -> int: ...
    def close(self) -> None: ...


class Segment(Closing):
    """One segment of a client. Thread-safe; after `close` nothing is read or written any more."""

    def __init__(self, name: str, size: int) -> None:
        """Raises RequestRefused (no_segment, too_large, bad_request)."""
        if _NAME.fullmatch(name) is None or (sys.platform != "win32" and len(name) > LONGEST_NAME):
            raise RequestRefused("bad_request", f"{name[:60]!r} is no name for shared memory of a client.")
        if not 0 < size <= SEGMENT_BYTES:
            raise RequestRefused(
                "too_large", f"Shared memory of {size} bytes; 1 to {SEGMENT_BYTES} are taken."
            )
        self.name, self.size = name, size
        self._changed = threading.Condition()
        self._users = 0
        self._memory: _Memory | None = _opened(name, size)

    def read(self, into: Bytes, offset: int) -> None:
        """Fill `into` (bytes,) from `offset` on. Raises RequestRefused (no_segment)."""
        with self._used() as memory:
            done = memory.read(into, offset)
        if done < into.size:
            raise _gone(self.name)

    def write(self, source: Bytes, offset: int) -> None:
        """Put `source` (bytes,) at `offset`. Raises RequestRefused (no_segment)."""
        with self._used() as memory:
            done = memory.write(source, offset)
        if done < source.size:
            raise _gone(self.name)

    def close(self) -> None:
        """Waits for what is being read or written."""
        with self._changed:
            memory, self._memory = self._memory, None
            self._changed.wait_for(lambda: not self._users)
        if memory is not None:
            memory.close()

    @contextmanager
    def _used(self) -> Generator[_Memory]:
        """The memory, which lasts as long as the block; any number of threads may use it at once."""
        with self._changed:
            memory = self._memory
            if memory is None:
                raise _gone(self.name)
            self._users += 1
        try:
            yield memory
        finally:
            with self._changed:
                self._users -= 1
                self._changed.notify_all()


class _Descriptor:
    """POSIX shared memory of Linux, by its descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def read(self, into: Bytes, offset: int) -> int:
        done = 0
        while done < into.size:
            part = os.preadv(self._descriptor, [into[done:].data], offset + done)
            if part == 0:
                break
            done += part
        return done

    def write(self, source: Bytes, offset: int) -> int:
        # Writing past the end would make it larger.
        if os.fstat(self._descriptor).st_size < offset + source.size:
            return 0
        done = 0
        while done < source.size:
            done += os.pwritev(self._descriptor, [source[done:].data], offset + done)
        return done

    def close(self) -> None:
        os.close(self._descriptor)


class Mapped:
    """Mapped memory, where descriptors of it cannot be read: macOS, Windows."""

    def __init__(self, mapped: mmap.mmap) -> None:
        self._mapped = mapped

    def read(self, into: Bytes, offset: int) -> int:
        with memoryview(self._mapped) as view:
            part = view[offset : offset + into.size]
            into[: len(part)] = np.frombuffer(part, np.uint8)
            count = len(part)
            part.release()
        return count

    def write(self, source: Bytes, offset: int) -> int:
        with memoryview(self._mapped) as view:
            part = view[offset : offset + source.size]
            count = len(part)
            part[:] = source[:count].data
            part.release()
        return count

    def close(self) -> None:
        self._mapped.close()


if sys.platform == "win32":

    def _opened(name: str, size: int) -> _Memory:
        import ctypes

        kernel = ctypes.WinDLL("kernel32", use_last_error=True)
        kernel.OpenFileMappingW.restype = ctypes.c_void_p
        # mmap makes what is not there yet: look first.
        found = kernel.OpenFileMappingW(0x0002, False, name)
        if not found:
            raise _absent(name, "there is none of that name")
        try:
            return Mapped(mmap.mmap(-1, size, tagname=name))
        except OSError as error:
            raise _absent(name, str(error)) from error
        finally:
            kernel.CloseHandle(ctypes.c_void_p(found))

else:
    import _posixshmem

    def _opened(name: str, size: int) -> _Memory:
        try:
            descriptor = _posixshmem.shm_open(name, os.O_RDWR, mode=0o600)
        except OSError as error:
            raise _absent(name, error.strerror or str(error)) from error
        try:
            facts = os.fstat(descriptor)
            if facts.st_size < size or facts.st_uid != os.geteuid():
                raise _absent(name, f"it has {facts.st_size} bytes instead of {size}, or another owner")
            if sys.platform == "linux":
                return _Descriptor(descriptor)
            mapped = Mapped(mmap.mmap(descriptor, size))
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)
        return mapped


def _absent(name: str, why: str) -> RequestRefused:
    return RequestRefused("no_segment", f"The shared memory {name} cannot be used: {why}.")


def _gone(name: str) -> RequestRefused:
    return RequestRefused("no_segment", f"The shared memory {name} has become smaller, or has gone.")
