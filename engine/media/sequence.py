"""Clips of single frame files: DPX, Cineon, EXR, TIFF and PNG; a still is a sequence of one."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.closing import Closing
from engine.errors import (
    CorruptSource,
    InconsistentFrames,
    OutputExists,
    SinkError,
    SourceNotFound,
    UsageError,
)
from engine.media.contract import ClipInfo
from engine.media.frame_header import FrameHeader, colour_tags, extras, frame_rate
from engine.media.frame_read import probe, read_frame
from engine.media.frame_write import write_frame
from engine.media.listing import FoundFrames, find_frames
from engine.media.oiio_formats import FRAME_SUFFIXES, check_holds, describe, format_of
from engine.media.pattern import FramePattern, literal, parse_pattern
from engine.media.ranges import format_frames
from engine.types import CodeLayout, Frame, FrameNumber


class SequenceSource(Closing):
    """The frames that `target` names: a pattern, a folder with one sequence, or one file.

    The first frame with a readable header tells size, depth and channels of the clip. Raises
    SourceNotFound, UsageError, UnsupportedFormat, CorruptSource. Every read opens its own file, so
    any number of threads may read at once.
    """

    def __init__(self, target: str) -> None:
        self._found = find_frames(target, FRAME_SUFFIXES)
        self._first = _first_readable(self._found)
        self._info = _info_of(self._found, self._first)

    @property
    def info(self) -> ClipInfo:
        return self._info

    def read(self, number: FrameNumber) -> Frame:
        """Decode one frame; any frame on disk may be asked for. Raises as `FrameSource.read`."""
        if self._found.is_still and number != self._found.numbers[0]:
            raise SourceNotFound(
                f"{self._info.path} is the still {self._found.numbers[0]}; there is no frame {number}."
            )
        header, frame = read_frame(self._found.pattern.path(number), number)
        if (header.size, header.layout) != (self._first.size, self._first.layout):
            raise InconsistentFrames(
                f"{header.path} is {_shape(header)}, and the first frame {self._first.path} is "
                f"{_shape(self._first)}; render the two parts one after the other with --frames."
            )
        return frame

    def close(self) -> None:
        """Nothing stays open between reads."""


class SequenceSink(Closing):
    """Writes each frame to the path that `target` gives it, whole or not at all.

    `frames` are the numbers that will come: before the first one is written, all their paths are checked
    against existing files and against the source's. Raises UsageError, OutputExists, UnsupportedFormat.
    """

    def __init__(
        self, target: str, info: ClipInfo, layout: CodeLayout, frames: Sequence[FrameNumber], overwrite: bool
    ) -> None:
        self._pattern = target_pattern(target, frames)
        self._format = check_holds(self._pattern.template, layout, _source_format(info))
        self._layout = layout
        self._overwrite = overwrite
        self._announced = frozenset(frames)
        self._closed = False
        paths = [self._pattern.path(number) for number in frames]
        _check_not_the_source(paths, info)
        if not overwrite:
            _check_free(paths, frames)

    def write(self, frame: Frame) -> None:
        """Write one frame. Raises SinkError, OutputExists."""
        path = self._pattern.path(frame.number)
        if self._closed:
            raise SinkError(f"{path} cannot be written: the output has been closed.")
        if frame.number not in self._announced:
            raise SinkError(
                f"{path} was not announced when the output was opened; announce frame {frame.number}."
            )
        if frame.codes.layout != self._layout:
            raise SinkError(
                f"{path} was announced as {describe(self._layout)} and frame {frame.number} is "
                f"{describe(frame.codes.layout)}; open another output for it."
            )
        metadata: Mapping[str, Any] = frame.metadata if "header" in frame.metadata else {}
        write_frame(path, frame.codes, metadata, self._format, self._overwrite)

    def close(self) -> None:
        self._closed = True


def _source_format(info: ClipInfo) -> str:
    """The name of the format the frames come from, "" where they come from no frame files."""
    return format_of(info.path).name if info.kind in ("sequence", "still") else ""


def _first_readable(found: FoundFrames, most: int = 8) -> FrameHeader:
    """The header of the first frame that is not broken: one bad copy must not hide a whole clip."""
    errors: list[CorruptSource] = []
    for number in found.numbers[:most]:
        try:
            return probe(found.pattern.path(number))
        except CorruptSource as error:
            errors.append(error)
    raise errors[0]


def target_pattern(target: str, frames: Sequence[FrameNumber]) -> FramePattern:
    """The pattern of an output. Raises UsageError when one plain name is to hold several frames."""
    request = parse_pattern(target)
    if request is None:
        pattern = literal(Path(target))
        if len(frames) > 1:
            example = f"{pattern.prefix}.####{pattern.suffix}"
            raise UsageError(
                f"{target} is one file for {len(frames)} frames; give a pattern such as {example}."
            )
        return pattern
    if request.frames is not None and not set(frames) <= set(request.frames):
        raise UsageError(
            f"The range in {target} leaves out frames that will come; use --frames for the range."
        )
    return request.pattern


def _info_of(found: FoundFrames, header: FrameHeader) -> ClipInfo:
    height, width = header.size
    return ClipInfo(
        path=found.pattern.template,
        kind="still" if found.is_still else "sequence",
        format=f"{header.format.name} {describe(header.layout)}",
        width=width,
        height=height,
        layout=header.layout,
        frames=found.numbers,
        gaps=found.gaps,
        rate=frame_rate(header),
        tags=colour_tags(header),
        extras=extras(header),
    )


def _shape(header: FrameHeader) -> str:
    height, width = header.size
    return f"{width} x {height}, {describe(header.layout)} ({' '.join(header.layout.channels)})"


def _check_free(paths: Sequence[Path], frames: Sequence[FrameNumber]) -> None:
    """Where some frames are there, as after an interruption, the error says how to write the others."""
    there = [path for path in paths if os.path.lexists(path)]
    if not there:
        return
    missing = [number for path, number in zip(paths, frames, strict=True) if not os.path.lexists(path)]
    go_on = f", or go on with what is missing: --frames {format_frames(missing)}" if missing else ""
    raise OutputExists(
        f"{there[0]} is there already ({len(there)} of {len(paths)} are); give --overwrite or write to "
        f"another folder{go_on}."
    )


def _check_not_the_source(paths: Sequence[Path], info: ClipInfo) -> None:
    """No output may be a source file, not even through a link: compared by device and inode."""
    existing = [(path, _identity(path)) for path in paths if path.exists()]
    if not existing or info.kind == "memory":
        return
    sources = {_identity(path) for path in _source_files(info)}
    for path, identity in existing:
        if identity in sources:
            raise UsageError(f"{path} is a file of the source {info.path}; write to another folder or name.")


def _source_files(info: ClipInfo) -> list[Path]:
    if info.kind != "sequence":
        return [info.path] if info.path.exists() else []
    pattern = FramePattern.of_template(info.path)
    return [path for path in map(pattern.path, info.frames) if path.exists()]


def _identity(path: Path) -> tuple[int, int]:
    status = path.stat()
    return status.st_dev, status.st_ino
