"""Read one frame file through OpenImageIO, at its own depth and without any conversion.

OpenImageIO is asked for raw colour and unassociated alpha, so that neither Y'CbCr, CMYK nor alpha is
touched on the way. It expands 10- and 12-bit codes to 16 bits by repeating the upper bits; the shift
back is exact for every code. A DPX or TIFF that is stored bottom-up or sideways stays as it is stored:
its orientation field travels with it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.errors import CorruptSource, SourceError, SourceNotFound, UnsupportedFormat
from engine.media.dpx_tail import mend_last_values
from engine.media.frame_header import FrameHeader, read_header
from engine.media.oiio_formats import FORMATS, FrameFormat, format_of
from engine.media.raw_length import check_length
from engine.types import AnyArray, Codes, Frame, FrameNumber

_BIG_ENDIAN = (b"SDPX", b"MM\x00\x2a", b"MM\x00\x2b")


def probe(path: Path) -> FrameHeader:
    """Read only the header. Raises SourceNotFound, UnsupportedFormat, CorruptSource, SourceError."""
    with _opened(path) as (_, header):
        return header


def read_frame(path: Path, number: FrameNumber) -> tuple[FrameHeader, Frame]:
    """Decode a frame; its metadata carries the header. Raises what `probe` raises.

    A file that ends early is CorruptSource, never a frame with black rows.
    """
    with _opened(path) as (source, header):
        spec = header.spec
        stored = source.read_image(0, 0, 0, spec.nchannels, spec.format)
        if stored is None or stored.shape != (*header.size, spec.nchannels):
            reason = _reason(source.geterror)
            raise CorruptSource(f"{path} is truncated or damaged ({reason}); copy or scan the frame again.")
    _check_end(path, header.format)
    codes = Codes((_native(stored, header),), header.layout)
    return header, Frame(number, codes, {"header": header.spec, "format": header.format.name})


def _native(stored: AnyArray, header: FrameHeader) -> AnyArray:
    if header.shift:
        stored >>= np.uint16(header.shift)
        mend_last_values(header, stored)
    return np.ascontiguousarray(stored)


@contextmanager
def _opened(path: Path) -> Generator[tuple[oiio.ImageInput, FrameHeader]]:
    fmt = format_of(path)
    first = _first_bytes(path)
    if not first.startswith(fmt.magic):
        raise _not_of_format(path, fmt, first)
    source = oiio.ImageInput.open(str(path), _no_conversion())
    if source is None:
        raise CorruptSource(
            f"The header of {path} cannot be read as {fmt.name} ({_reason(oiio.geterror)}); copy or scan the "
            "frame again."
        )
    try:
        if source.seek_subimage(1, 0):
            raise UnsupportedFormat(
                f"{path} holds several pictures (parts, pages or elements), and only the first could be "
                "kept; save it as a single picture."
            )
        _reason(source.geterror)
        spec = oiio.ImageSpec(source.spec(0, 0))
        spec.attribute("oiio:Endian", "big" if first.startswith(_BIG_ENDIAN) else "little")
        if fmt.name == "PNG" and not _says_its_gamma(first):
            # Left alone, OpenImageIO presumes sRGB: it would write tags the source never had and, in their
            # favour, drop an ICC profile.
            spec.attribute("oiio:ColorSpace", "unknown")
        yield source, _checked_header(path, fmt, spec, first)
    finally:
        source.close()


def _checked_header(path: Path, fmt: FrameFormat, spec: oiio.ImageSpec, first: bytes) -> FrameHeader:
    try:
        header = read_header(path, fmt, spec)
    except UnicodeDecodeError as error:
        raise CorruptSource(
            f"The header of {path} holds broken text; copy or scan the frame again."
        ) from error
    check_length(path, fmt, spec, first)
    return header


def _no_conversion() -> oiio.ImageSpec:
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    hints.attribute("oiio:RawColor", 1)
    return hints


def _first_bytes(path: Path, count: int = 4096) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"The frame {path} is missing; restore the file, or leave it out with --frames."
        ) from error
    except PermissionError as error:
        raise SourceError(f"The frame {path} may not be read; change its permissions.") from error
    except OSError as error:
        raise SourceError(f"The frame {path} cannot be read ({error.strerror}).") from error


def _not_of_format(path: Path, fmt: FrameFormat, first: bytes) -> SourceError:
    for other in FORMATS:
        if first.startswith(other.magic):
            return UnsupportedFormat(
                f"{path} is named as {fmt.name} and holds {other.name}; rename it to {other.suffixes[0]}."
            )
    found = f"it begins with {first[:4].hex(' ')}" if first else "it is empty"
    return CorruptSource(f"{path} is not a {fmt.name} file: {found}; copy or scan the frame again.")


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
