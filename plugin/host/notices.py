"""What a plug-in says to its user, how far it says it is, and the host's time line."""

from __future__ import annotations

import ctypes
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass

from plugin.host.abi import Refused, Status, registers_passed_over, store

_CONVERSION = re.compile(r"%(?:(%)|([.*\d+\- #]*)(?:hh|h|ll|l|z)?([a-zA-Z]))")


@dataclass(frozen=True)
class Message:
    """`kind` is fatal, error, warning, message, log or question."""

    kind: str
    id: str
    text: str
    persistent: bool = False


class Notices:
    """Everything that was said, in order."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[Message] = []

    def add(self, message: Message) -> None:
        with self._lock:
            self._messages.append(message)

    def taken(self) -> tuple[Message, ...]:
        """What was said since the last call."""
        with self._lock:
            messages, self._messages = tuple(self._messages), []
        return messages


class MessageSuite:
    """OfxMessageSuiteV1 and V2."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices

    def message(
        self, handle: int | None, kind: bytes, id: bytes | None, form: bytes | None, *given: int | None
    ) -> int:
        self._notices.add(_message(kind, id, form, given, persistent=False))
        return Status.REPLY_YES if kind == b"OfxMessageQuestion" else Status.OK

    def set_persistent(
        self, handle: int | None, kind: bytes, id: bytes | None, form: bytes | None, *given: int | None
    ) -> None:
        self._notices.add(_message(kind, id, form, given, persistent=True))

    def clear_persistent(self, handle: int | None) -> None:
        return None


class ProgressSuite:
    """OfxProgressSuiteV1 and V2: nobody watches here."""

    def start(self, effect: int, label: bytes, id: bytes | None = None) -> None:
        return None

    def update(self, effect: int, done: float) -> None:
        return None

    def end(self, effect: int) -> None:
        return None


class TimeLineSuite:
    def __init__(self, now: Callable[[], float], bounds: Callable[[], tuple[float, float]]) -> None:
        self._now = now
        self._bounds = bounds

    def get_time(self, effect: int, out: int) -> None:
        store(out, ctypes.c_double, self._now())

    def go_to(self, effect: int, time: float) -> None:
        raise Refused(Status.FAILED)

    def get_bounds(self, effect: int, first: int, last: int) -> None:
        start, end = self._bounds()
        store(first, ctypes.c_double, start)
        store(last, ctypes.c_double, end)


def _message(
    kind: bytes, id: bytes | None, form: bytes | None, given: tuple[int | None, ...], persistent: bool
) -> Message:
    arguments = given[registers_passed_over(4) :]
    name = kind.decode().removeprefix("OfxMessage").lower()
    return Message(name, (id or b"").decode(), _expanded((form or b"").decode(), arguments), persistent)


def _expanded(form: str, arguments: tuple[int | None, ...]) -> str:
    """`printf` for texts and whole numbers; doubles, which travel elsewhere, stay as they are written."""
    left = iter(arguments)

    def one(match: re.Match[str]) -> str:
        if match[1]:
            return "%"
        if match[3] not in "sdiux":
            return match[0]
        word = next(left, None) or 0
        if match[3] == "s":
            return (ctypes.c_char_p(word).value or b"(null)").decode("utf-8", "replace")
        return format(ctypes.c_int(word).value, "x" if match[3] == "x" else "d")

    return _CONVERSION.sub(one, form)
