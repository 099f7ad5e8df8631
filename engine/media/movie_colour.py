"""Colour tags of movies: FFmpeg's numbers, its names for them, and the matrix the codes are read with.

The numbers are those of ITU-T H.273, as libavutil/pixfmt.h lists them and libavutil/pixdesc.c names them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import av
import av.video.codeccontext

from engine.errors import UnsupportedFormat
from engine.media.movie_layout import PixelFormat

UNSPECIFIED = 2
LIMITED, FULL = 1, 2
"""`color_range` as FFmpeg counts it; 0 is unspecified."""

PRIMARIES: Mapping[int, str] = MappingProxyType(
    {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "film", 9: "bt2020",
     10: "smpte428", 11: "smpte431", 12: "smpte432", 22: "ebu3213"}
)  # fmt: skip
TRANSFERS: Mapping[int, str] = MappingProxyType(
    {1: "bt709", 4: "bt470m", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "linear", 9: "log100",
     10: "log316", 11: "iec61966-2-4", 12: "bt1361e", 13: "iec61966-2-1", 14: "bt2020-10", 15: "bt2020-12",
     16: "smpte2084", 17: "smpte428", 18: "arib-std-b67"}
)  # fmt: skip
MATRICES: Mapping[int, str] = MappingProxyType(
    {0: "gbr", 1: "bt709", 4: "fcc", 5: "bt470bg", 6: "smpte170m", 7: "smpte240m", 8: "ycgco", 9: "bt2020nc",
     10: "bt2020c", 11: "smpte2085", 12: "chroma-derived-nc", 13: "chroma-derived-c", 14: "ictcp"}
)  # fmt: skip
READ_AS: Mapping[str, Literal["bt601", "bt709", "bt2020"]] = MappingProxyType(
    {"bt709": "bt709", "bt470bg": "bt601", "smpte170m": "bt601", "bt2020nc": "bt2020"}
)
SD_HEIGHT = 576
"""Up to this height players take untagged YCbCr for BT.601, above it for BT.709."""


@dataclass(frozen=True)
class ColourNumbers:
    """The four tags as FFmpeg counts them; 2 is unspecified (0 for `range`)."""

    primaries: int = UNSPECIFIED
    transfer: int = UNSPECIFIED
    matrix: int = UNSPECIFIED
    range: int = 0


def colour_numbers(frame: av.VideoFrame, codec: av.video.codeccontext.VideoCodecContext) -> ColourNumbers:
    """What the frame says of its colour, and where it is silent what the stream says."""

    def said(of_frame: int, of_stream: int) -> int:
        return of_stream if of_frame == UNSPECIFIED else of_frame

    return ColourNumbers(
        said(int(frame.color_primaries), int(codec.color_primaries)),
        said(int(frame.color_trc), int(codec.color_trc)),
        said(int(frame.colorspace), int(codec.colorspace)),
        int(frame.color_range) or int(codec.color_range),
    )


def matrix_of(
    numbers: ColourNumbers, pixels: PixelFormat, height: int, where: str
) -> tuple[Literal["bt601", "bt709", "bt2020"], str]:
    """The matrix to read YCbCr codes with, and a sentence on why where the file does not say.

    Raises UnsupportedFormat for matrices that Y, Cb, Cr cannot be taken back with (YCgCo, ICtCp, ...).
    """
    name = MATRICES.get(numbers.matrix, "")
    if pixels.model != "ycbcr":
        return "bt709", ""
    if name in READ_AS:
        return READ_AS[name], ""
    if name in ("", "gbr"):
        guess = "bt601" if height <= SD_HEIGHT else "bt709"
        return guess, f"not tagged, read as {guess} because of the height ({height} lines)"
    raise UnsupportedFormat(
        f"{where}: its colour matrix is {name}; bt709, smpte170m, bt470bg and bt2020nc are read here."
        f" Convert the movie to one of them first."
    )


def full_range_of(numbers: ColourNumbers, pixels: PixelFormat) -> bool:
    """Whether the codes use the full range: RGB always, grey and YCbCr as tagged; untagged YCbCr does not."""
    if pixels.always_full or pixels.model == "rgb":
        return True
    if numbers.range:
        return numbers.range == FULL
    return pixels.model == "grey"
