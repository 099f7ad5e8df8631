"""Serving: a socket on this machine, until Ctrl-C."""

from __future__ import annotations

import signal
import socket
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

import uvicorn

from engine.errors import UsageError
from engine.review.access import Access, is_loopback
from engine.review.answers import Crew
from engine.review.app import application
from engine.review.opened import ReviewRequest
from engine.review.workplace import Workplace

LOOPBACK = "127.0.0.1"
_PATIENCE = 5
"""Seconds that open requests have to end."""


@dataclass(frozen=True)
class Place:
    """Where to listen; port 0 takes any that is free. Beyond loopback a password is demanded."""

    host: str = LOOPBACK
    port: int = 0
    password: str = ""


def serve(requests: Sequence[ReviewRequest], where: Place, begun: Callable[[str], None]) -> None:
    """Serve the clips until SIGINT or SIGTERM; `begun` is told the address once it can be opened.

    Raises UsageError (no password beyond loopback, a port that is taken), and what opening a clip raises.
    """
    if not is_loopback(where.host) and not where.password:
        raise UsageError(
            f"--host {where.host} lets other machines in, which needs a password: put one in the "
            "environment variable REELMEND_REVIEW_PASSWORD, or stay on 127.0.0.1."
        )
    with listening(where) as listener, Workplace(requests) as place, Crew() as crew:
        port = int(listener.getsockname()[1])
        access = Access(where.host, port, where.password)
        config = uvicorn.Config(
            application(place, crew, access),
            log_level="warning",
            access_log=False,
            ws_max_size=64 * 1024,
            timeout_graceful_shutdown=_PATIENCE,
            server_header=False,
            proxy_headers=False,
        )
        begun(address(where.host, port, access.token))
        _Server(config, crew).run([listener])


def address(host: str, port: int, token: str) -> str:
    """What to open in a browser."""
    named = f"[{host}]" if ":" in host else LOOPBACK if host == "0.0.0.0" else host
    return f"http://{named}:{port}/?token={token}"


class _Server(uvicorn.Server):
    """Ends at the first SIGINT or SIGTERM, at once at the second; what it holds is closed by the caller.

    Uvicorn's own would send the signal again when it is done, and end the process before that.
    """

    def __init__(self, config: uvicorn.Config, crew: Crew) -> None:
        super().__init__(config)
        self._crew = crew

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Requests that wait for a repair would be cut off with a traceback after a while."""
        self._crew.end()
        super().handle_exit(sig, frame)

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {kind: signal.signal(kind, self.handle_exit) for kind in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)


def listening(where: Place) -> socket.socket:
    """The socket to serve from. Raises UsageError for a port that is taken."""
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    # The protocol is named: asyncio turns Nagle off only where it is, and each answer would wait for an
    # acknowledgement (40 ms) between head and body.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((where.host, where.port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"Nothing can listen on {where.host} port {where.port} ({error.strerror}); give another --port."
        ) from error
    return listener
