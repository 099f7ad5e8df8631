"""Pixel formats of movies: how the code values of a frame lie in the planes of FFmpeg.

A `PixelFormat` says for one FFmpeg name which samples are where; `codes_of` takes the code values out
of a decoded frame and `fill` puts them into a frame for the encoder. Nothing is converted on the way:
only the order of channels, the byte order and the padding change, so that the two are exact inverses.
Names and packing: FFmpeg, libavutil/pixfmt.h and pixdesc.c.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, cast

import av
import av.filter
import numpy as np

from engine.errors import UnsupportedFormat
from engine.types import AnyArray, CodeLayout, Codes

Packing = Literal["planar", "packed", "semiplanar", "macropixel"]


@dataclass(frozen=True)
class PixelFormat:
    """One FFmpeg pixel format with integer samples.

    planar: `places[k]` is the plane of channel k. packed: `places[k]` is the position of channel k among
    the `step` samples of a pixel. semiplanar: Y, then Cb and Cr interleaved, `places` the order of the two.
    macropixel: two pixels in four samples, `places` the positions of Y, Cb, Cr (Y again two further on).
    """

    name: str
    model: Literal["rgb", "grey", "ycbcr"]
    channels: tuple[str, ...]
    bits: int
    packing: Packing
    places: tuple[int, ...]
    step: int = 1
    subsampling: tuple[int, int] = (1, 1)
    big_endian: bool = False
    shift: int = 0
    """Zero bits below the code: 6 for p010."""
    always_full: bool = False
    """The format itself says full range (the yuvj family)."""

    @property
    def dtype(self) -> np.dtype[np.uint8] | np.dtype[np.uint16]:
        """The type of a sample as it lies in memory, in the format's byte order."""
        if self.bits <= 8:
            return np.dtype(np.uint8)
        return np.dtype(np.uint16).newbyteorder(">" if self.big_endian else "<")

    @property
    def native(self) -> type[np.uint8] | type[np.uint16]:
        return np.uint8 if self.bits <= 8 else np.uint16


YCC = ("Y", "Cb", "Cr")
RGB = ("R", "G", "B")
SUBSAMPLINGS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {"420": (2, 2), "422": (2, 1), "444": (1, 1), "440": (1, 2), "411": (4, 1), "410": (4, 4)}
)
DEPTHS = (8, 9, 10, 12, 14, 16)


def _suffixes(bits: int) -> tuple[tuple[str, bool], ...]:
    """The ends of a format's name at a depth, with whether they mean big-endian."""
    return (("", False),) if bits == 8 else ((f"{bits}le", False), (f"{bits}be", True))


def _planar_ycbcr() -> Iterator[PixelFormat]:
    for digits, subsampling in SUBSAMPLINGS.items():
        yield PixelFormat(
            f"yuvj{digits}p", "ycbcr", YCC, 8, "planar", (0, 1, 2), 1, subsampling, always_full=True
        )
        for bits in DEPTHS:
            for end, big in _suffixes(bits):
                name = f"{digits}p{end}"
                yield PixelFormat(f"yuv{name}", "ycbcr", YCC, bits, "planar", (0, 1, 2), 1, subsampling, big)
                yield PixelFormat(
                    f"yuva{name}", "ycbcr", (*YCC, "A"), bits, "planar", (0, 1, 2, 3), 1, subsampling, big
                )


def _planar_rgb() -> Iterator[PixelFormat]:
    for bits in DEPTHS:
        for end, big in _suffixes(bits):
            yield PixelFormat(f"gbrp{end}", "rgb", RGB, bits, "planar", (2, 0, 1), big_endian=big)
            yield PixelFormat(f"gbrap{end}", "rgb", (*RGB, "A"), bits, "planar", (2, 0, 1, 3), big_endian=big)


