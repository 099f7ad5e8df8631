"""What is worth keeping between requests, within so many bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

from engine.closing import Closing

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ByteCache(Closing, Generic[Key, Value]):
    """The values used last, up to `budget` bytes of them by `size`; thread-safe.

    A value larger than the budget is handed out and not kept. Two threads that ask for one value at once
    get the same object, made by the first of them; an error goes to all who waited, and is not kept.
    """

    def __init__(self, budget: int, size: Callable[[Value], int]) -> None:
        self._budget, self._size = budget, size
        self._kept: OrderedDict[Key, Value] = OrderedDict()
        self._coming: dict[Key, Future[Value]] = {}
        self._bytes = 0
        self._lock = threading.Lock()

    @property
    def bytes(self) -> int:
        return self._bytes

    def find(self, key: Key) -> Value | None:
        """The value, if it is there; counts as used now."""
        with self._lock:
            return self._found(key)

    def get(self, key: Key, make: Callable[[], Value]) -> Value:
        """The value, by `make()` where it is not there. Raises what `make` raises."""
        with self._lock:
            known = self._found(key)
            if known is not None:
                return known
            coming = self._coming.get(key)
            ours = coming is None
            if coming is None:
                coming = self._coming[key] = Future()
        if ours:
            self._fulfil(key, coming, make)
        return coming.result()

    def close(self) -> None:
        """Let go of everything; the cache may still be used."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0

    def _found(self, key: Key) -> Value | None:
        known = self._kept.get(key)
        if known is not None:
            self._kept.move_to_end(key)
        return known

    def _fulfil(self, key: Key, coming: Future[Value], make: Callable[[], Value]) -> None:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                del self._coming[key]
            coming.set_exception(error)
            return
        with self._lock:
            del self._coming[key]
            self._keep(key, value)
        coming.set_result(value)

    def _keep(self, key: Key, value: Value) -> None:
        self._kept[key] = value
        self._bytes += self._size(value)
        while self._bytes > self._budget:
            _, gone = self._kept.popitem(last=False)
            self._bytes -= self._size(gone)
