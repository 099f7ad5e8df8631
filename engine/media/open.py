"""Open what a user names: a movie, a sequence, a folder or a still; to read it or to write it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from engine.errors import UnsupportedFormat, UsageError
from engine.media.contract import ClipInfo, FrameSink, FrameSource
from engine.media.oiio_formats import FRAME_SUFFIXES, format_of
from engine.media.sequence import SequenceSink, SequenceSource
from engine.types import CodeLayout, Codes, Float32, Frame, FrameNumber

MOVIE_SUFFIXES = (".mov", ".mkv", ".mp4", ".mxf", ".m4v", ".avi")
"""What is opened as a movie; the movie reader says which codecs it knows."""

_MATTE_SUFFIX = {".cin": ".dpx", **dict.fromkeys(MOVIE_SUFFIXES, ".mkv")}
"""The format of a matte where it cannot be the source's own."""


def open_source(target: str) -> FrameSource:
    """Open `target`: a movie, a pattern, a folder with one sequence, or a still.

    Raises SourceNotFound, UnsupportedFormat, CorruptSource, UsageError.
    """
    _check_named(target)
    path = Path(target)
    suffix = path.suffix.lower()
    if not path.is_dir() and suffix in MOVIE_SUFFIXES:
        from engine.media.movie_source import MovieSource  # opened only where a movie is asked for

        return MovieSource(path)
    if path.is_file() or (suffix and not path.is_dir()):
        _check_known(path)
    return SequenceSource(target)


def open_sink(
    target: str, info: ClipInfo, layout: CodeLayout, frames: Sequence[FrameNumber], overwrite: bool
) -> FrameSink:
    """Open an output for the `frames` of the clip `info`, in code values of `layout`.

    A folder (existing, or ending in "/") gets the source's own name and format. Raises OutputExists
    unless `overwrite`, UsageError, UnsupportedFormat, SinkError.
    """
    return _sink(str(output_path(target, info)), info, layout, frames, overwrite)


def open_matte_sink(target: str, info: ClipInfo, frames: Sequence[FrameNumber], overwrite: bool) -> FrameSink:
    """Open an output for mattes of the clip `info`; write frames made by `matte_frame` to it.

    Raises as `open_sink` does.
    """
    path = matte_path(target, info)
    return _sink(str(path), info, matte_layout(target, info), frames, overwrite)


def output_path(target: str, info: ClipInfo) -> Path:
    """Where `open_sink` writes: `target`, or in it under the source's name when it is a folder."""
    _check_named(target)
    if not _is_folder(target):
        return Path(target)
    if info.kind == "memory" or not info.path.suffix:
        raise UsageError(
            f"{target} is a folder and the source has no file name; give the name of the output."
        )
    return Path(target) / info.path.name


def matte_path(target: str, info: ClipInfo) -> Path:
    """Where `open_matte_sink` writes.

    In a folder the source's name gets "_matte", so that picture and matte can share the folder; DPX
    stands in for Cineon there, Matroska for other movies.
    """
    path = output_path(target, info)
    if not _is_folder(target):
        return path
    prefix = path.stem.rstrip("#")
    stem = prefix.rstrip("._- ")
    name = f"{stem}_matte" if stem else "matte"
    digits = path.stem[len(prefix) :]
    separator = prefix[len(stem) :] or "." * bool(digits)
    suffix = _MATTE_SUFFIX.get(path.suffix.lower(), path.suffix)
    return path.with_name(f"{name}{separator}{digits}{suffix}")


def matte_layout(target: str, info: ClipInfo) -> CodeLayout:
    """One grey channel: half for EXR, 16-bit integers for everything else."""
    if matte_path(target, info).suffix.lower() == ".exr":
        return CodeLayout("grey", ("Y",), "half", 16)
    return CodeLayout("grey", ("Y",), "integer", 16)


def matte_frame(number: FrameNumber, coverage: Float32, layout: CodeLayout) -> Frame:
    """A frame that shows `coverage` (H, W) float32, 0 .. 1, white = damage, in a grey `layout`.

    Only what is untouched is written as 0: the least coverage becomes the least code above it.
    """
    plane = np.clip(coverage, 0, 1)[..., np.newaxis]
    if layout.kind == "half":
        least = np.finfo(np.float16).smallest_normal
        halves = np.where(plane > 0, np.maximum(plane, least), 0).astype(np.float16)
        return Frame(number, Codes((halves,), layout))
    dtype = np.uint8 if layout.bits == 8 else np.uint16
    codes = np.rint(plane * np.float32(2**layout.bits - 1)).astype(dtype)
    return Frame(number, Codes((np.maximum(codes, (plane > 0).astype(dtype)),), layout))


def _sink(
    target: str, info: ClipInfo, layout: CodeLayout, frames: Sequence[FrameNumber], overwrite: bool
) -> FrameSink:
    path = Path(target)
    if path.suffix.lower() in MOVIE_SUFFIXES:
        from engine.media.movie_sink import MovieSink

        return MovieSink(path, info, layout, overwrite, frames)
    _check_known(path)
    return SequenceSink(target, info, layout, frames, overwrite)


def _check_named(target: str) -> None:
    # Path("") is the current folder: a variable of a script that is not set must not be written into that.
    if not target.strip():
        raise UsageError("A clip has an empty name; give a file, a pattern or a folder.")


def _check_known(path: Path) -> None:
    try:
        format_of(path)
    except UnsupportedFormat as error:
        known = f"frames ({', '.join(FRAME_SUFFIXES)}) and movies ({', '.join(MOVIE_SUFFIXES)})"
        raise UnsupportedFormat(
            f"{path} ends in {path.suffix!r}, which is no known format; known are {known}."
            if path.suffix
            else f"{path} has no extension to name its format; known are {known}, and a folder ends in '/'."
        ) from error


def _is_folder(target: str) -> bool:
    return target.endswith(("/", os.sep)) or Path(target).is_dir()
