"""Where a client finds the engine process of a user: see `plugin/PROTOCOL.md`."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from engine.errors import UsageError
from engine.version import __version__

FOLDER_VARIABLE = "REELMEND_RUNTIME_DIR"
_LONGEST_SOCKET = 100
"""Bytes of a socket's path: macOS has room for 104, Linux for 108."""


@dataclass(frozen=True)
class Places:
    """The files of one engine process: all in `folder`, which nobody else can enter."""

    folder: Path
    version: str = __version__
    given: Path | None = None
    """A socket elsewhere, for a process that is not to be found by its folder."""

    @property
    def socket(self) -> Path:
        return self.given or self.folder / f"engine-{self.version}.sock"

    @property
    def address(self) -> Path:
        """Port and token, where there are no sockets in the file system."""
        return self.socket.with_suffix(".txt")

    @property
    def lock(self) -> Path:
        return self.socket.with_suffix(".lock")

    @property
    def log(self) -> Path:
        """What the process has to say when nobody looks at its terminal."""
        return self.socket.with_suffix(".log")


def runtime_folder(environment: Mapping[str, str] | None = None) -> Path:
    """The user's folder for running processes; it need not be there yet."""
    environment = os.environ if environment is None else environment
    if environment.get(FOLDER_VARIABLE):
        return Path(environment[FOLDER_VARIABLE])
    if sys.platform == "win32":
        return Path(environment.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "Reelmend"
    if environment.get("XDG_RUNTIME_DIR", "").startswith("/"):
        return Path(environment["XDG_RUNTIME_DIR"]) / "reelmend"
    return Path("/tmp") / f"reelmend-{os.getuid()}"


def places(socket: Path | None = None) -> Places:
    """The places of this version's process; `socket` to have them somewhere else."""
    if socket is None:
        return Places(runtime_folder())
    return Places(socket.absolute().parent, given=socket.absolute())


def make_private(there: Places) -> None:
    """Make the folder, for this user alone. Raises UsageError where others own it or can enter it."""
    folder = there.folder
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        facts = folder.lstat()
    except OSError as error:
        raise UsageError(
            f"The folder {folder} for the engine's socket cannot be made: {error.strerror}; set "
            f"{FOLDER_VARIABLE} to one of your own."
        ) from error
    if sys.platform != "win32":
        _check_private(there, facts)


def _check_private(there: Places, facts: os.stat_result) -> None:
    ours = stat.S_ISDIR(facts.st_mode) and facts.st_uid == os.geteuid() and not facts.st_mode & 0o077
    if not ours:
        raise UsageError(
            f"Expected {there.folder} to be a folder of yours that nobody else can enter (mode 0700), and "
            f"it is not; set {FOLDER_VARIABLE} to another, or give --socket in one."
        )
    path = os.fsencode(there.socket)
    if len(path) > _LONGEST_SOCKET or any(byte < 32 or byte in b'"\\' for byte in path):
        raise UsageError(
            f"{there.socket} cannot be the path of a socket: it has to be at most {_LONGEST_SOCKET} bytes "
            f"long, without quotes or backslashes; set {FOLDER_VARIABLE}, or give --socket."
        )
