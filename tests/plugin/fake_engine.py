"""An engine that answers as a test wants it to: the real one never misbehaves on purpose."""

from __future__ import annotations

import mmap
import os
import socket
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

Fields = dict[str, str]
Answer = Fields | bytes | None
"""A message, raw bytes, or None to break the connection."""

_HEAD = struct.Struct("<4sI")


def message(fields: Fields) -> bytes:
    body = "".join(f"{name}={value}\n" for name, value in fields.items()).encode()
    return _HEAD.pack(b"RMP1", len(body)) + body


@dataclass
class FakeEngine:
    """Listens in `folder` as the engine of `version` would. `answers` gives what a message is met with.

    Greetings and segments are answered well; all else is asked of `answers`, which gets the message and the
    attached segments by name. `seen` holds every message but those of segments.
    """

    folder: Path
    version: str
    answers: Callable[[Fields, dict[str, mmap.mmap]], list[Answer]]
    seen: list[Fields] = field(default_factory=list[Fields])
    connections: int = 0

    def __enter__(self) -> FakeEngine:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(self.folder / f"engine-{self.version}.sock"))
        self._listener.listen()
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()
        (self.folder / f"engine-{self.version}.sock").unlink()
        for connected in self._open:
            connected.close()

    def of(self, kind: str) -> list[Fields]:
        return [fields for fields in self.seen if fields["type"] == kind]

    def _accept(self) -> None:
        while True:
            try:
                connected, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._open.append(connected)
            threading.Thread(target=self._serve, args=(connected,), daemon=True).start()

    def _serve(self, connected: socket.socket) -> None:
        segments: dict[str, mmap.mmap] = {}
        try:
            while (fields := _received(connected)) is not None:
                for answer in self._answered(fields, segments):
                    if answer is None:
                        connected.shutdown(socket.SHUT_RDWR)
                        return
                    connected.sendall(answer if isinstance(answer, bytes) else message(answer))
        except OSError:
            pass
        finally:
            connected.close()

    def _answered(self, fields: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        if fields["type"] == "attach":
            segments[fields["segment"]] = _mapped(fields["segment"], int(fields["bytes"]))
            return [{"type": "attached", "segment": fields["segment"]}]
        if fields["type"] == "detach":
            del segments[fields["segment"]]
            return [{"type": "detached", "segment": fields["segment"]}]
        self.seen.append(fields)
        if fields["type"] == "hello":
            return [{"type": "hello", "protocol": "1", "version": self.version, "pid": str(os.getpid())}]
        return self.answers(fields, segments)


def _received(connected: socket.socket) -> Fields | None:
    head = connected.recv(_HEAD.size, socket.MSG_WAITALL)
    if len(head) < _HEAD.size:
        return None
    body = connected.recv(_HEAD.unpack(head)[1], socket.MSG_WAITALL).decode()
    return dict(line.split("=", 1) for line in body.splitlines())


def _mapped(name: str, size: int) -> mmap.mmap:
    # Linux keeps shared memory of this name here.
    with Path("/dev/shm", name.lstrip("/")).open("r+b") as file:
        return mmap.mmap(file.fileno(), size)
