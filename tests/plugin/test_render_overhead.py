"""What the way through a host costs over the plain engine, at 2K float, frame by frame side by side.

    pytest -m slow -s tests/plugin/test_render_overhead.py

Both ways get the same frames in turn, each a new one, with eight neighbours that are known already. The plain
way is `prepare` and `process`, as the command line has it; the other one is the render action of the node.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import psutil
import pytest

from engine import pipeline
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.types import AnyArray, CodeLayout, Codes, Frame, WorkingFrame
from engine.window.window import FrameWindow
from plugin.host.host import Host
from plugin.host.node import Node
from plugin.host.pictures import Picture, PictureFormat
from tests.conftest import assert_same_codes
from tests.plugin.engine_home import ROOT, EngineHome
from tests.plugin.host_plates import pixels_of
from tests.plugin.reel import LABEL, REPAIR, SPACE
from tests.render.fake_engine import build_fake

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]

FORMAT = PictureFormat(2048, 1556)
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)
SETTINGS = Settings(radius=2)
REACH = 4
"""Frames on either side: the two that may be filled from, and two more that tell what is damaged in those."""
ALLOWED_SECONDS = 0.030
FAKE_ENGINE = """
from engine import pipeline
from engine.cli import main
from tests.render.fake_engine import build_fake
pipeline.build = build_fake
raise SystemExit(main(["serve", "--quiet"]))
"""


class Film:
    """A still plate with grain of its own on every frame, kept for as long as a window needs it."""

    def __init__(self, dirty: bool) -> None:
        self._random = np.random.default_rng(3)
        self._dirty = dirty
        coarse = self._random.uniform(0.05, 0.9, (FORMAT.height // 4, FORMAT.width // 4, 4))
        self._plate = np.kron(coarse, np.ones((4, 4, 1))).astype(np.float32)
        self._kept: dict[int, tuple[AnyArray, Picture]] = {}

    def have(self, numbers: range) -> None:
        """Make what is lacking of `numbers`, and forget the rest."""
        self._kept = {n: kept for n, kept in self._kept.items() if n in numbers}
        for number in numbers:
            if number not in self._kept:
                pixels = self._pixels()
                self._kept[number] = np.ascontiguousarray(pixels[..., :3]), Picture.of(FORMAT, pixels.data)

    def colour(self, number: int) -> AnyArray:
        """Red, green and blue, packed, as the engine has them."""
        return self._kept[number][0]

    def picture(self, time: float) -> Picture | None:
        kept = self._kept.get(int(time))
        return kept and kept[1]

    def _pixels(self) -> AnyArray:
        grain = self._random.standard_normal(self._plate.shape, np.float32) * np.float32(0.002)
        pixels = self._plate + grain
        for _ in range(6 if self._dirty else 0):
            row, column = self._random.integers(50, 1400), self._random.integers(50, 1900)
            pixels[row : row + 12, column : column + 14, :3] = 1.0
        return pixels


class PlainWay:
    """The pipeline in this process, every frame prepared once."""

    def __init__(self, built: Pipeline, film: Film) -> None:
        self._built, self._film = built, film
        self._prepared: dict[int, WorkingFrame] = {}

    def render(self, number: int) -> AnyArray:
        near = range(number - REACH, number + REACH + 1)
        self._prepared = {n: kept for n, kept in self._prepared.items() if n in near}
        for each in near:
            if each not in self._prepared:
                frame = Frame(each, Codes((self._film.colour(each),), LAYOUT))
                self._prepared[each] = self._built.prepare(frame)
        reach = self._built.reach(SETTINGS)
        window = FrameWindow(tuple(self._prepared[number + k] for k in range(-reach, reach + 1)))
        return self._built.process(window, SETTINGS).frame.codes.planes[0]


@dataclass
class Costs:
    """Seconds of each frame by the clock, and of the processors in all."""

    home: EngineHome
    plain: list[float] = field(default_factory=list)
    node: list[float] = field(default_factory=list)
    plain_processor: float = 0.0
    node_processor: float = 0.0

    def plain_frame(self, way: PlainWay, number: int) -> AnyArray:
        began, before = time.perf_counter(), time.process_time()
        pixels = way.render(number)
        self.plain.append(time.perf_counter() - began)
        self.plain_processor += time.process_time() - before
        return pixels

    def node_frame(self, node: Node, number: int) -> AnyArray:
        before = time.process_time() + self._engine()
        rendered = node.render(number, FORMAT)
        self.node.append(rendered.seconds)
        self.node_processor += time.process_time() + self._engine() - before
        return pixels_of(rendered.required())

    def forget(self) -> None:
        self.plain.clear()
        self.node.clear()
        self.plain_processor = self.node_processor = 0.0

    def _engine(self) -> float:
        """Seconds of processor that the engine process has had."""
        pid = self.home.pid()
        return sum(psutil.Process(pid).cpu_times()[:2]) if pid else 0.0

    @property
    def over(self) -> float:
        return statistics.median(b - a for a, b in zip(self.plain, self.node, strict=True))

    def __str__(self) -> str:
        plain, node = statistics.median(self.plain), statistics.median(self.node)
        apart = sorted(1e3 * (b - a) for a, b in zip(self.plain, self.node, strict=True))
        return (
            f"plain {1e3 * plain:.0f} ms, node {1e3 * node:.0f} ms (medians of {len(self.node)}), "
            f"ratio {node / plain:.3f}, over {1e3 * self.over:.0f} ms ({apart[0]:.0f} .. {apart[-1]:.0f}); "
            f"processor {1e3 * self.plain_processor / len(self.node):.0f} and "
            f"{1e3 * self.node_processor / len(self.node):.0f} ms a frame"
        )


def compared(bundle: Path, home: EngineHome, built: Pipeline, film: Film, frames: int) -> Costs:
    """Render one frame after the other both ways; the two take turns at being first."""
    costs, plain = Costs(home), PlainWay(built, film)
    with Host(frames=(0, 1000)) as host, Node(host.plugin(bundle, REPAIR)) as node:
        node.connect("Source", FORMAT, film.picture, (0, 1000))
        node.set("colour_space", LABEL)
        for number in range(10, 10 + frames + 2):
            film.have(range(number - REACH, number + REACH + 1))
            if number == 12:
                # The first one fills the caches, and the second is the first to find them filled.
                costs.forget()
            if number % 2:
                ours, theirs = costs.plain_frame(plain, number), costs.node_frame(node, number)
            else:
                theirs, ours = costs.node_frame(node, number), costs.plain_frame(plain, number)
            assert_same_codes(np.ascontiguousarray(theirs[..., :3]), ours)
    return costs


@contextmanager
def fake_engine(home: EngineHome) -> Generator[None]:
    """An engine process whose detector and repairer cost next to nothing, where the nodes look for one."""
    process = subprocess.Popen([sys.executable, "-c", FAKE_ENGINE], cwd=ROOT, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        assert b"ready" in process.stdout.readline()
        assert home.pid() == process.pid
        yield
    finally:
        process.terminate()
        process.wait()


def test_the_way_through_a_host_costs_little(fresh: Path, home: EngineHome) -> None:
    """With next to nothing to compute, so that what is left is the way there and back."""
    with fake_engine(home), build_fake(None, "cpu", None, SPACE) as built:
        costs = compared(fresh, home, built, Film(dirty=False), frames=16)
    print(f"\nwithout a net: {costs}")
    assert costs.over <= ALLOWED_SECONDS, str(costs)


def test_a_repair_through_a_host_costs_little(fresh: Path, home: EngineHome) -> None:
    """The shipped net on dirty frames: for its ratio; differences of seconds tell no milliseconds."""
    with pipeline.build(None, "cpu", None, SPACE) as built:
        costs = compared(fresh, home, built, Film(dirty=True), frames=5)
    print(f"\nwith the shipped net: {costs}")
    assert costs.over <= max(ALLOWED_SECONDS, 0.1 * statistics.median(costs.plain)), str(costs)
