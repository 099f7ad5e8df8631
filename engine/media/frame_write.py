"""Write one frame file: its source with the changed pixels changed, or anew where it has no such source.

A frame that returns to the format it came from is written as the bytes of its source file in which only the
code values that differ are replaced; a frame without changes is its source byte for byte, whatever the format
and compression. What cannot be kept so is refused (see `engine.media.keep`); a frame that goes into another
format is written anew by `oiio_write`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from engine.errors import SinkError, SourceError, UnsupportedFormat
from engine.media.atomic import complete_file, unwritable
from engine.media.frame_read import read_frame
from engine.media.keep.contract import Change
from engine.media.keep.exr import patched_exr
from engine.media.keep.png import patched_png
from engine.media.keep.scan import patched_scan
from engine.media.keep.tiff import patched_tiff
from engine.media.oiio_formats import FrameFormat, describe
from engine.media.oiio_write import as_stored, check_reads_back, write_anew
from engine.media.origin import Bytes, Origin, file_bytes
from engine.types import AnyArray, Codes

_PATCHERS: Mapping[str, Callable[[Change], Bytes]] = MappingProxyType(
    {
        "DPX": patched_scan,
        "Cineon": patched_scan,
        "EXR": patched_exr,
        "TIFF": patched_tiff,
        "PNG": patched_png,
    }
)


def write_frame(
    path: Path, codes: Codes, metadata: Mapping[str, Any], fmt: FrameFormat, overwrite: bool
) -> None:
    """Write one frame whole or not at all. Raises SinkError, OutputExists, UnsupportedFormat, SourceError.

    `metadata` is a frame's own, from `frame_read.read_frame`; without "header" a plain file is written. The
    file is read back before it gets its name.
    """
    if "header" in metadata:
        _check_size(path, codes, metadata["header"])
    if metadata.get("format") == fmt.name and "origin" in metadata:
        stored = as_stored_alike(codes, metadata)
        _write_bytes(path, _patched(path, stored, codes, metadata, fmt), stored, overwrite)
        return
    _check_nothing_is_lost(path, metadata, fmt)
    write_anew(path, codes, metadata, fmt, overwrite)


def as_stored_alike(codes: Codes, metadata: Mapping[str, Any]) -> AnyArray:
    """(H, W, C) as the source's format keeps them: half channels of a mixed EXR rounded to halves."""
    return codes.planes[0] if codes.layout.kind == "integer" else as_stored(codes, metadata["header"])


def _patched(
    path: Path, stored: AnyArray, codes: Codes, metadata: Mapping[str, Any], fmt: FrameFormat
) -> Bytes:
    """The bytes of the source with the new codes in it."""
    origin: Origin = metadata["origin"]
    content = origin.content()
    header, before = read_frame(origin.path, 0)
    if header.layout != codes.layout:
        raise SinkError(
            f"{path} was to hold {describe(header.layout)} as its source {origin.path} does, and came with "
            f"{describe(codes.layout)}; write it to another format."
        )
    changed = differing(before.codes.planes[0], stored)
    return _PATCHERS[fmt.name](Change(content, header, stored, changed)) if changed.any() else content


def differing(before: AnyArray, after: AnyArray) -> Any:
    """Where two arrays of codes differ in any bit, -0.0 and 0.0 among them."""
    kind = np.dtype(f"u{before.dtype.itemsize}")
    return before.view(kind) != np.ascontiguousarray(after).view(kind)


def _write_bytes(path: Path, content: Bytes, stored: AnyArray, overwrite: bool) -> None:
    with complete_file(path, overwrite) as temporary:
        temporary.write_bytes(content.data)
        try:
            there = file_bytes(temporary)
        except SourceError as error:
            raise unwritable(path, "it cannot be read back") from error
        if not np.array_equal(there, content):
            raise unwritable(path, "it was not stored whole; is the disk full?")
        check_reads_back(temporary, stored, path)


def _check_size(path: Path, codes: Codes, header: Any) -> None:
    came = (codes.width, codes.height, len(codes.layout.channels))
    if came != (header.width, header.height, header.nchannels):
        raise SinkError(
            f"{path} was to hold {header.width} x {header.height} x {header.nchannels} values as its source "
            f"does, and came with {came[0]} x {came[1]} x {came[2]}."
        )


def _check_nothing_is_lost(path: Path, metadata: Mapping[str, Any], fmt: FrameFormat) -> None:
    """Raises UnsupportedFormat where the source holds more pictures than the one that would be written."""
    left_out = metadata["header"].get_string_attribute("scan:LeftOut") if "header" in metadata else ""
    parts = int(metadata.get("parts", 1))
    if parts == 1 and not left_out:
        return
    origin: Origin = metadata["origin"]
    what = f"{parts} pictures" if parts > 1 else left_out
    raise UnsupportedFormat(
        f"{path} would lose what {origin.path} holds beside its picture ({what}), which {fmt.name} does not "
        f"take over; write {origin.path.suffix} as the source is."
    )
