"""Read one EXR, TIFF or PNG through OpenImageIO, at its own depth and without any conversion.

OpenImageIO is asked for raw colour and unassociated alpha, so that neither Y'CbCr, CMYK nor alpha is
touched on the way. A TIFF that is stored bottom-up or sideways stays as it is stored: its orientation
field travels with it. Of several parts or pages one is the picture; the others stay in the file.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.errors import CorruptSource, UnsupportedFormat
from engine.media.frame_header import FrameHeader, read_header
from engine.media.oiio_formats import FrameFormat
from engine.media.origin import file_bytes, first_bytes, origin_of, reading
from engine.types import Codes, Frame, FrameNumber

_BIG_ENDIAN = (b"MM\x00\x2a", b"MM\x00\x2b")
_MOST_PARTS = 256
"""A file that announces more pictures than this is taken for broken."""


def probe_picture(path: Path, fmt: FrameFormat) -> FrameHeader:
    """Read only the header. Raises SourceError, CorruptSource, UnsupportedFormat."""
    with _opened(path, fmt) as (_, header):
        return header


def read_picture(path: Path, fmt: FrameFormat, number: FrameNumber) -> tuple[FrameHeader, Frame]:
    """Decode a frame; its metadata carries the header. Raises what `probe_picture` raises."""
    origin = origin_of(path, file_bytes(path))
    with _opened(path, fmt) as (source, header):
        spec = header.spec
        stored = source.read_image(header.part, 0, 0, spec.nchannels, spec.format)
        if stored is None or stored.shape != (*header.size, spec.nchannels):
            reason = _reason(source.geterror)
            raise CorruptSource(f"{path} is truncated or damaged ({reason}); copy or scan the frame again.")
    _check_end(path, header.format)
    codes = Codes((np.ascontiguousarray(stored),), header.layout)
    metadata = {"header": header.spec, "format": fmt.name, "origin": origin, "parts": header.parts}
    return header, Frame(number, codes, metadata)


@contextmanager
def _opened(path: Path, fmt: FrameFormat) -> Generator[tuple[oiio.ImageInput, FrameHeader]]:
    first = first_bytes(path)
    source = oiio.ImageInput.open(str(path), _no_conversion())
    if source is None:
        raise CorruptSource(
            f"The header of {path} cannot be read as {fmt.name} ({_reason(oiio.geterror)}); copy or scan the "
            "frame again."
        )
    try:
        yield source, _header_of(source, path, fmt, first)
    finally:
        source.close()


def _header_of(source: oiio.ImageInput, path: Path, fmt: FrameFormat, first: bytes) -> FrameHeader:
    """The header of the first part that is a picture; a TIFF's is its first page, whatever that is."""
    parts = _count_parts(source, path)
    refusal: UnsupportedFormat | None = None
    for part in range(parts if fmt.name == "EXR" else 1):
        try:
            return _checked_header(path, fmt, _spec_of(source, part, fmt, first), (part, parts))
        except UnsupportedFormat as error:
            refusal = refusal or error
    assert refusal is not None
    raise refusal


def _count_parts(source: oiio.ImageInput, path: Path) -> int:
    count = 1
    while source.seek_subimage(count, 0):
        count += 1
        if count > _MOST_PARTS:
            raise CorruptSource(f"{path} claims more than {_MOST_PARTS} pictures; copy the frame again.")
    _reason(source.geterror)
    return count


def _spec_of(source: oiio.ImageInput, part: int, fmt: FrameFormat, first: bytes) -> oiio.ImageSpec:
    spec = oiio.ImageSpec(source.spec(part, 0))
    spec.attribute("oiio:Endian", "big" if first.startswith(_BIG_ENDIAN) else "little")
    if fmt.name == "PNG" and not _says_its_gamma(first):
        # Left alone, OpenImageIO presumes sRGB: it would write tags the source never had and, in their
        # favour, drop an ICC profile.
        spec.attribute("oiio:ColorSpace", "unknown")
    return spec


def _checked_header(
    path: Path, fmt: FrameFormat, spec: oiio.ImageSpec, place: tuple[int, int]
) -> FrameHeader:
    with reading(path):
        length = path.stat().st_size
    try:
        return read_header(path, fmt, spec, length, place)
    except UnicodeDecodeError as error:
        raise CorruptSource(
            f"The header of {path} holds broken text; copy or scan the frame again."
        ) from error


def _no_conversion() -> oiio.ImageSpec:
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    hints.attribute("oiio:RawColor", 1)
    return hints


def _says_its_gamma(first: bytes) -> bool:
    """Whether a PNG's colour is told by gAMA, sRGB or cICP; an ICC profile overrules them (PNG 3, 11.3.2)."""
    before_pixels = first.partition(b"IDAT")[0]
    return b"iCCP" not in before_pixels and any(
        chunk in before_pixels for chunk in (b"sRGB", b"gAMA", b"cICP")
    )


def _check_end(path: Path, fmt: FrameFormat) -> None:
    """libpng does not mind a missing end; for us it says that a copy was cut short."""
    if fmt.name != "PNG":
        return
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - 4096))
        if b"IEND" not in file.read():
            raise CorruptSource(
                f"{path} is truncated: its closing IEND mark is missing; copy the frame again."
            )


def _reason(geterror: Callable[[], str]) -> str:
    """OpenImageIO's pending message on one line, and cleared; it may quote bytes of a broken header."""
    try:
        return " ".join(geterror().split()) or "no reason given"
    except UnicodeDecodeError:
        return "the header holds broken text"
