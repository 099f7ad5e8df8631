"""The media under test: each one can make a source of given frames and write them back.

`MEDIA` is the list the contract test runs over; a new kind of source or sink is added there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from engine.media.contract import ClipInfo, FrameSink, FrameSource
from engine.media.memory import MemorySink, MemorySource
from engine.media.open import open_sink, open_source
from engine.types import CodeLayout, Codes, Frame, FrameNumber
from tests.codes.layouts import RGB, random_codes

NUMBERS = (998, 999, 1000, 1002)
HEIGHT, WIDTH = 22, 34


class Medium(Protocol):
    """One kind of clip. `make` and `reopen` give sources, `sink` an output that `reopen` reads."""

    @property
    def name(self) -> str: ...
    @property
    def layout(self) -> CodeLayout: ...
    @property
    def on_disk(self) -> bool: ...
    def make(self, folder: Path, frames: Sequence[Frame]) -> FrameSource: ...
    def sink(
        self, folder: Path, info: ClipInfo, numbers: Sequence[FrameNumber], overwrite: bool
    ) -> FrameSink: ...
    def reopen(self, folder: Path) -> FrameSource: ...


@dataclass
class Memory:
    name: str = "memory"
    layout: CodeLayout = field(default_factory=lambda: CodeLayout("rgb", RGB, "integer", 10))
    on_disk: bool = False
    _sinks: dict[Path, MemorySink] = field(default_factory=dict)

    def make(self, folder: Path, frames: Sequence[Frame]) -> FrameSource:
        return MemorySource(frames)

    def sink(
        self, folder: Path, info: ClipInfo, numbers: Sequence[FrameNumber], overwrite: bool
    ) -> FrameSink:
        self._sinks[folder] = MemorySink(self.layout)
        return self._sinks[folder]

    def reopen(self, folder: Path) -> FrameSource:
        return MemorySource(self._sinks[folder].frames.values())


@dataclass(frozen=True)
class FrameFiles:
    """Frame files of one format; made with the sink itself, whose exactness is proven elsewhere."""

    name: str
    pattern: str
    layout: CodeLayout
    on_disk: bool = True

    def make(self, folder: Path, frames: Sequence[Frame]) -> FrameSource:
        write_frames(folder / self.pattern, frames)
        return open_source(str(folder / self.pattern))

    def sink(
        self, folder: Path, info: ClipInfo, numbers: Sequence[FrameNumber], overwrite: bool
    ) -> FrameSink:
        return open_sink(str(folder / "out" / self.pattern), info, self.layout, numbers, overwrite)

    def reopen(self, folder: Path) -> FrameSource:
        return open_source(str(folder / "out"))


def integer(bits: int, *more: str) -> CodeLayout:
    return CodeLayout("rgb", (*RGB, *more), "integer", bits)


def grey(bits: int) -> CodeLayout:
    return CodeLayout("grey", ("Y",), "integer", bits)


HALF = CodeLayout("rgb", RGB, "half", 16)
FLOAT = CodeLayout("rgb", RGB, "float", 32)

FRAME_FILES = [
    *[FrameFiles(f"dpx{bits}", "scan.####.dpx", integer(bits)) for bits in (8, 10, 12, 16)],
    *[FrameFiles(f"dpx{bits}a", "scan.%04d.dpx", integer(bits, "A")) for bits in (8, 10, 12, 16)],
    *[FrameFiles(f"dpx{bits}y", "scan.####.DPX", grey(bits)) for bits in (8, 10, 12, 16)],
    FrameFiles("exr-half", "scan.####.exr", HALF),
    FrameFiles("exr-float", "scan.@@@@.exr", FLOAT),
    FrameFiles("exr-grey", "scan.####.exr", CodeLayout("grey", ("Y",), "half", 16)),
    FrameFiles("exr-layers", "scan.#.exr", CodeLayout("rgb", (*RGB, "A", "ir.Y", "z.Z"), "half", 16)),
    *[FrameFiles(f"tiff{bits}", "scan_%d.tif", integer(bits)) for bits in (8, 16)],
    *[FrameFiles(f"tiff{bits}a", "scan_####.tiff", integer(bits, "A")) for bits in (8, 16)],
    *[FrameFiles(f"tiff{bits}y", "####.tif", grey(bits)) for bits in (8, 16)],
    FrameFiles("tiff-float", "scan.####.tif", FLOAT),
    *[FrameFiles(f"png{bits}", "scan.####.png", integer(bits)) for bits in (8, 16)],
    *[FrameFiles(f"png{bits}a", "scan.####.png", integer(bits, "A")) for bits in (8, 16)],
    *[FrameFiles(f"png{bits}y", "scan.####.png", grey(bits)) for bits in (8, 16)],
]


@dataclass(frozen=True)
class MovieFile:
    """A movie; its frames count from 1, whatever the numbers of the frames it was made from."""

    name: str
    file: str
    layout: CodeLayout
    on_disk: bool = True

    def make(self, folder: Path, frames: Sequence[Frame]) -> FrameSource:
        write_frames(folder / self.file, frames)
        return open_source(str(folder / self.file))

    def sink(
        self, folder: Path, info: ClipInfo, numbers: Sequence[FrameNumber], overwrite: bool
    ) -> FrameSink:
        return open_sink(str(folder / "out" / self.file), info, self.layout, numbers, overwrite)

    def reopen(self, folder: Path) -> FrameSource:
        return open_source(str(folder / "out" / self.file))


YCC420 = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 8, (2, 2), "bt601", False)
YCC422 = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 10, (2, 1), "bt601", False)

MOVIES = [
    MovieFile("mkv-422", "clip.mkv", YCC422),
    MovieFile("mkv-rgb16", "clip.mkv", integer(16)),
    MovieFile("mov-420", "clip.mov", YCC420),
    MovieFile("mov-rgb10", "clip.mov", integer(10)),
    MovieFile("avi-rgb8", "clip.avi", integer(8)),
    MovieFile("mkv-grey16", "clip.mkv", grey(16)),
]

MEDIA: list[Medium] = [Memory(), *FRAME_FILES, *MOVIES]
"""Every source and sink there is."""


def random_frames(
    layout: CodeLayout, numbers: Sequence[FrameNumber] = NUMBERS, size: tuple[int, int] = (HEIGHT, WIDTH)
) -> list[Frame]:
    """Frames of independent random codes, different for each number."""
    return [Frame(number, random_codes(layout, *size, seed=number)) for number in numbers]


def info_for(frames: Sequence[Frame]) -> ClipInfo:
    """The description of a clip that exists in memory only."""
    return MemorySource(frames).info


def write_frames(target: Path, frames: Sequence[Frame], overwrite: bool = False) -> None:
    """Write `frames` to a pattern or a file through the engine's own sink."""
    info = info_for(frames)
    with open_sink(str(target), info, info.layout, info.frames, overwrite) as sink:
        for frame in frames:
            sink.write(frame)


def same_codes(one: Codes, other: Codes) -> bool:
    """Equal layouts and equal bytes in every plane."""
    return one.layout == other.layout and all(
        (a.shape, a.dtype, a.tobytes()) == (b.shape, b.dtype, b.tobytes())
        for a, b in zip(one.planes, other.planes, strict=True)
    )
