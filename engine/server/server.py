"""The engine process: lets clients in, and ends when it is told to or nobody needs it any more."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from engine.closing import Closing
from engine.errors import UsageError
from engine.server import limits
from engine.server.connection import Connection
from engine.server.greeting import Ready, ready_line, running
from engine.server.lock import Lock
from engine.server.messages import MessageStream
from engine.server.orphans import sweep
from engine.server.places import Places, make_private
from engine.server.renderer import Defaults
from engine.server.service import Service
from engine.server.transport import Listener
from engine.version import __version__

IDLE = 300.0
"""Seconds."""
WORKERS = 3
"""Requests worked on at the same time, as many as `engine-cli render` has frames in work."""
_STARTING = 30.0
"""Seconds for another process, which holds the lock, to answer."""
_LEAVING = 10.0
"""Seconds for clients to take notice."""
_SHARE = 4
"""One part of so many of the machine's memory is kept filled with frames, and 4 GiB at most."""
_MOST_BYTES = 4 * 2**30


@dataclass(frozen=True)
class ServeOptions:
    """`idle`: seconds after which it ends. `budget`: bytes of frames to keep."""

    there: Places
    defaults: Defaults
    idle: float = IDLE
    budget: int = _MOST_BYTES
    workers: int = WORKERS


def serve(options: ServeOptions, ready: Callable[[Ready], None], stop: threading.Event) -> str:
    """Serve until `stop` is set or nothing has been asked for `idle` seconds; why it ended.

    `ready` is told once where clients find the process: this one, or the one that runs there already.
    Raises UsageError where its places cannot be used.
    """
    make_private(options.there)
    with Lock(options.there.lock) as lock:
        other = _other(options.there, lock)
        if other is not None:
            ready(other)
            return "runs already"
        sweep()
        with (
            Service(options.defaults, options.budget, options.workers) as service,
            Server(Listener(options.there), service) as server,
        ):
            ready(server.facts(options.there))
            return server.run(options.idle, stop)


def default_budget() -> int:
    """Bytes of frames to keep on this machine."""
    if not hasattr(os, "sysconf"):
        return _MOST_BYTES
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min(_MOST_BYTES, memory // _SHARE)


class Server(Closing):
    """Gives every client a thread. Owns the listener, not the service."""

    def __init__(self, listener: Listener, service: Service) -> None:
        self._listener, self._service = listener, service
        self._clients: dict[Connection, threading.Thread] = {}
        self._lock = threading.Lock()

    def facts(self, there: Places) -> Ready:
        return ready_line(there, __version__, os.getpid(), self._listener.port, self._listener.token)

    def run(self, idle: float, stop: threading.Event) -> str:
        """Let clients in until something ends it; what that was."""
        while not stop.is_set():
            client = self._listener.accept()
            if client is not None:
                self._let_in(client)
            elif self._service.idle_for() > idle:
                return "idle"
            elif self._listener.lost():
                return "lost"
        return "stopped"

    def close(self) -> None:
        """Clients are told to start another process; their work in hand is dropped."""
        self._listener.close()
        with self._lock:
            clients = dict(self._clients)
        for connection in clients:
            connection.leave()
        until = time.monotonic() + _LEAVING
        for thread in clients.values():
            thread.join(max(0.0, until - time.monotonic()))

    def _let_in(self, client: socket.socket) -> None:
        connection = Connection(MessageStream(client), self._service, self._listener.token)
        with self._lock:
            crowded = len(self._clients) >= limits.CONNECTIONS
            # Daemons: a client that does not let go must not keep the process.
            thread = threading.Thread(target=self._attend, args=(connection,), name="client", daemon=True)
            self._clients[connection] = thread
        if crowded:
            connection.turn_away()
        thread.start()

    def _attend(self, connection: Connection) -> None:
        try:
            with connection:
                connection.run()
        finally:
            with self._lock:
                del self._clients[connection]
        sweep()


def _other(there: Places, lock: Lock) -> Ready | None:
    """The process that runs at `there`, None where this one has got the lock and may be it."""
    until = time.monotonic() + _STARTING
    while not lock.take():
        found = running(there)
        if found is not None:
            return found
        if time.monotonic() > until:
            raise UsageError(
                f"An engine process holds {there.lock} and does not answer at {there.socket}; end it, or "
                "give another --socket."
            )
        time.sleep(0.1)
    return None
