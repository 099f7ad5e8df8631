"""An engine process of a test's own: where the nodes find it, who it is, and how it dies."""

from __future__ import annotations

import os
import re
import signal
import socket
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.version import __version__
from tests.server.client import message

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class EngineHome:
    """The folder that the nodes look for the engine in; they start it themselves."""

    folder: Path

    def pid(self) -> int | None:
        """Who answers there, None while nobody does."""
        try:
            with socket.socket(socket.AF_UNIX) as line:
                line.settimeout(10)
                line.connect(str(self.folder / f"engine-{__version__}.sock"))
                line.sendall(message({"type": "hello", "protocol": 1, "client": "test"}))
                found = re.search(rb"pid=(\d+)", line.recv(65536))
        except OSError:
            return None
        return int(found[1]) if found else None

    def end(self, how: int = signal.SIGTERM) -> int | None:
        """End the engine that answers; returns whose end it was."""
        pid = self.pid()
        if pid is not None:
            os.kill(pid, how)
        return pid


def segments() -> set[str]:
    """The shared memory of this process that can still be found."""
    return {path.name for path in Path("/dev/shm").glob(f"reelmend-{os.getpid()}-*")}


@contextmanager
def engine_home(folder: Path) -> Generator[EngineHome]:
    """Have the nodes of this process, and of those it starts, use an engine of `folder`'s own."""
    folder.mkdir(mode=0o700)
    settings = folder / "settings" / "reelmend"
    settings.mkdir(parents=True)
    (settings / "engine.txt").write_text(f"python={sys.executable}\npythonpath={ROOT}\n", encoding="utf-8")
    home = EngineHome(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("REELMEND_RUNTIME_DIR", str(folder))
        patch.setenv("XDG_CONFIG_HOME", str(folder / "settings"))
        patch.delenv("REELMEND_PYTHON", raising=False)
        try:
            yield home
        finally:
            pid = home.end()
            while pid is not None and home.pid() == pid:
                time.sleep(0.05)
