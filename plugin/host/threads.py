"""OfxMultiThreadSuiteV1 on Python's threads."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable

from plugin.host.abi import Refused, Status, store
from plugin.host.handles import Handles


class Mutex:
    def __init__(self) -> None:
        self.lock = threading.RLock()


class ThreadSuite:
    def __init__(self, handles: Handles) -> None:
        self._handles = handles
        self._own = threading.local()

    def run(self, function: Callable[[int, int, int | None], None], count: int, argument: int | None) -> None:
        if hasattr(self._own, "index"):
            raise Refused(Status.ERR_EXISTS, "multiThread was called from within multiThread")
        threads = [
            threading.Thread(target=self._one, args=(function, index, count, argument))
            for index in range(count)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _one(
        self, function: Callable[[int, int, int | None], None], index: int, count: int, argument: int | None
    ) -> None:
        self._own.index = index
        function(index, count, argument)

    def count_processors(self, out: int) -> None:
        store(out, ctypes.c_uint, os.cpu_count() or 1)

    def index(self, out: int) -> None:
        store(out, ctypes.c_uint, getattr(self._own, "index", 0))

    def is_spawned(self) -> int:
        return int(hasattr(self._own, "index"))

    def mutex_create(self, out: int, locked: int) -> None:
        mutex = Mutex()
        for _ in range(locked):
            mutex.lock.acquire()
        store(out, ctypes.c_void_p, self._handles.give(mutex))

    def mutex_destroy(self, handle: int) -> None:
        self._handles.drop(self._handles.find(handle, Mutex))

    def mutex_lock(self, handle: int) -> None:
        self._handles.find(handle, Mutex).lock.acquire()

    def mutex_unlock(self, handle: int) -> None:
        self._handles.find(handle, Mutex).lock.release()

    def mutex_try_lock(self, handle: int) -> None:
        if not self._handles.find(handle, Mutex).lock.acquire(blocking=False):
            raise Refused(Status.FAILED)
