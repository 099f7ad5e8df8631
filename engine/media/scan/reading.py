"""Read DPX and Cineon: every code exactly as the file holds it, in one pass over the file's bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

from engine.media.frame_header import FrameHeader
from engine.media.oiio_formats import FrameFormat
from engine.media.origin import Bytes, file_bytes, first_bytes, origin_of, reading
from engine.media.scan.attributes import spec_of
from engine.media.scan.cineon import read_cineon
from engine.media.scan.dpx import HEAD_BYTES, read_dpx
from engine.media.scan.layout import Scan
from engine.types import Codes, Frame, FrameNumber

_READERS: Mapping[str, Callable[[Path, bytes, int], Scan]] = MappingProxyType(
    {"DPX": read_dpx, "Cineon": read_cineon}
)
SCAN_FORMATS = tuple(_READERS)


def probe_scan(path: Path, fmt: FrameFormat) -> FrameHeader:
    """Read only the header. Raises SourceError, CorruptSource, UnsupportedFormat."""
    with reading(path):
        length = path.stat().st_size
    scan = _READERS[fmt.name](path, first_bytes(path, HEAD_BYTES), length)
    return _header_of(scan, fmt)


def read_scan(path: Path, fmt: FrameFormat, number: FrameNumber) -> tuple[FrameHeader, Frame]:
    """Decode a frame. Raises what `probe_scan` raises.

    Beside the file's bytes no more memory is asked for than its own codes need, 1.6 times the bytes for
    packed 10-bit codes: the header's claims are held against the length of the file first.
    """
    content = file_bytes(path)
    scan = scan_of(path, fmt, content)
    header = _header_of(scan, fmt)
    metadata = {"header": header.spec, "format": fmt.name, "origin": origin_of(path, content)}
    return header, Frame(number, Codes((scan.codes(content),), scan.layout), metadata)


def scan_of(path: Path, fmt: FrameFormat, content: Bytes) -> Scan:
    """The facts of a file from all its bytes. Raises CorruptSource and UnsupportedFormat."""
    return _READERS[fmt.name](path, content[:HEAD_BYTES].tobytes(), content.size)


def _header_of(scan: Scan, fmt: FrameFormat) -> FrameHeader:
    return FrameHeader(scan.path, fmt, spec_of(scan), scan.layout)
