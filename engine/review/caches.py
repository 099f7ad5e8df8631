"""What was made is kept while there is room for it, counted in bytes, and made by one caller at a time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Generator, Hashable
from contextlib import contextmanager
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


class Turns(Generic[Key]):
    """Lets one caller at a time work on a key; those with other keys go on side by side. Thread-safe."""

    def __init__(self) -> None:
        self._waited_for: dict[Key, tuple[threading.Lock, int]] = {}
        self._lock = threading.Lock()

    @contextmanager
    def of(self, key: Key) -> Generator[None]:
        """Holds the key; waits while another does."""
        with self._lock:
            turn, waiting = self._waited_for.get(key, (threading.Lock(), 0))
            self._waited_for[key] = turn, waiting + 1
        try:
            with turn:
                yield
        finally:
            self._leave(key)

    def _leave(self, key: Key) -> None:
        with self._lock:
            turn, waiting = self._waited_for.pop(key)
            if waiting > 1:
                self._waited_for[key] = turn, waiting - 1
