"""Ctrl-C: once to stop after the current frame, twice to stop now."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager
from types import FrameType

from engine.cli.output import PROGRAM

NOTICE = f"\n{PROGRAM}: stopping after the current frame; press Ctrl-C again to stop now\n".encode()
STANDARD_ERROR = 2


@contextmanager
def stopping() -> Generator[threading.Event, None, None]:
    """An event that the first SIGINT or SIGTERM sets; the second raises KeyboardInterrupt, others do nothing.

    Signals reach the main thread only; elsewhere (a test, a server) the event is simply never set.
    """
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    aborted = threading.Event()

    def heard(number: int, frame: FrameType | None) -> None:
        if not stop.is_set():
            stop.set()
            # Not print: the signal may have come in the middle of one, which must not be entered twice.
            os.write(STANDARD_ERROR, NOTICE)
        elif not aborted.is_set():
            aborted.set()
            raise KeyboardInterrupt

    before = {kind: signal.signal(kind, heard) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
