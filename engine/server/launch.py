"""Finding the engine process, or starting it on its own, for a host that must not wait for more than a line.

What a plug-in runs (`python -P -m engine.server`): it needs the standard library alone, and so tells of a
running process at once.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from engine.errors import ReelmendError, UsageError
from engine.server.greeting import Ready, running
from engine.server.places import Places, make_private, places

_STARTING = 55.0
"""Seconds to wait for the ready-line: a cold disk, a busy machine."""
_TOLD = 400
"""Characters of the log that an error quotes."""


def main(arguments: Sequence[str]) -> int:
    """Print the ready-line of the process, started by `engine-cli serve ARGUMENTS` if need be; exit code."""
    try:
        there = places(_socket_of(arguments))
        make_private(there)
        found = running(there) or _started(there, arguments)
    except (ReelmendError, OSError) as error:
        print(json.dumps({"type": "error", "message": str(error)}, ensure_ascii=False), flush=True)
        return 1
    print(json.dumps(found, ensure_ascii=False), flush=True)
    return 0


def _socket_of(arguments: Sequence[str]) -> Path | None:
    for place, argument in enumerate(arguments[:-1]):
        if argument == "--socket":
            return Path(arguments[place + 1])
    return None


def _started(there: Places, arguments: Sequence[str]) -> Ready:
    """Start the process, detached from this one. Raises UsageError where it does not come up."""
    command = [sys.executable, "-P", "-m", "engine.cli", "serve", "--quiet", *arguments]
    with _log(there) as log:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd="/" if sys.platform != "win32" else None,
            start_new_session=True,
            creationflags=_hidden(),
        )
    assert process.stdout is not None
    try:
        found: Ready = json.loads(_first_line(process.stdout))
    except ValueError:
        process.kill()
        raise UsageError(f"The engine did not start: {_end_of(there)} (see {there.log}).") from None
    return found


def _log(there: Places) -> IO[bytes]:
    """Of the process that is started now; the one before it has told its own."""
    descriptor = os.open(there.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    return os.fdopen(descriptor, "wb")


def _first_line(told: IO[bytes]) -> str:
    """What the process says first, "" where it says nothing in time."""
    lines: list[bytes] = []
    reading = threading.Thread(target=lambda: lines.append(told.readline()), daemon=True)
    reading.start()
    reading.join(_STARTING)
    return lines[0].decode("utf-8", "replace") if lines else ""


def _end_of(there: Places) -> str:
    try:
        text = there.log.read_text("utf-8", "replace").strip()
    except OSError:
        text = ""
    return " ".join(text[-_TOLD:].split()) or "it said nothing"


def _hidden() -> int:
    if sys.platform == "win32":
        return subprocess.CREATE_NO_WINDOW | subprocess.DETACHED_PROCESS
    return 0
