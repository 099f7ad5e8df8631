"""Opening a movie file, and what is wrong with it when it does not open."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import av
import av.container
import av.stream
import av.video.stream
from av.error import FFmpegError

from engine.errors import CorruptSource, SourceNotFound, UnsupportedFormat

FAMILIES = ("mov", "matroska", "avi", "mxf")
"""FFmpeg's names of the containers read here; "mov" includes .mp4, "matroska" .webm."""


def open_movie(path: Path) -> av.container.InputContainer:
    """Open for reading. Raises SourceNotFound, UnsupportedFormat, CorruptSource."""
    if not path.is_file():
        raise SourceNotFound(f"{path}: there is no such movie file; check the path.")
    try:
        # Names and titles in old files are often not UTF-8; they must not keep the picture from opening.
        container = av.open(str(path), "r", metadata_errors="replace")
    except PermissionError as error:
        raise SourceNotFound(
            f"{path}: the file may not be read ({error.strerror}); check its rights."
        ) from error
    except (FFmpegError, OSError) as error:
        raise _why_not(path) from error
    if family(container) == "":
        name = container.format.name
        container.close()
        raise UnsupportedFormat(
            f"{path}: {name!r} is not a movie format read here; .mov, .mp4, .mkv, .mxf and .avi are."
        )
    return container


def family(container: av.container.InputContainer) -> str:
    """Which of `FAMILIES` a container belongs to, "" for none of them."""
    names = container.format.name.split(",")
    return next((known for known in FAMILIES if known in names), "")


def _why_not(path: Path) -> CorruptSource | UnsupportedFormat:
    """A file that begins like a movie is a damaged movie; anything else is none."""
    with path.open("rb") as file:
        head = file.read(12)
    movie = (
        head[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip")
        or head[:4] in (b"\x1aE\xdf\xa3", b"\x06\x0e+4")
        or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
    )
    if movie:
        return CorruptSource(
            f"{path}: it begins like a movie, but its header or index is broken or missing;"
            f" it was probably cut off while it was written or copied. Copy it again from the original."
        )
    return UnsupportedFormat(f"{path}: this is not a movie; .mov, .mp4, .mkv, .mxf and .avi are read here.")


def picture_stream(container: av.container.InputContainer, path: Path) -> av.video.stream.VideoStream:
    """The first video stream that is no cover picture.

    Raises UnsupportedFormat where there is none, or where this FFmpeg has no decoder for it.
    """
    cover = av.stream.Disposition.attached_pic
    stream = next((one for one in container.streams.video if not one.disposition & cover), None)
    if stream is None:
        raise UnsupportedFormat(f"{path}: the file holds no video stream, so there is no picture to restore.")
    if not _has_decoder(stream):
        raise UnsupportedFormat(
            f"{path}: nothing here decodes its video codec; convert it without loss, for example to FFV1"
            f" in .mkv, or copy it again if it should be one of the known codecs."
        )
    return stream


def sounds(container: av.container.InputContainer) -> list[av.AudioStream]:
    """The audio streams of a codec that this FFmpeg knows; others cannot be copied, nor told anything of."""
    return [stream for stream in container.streams.audio if _has_decoder(stream)]


def _has_decoder(stream: av.stream.Stream) -> bool:
    return cast("object | None", stream.codec_context) is not None


def only(container: av.container.InputContainer, *wanted: av.stream.Stream) -> None:
    """Have the demuxer skip every other stream; where the container allows it, unread."""
    indices = {stream.index for stream in wanted}
    for stream in container.streams:
        if stream.index not in indices:
            stream.discard = av.stream.Discard.all
