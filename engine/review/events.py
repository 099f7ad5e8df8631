"""What happens on the server, told to every open page."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Mapping
from typing import Any, TypeAlias

Event: TypeAlias = Mapping[str, Any]
_WAITING = 1000
"""Events a page may be behind; the oldest go then, since a page that comes back looks at everything anew."""


class Events:
    """Takes events from any thread and hands them to the pages' queues. Thread-safe."""

    def __init__(self) -> None:
        self._queues: dict[asyncio.Queue[Event], asyncio.AbstractEventLoop] = {}
        self._lock = threading.Lock()

    def subscribe(self) -> asyncio.Queue[Event]:
        """A queue for one page; call it in the server's loop."""
        queue: asyncio.Queue[Event] = asyncio.Queue(_WAITING)
        with self._lock:
            self._queues[queue] = asyncio.get_running_loop()
        return queue

    def unsubscribe(self, queue: asyncio.Queue[Event]) -> None:
        with self._lock:
            self._queues.pop(queue, None)

    def tell(self, event: Event) -> None:
        with self._lock:
            pages = list(self._queues.items())
        for queue, loop in pages:
            if not loop.is_closed():
                loop.call_soon_threadsafe(_put, queue, event)


def _put(queue: asyncio.Queue[Event], event: Event) -> None:
    if queue.full():
        queue.get_nowait()
    queue.put_nowait(event)
