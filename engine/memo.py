"""Values that are costly to compute, computed once and kept for a while."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Memo(Generic[Key, Value]):
    """Keeps the `keep` values used last; safe to share by threads.

    Two threads that ask for one value at once get the same object, computed by the first of them. A
    computation that fails is not kept: its error goes to all who waited for it.
    """

    def __init__(self, keep: int) -> None:
        self._keep = keep
        self._values: OrderedDict[Key, Future[Value]] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Key, compute: Callable[[], Value], keep: int | None = None) -> Value:
        """The value of `key`, by `compute()` where it is not known. `keep` replaces the limit from now on."""
        pending, ours = self._claim(key)
        if ours:
            self._fulfil(key, pending, compute)
            self._trim(keep)
        return pending.result()

    def clear(self) -> None:
        with self._lock:
            self._values.clear()

    def _claim(self, key: Key) -> tuple[Future[Value], bool]:
        with self._lock:
            known = self._values.get(key)
            if known is not None:
                self._values.move_to_end(key)
                return known, False
            pending: Future[Value] = Future()
            self._values[key] = pending
            return pending, True

    def _fulfil(self, key: Key, pending: Future[Value], compute: Callable[[], Value]) -> None:
        try:
            pending.set_result(compute())
        except BaseException as error:
            with self._lock:
                self._values.pop(key, None)
            pending.set_exception(error)

    def _trim(self, keep: int | None) -> None:
        with self._lock:
            self._keep = self._keep if keep is None else keep
            while len(self._values) > self._keep:
                self._values.popitem(last=False)
