"""Which codec, pixel format and container a movie is written with: never one that changes codes unasked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import av
from av.error import FFmpegError

from engine.errors import UnsupportedFormat
from engine.media.contract import ClipInfo
from engine.media.movie_layout import PIXEL_FORMATS, RGB, YCC, PixelFormat, ffv1_formats, holds
from engine.types import CodeLayout

MovieCodec = Literal["ffv1", "prores"]
Muxer = Literal["matroska", "mov", "mp4", "avi"]
FFV1_MUXERS: Mapping[str, Muxer] = MappingProxyType({".mkv": "matroska", ".mov": "mp4", ".avi": "avi"})
"""FFmpeg refuses FFV1 in its QuickTime writer but not in the MP4 one, and both write the same boxes."""
PRORES_FORMATS: Mapping[tuple[object, ...], PixelFormat] = MappingProxyType(
    {
        ("ycbcr", YCC, 10, (2, 1)): PIXEL_FORMATS["yuv422p10le"],
        ("ycbcr", YCC, 10, (1, 1)): PIXEL_FORMATS["yuv444p10le"],
        ("ycbcr", (*YCC, "A"), 10, (1, 1)): PIXEL_FORMATS["yuva444p10le"],
    }
)
"""What FFmpeg's ProRes encoder takes. It decodes ProRes 4444 to 12 bits but encodes only 10."""
PRORES_PROFILES: Mapping[str, str] = MappingProxyType(
    {"Proxy": "proxy", "LT": "lt", "Standard": "standard", "HQ": "hq", "4444": "4444", "XQ": "4444xq"}
)
FFV1_OPTIONS: Mapping[str, str] = MappingProxyType({"level": "3", "slicecrc": "1", "g": "1"})
"""Version 3 with a checksum in every slice and only key frames: what archives ask for (RFC 9043)."""


@dataclass(frozen=True)
class MovieEncoding:
    """`encoder` and `muxer` are FFmpeg's names; `options` are the encoder's."""

    encoder: Literal["ffv1", "prores_ks"]
    muxer: Muxer
    pixels: PixelFormat
    options: Mapping[str, str]

    @property
    def lossy(self) -> bool:
        """Whether the codec itself changes codes everywhere, however little (ProRes)."""
        return self.encoder == "prores_ks"


def choose_encoding(
    path: Path, info: ClipInfo, layout: CodeLayout, codec: MovieCodec | None = None
) -> MovieEncoding:
    """The encoding for a target and the codes it gets.

    FFV1, which holds the codes exactly; ProRes only in .mov, where the source is ProRes and its codes
    are written, or where `codec` asks for it. Raises UnsupportedFormat where the codes do not fit.
    """
    _check_container(path, info)
    if layout.kind != "integer":
        raise UnsupportedFormat(
            f"{path}: movies hold whole-number codes of 8 to 16 bits, not {layout.kind} pixels; write an EXR"
            f" sequence, for example {path.stem}.####.exr."
        )
    if codec is None:
        fits = path.suffix.lower() == ".mov" and holds(layout) in PRORES_FORMATS
        codec = "prores" if fits and _is_prores(info) and layout == info.layout else "ffv1"
    return _prores(path, info, layout) if codec == "prores" else _ffv1(path, info, layout)


def _check_container(path: Path, info: ClipInfo) -> None:
    suffix = path.suffix.lower()
    if suffix in (".mp4", ".m4v"):
        raise UnsupportedFormat(
            f"{path}: .mp4 has no lossless codec that players read; write {path.stem}.mkv (FFV1) instead."
        )
    if suffix not in FFV1_MUXERS:
        raise UnsupportedFormat(
            f"{path}: movies are written as .mkv, .mov or .avi, not {suffix or 'without an extension'}."
        )
    if suffix == ".avi" and "timing" in info.extras:
        raise UnsupportedFormat(
            f"{path}: the source has a variable frame rate, which AVI cannot hold; write .mkv or .mov."
        )


def _is_prores(info: ClipInfo) -> bool:
    return info.extras.get("codec") == "prores"


def _ffv1(path: Path, info: ClipInfo, layout: CodeLayout) -> MovieEncoding:
    pixels = ffv1_formats().get(holds(layout))
    if pixels is None:
        raise UnsupportedFormat(
            f"{path}: FFV1 cannot hold {_words(layout)} exactly; write a sequence instead, for example"
            f" {path.stem}.####.tif."
        )
    muxer = FFV1_MUXERS[path.suffix.lower()]
    return MovieEncoding("ffv1", muxer, pixels, _ffv1_options(info, pixels))


def _ffv1_options(info: ClipInfo, pixels: PixelFormat) -> Mapping[str, str]:
    """Sixteen slices for large pictures, four for small ones; FFmpeg's own number where these do not
    divide an odd size with subsampled chroma, which only an encoder that opens can tell.
    """
    wished = {**FFV1_OPTIONS, "slices": "16" if info.height >= 720 else "4"}
    trial = av.CodecContext.create("ffv1", "w")
    assert isinstance(trial, av.VideoCodecContext)
    trial.width, trial.height, trial.pix_fmt = info.width, info.height, pixels.name
    trial.time_base, trial.options = Fraction(1, 24), dict(wished)
    try:
        trial.open()
    except FFmpegError:
        return {**wished, "slices": "0"}
    return wished


def _prores(path: Path, info: ClipInfo, layout: CodeLayout) -> MovieEncoding:
    pixels = PRORES_FORMATS.get(holds(layout))
    if pixels is None or path.suffix.lower() != ".mov":
        raise UnsupportedFormat(
            f"{path}: ProRes is written into .mov from 10-bit 4:2:2 or 4:4:4 YCbCr only, and this is"
            f" {_words(layout)} for {path.suffix}; write FFV1 instead, which holds it exactly."
        )
    usual = "hq" if layout.subsampling == (2, 1) else "4444"
    profile = PRORES_PROFILES.get(info.extras.get("profile", ""), usual) if _is_prores(info) else usual
    options = {"profile": profile, "vendor": "apl0"}
    if len(layout.channels) == 4:
        options["alpha_bits"] = "16"
    return MovieEncoding("prores_ks", "mov", pixels, options)


def _words(layout: CodeLayout) -> str:
    """The layout for people: "8-bit YCbCr 4:2:0"."""
    names = {
        (2, 2): "4:2:0",
        (2, 1): "4:2:2",
        (1, 1): "4:4:4",
        (4, 1): "4:1:1",
        (4, 4): "4:1:0",
        (1, 2): "4:4:0",
    }
    if layout.model == "ycbcr":
        alpha = " with alpha" if len(layout.channels) > 3 else ""
        return f"{layout.bits}-bit YCbCr {names.get(layout.subsampling, str(layout.subsampling))}{alpha}"
    rest = layout.channels[len(RGB) if layout.model == "rgb" else 1 :]
    return f"{layout.bits}-bit {layout.model.upper()}{' with ' + ', '.join(rest) if rest else ''}"
