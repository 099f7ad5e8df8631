"""`python -m export.overhead`: frames by the plain engine and by the node of a host, in turn, stage by stage.

Both ways get the same frames, each a new one with neighbours that are known already; the results are
compared bit by bit. `--net` takes the shipped detector on dirty frames; without it next to nothing is
computed on clean ones, and what is left is the way there and back. Timings of different runs do not compare.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from engine import pipeline
from engine.allocator import steady_memory
from engine.pipeline import Pipeline
from engine.types import AnyArray
from export.overhead import stages
from export.overhead.bare import build_bare
from export.overhead.clock import Clock, Span
from export.overhead.film import Film
from export.overhead.ways import NodeWay, PlainWay, Taken, engine_process, near, spans_file
from plugin.bundle.build import REPAIR, build
from plugin.bundle.targets import own_target
from plugin.host.host import Host
from plugin.host.node import Node
from plugin.host.pictures import PictureFormat

SPACE, LABEL = "Linear Rec.709 (sRGB)", "Linear Rec.709"
"""By OCIO's name, and by that of the node's choice."""
FIRST = 10
WARM = 2
"""Frames that are not counted: the first fills the caches, the second is the first to find them filled."""


@dataclass
class Compared:
    """The counted frames of both ways."""

    plain: list[Taken] = field(default_factory=list)
    node: list[Taken] = field(default_factory=list)
    spans: list[Span] = field(default_factory=list)
    different: int = 0
    repaired: int = 0

    def add(self, source: AnyArray, plain: Taken, node: Taken) -> None:
        self.plain.append(plain)
        self.node.append(node)
        self.different += plain.pixels.tobytes() != node.pixels.tobytes()
        self.repaired += plain.pixels.tobytes() != source.tobytes()

    def text(self) -> str:
        plain = [1e3 * frame.seconds for frame in self.plain]
        node = [1e3 * frame.seconds for frame in self.node]
        over = sorted(b - a for a, b in zip(plain, node, strict=True))
        middle = statistics.median
        work = [1e3 * middle(f.processor for f in way) for way in (self.plain, self.node)]
        return "\n".join([
            f"plain {middle(plain):.0f} ms (least {min(plain):.0f}), node {middle(node):.0f} ms (least "
            f"{min(node):.0f}), medians of {len(node)}; ratio {middle(node) / middle(plain):.3f}",
            f"over: {middle(over):.0f} ms in the median ({over[0]:.0f} to {over[-1]:.0f}), between the least "
            f"{min(node) - min(plain):.0f} ms; processor {work[0]:.0f} and {work[1]:.0f} ms a frame",
            f"frames that differ: {self.different}; repaired: {self.repaired} of {len(node)}",
            "plain, medians:",
            stages.table([stages.of_plain(frame, self.spans) for frame in self.plain]),
            "node, medians:",
            stages.table([stages.of_node(frame, self.spans) for frame in self.node]),
        ])  # fmt: skip


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.overhead", description=__doc__)
    parser.add_argument("--net", action="store_true", help="the shipped detector, on dirty frames")
    parser.add_argument("--frames", type=int, default=16)
    parser.add_argument("--size", type=int, nargs=2, default=(2048, 1556), metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--bundle", type=Path, help="a bundle of the nodes; by default one is built")
    options = parser.parse_args(argv)
    compared = compare(options.net, options.frames, tuple(options.size), options.bundle)
    print(f"{options.size[0]}x{options.size[1]} RGBA float, {'shipped net' if options.net else 'no net'}")
    print(compared.text())
    return 1 if compared.different else 0


def compare(net: bool, frames: int, size: tuple[int, int], bundle: Path | None = None) -> Compared:
    """Render one frame after the other both ways; the two take turns at being first."""
    steady_memory()
    clock = Clock(os.getpid())
    clock.time_engine()
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="reelmend-")))
        film = Film(PictureFormat(*size), dirty=net)
        built = held.enter_context(_built(net))
        with engine_process("net" if net else "bare", folder) as engine:
            found = _rendered(film, built, engine, bundle or build(folder, (own_target(),)), frames, clock)
        found.spans = [*clock.spans, *stages.read(spans_file(folder))]
    return found


def _rendered(film: Film, built: Pipeline, engine: int, bundle: Path, frames: int, clock: Clock) -> Compared:
    compared, last = Compared(), FIRST + WARM + frames
    with Host(frames=(0, last + 10)) as host, Node(host.plugin(bundle, REPAIR)) as node:
        ways = PlainWay(built, film), NodeWay(node, film, engine, clock)
        node.connect("Source", film.format, ways[1].picture, (0, last + 10))
        node.set("colour_space", LABEL)
        for number in range(FIRST, last):
            film.have(near(number))
            order = (0, 1) if number % 2 else (1, 0)
            taken = {way: ways[way].render(number) for way in order}
            if number >= FIRST + WARM:
                compared.add(film.colour(number), taken[0], taken[1])
    return compared


def _built(net: bool) -> Pipeline:
    return (pipeline.build if net else build_bare)(None, "cpu", None, SPACE)


if __name__ == "__main__":
    sys.exit(main())
