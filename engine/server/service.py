"""What all connections share: the workers, the pixels kept, and when something was last asked."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

from engine.allocator import give_back
from engine.closing import Closing
from engine.errors import (
    ColourError,
    DeviceError,
    Interrupted,
    ModelError,
    ParameterError,
    RequestRefused,
    SourceError,
    UsageError,
)
from engine.server.jobs import Job
from engine.server.messages import sentence
from engine.server.planes import PlaneStore
from engine.server.renderer import Defaults, Renderer, View

_log = logging.getLogger(__name__)

_CODES: tuple[tuple[type[Exception], str], ...] = (
    (ParameterError, "bad_setting"),
    (ColourError, "bad_colour"),
    (ModelError, "no_engine"),
    (DeviceError, "no_engine"),
    (SourceError, "bad_source"),
    (UsageError, "bad_request"),
    (Interrupted, "cancelled"),
    (MemoryError, "too_large"),
)
_TIDIED_EVERY = 4
"""Requests after which free memory goes back to the system."""


class Service(Closing):
    """Does the work of requests, so many at once. Thread-safe."""

    def __init__(self, defaults: Defaults, budget: int, workers: int) -> None:
        """`budget`: bytes of pixels to keep, half of them as they came and half as the nets see them."""
        self.store = PlaneStore(budget // 2)
        self._renderer = Renderer(defaults, budget // 2)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="render")
        self._lock = threading.Lock()
        self._waiting = 0
        self._done = 0
        self._asked = time.monotonic()

    def submit(
        self, job: Job, done: Callable[[View], None], failed: Callable[[Exception], None]
    ) -> Future[None]:
        """Have a job done; one of the two is called on a worker, unless it was ended by somebody else."""
        with self._lock:
            self._waiting += 1
        future = self._pool.submit(self._work, job, done, failed)
        future.add_done_callback(lambda _: self._finished())
        return future

    def heard(self) -> None:
        """A client has said something."""
        self._asked = time.monotonic()

    def idle_for(self) -> float:
        """Seconds since the last message or the last work."""
        with self._lock:
            return 0.0 if self._waiting else time.monotonic() - self._asked

    def close(self) -> None:
        """Waits for what is being worked on; what waits is dropped."""
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._renderer.close()
        self.store.close()

    def _work(self, job: Job, done: Callable[[View], None], failed: Callable[[Exception], None]) -> None:
        if job.ended():
            return
        try:
            view = job.run(self.store, self._renderer)
        except Exception as error:
            if job.end():
                failed(error)
        else:
            if view is not None:
                done(view)

    def _finished(self) -> None:
        with self._lock:
            self._waiting -= 1
            self._done += 1
            tidy = self._done % _TIDIED_EVERY == 0
        self.heard()
        if tidy:
            give_back()
        self.store.rest()


def told(error: Exception) -> dict[str, str]:
    """`code` and `message` of an error message."""
    if isinstance(error, RequestRefused):
        return {"code": error.code, "message": sentence(str(error))}
    for kind, code in _CODES:
        if isinstance(error, kind):
            message = "There is not enough memory for this request." if kind is MemoryError else str(error)
            return {"code": code, "message": sentence(message)}
    _log.warning("unexpected %s", type(error).__name__, exc_info=error)
    first = (str(error).strip().splitlines() or ["no message"])[0]
    return {"code": "failed", "message": sentence(f"Unexpected {type(error).__name__}: {first}")}
