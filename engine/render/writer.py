"""Encoding alongside computing: one thread that writes finished frames in the order they come."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from engine.render.contract import Rendered

DEPTH = 2
"""Finished frames that may wait for the writer; more would only use memory."""


class WriterThread:
    """Calls `write` for each frame put, in order, on a thread of its own.

    An error of `write` stops the writing and is raised by the next `put`, or on leaving the `with`
    block, whichever comes first. Leaving writes what was put before, except on a KeyboardInterrupt,
    which only lets the frame being written finish.
    """

    def __init__(self, write: Callable[[Rendered], None]) -> None:
        self._write = write
        self._queue: queue.Queue[Rendered | None] = queue.Queue(DEPTH)
        self._error: BaseException | None = None
        self._abandoned = False
        self._thread = threading.Thread(target=self._work, name="frame writer", daemon=True)

    def put(self, rendered: Rendered) -> None:
        """Hand over one frame; waits while two are waiting already."""
        if self._error is not None:
            raise self._error
        self._queue.put(rendered)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._abandoned = kind is KeyboardInterrupt
        try:
            self._finish()
        except KeyboardInterrupt:
            # The sinks are closed next; a frame in the middle of being written must be out of the way.
            self._abandoned = True
            self._finish()
            raise
        if self._error is not None and error is not self._error:
            raise self._error from error

    def _finish(self) -> None:
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        """Until None comes. After an error frames are taken and dropped, so that `put` never blocks."""
        while (rendered := self._queue.get()) is not None:
            if self._error is None and not self._abandoned:
                try:
                    self._write(rendered)
                except BaseException as error:
                    self._error = error
