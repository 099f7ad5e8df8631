"""What `engine-cli info` tells of a movie."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.stream
import av.video.stream

from engine.media.contract import ClipInfo, ColourTags
from engine.media.movie_colour import MATRICES, PRIMARIES, TRANSFERS, ColourNumbers
from engine.media.movie_index import MovieIndex
from engine.media.movie_open import family, sounds
from engine.types import CodeLayout

CONTAINERS = {"mov": "QuickTime/MP4", "matroska": "Matroska", "avi": "AVI", "mxf": "MXF"}
CODEC_NAMES = {"prores": "ProRes", "dnxhd": "DNxHD", "h264": "H.264", "hevc": "H.265", "ffv1": "FFV1"}
PROGRESSIVE, UNKNOWN_ORDER = 1, 0
FIELD_ORDERS = {2: "top field first", 3: "bottom field first", 4: "bottom field first", 5: "top field first"}
"""AVFieldOrder tt, bb, tb, bt: the field coded first, then the field shown first."""


def clip_info(
    path: Path,
    stream: av.video.stream.VideoStream,
    first: av.VideoFrame,
    layout: CodeLayout,
    numbers: ColourNumbers,
    index: MovieIndex,
    matrix_note: str,
) -> ClipInfo:
    """Everything known of a movie from its headers, its index and its first frame."""
    rate = stream.average_rate or stream.guessed_rate
    frames = range(1, len(index.times) + 1)
    tags = ColourTags(
        path.suffix.lower(),
        transfer=TRANSFERS.get(numbers.transfer, ""),
        primaries=PRIMARIES.get(numbers.primaries, ""),
        matrix=MATRICES.get(numbers.matrix, ""),
    )
    extras = _extras(stream, first, layout, index, rate, matrix_note)
    return ClipInfo(
        path=path,
        kind="movie",
        format=_format(stream, first),
        width=first.width,
        height=first.height,
        layout=layout,
        frames=frames,
        gaps=(),
        rate=None if rate is None else float(rate),
        tags=tags,
        extras=extras,
    )


def _format(stream: av.video.stream.VideoStream, first: av.VideoFrame) -> str:
    codec = stream.codec_context.name
    profile = f" {stream.profile}" if stream.profile else ""
    container = CONTAINERS.get(family(_reader(stream)), "a movie")
    return f"{CODEC_NAMES.get(codec, codec)}{profile} {first.format.name} in {container}"


def _reader(stream: av.stream.Stream) -> av.container.InputContainer:
    assert isinstance(stream.container, av.container.InputContainer)
    return stream.container


def _extras(
    stream: av.video.stream.VideoStream,
    first: av.VideoFrame,
    layout: CodeLayout,
    index: MovieIndex,
    rate: Fraction | None,
    matrix_note: str,
) -> dict[str, str]:
    container = _reader(stream)
    extras = {
        "codec": stream.codec_context.name,
        "profile": stream.profile or "",
        "pixel format": first.format.name,
        "range": "full" if layout.full_range else "limited (video)",
        "matrix": matrix_note or (layout.matrix if layout.model == "ycbcr" else ""),
        "rate": "" if rate is None else str(rate),
        "timing": "" if rate is None or index.constant(rate) else "variable frame rate, kept frame by frame",
        "pixel aspect": _aspect(stream.sample_aspect_ratio),
        "timecode": timecode_of(container) or "",
        "audio": "; ".join(_audio_lines(container)),
        "scan": scan_of(stream, first),
        "warning": " ".join(_warnings(stream, first, index)),
    }
    return {name: text for name, text in extras.items() if text}


def _aspect(ratio: Fraction | None) -> str:
    return "" if ratio in (None, 0, 1) else str(ratio)


def _audio_lines(container: av.container.InputContainer) -> list[str]:
    known = sounds(container)
    others = len(container.streams.audio) - len(known)
    return [_audio_line(stream) for stream in known] + ["a codec that is not known here"] * others


def _audio_line(stream: av.AudioStream) -> str:
    codec = stream.codec_context
    usual = {1: "mono", 2: "stereo"}
    channels = usual.get(codec.layout.nb_channels, codec.layout.name)
    return f"{codec.name} {codec.sample_rate} Hz {channels}"


def is_interlaced(stream: av.video.stream.VideoStream, first: av.VideoFrame) -> bool:
    return first.interlaced_frame or stream.codec_context.field_order not in (UNKNOWN_ORDER, PROGRESSIVE)


def scan_of(stream: av.video.stream.VideoStream, first: av.VideoFrame) -> str:
    if not is_interlaced(stream, first):
        return ""
    order = FIELD_ORDERS.get(stream.codec_context.field_order, "field order not tagged")
    return f"interlaced, {order}"


def _warnings(stream: av.video.stream.VideoStream, first: av.VideoFrame, index: MovieIndex) -> list[str]:
    warnings: list[str] = []
    if is_interlaced(stream, first):
        warnings.append(
            "The movie is interlaced: its frames mix two moments in time, so damage is found and repaired"
            " less well; undo the telecine or deinterlace it first."
        )
    if index.cut_off:
        warnings.append(
            f"The file is cut off: only frames 1 to {len(index.times) - 1} can be read; copy it again."
        )
    pictures = len(_reader(stream).streams.video)
    if pictures > 1:
        warnings.append(f"The file has {pictures} video streams; the first one with moving pictures is used.")
    return warnings


def timecode_of(container: av.container.InputContainer) -> str | None:
    """The start timecode: of the tmcd track (.mov), of the video stream, or of the file (.mkv, .mxf)."""
    holders = [*(stream.metadata for stream in container.streams), container.metadata]
    for metadata in holders:
        for key, text in metadata.items():
            if key.lower() == "timecode":
                return text
    return None
