"""Read one frame file: DPX and Cineon by ourselves, the other formats through OpenImageIO."""

from __future__ import annotations

from pathlib import Path

from engine.errors import CorruptSource, SourceError, UnsupportedFormat
from engine.media.frame_header import FrameHeader
from engine.media.oiio_formats import FORMATS, FrameFormat, format_of
from engine.media.oiio_read import probe_picture, read_picture
from engine.media.origin import first_bytes
from engine.media.scan.reading import SCAN_FORMATS, probe_scan, read_scan
from engine.types import Frame, FrameNumber


def probe(path: Path) -> FrameHeader:
    """Read only the header. Raises SourceNotFound, UnsupportedFormat, CorruptSource, SourceError."""
    fmt = _checked_format(path)
    return probe_scan(path, fmt) if fmt.name in SCAN_FORMATS else probe_picture(path, fmt)


def read_frame(path: Path, number: FrameNumber) -> tuple[FrameHeader, Frame]:
    """Decode a frame; its metadata carries the header and which file it came from.

    A file that ends early is CorruptSource, never a frame with black rows. Raises what `probe` raises.
    """
    fmt = _checked_format(path)
    return read_scan(path, fmt, number) if fmt.name in SCAN_FORMATS else read_picture(path, fmt, number)


def _checked_format(path: Path) -> FrameFormat:
    fmt = format_of(path)
    first = first_bytes(path, 16)
    if not first.startswith(fmt.magic):
        raise _not_of_format(path, fmt, first)
    return fmt


def _not_of_format(path: Path, fmt: FrameFormat, first: bytes) -> SourceError:
    for other in FORMATS:
        if first.startswith(other.magic):
            return UnsupportedFormat(
                f"{path} is named as {fmt.name} and holds {other.name}; rename it to {other.suffixes[0]}."
            )
    found = f"it begins with {first[:4].hex(' ')}" if first else "it is empty"
    return CorruptSource(f"{path} is not a {fmt.name} file: {found}; copy or scan the frame again.")
