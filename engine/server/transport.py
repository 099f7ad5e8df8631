"""Bytes between client and server: a socket in the file system, or on Windows one of this machine's own."""

from __future__ import annotations

import os
import secrets
import socket
import struct
import sys
import time
from contextlib import suppress
from pathlib import Path

from engine.closing import Closing
from engine.errors import UsageError
from engine.server.limits import CONNECTIONS
from engine.server.places import Places

_LOOPBACK = "127.0.0.1"
_TICK = 0.25
"""Seconds after which a wait for clients looks up: to notice a signal, or that nobody comes any more."""
_PATIENCE = 10
"""Seconds for either side to say hello, and for any client to read what it is sent."""


class Listener(Closing):
    """Waits for clients; closing it removes what it put into the file system."""

    def __init__(self, there: Places) -> None:
        """The caller holds the lock of `there`: a socket found here belongs to a process that has died.

        Raises UsageError where no socket can be made.
        """
        self._file = there.address if sys.platform == "win32" else there.socket
        self._ours: tuple[int, int] | None = None
        self.token = ""
        self.port = 0
        try:
            self._socket = self._loopback(there) if sys.platform == "win32" else self._local(there)
        except OSError as error:
            raise UsageError(f"No socket can be made at {there.socket}: {error.strerror}.") from error
        self._ours = _identity(self._file)
        self._socket.listen(CONNECTIONS)
        self._socket.settimeout(_TICK)

    def accept(self) -> socket.socket | None:
        """The next client, None where a moment has passed without one."""
        try:
            connected, _ = self._socket.accept()
        except TimeoutError:
            return None
        except OSError:
            # It left before it was let in, or there are no descriptors left: the others are served on.
            time.sleep(_TICK)
            return None
        connected.setblocking(True)
        _be_brief(connected)
        return connected

    def lost(self) -> bool:
        """Whether nobody can find it any more: something tidied its file away, or put another there."""
        return _identity(self._file) != self._ours

    def close(self) -> None:
        # Nobody may come to a door that is about to close.
        self._remove()
        self._socket.close()

    def _local(self, there: Places) -> socket.socket:
        there.socket.unlink(missing_ok=True)
        made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        before = os.umask(0o177)
        try:
            made.bind(str(there.socket))
        finally:
            os.umask(before)
        return made

    def _loopback(self, there: Places) -> socket.socket:
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.bind((_LOOPBACK, 0))
        self.port, self.token = int(made.getsockname()[1]), secrets.token_hex(16)
        partial = there.address.with_suffix(".part")
        partial.write_text(f"port={self.port}\ntoken={self.token}\n", encoding="utf-8")
        partial.replace(there.address)
        return made

    def _remove(self) -> None:
        if self._ours is not None and not self.lost():
            with suppress(OSError):
                self._file.unlink()


def connected(there: Places) -> tuple[socket.socket, str] | None:
    """A connection to the process of `there` and the token to greet it with; None where none answers."""
    if sys.platform == "win32":
        return _over_loopback(there)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        made.connect(str(there.socket))
    except OSError:
        made.close()
        return None
    _be_brief(made)
    return made, ""


def wait_forever(client: socket.socket) -> None:
    """Let the client take its time from now on."""
    _give_up_after(client, socket.SO_RCVTIMEO, 0)


def _over_loopback(there: Places) -> tuple[socket.socket, str] | None:
    try:
        lines = there.address.read_text("utf-8").splitlines()
        known = dict(line.split("=", 1) for line in lines)
        return socket.create_connection((_LOOPBACK, int(known["port"])), _PATIENCE), known["token"]
    except (OSError, KeyError, ValueError):
        return None


def _identity(path: Path) -> tuple[int, int] | None:
    """Of the file itself, whatever its name; None where there is none."""
    try:
        facts = path.lstat()
    except OSError:
        return None
    return facts.st_dev, facts.st_ino


def _be_brief(connected: socket.socket) -> None:
    for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        _give_up_after(connected, option, _PATIENCE)


def _give_up_after(client: socket.socket, option: int, seconds: int) -> None:
    value = struct.pack("I", 1000 * seconds) if sys.platform == "win32" else struct.pack("ll", seconds, 0)
    client.setsockopt(socket.SOL_SOCKET, option, value)
