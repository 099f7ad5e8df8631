"""Messages: `RMP1`, the length of the body, and lines `name=value`."""

from __future__ import annotations

import re
import socket
import struct
import threading
from collections.abc import Mapping
from contextlib import suppress

from engine.closing import Closing
from engine.errors import RequestRefused
from engine.server.limits import MESSAGE_BYTES
from engine.server.transport import wait_forever

MAGIC = b"RMP1"
_HEADER = struct.Struct("<4sI")
_NAME = re.compile(r"[a-z0-9_.]{1,64}")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_LONGEST_TEXT = 2000
"""Characters of a sentence for the user; the longest list of colour spaces is shorter."""


def packed(fields: Mapping[str, str]) -> bytes:
    """The bytes of a message; `type` goes first. Raises RequestRefused where it is too long."""
    ordered = {"type": fields["type"], **fields}
    body = "".join(f"{name}={value}\n" for name, value in ordered.items()).encode()
    if len(body) > MESSAGE_BYTES:
        raise RequestRefused(
            "too_large",
            f"A message of {len(body)} bytes is longer than {MESSAGE_BYTES}; ask for less at once.",
        )
    return _HEADER.pack(MAGIC, len(body)) + body


def parsed(body: bytes) -> dict[str, str]:
    """The fields of a message, `type` first. Raises RequestRefused (bad_message)."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _broken(f"is not UTF-8 ({error})") from None
    if not text.startswith("type=") or not text.endswith("\n"):
        raise _broken("does not begin with type= or does not end with a line feed")
    fields: dict[str, str] = {}
    for line in text[:-1].split("\n"):
        name, equals, value = line.partition("=")
        if not equals or _NAME.fullmatch(name) is None or _CONTROL.search(value) or name in fields:
            raise _broken(f"has the line {line[:80]!r}, which is no name=value, or names it twice")
        fields[name] = value
    return fields


def sentence(text: str) -> str:
    """`text` as a value: on one line, of a bearable length."""
    return " ".join(_CONTROL.sub(" ", text).split())[:_LONGEST_TEXT]


class MessageStream(Closing):
    """Messages over a socket, which it owns. One thread receives; any may send."""

    def __init__(self, connected: socket.socket) -> None:
        self._socket = connected
        self._sending = threading.Lock()

    def receive(self) -> dict[str, str] | None:
        """The next message, None at the end of the connection.

        Raises RequestRefused (bad_message) for one that is none, OSError where the connection breaks.
        """
        header = self._exactly(_HEADER.size)
        if header is None:
            return None
        magic, length = _HEADER.unpack(header)
        if magic != MAGIC or not 0 < length <= MESSAGE_BYTES:
            raise _broken(
                f"begins with {magic!r} and a length of {length}, not {MAGIC!r} and 1..{MESSAGE_BYTES}"
            )
        body = self._exactly(length)
        return None if body is None else parsed(body)

    def send(self, fields: Mapping[str, str]) -> None:
        """Raises OSError where the other side has gone, or does not read."""
        message = packed(fields)
        with self._sending:
            self._socket.sendall(message)

    def patient(self) -> None:
        """Wait for the next message as long as it takes."""
        wait_forever(self._socket)

    def shut(self) -> None:
        """End the connection from any thread; the one that receives finds its end."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._socket.close()

    def _exactly(self, count: int) -> bytes | None:
        """`count` bytes, None where the connection ends before."""
        received = bytearray()
        while len(received) < count:
            part = self._socket.recv(count - len(received))
            if not part:
                return None
            received += part
        return bytes(received)


def _broken(what: str) -> RequestRefused:
    return RequestRefused(
        "bad_message", f"Expected a message of protocol 1 (plugin/PROTOCOL.md); this one {what}."
    )
