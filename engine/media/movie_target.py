"""The movie being written: its streams, tags and fields as FFmpeg is told of them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import av
import av.container
import av.filter
import av.video.stream
from av.codec.context import Flags

from engine.errors import SinkError
from engine.media.contract import ClipInfo
from engine.media.movie_colour import FULL, LIMITED, MATRICES, PRIMARIES, TRANSFERS, ColourNumbers
from engine.media.movie_encoding import MovieEncoding
from engine.types import CodeLayout

FIELD_MODES: Mapping[int, str] = {2: "tff", 3: "bff", 4: "bff", 5: "tff"}
"""AVFieldOrder tt, bb, tb, bt, as the setfield filter says which field is shown first."""
NOT_CARRIED = ("encoder", "major_brand", "minor_version", "compatible_brands", "duration", "timecode")
"""Tags that describe the source file rather than the clip, or are written another way."""
MXF_PLUMBING = (
    "uid",
    "_ul",
    "product_",
    "company_name",
    "application_platform",
    "modification_date",
    "toolkit",
)


def open_target(
    temporary: Path, encoding: MovieEncoding, tags: Mapping[str, str]
) -> av.container.OutputContainer:
    """A container to write to, with the clip's own tags. The file is made when the first frame comes.

    Every packet goes to the file at once, and .mov is written in fragments that become an ordinary movie
    when it is closed: what a killed process leaves can be read up to its last packets. No random ids and
    no versions: the same packets make the same file.
    """
    options = {"fflags": "+bitexact", "flush_packets": "1"}
    if encoding.muxer in ("mov", "mp4"):
        options["movflags"] = "hybrid_fragmented+frag_keyframe"
        # Compressed sound begins before the picture; fragments alone would move it.
        options["use_editlist"] = "1"
        if any("." in key for key in tags):
            # QuickTime's own atoms have no room for keys such as com.apple.quicktime.make.
            options["movflags"] += "+use_metadata_tags"
    container = av.open(str(temporary), "w", format=encoding.muxer, container_options=options)
    container.metadata.update(tags)
    return container


def clip_tags(source: av.container.InputContainer) -> dict[str, str]:
    """The tags of a source that hold for its restoration as well."""
    plumbing = MXF_PLUMBING if "mxf" in source.format.name else ()
    return {
        key: text
        for key, text in source.metadata.items()
        if key.lower() not in NOT_CARRIED and not any(part in key for part in plumbing)
    }


def add_pictures(
    container: av.container.OutputContainer,
    encoding: MovieEncoding,
    info: ClipInfo,
    rate: Fraction,
    like: av.video.stream.VideoStream | None,
) -> av.video.stream.VideoStream:
    """The video stream, with the shape, fields and track tags of the source's stream `like`."""
    stream = container.add_stream(encoding.encoder, rate=rate, options=dict(encoding.options))
    assert isinstance(stream, av.VideoStream)
    stream.width, stream.height = info.width, info.height
    stream.pix_fmt = encoding.pixels.name
    # prores_ks has no slice threads; FFV1 with frame threads would hold back a second's worth of frames.
    stream.thread_type = "FRAME" if encoding.lossy else "SLICE"
    if like is None:
        return stream
    stream.metadata.update({k: like.metadata[k] for k in ("language", "title") if k in like.metadata})
    if like.sample_aspect_ratio:
        stream.sample_aspect_ratio = like.sample_aspect_ratio
    stream.codec_context.field_order = like.codec_context.field_order
    if like.codec_context.field_order in FIELD_MODES and encoding.lossy:
        stream.codec_context.flags |= Flags.interlaced_dct
    return stream


def target_colours(
    info: ClipInfo, layout: CodeLayout, like: av.video.stream.VideoStream | None
) -> ColourNumbers:
    """The source's colour tags where its own kind of codes is written; a matte gets its range only."""
    tagged_range = FULL if layout.full_range else LIMITED
    if like is None or layout.model != info.layout.model:
        return ColourNumbers(range=tagged_range if layout.model == "grey" else 0)
    said = like.codec_context.color_range
    return ColourNumbers(
        _number(PRIMARIES, info.tags.primaries),
        _number(TRANSFERS, info.tags.transfer),
        _number(MATRICES, info.tags.matrix),
        FULL if layout.full_range and layout.model != "rgb" else said,
    )


def _number(names: Mapping[int, str], name: str) -> int:
    return next((number for number, known in names.items() if known == name), ColourNumbers().primaries)


def tag_stream(stream: av.video.stream.VideoStream, numbers: ColourNumbers) -> None:
    context = stream.codec_context
    context.color_primaries, context.color_trc = numbers.primaries, numbers.transfer
    context.colorspace, context.color_range = numbers.matrix, numbers.range


def tag_frame(frame: av.VideoFrame, numbers: ColourNumbers) -> None:
    frame.color_primaries, frame.color_trc = numbers.primaries, numbers.transfer
    frame.colorspace, frame.color_range = numbers.matrix, numbers.range


class FieldMarker:
    """Marks frames as interlaced, which only FFmpeg's own filter can; the codes stay as they are."""

    def __init__(self, stream: av.video.stream.VideoStream, time_base: Fraction, mode: str) -> None:
        self._graph = av.filter.Graph()
        entry = self._graph.add_buffer(
            width=stream.width, height=stream.height, format=stream.format, time_base=time_base
        )
        marker = self._graph.add("setfield", f"mode={mode}")
        self._graph.link_nodes(entry, marker, self._graph.add("buffersink")).configure()

    def mark(self, frame: av.VideoFrame) -> av.VideoFrame:
        self._graph.push(frame)
        marked = self._graph.pull()
        if not isinstance(marked, av.VideoFrame):
            raise SinkError("the frame came back from FFmpeg's setfield filter as something else")
        return marked
