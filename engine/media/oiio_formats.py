"""The frame formats, and what each one can hold without loss."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from engine.errors import UnsupportedFormat
from engine.types import CodeLayout

Depth = tuple[Literal["integer", "half", "float"], int]
"""(kind, bits) as in `CodeLayout`."""


@dataclass(frozen=True)
class FrameFormat:
    """One file format for single frames. `channel_counts` None means any number."""

    name: str
    suffixes: tuple[str, ...]
    magic: tuple[bytes, ...]
    depths: tuple[Depth, ...]
    channel_counts: tuple[int, ...] | None
    compressions: tuple[str, ...]
    """OpenImageIO's names of those compressions that keep every code; the first replaces a lossy one."""
    from_anything: bool = True
    """False where such a file is only made by patching a copy of its source."""

    def holds(self, layout: CodeLayout) -> bool:
        """Whether a file of this format can carry every code of `layout` unchanged."""
        channels = len(layout.channels)
        return (
            self.from_anything
            and layout.model != "ycbcr"
            and (layout.kind, layout.bits) in self.depths
            and (self.channel_counts is None or channels in self.channel_counts)
        )


FORMATS = (
    FrameFormat(
        "DPX",
        (".dpx",),
        (b"SDPX", b"XPDS"),
        (("integer", 8), ("integer", 10), ("integer", 12), ("integer", 16)),
        (1, 3, 4),
        (),
    ),
    FrameFormat(
        "Cineon",
        (".cin",),
        (b"\x80\x2a\x5f\xd7", b"\xd7\x5f\x2a\x80"),
        (("integer", 10),),
        (1, 3),
        (),
        from_anything=False,
    ),
    FrameFormat(
        "EXR",
        (".exr",),
        (b"\x76\x2f\x31\x01",),
        (("half", 16), ("float", 32)),
        None,
        ("zip", "zips", "piz", "rle", "none"),
    ),
    FrameFormat(
        "TIFF",
        (".tif", ".tiff"),
        (b"II\x2a\x00", b"MM\x00\x2a", b"II\x2b\x00", b"MM\x00\x2b"),
        (("integer", 8), ("integer", 16), ("float", 32)),
        None,
        ("zip", "lzw", "packbits", "none"),
    ),
    FrameFormat(
        "PNG",
        (".png",),
        (b"\x89PNG\r\n\x1a\n",),
        (("integer", 8), ("integer", 16)),
        (1, 2, 3, 4),
        (),
    ),
)

FRAME_SUFFIXES = tuple(suffix for fmt in FORMATS for suffix in fmt.suffixes)


def format_of(path: Path) -> FrameFormat:
    """The format that the file extension names. Raises UnsupportedFormat."""
    for fmt in FORMATS:
        if path.suffix.lower() in fmt.suffixes:
            return fmt
    raise UnsupportedFormat(
        f"{path} ends in {path.suffix or 'no extension'!r}, which is no frame format known here; "
        f"known are {', '.join(FRAME_SUFFIXES)}."
    )


def check_holds(path: Path, layout: CodeLayout, source: str = "") -> FrameFormat:
    """The format of an output `path`. Raises UnsupportedFormat when it cannot hold `layout` without loss.

    `source` names the format the frames come from: what came from a format returns to it.
    """
    fmt = format_of(path)
    if fmt.name == source or fmt.holds(layout):
        return fmt
    fitting = [other.suffixes[0] for other in FORMATS if other.holds(layout)]
    remedy = f"use {' or '.join(fitting)}" if fitting else "use a movie (.mkv, FFV1)"
    reason = f"cannot hold {describe(layout)} without loss"
    if not fmt.from_anything:
        reason = f"is written from {fmt.name} sources only"
    raise UnsupportedFormat(f"{fmt.name} {reason}, so {path.name} cannot be written; {remedy}.")


def describe(layout: CodeLayout) -> str:
    """For people: "10-bit RGB", "half RGBA + 2 channels", "8-bit grey", "10-bit Y'CbCr 4:2:2"."""
    depth = f"{layout.bits}-bit" if layout.kind == "integer" else layout.kind
    if layout.model == "ycbcr":
        sampling = {(1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0"}.get(layout.subsampling)
        return f"{depth} Y'CbCr {sampling or layout.subsampling}"
    colours = 1 if layout.model == "grey" else 3
    has_alpha = layout.channels[colours : colours + 1] == ("A",)
    name = ("grey" if layout.model == "grey" else "RGB") + ("A" if has_alpha else "")
    more = len(layout.channels) - colours - has_alpha
    return f"{depth} {name}" + (f" + {more} channel{'s' * (more > 1)}" if more else "")
