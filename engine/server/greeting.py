"""Asking a running process who it is, and what is said of it."""

from __future__ import annotations

from engine.errors import RequestRefused
from engine.server import transport
from engine.server.limits import PROTOCOL
from engine.server.messages import MessageStream
from engine.server.places import Places

Ready = dict[str, str | int]
"""The JSON ready-line: `type`, `protocol`, `version`, `pid`, and `socket` (on Windows `port` and `token`)."""


def ready_line(there: Places, version: str, pid: int, port: int = 0, token: str = "") -> Ready:
    where: Ready = {"port": port, "token": token} if port else {"socket": str(there.socket)}
    return {"type": "ready", "protocol": PROTOCOL, "version": version, "pid": pid, **where}


def running(there: Places) -> Ready | None:
    """The process of `there`, None where none answers, or not in a way that can be understood."""
    found = transport.connected(there)
    if found is None:
        return None
    connected, token = found
    peer = connected.getpeername()
    with MessageStream(connected) as stream:
        hello = {"type": "hello", "protocol": str(PROTOCOL), "client": "start"}
        try:
            stream.send({**hello, "token": token} if token else hello)
            answer = stream.receive()
        except (OSError, RequestRefused):
            return None
    if answer is None or answer["type"] != "hello":
        return None
    port = int(peer[1]) if token else 0
    return ready_line(there, answer.get("version", ""), int(answer.get("pid", "0")), port, token)
