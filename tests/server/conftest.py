"""A server of the test's own, with an engine that needs no network, and plates for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from engine import pipeline
from engine.server import transport
from engine.server.places import Places
from engine.server.renderer import Defaults
from engine.server.server import ServeOptions, serve
from ocio.config import BUILT_IN
from tests.render.fake_engine import build_fake

SIDES = (70, 53)
"""Rows and columns: more than one band, and no multiple of anything."""


@contextmanager
def serving(folder: Path, reason: str = "stopped", **options: object) -> Iterator[Path]:
    """A server in this process, and the path of its socket; `reason` is why it should end."""
    # A process may take a moment to notice that it is told to stop; a hundred tests should not.
    transport._TICK = 0.02
    ready, stop = threading.Event(), threading.Event()
    asked = ServeOptions(Places(folder), Defaults(BUILT_IN, device="cpu"), **options)  # type: ignore[arg-type]
    ended: list[str | Exception] = []

    def run() -> None:
        try:
            ended.append(serve(asked, lambda _: ready.set(), stop))
        except Exception as error:
            ended.append(error)
            ready.set()

    thread = threading.Thread(target=run, name="serving")
    thread.start()
    try:
        assert ready.wait(30), "the server did not come up"
        yield asked.there.socket
    finally:
        stop.set()
        thread.join(60)
    assert ended == [reason], ended


@pytest.fixture
def _fake_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "build", build_fake)


@pytest.fixture
def server(tmp_path: Path, _fake_engine: None) -> Iterator[Path]:
    with serving(tmp_path / "run", workers=2) as path:
        yield path


def clip(
    frames: range = range(1001, 1008), dtype: str = "float32", channels: int = 4, seed: int = 3
) -> dict[int, np.ndarray]:
    """A static chromatic plate in a log encoding, with a white block of dirt elsewhere in every frame."""
    rng = np.random.default_rng(seed)
    plate = rng.uniform(0.2, 0.6, (*SIDES, channels)).astype(np.float32)
    made: dict[int, np.ndarray] = {}
    for place, number in enumerate(frames):
        picture = plate + rng.normal(0, 0.002, plate.shape).astype(np.float32)
        row, column = 5 + 9 * place % 50, 4 + 7 * place % 40
        picture[row : row + 5, column : column + 6, :3] = 0.9
        made[number] = as_codes(picture, dtype)
    return made


def as_codes(picture: np.ndarray, dtype: str) -> np.ndarray:
    if np.dtype(dtype).kind == "f":
        return picture.astype(dtype)
    return np.rint(np.clip(picture, 0, 1) * np.iinfo(dtype).max).astype(dtype)


def wait_for(condition: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.02)


def connected(path: Path) -> int:
    """Clients of a server in this process: connected sockets of its name."""
    lines = Path("/proc/net/unix").read_text().splitlines()
    # Field 6 is 03 for a connected one.
    return sum(line.endswith(str(path)) and line.split()[5] == "03" for line in lines)
