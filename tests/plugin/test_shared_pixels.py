"""What the node puts into shared memory is what it says: each plane has the key that it was asked by."""

from __future__ import annotations

import mmap
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from plugin.bundle.build import REPAIR
from plugin.host.host import Host
from plugin.host.node import Node
from plugin.host.pictures import Picture, PictureFormat
from tests.plugin.engine_bench import FLOATS, FRAMES, HEIGHT, MASK, WIDTH, Bench, key_of, packed, untouched
from tests.plugin.fake_engine import Answer, Fields

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fake engine looks into /dev/shm")

Lacks = Callable[[int], Sequence[int]]
LACKS: dict[str, Lacks] = {
    "all": range,
    "none": lambda count: [],
    "the first": lambda count: [0],
    "the last": lambda count: [count - 1],
    "every other, backwards": lambda count: range(count - 1, -1, -2),
}

CHANNELS = {"RGBA": 3, "RGB": 3, "Alpha": 1}
"""That are sent."""
BYTES = {"Byte": 1, "Half": 2, "Short": 2, "Float": 4}


@dataclass
class Forgetful:
    """An engine that lacks those planes of every request that `lacks` picks of so many."""

    lacks: Lacks
    format: PictureFormat = FLOATS
    asked: dict[str, Fields] = field(default_factory=dict[str, Fields])
    keys: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Of each plane sent: by its bytes, and as it was asked by."""

    def __call__(self, fields: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        if fields["type"] == "render":
            self.asked[fields["id"]] = fields
            needed = self.lacks(sum(name.startswith("plane.") for name in fields))
            if needed:
                return [{"type": "need", "id": fields["id"], "need": " ".join(map(str, needed))}]
        else:
            self._look(self.asked[fields["id"]], fields, segments)
        return untouched(fields, segments)

    def _look(self, asked: Fields, sent: Fields, segments: dict[str, mmap.mmap]) -> None:
        for name, area in sent.items():
            if not name.startswith("at."):
                continue
            segment, offset = area.split()
            role, _, key = asked[f"plane.{name[3:]}"].split()
            row = self.format.width * 4
            if role == "frame":
                row = self.format.width * CHANNELS[self.format.components] * BYTES[self.format.depth]
            begin = int(offset)
            assert begin % 64 == 0
            there = segments[segment][begin : begin + row * self.format.height]
            self.keys.append((key_of(there, row), key))


def rendered(bench: Bench, engine: Forgetful, numbers: Sequence[int], masked: bool = False) -> None:
    """Frames by one node; fails where one does not come back as the source."""
    format = engine.format
    pictures = {t: Picture.of(format, packed(t, format)) for t in range(FRAMES)}
    with Host() as host, Node(host.plugin(bench.bundle, REPAIR), "General" if masked else "Filter") as node:
        node.connect("Source", format, lambda t: pictures.get(int(t)), (0, FRAMES - 1))
        if masked:
            masks = {t: Picture.of(MASK, packed(t, MASK)) for t in range(FRAMES)}
            node.connect("Mask", MASK, lambda t: masks.get(int(t)), (0, FRAMES - 1))
            node.set("use_mask", 1)
        for number in numbers:
            assert bytes(node.render(number, format).required().packed()) == packed(number, format)
        assert not host.faults, str(host.faults)


@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("lacks", LACKS.values(), ids=LACKS.keys())
def test_whatever_the_engine_lacks_it_gets(bench: Bench, lacks: Lacks, masked: bool) -> None:
    """The first frame is all new, the next ones bring a plane or two, the last one none."""
    engine = Forgetful(lacks)
    with bench.engine(engine):
        rendered(bench, engine, (5, 6, 7, 2, 11, 5), masked)
    assert [found for found, _ in engine.keys] == [named for _, named in engine.keys]
    assert bool(engine.keys) == bool(lacks(9))


@pytest.mark.parametrize("components", ["RGBA", "RGB", "Alpha"])
@pytest.mark.parametrize("depth", ["Byte", "Short", "Half", "Float"])
@pytest.mark.parametrize("size", [(7, 5), (2, 65), (1031, 66)])
def test_every_kind_of_picture_is_packed(
    bench: Bench, size: tuple[int, int], depth: str, components: str
) -> None:
    engine = Forgetful(range, PictureFormat(*size, depth, components, padding=20))
    with bench.engine(engine):
        rendered(bench, engine, (3, 4))
    assert [found for found, _ in engine.keys] == [named for _, named in engine.keys]
    assert len({named for _, named in engine.keys}) > 1


def test_a_connection_that_breaks_gets_the_pixels_again(bench: Bench) -> None:
    engine = Forgetful(range)

    def breaking(fields: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        return [None] if fake.connections == 1 else engine(fields, segments)

    with bench.engine(breaking) as fake:
        rendered(bench, engine, (5,))
    assert fake.connections == 2
    assert engine.keys
    assert [found for found, _ in engine.keys] == [named for _, named in engine.keys]


def test_a_plane_that_the_engine_wants_twice_is_there_twice(bench: Bench) -> None:
    engine = Forgetful(lambda count: [count - 1, count - 1])
    with bench.engine(engine):
        rendered(bench, engine, (5, 6))
    assert [found for found, _ in engine.keys] == [named for _, named in engine.keys]


def test_the_pictures_differ() -> None:
    """Otherwise one plane in the place of another would go unnoticed."""
    assert len({packed(t) for t in range(FRAMES)}) == FRAMES
    assert len({packed(t, MASK) for t in range(FRAMES)}) == FRAMES
    assert WIDTH * HEIGHT * 12 > 64
