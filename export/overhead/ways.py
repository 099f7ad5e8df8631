"""The two ways of a frame: through the pipeline in this process, and through the node of a host."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.media.memory import MemorySource
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.types import AnyArray, Codes, Frame, WorkingFrame
from engine.window.cache import FrameCache
from engine.window.shots import ShotCuts
from export.overhead.clock import Clock, processor_of
from export.overhead.film import LAYOUT, Film
from plugin.host.node import Node
from plugin.host.pictures import Picture

SETTINGS = Settings(radius=2)
REACH = 4
"""Frames on either side: the two that may be filled from, and two more that tell what is damaged in those."""
FETCHED, ENDED = "fetched", "ended"
"""Moments of the host: it gave a picture, it has the result."""
_AHEAD = 2**62
"""Bytes: the frames of a window are held anyway."""


@dataclass(frozen=True)
class Taken:
    """One frame: its pixels (H, W, 3), its beginning and end by `time.monotonic`, seconds of processor."""

    pixels: AnyArray
    began: float
    ended: float
    processor: float

    @property
    def seconds(self) -> float:
        return self.ended - self.began


def near(number: int) -> range:
    """The frames that are given for frame `number`."""
    return range(number - REACH, number + REACH + 1)


class PlainWay:
    """Prepares every frame once, looks for shot cuts, and processes: as a render of files has it."""

    def __init__(self, built: Pipeline, film: Film) -> None:
        self._built, self._film = built, film
        self._cuts = ShotCuts()
        self._prepared: dict[int, WorkingFrame] = {}

    def render(self, number: int) -> Taken:
        self._prepared = {n: kept for n, kept in self._prepared.items() if n in near(number)}
        began, before = time.monotonic(), time.process_time()
        pixels = self._rendered(number)
        return Taken(pixels, began, time.monotonic(), time.process_time() - before)

    def _rendered(self, number: int) -> AnyArray:
        frames = [Frame(n, Codes((self._film.colour(n),), LAYOUT)) for n in near(number)]
        reach = self._built.reach(SETTINGS)
        with (
            MemorySource(frames) as source,
            FrameCache(source, self._once, reach, _AHEAD, self._cuts) as cache,
        ):
            window = cache.window(number)
        return self._built.process(window, SETTINGS).frame.codes.planes[0]

    def _once(self, frame: Frame) -> WorkingFrame:
        known = self._prepared.get(frame.number)
        if known is None:
            known = self._prepared[frame.number] = self._built.prepare(frame)
        return known


@dataclass
class NodeWay:
    """The render action of the node; `engine` is the process it asks."""

    node: Node
    film: Film
    engine: int
    clock: Clock
    _before: float | None = None
    _asked: float = 0.0

    def picture(self, at: float) -> Picture | None:
        """Source's pictures, for the host."""
        if self._before is None:
            # Not earlier: the host's memory for the result is the host's.
            self._before, self._asked = self._worked(), time.monotonic()
        found = self.film.picture(at)
        self.clock.mark(FETCHED)
        return found

    def render(self, number: int) -> Taken:
        self._before = None
        rendered = self.node.render(number, self.film.format)
        # This thread may have had to wait since: the first picture was asked for within the action.
        began = min(time.monotonic() - rendered.seconds, self._asked)
        assert self._before is not None
        processor = self._worked() - self._before
        self.clock.mark(ENDED)
        flat = np.frombuffer(rendered.required().packed(), np.float32)
        pixels = flat.reshape(self.film.format.height, self.film.format.width, 4)
        colour = np.ascontiguousarray(pixels[..., :3])
        return Taken(colour, began, began + rendered.seconds, processor)

    def _worked(self) -> float:
        """Seconds of processor that this process and the engine's have had."""
        return processor_of(os.getpid()) + processor_of(self.engine)


@contextmanager
def engine_process(kind: str, folder: Path) -> Generator[int]:
    """The pid of an engine process, `bare` or `net`, where nodes of this process look for it.

    Its spans are in `spans_file(folder)` at the end.
    """
    os.environ["REELMEND_RUNTIME_DIR"] = str(folder)
    command = [sys.executable, "-m", "export.overhead.process", kind, str(spans_file(folder))]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        if re.match("ready", process.stdout.readline()) is None:
            raise RuntimeError("the engine process did not start")
        yield process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def spans_file(folder: Path) -> Path:
    return folder / "spans.jsonl"
