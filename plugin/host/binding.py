"""Python methods as the C functions of a suite; nothing raised ever crosses into the plug-in."""

from __future__ import annotations

import ctypes
import threading
import traceback
from collections.abc import Callable
from typing import Any

from plugin.host.abi import Refused, Status, SuiteLayout


class Faults:
    """What the plug-in did that it must not do, each kind once, in the order it happened."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._told: dict[str, None] = {}

    def add(self, fault: str) -> None:
        with self._lock:
            self._told[fault] = None

    def __iter__(self):
        return iter(tuple(self._told))

    def __bool__(self) -> bool:
        return bool(self._told)

    def __str__(self) -> str:
        return "; ".join(self)


class BoundSuite:
    """The C structure of one suite over the methods of `implementation` that its layout names.

    A method answers None (OK), a number, or raises `Refused`. Places named in `null` hold NULL, as
    some hosts leave them. The structure lives as long as this object does.
    """

    def __init__(
        self, layout: SuiteLayout, implementation: object, faults: Faults, null: frozenset[str] = frozenset()
    ) -> None:
        self.layout = layout
        self._functions = [
            kind(_guarded(layout.name, name, getattr(implementation, name), faults))
            for name, kind in layout.functions
        ]
        words = [
            None if name in null else ctypes.cast(function, ctypes.c_void_p).value
            for (name, _), function in zip(layout.functions, self._functions, strict=True)
        ]
        self._table = (ctypes.c_void_p * len(words))(*words)

    @property
    def address(self) -> int:
        return ctypes.addressof(self._table)


def _guarded(suite: str, name: str, method: Callable[..., Any], faults: Faults) -> Callable[..., int]:
    def call(*arguments: Any) -> int:
        try:
            answer = method(*arguments)
        except Refused as refused:
            if refused.why:
                faults.add(f"{suite}.{name}: {refused.why}")
            return int(refused.status)
        except Exception:
            faults.add(f"{suite}.{name} failed in the host: {traceback.format_exc(limit=-3)}")
            return int(Status.ERR_UNKNOWN)
        return int(answer or 0)

    return call