def _packed_rgb() -> Iterator[PixelFormat]:
    for name, places in {"rgb24": (0, 1, 2), "bgr24": (2, 1, 0)}.items():
        yield PixelFormat(name, "rgb", RGB, 8, "packed", places, 3)
    padded = {"rgb0": (0, 1, 2), "bgr0": (2, 1, 0), "0rgb": (1, 2, 3), "0bgr": (3, 2, 1)}
    for name, places in padded.items():
        yield PixelFormat(name, "rgb", RGB, 8, "packed", places, 4)
    alpha = {"rgba": (0, 1, 2, 3), "bgra": (2, 1, 0, 3), "argb": (1, 2, 3, 0), "abgr": (3, 2, 1, 0)}
    for name, places in alpha.items():
        yield PixelFormat(name, "rgb", (*RGB, "A"), 8, "packed", places, 4)
    for end, big in (("le", False), ("be", True)):
        yield PixelFormat(f"rgb48{end}", "rgb", RGB, 16, "packed", (0, 1, 2), 3, big_endian=big)
        yield PixelFormat(f"bgr48{end}", "rgb", RGB, 16, "packed", (2, 1, 0), 3, big_endian=big)
        rgba = (*RGB, "A")
        yield PixelFormat(f"rgba64{end}", "rgb", rgba, 16, "packed", (0, 1, 2, 3), 4, big_endian=big)
        yield PixelFormat(f"bgra64{end}", "rgb", rgba, 16, "packed", (2, 1, 0, 3), 4, big_endian=big)


def _grey() -> Iterator[PixelFormat]:
    for bits in DEPTHS:
        for end, big in _suffixes(bits):
            yield PixelFormat(f"gray{end}", "grey", ("Y",), bits, "planar", (0,), big_endian=big)
    yield PixelFormat("ya8", "grey", ("Y", "A"), 8, "packed", (0, 1), 2)
    for end, big in (("le", False), ("be", True)):
        yield PixelFormat(f"ya16{end}", "grey", ("Y", "A"), 16, "packed", (0, 1), 2, big_endian=big)


def _interleaved_ycbcr() -> Iterator[PixelFormat]:
    for name, sub in {"nv12": (2, 2), "nv16": (2, 1), "nv24": (1, 1)}.items():
        yield PixelFormat(name, "ycbcr", YCC, 8, "semiplanar", (0, 1), 2, sub)
    for name, sub in {"nv21": (2, 2), "nv42": (1, 1)}.items():
        yield PixelFormat(name, "ycbcr", YCC, 8, "semiplanar", (1, 0), 2, sub)
    for digit, sub in {"0": (2, 2), "2": (2, 1), "4": (1, 1)}.items():
        for bits in (10, 12, 16):
            for end, big in (("le", False), ("be", True)):
                name = f"p{digit}{bits}{end}"
                yield PixelFormat(
                    name, "ycbcr", YCC, bits, "semiplanar", (0, 1), 2, sub, big, shift=16 - bits
                )
    for name, places in {"uyvy422": (1, 0, 2), "yuyv422": (0, 1, 3), "yvyu422": (0, 3, 1)}.items():
        yield PixelFormat(name, "ycbcr", YCC, 8, "macropixel", places, 4, (2, 1))


def _all_formats() -> Iterator[PixelFormat]:
    yield from _planar_ycbcr()
    yield from _planar_rgb()
    yield from _packed_rgb()
    yield from _grey()
    yield from _interleaved_ycbcr()


PIXEL_FORMATS: Mapping[str, PixelFormat] = MappingProxyType({f.name: f for f in _all_formats()})


def pixel_format(name: str, where: str) -> PixelFormat:
    """The description of FFmpeg's `name`. Raises UnsupportedFormat, naming `where` (a file)."""
    found = PIXEL_FORMATS.get(name)
    if found is None:
        raise UnsupportedFormat(
            f"{where}: pixel format {name!r} is not read here; planar YCbCr, RGB and grey with 8 to 16 bits"
            f" are. Convert the movie without loss, for example to FFV1 in .mkv."
        )
    return found


def layout_of(pixels: PixelFormat, matrix: Literal["bt601", "bt709", "bt2020"], full: bool) -> CodeLayout:
    """The layout of the codes that `codes_of` takes out of this format."""
    return CodeLayout(pixels.model, pixels.channels, "integer", pixels.bits, pixels.subsampling, matrix, full)


