"""One pipeline for every colour space, model and device that is asked for, kept for the next request."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Generator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field

from engine import pipeline
from engine.closing import Closing
from engine.inference.runtime import Device
from engine.pipeline import Pipeline

MOST_ENGINES = 4
"""Pipelines kept: each holds a network of its own."""


@dataclass(frozen=True)
class EngineChoice:
    """What `engine.pipeline.build` needs to know; `model` is "" for the shipped one."""

    colour_space: str
    colour_config: str
    model: str
    device: Device


@dataclass(eq=False)
class _Entry:
    pipeline: Future[Pipeline] = field(default_factory=Future[Pipeline])
    users: int = 0


class Engines(Closing):
    """Lends pipelines; thread-safe."""

    def __init__(self) -> None:
        self._entries: OrderedDict[EngineChoice, _Entry] = OrderedDict()
        self._lock = threading.Lock()

    @contextmanager
    def lent(self, choice: EngineChoice) -> Generator[Pipeline]:
        """The pipeline for `choice`, built where there is none yet; it lasts as long as the block.

        Raises ColourError, ModelError, DeviceError.
        """
        entry, ours = self._claimed(choice)
        try:
            if ours:
                self._build(choice, entry)
            yield entry.pipeline.result()
        finally:
            self._returned(entry)

    def close(self) -> None:
        """Close all; nothing may be lent any more."""
        with self._lock:
            entries = list(self._entries.values())
            self._entries.clear()
        for entry in entries:
            _close(entry)

    def _claimed(self, choice: EngineChoice) -> tuple[_Entry, bool]:
        with self._lock:
            entry = self._entries.get(choice)
            ours = entry is None
            if entry is None:
                entry = self._entries[choice] = _Entry()
            self._entries.move_to_end(choice)
            entry.users += 1
            return entry, ours

    def _build(self, choice: EngineChoice, entry: _Entry) -> None:
        try:
            built = pipeline.build(
                choice.model or None, choice.device, choice.colour_config, choice.colour_space
            )
        except BaseException as error:
            with self._lock:
                self._entries.pop(choice, None)
            entry.pipeline.set_exception(error)
        else:
            entry.pipeline.set_result(built)

    def _returned(self, entry: _Entry) -> None:
        with self._lock:
            entry.users -= 1
            idle = [choice for choice, other in self._entries.items() if not other.users]
            leaving = [
                self._entries.pop(choice) for choice in idle[: max(0, len(self._entries) - MOST_ENGINES)]
            ]
        for other in leaving:
            _close(other)


def _close(entry: _Entry) -> None:
    if entry.pipeline.done() and entry.pipeline.exception() is None:
        entry.pipeline.result().close()
