"""The numbers by which a plug-in holds the host's objects."""

from __future__ import annotations

import itertools
import threading
from typing import TypeVar

from plugin.host.abi import Refused, Status

T = TypeVar("T")

_FIRST = 0x1000
_STEP = 16


class Handles:
    """Gives every object one number, and finds it again. A number is never used twice.

    They look like addresses and point nowhere, so that a plug-in that follows one is found out.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count(_FIRST, _STEP)
        self._objects: dict[int, object] = {}
        self._by_id: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def give(self, thing: object) -> int:
        with self._lock:
            known = self._by_id.get(id(thing))
            if known is not None:
                return known
            number = next(self._numbers)
            self._objects[number] = thing
            self._by_id[id(thing)] = number
            return number

    def find(self, number: int | None, kind: type[T]) -> T:
        """The object of a handle. Raises Refused when there is none of that kind."""
        thing = self._objects.get(number or 0)
        if not isinstance(thing, kind):
            held = "NULL" if not number else f"the handle of {type(thing).__name__}" if thing else "no handle"
            raise Refused(Status.ERR_BAD_HANDLE, f"expected the handle of a {kind.__name__}, got {held}")
        return thing

    def drop(self, thing: object) -> None:
        with self._lock:
            number = self._by_id.pop(id(thing), None)
            if number is not None:
                self._objects.pop(number, None)