def codes_of(frame: av.VideoFrame, pixels: PixelFormat, layout: CodeLayout) -> Codes:
    """The code values of a decoded frame, copied out of the decoder's memory, not one changed."""
    if any(plane.line_size < 0 for plane in frame.planes):
        frame = _top_row_first(frame)
    samples = [_rows(frame, index, pixels) for index in range(_plane_count(pixels))]
    if pixels.packing == "planar":
        planes = [samples[place] for place in pixels.places]
    elif pixels.packing == "packed":
        pixel = samples[0].reshape(frame.height, frame.width, pixels.step)
        planes = [pixel[:, :, place] for place in pixels.places]
    elif pixels.packing == "semiplanar":
        planes = [samples[0], *(samples[1][:, place::2] for place in pixels.places)]
    else:
        y, cb, cr = pixels.places
        planes = [samples[0][:, y::2][:, : frame.width], samples[0][:, cb::4], samples[0][:, cr::4]]
    if layout.model != "ycbcr":
        planes = [np.stack(planes, axis=2)]
    return Codes(tuple(_own(plane, pixels) for plane in planes), layout)


def _own(plane: AnyArray, pixels: PixelFormat) -> AnyArray:
    """A C-contiguous copy in native byte order with the code in the low bits."""
    own = np.array(plane, dtype=pixels.native, order="C")
    if pixels.shift:
        own >>= pixels.shift
    return own


def fill(frame: av.VideoFrame, pixels: PixelFormat, codes: Codes) -> None:
    """Put codes into a fresh frame of the encoder; `pixels` is planar or packed, without shift."""
    planes = list(codes.planes)
    if codes.layout.model != "ycbcr":
        planes = [planes[0][:, :, channel] for channel in range(planes[0].shape[2])]
    if pixels.packing == "planar":
        for place, plane in zip(pixels.places, planes, strict=True):
            _rows(frame, place, pixels)[:] = plane
        return
    rows = _rows(frame, 0, pixels)
    pixel = rows.reshape(frame.height, frame.width, pixels.step)
    if len(planes) < pixels.step:
        rows[:] = 0
    for place, plane in zip(pixels.places, planes, strict=True):
        pixel[:, :, place] = plane


def _plane_count(pixels: PixelFormat) -> int:
    return {"planar": len(pixels.places), "semiplanar": 2}.get(pixels.packing, 1)


def _rows(frame: av.VideoFrame, index: int, pixels: PixelFormat) -> AnyArray:
    """The samples of a plane (rows, samples in a row) without the padding, as a view of its memory."""
    plane = frame.planes[index]
    step = 1 if pixels.packing == "planar" or (pixels.packing == "semiplanar" and index == 0) else pixels.step
    width = (plane.width + 1) // 2 if pixels.packing == "macropixel" else plane.width
    memory = np.frombuffer(cast("memoryview[int]", plane), np.uint8).reshape(plane.height, plane.line_size)
    return memory[:, : width * step * pixels.dtype.itemsize].view(pixels.dtype)


def _top_row_first(frame: av.VideoFrame) -> av.VideoFrame:
    """The frame in memory that runs downwards: FFmpeg hands bottom-up files over with a negative stride."""
    graph = av.filter.Graph()
    entry = graph.add_buffer(
        width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
    )
    graph.link_nodes(entry, graph.add("copy"), graph.add("buffersink")).configure()
    graph.push(frame)
    copied = graph.pull()
    assert isinstance(copied, av.VideoFrame)
    return copied


@cache
def ffv1_formats() -> Mapping[tuple[object, ...], PixelFormat]:
    """The formats this build's FFV1 encoder takes, by what they hold: `holds(layout)` is the key."""
    encoder = av.Codec("ffv1", "w")
    names = [offered.name for offered in encoder.video_formats or ()]
    offered = [PIXEL_FORMATS[name] for name in names if name in PIXEL_FORMATS]
    return MappingProxyType({(f.model, f.channels, f.bits, f.subsampling): f for f in offered})


def holds(layout: CodeLayout) -> tuple[object, ...]:
    """What a pixel format must agree in to hold codes of this layout exactly.

    Channels are compared by their place: the first three of "rgb" are R, G, B whatever the file calls
    them, a fourth must be alpha.
    """
    if layout.model == "ycbcr":
        return layout.model, (*YCC, *layout.channels[3:]), layout.bits, layout.subsampling
    base = RGB if layout.model == "rgb" else ("Y",)
    return layout.model, (*base, *layout.channels[len(base) :]), layout.bits, (1, 1)
