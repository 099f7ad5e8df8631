"""A host with the nodes and an engine that answers as a test says: what the tests of both sides share."""

from __future__ import annotations

import mmap
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import xxhash

from plugin.bundle.build import REPAIR
from plugin.bundle.compiler import version
from plugin.host.host import Host
from plugin.host.node import Node, Rendered
from plugin.host.pictures import Picture, PictureFormat
from plugin.host.profiles import FULL, HostProfile
from tests.plugin.fake_engine import Answer, FakeEngine, Fields

WIDTH, HEIGHT, FRAMES = 37, 150, 12
FLOATS = PictureFormat(WIDTH, HEIGHT, "Float", "RGBA", padding=48, origin=(5, -7))
# Bit patterns that no arithmetic keeps: a signalling NaN with a payload, minus zero, a denormal, infinity.
ODD = struct.pack("<4I", 0x7FA12345, 0x80000000, 0x00000001, 0x7F800000)


def packed(number: int, format: PictureFormat = FLOATS) -> bytes:
    """A picture of its own for each frame."""
    count = format.packed_bytes
    return (ODD + bytes((7 * number + 13 * k) % 251 for k in range(4096)) * (count // 4096 + 1))[:count]


def sent(pixels: bytes, format: PictureFormat = FLOATS) -> bytes:
    """What the engine gets of them: of RGBA the colour."""
    one = format.pixel_bytes
    if format.components != "RGBA":
        return bytes(pixels)
    return b"".join(pixels[at : at + one * 3 // 4] for at in range(0, len(pixels), one))


@dataclass
class Bench:
    """One host with the bundle, and the folder where it looks for an engine."""

    bundle: Path
    folder: Path

    def render(
        self,
        time: float = 5,
        format: PictureFormat = FLOATS,
        profile: HostProfile = FULL,
        identifier: str = REPAIR,
        mask: Callable[[float], Picture | None] | None = None,
        abort_after: float | None = None,
        scale: tuple[float, float] = (1.0, 1.0),
        **values: float | str,
    ) -> Rendered:
        with Host(profile) as host:
            pictures = {t: Picture.of(format, packed(t, format)) for t in range(FRAMES)}
            with Node(host.plugin(self.bundle, identifier), "General" if mask else "Filter") as node:
                node.connect("Source", format, lambda t: pictures.get(int(t)), (0, FRAMES - 1))
                if mask is not None:
                    node.connect("Mask", MASK, mask, (0, FRAMES - 1))
                for name, value in values.items():
                    node.set(name, value)
                rendered = node.render(time, format, abort_after=abort_after, scale=scale)
            assert not host.faults, str(host.faults)
        return rendered

    def engine(self, answers: Callable[[Fields, dict[str, mmap.mmap]], list[Answer]]) -> FakeEngine:
        return FakeEngine(self.folder, version(), answers)


MASK = PictureFormat(10, 8, "Byte", "RGBA", top_first=True, origin=(8, -7))


def untouched(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
    """Every plane is known, and nothing is to be repaired."""
    return [{"type": "done", "id": asked["id"], "boxes": "0"}]


def key_of(pixels: bytes, row: int = WIDTH * 12) -> str:
    """Of packed pixels as they are sent."""
    bands = (pixels[first : first + 64 * row] for first in range(0, len(pixels), 64 * row))
    hashes = [
        xxhash.xxh3_64_intdigest(band) if len(band) > 240 else xxhash.xxh64_intdigest(band) for band in bands
    ]
    return xxhash.xxh64_hexdigest(b"".join(struct.pack("<Q", value) for value in hashes))
