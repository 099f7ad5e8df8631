"""What was made is kept while there is room for it, counted in bytes."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class ByteCache(Generic[Key, Value]):
    """Keeps the values used last, of `budget` bytes in all; thread-safe. One too large alone is not kept."""

    def __init__(self, budget: int, weigh: Callable[[Value], int]) -> None:
        self._budget = budget
        self._weigh = weigh
        self._values: OrderedDict[Key, tuple[Value, int]] = OrderedDict()
        self._lock = threading.Lock()
        self._held = 0

    @property
    def held(self) -> int:
        """Bytes kept now."""
        return self._held

    def get(self, key: Key) -> Value | None:
        with self._lock:
            known = self._values.get(key)
            if known is None:
                return None
            self._values.move_to_end(key)
            return known[0]

    def put(self, key: Key, value: Value) -> None:
        weight = self._weigh(value)
        with self._lock:
            self._drop(key)
            if weight > self._budget:
                return
            self._values[key] = value, weight
            self._held += weight
            while self._held > self._budget:
                self._drop(next(iter(self._values)))

    def forget(self, unwanted: Callable[[Key], bool]) -> None:
        """Drop every value whose key is `unwanted`."""
        with self._lock:
            for key in [key for key in self._values if unwanted(key)]:
                self._drop(key)

    def _drop(self, key: Key) -> None:
        known = self._values.pop(key, None)
        if known is not None:
            self._held -= known[1]
