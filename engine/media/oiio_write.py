"""Write one frame file through OpenImageIO with the header it was read with.

What OpenImageIO cannot carry over (a byte-exact DPX writer is a later matter):

DPX      12-bit frames become "Packed" (it cannot write them filled); reserved bytes and the field `Gamma`
         are lost, the version becomes V2.0, the data offset 8192; run-length compression is undone.
Cineon   becomes DPX; its film edge code and device fields are lost.
EXR      a capture date is added where there was none; the order of attributes may change.
TIFF     private tags and the rows per strip; WhiteIsZero becomes BlackIsZero (the same picture).
PNG      unknown chunks, a palette or a depth below 8 bits (become RGB or grey of 8 bits), interlacing;
         an Exif and an offset chunk are added; beside an ICC profile gAMA and cHRM are dropped.

Files of several pictures (EXR parts, TIFF pages, DPX elements), palettes and CMYK in TIFF, and Y'CbCr in
DPX are refused on reading: nothing of them is lost silently.

Lossy compressions (EXR dwaa, dwab, b44, b44a, pxr24; TIFF jpeg) become a lossless one: recompressing would
change untouched pixels.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813  (the library's own customary name)

from engine.errors import SinkError, SourceError, UnsupportedFormat
from engine.media.atomic import complete_file, unwritable
from engine.media.frame_header import channel_formats
from engine.media.oiio_formats import FrameFormat
from engine.media.oiio_read import read_frame
from engine.types import AnyArray, CodeLayout, Codes

_BOUND_TO_A_FORMAT = ("dpx:", "cineon:", "openexr:", "tiff:", "png:", "oiio:", "compression", "planarconfig")
_DPX_FILE_NAME = slice(36, 136)
_DPX_ORIENTATION = {1: 1, 2: 2, 3: 4, 4: 3}
"""OpenImageIO 3.2 confuses 3 and 4 on writing (bottom-up would become rotated): they are exchanged first."""


def write_frame(
    path: Path, codes: Codes, metadata: Mapping[str, Any], fmt: FrameFormat, overwrite: bool
) -> None:
    """Write one frame whole or not at all. Raises SinkError, OutputExists, UnsupportedFormat.

    `metadata` is a frame's own, from `oiio_read.read_frame`; without "header" a plain file is written.
    The file is read back before it gets its name: OpenImageIO does not report every full disk.
    """
    spec = _spec_for(codes, metadata, fmt)
    stored = _as_stored(codes, spec)
    if stored.shape != (spec.height, spec.width, spec.nchannels):
        raise SinkError(
            f"{path} was to hold {spec.width} x {spec.height} x {spec.nchannels} values as its source does, "
            f"and came with {codes.width} x {codes.height} x {stored.shape[2]}."
        )
    with complete_file(path, overwrite) as temporary:
        _write(temporary, stored, spec, path)
        _check(temporary, stored, path, codes.layout)
        if fmt.name == "DPX":
            _name_in_header(temporary, path.name)


def _write(temporary: Path, stored: AnyArray, spec: oiio.ImageSpec, path: Path) -> None:
    sink: Any = oiio.ImageOutput.create(str(temporary))
    if sink is None:
        raise SinkError(f"{path} cannot be written: {oiio.geterror()}")
    try:
        written = sink.open(str(temporary), spec) and sink.write_image(stored)
        reason = sink.geterror()
    finally:
        closed = sink.close()
    if not (written and closed):
        raise unwritable(path, " ".join((reason or sink.geterror()).split()) or "no reason given")


def _as_stored(codes: Codes, spec: oiio.ImageSpec) -> AnyArray:
    """Codes as OpenImageIO takes them, (H, W, C).

    9 to 15 bits at 16, the upper bits repeated below, so that the shift back is exact. In an EXR of mixed
    depths the half channels are rounded here, so that what is read back can be compared.
    """
    plane, bits = codes.planes[0], codes.layout.bits
    if codes.layout.kind == "integer" and bits not in (8, 16):
        return (plane << np.uint16(16 - bits)) | (plane >> np.uint16(2 * bits - 16))
    halves = [index for index, kind in enumerate(channel_formats(spec)) if kind == "half"]
    if halves and codes.layout.kind == "float":
        plane = plane.copy()
        plane[..., halves] = plane[..., halves].astype(np.float16)
    return np.ascontiguousarray(plane)


def _spec_for(codes: Codes, metadata: Mapping[str, Any], fmt: FrameFormat) -> oiio.ImageSpec:
    header: oiio.ImageSpec | None = metadata.get("header")
    if header is None:
        spec = _plain_spec(codes)
    elif metadata["format"] == fmt.name:
        spec = oiio.ImageSpec(header)
    else:
        spec = _carried_over(codes, header, metadata["format"])
    if codes.layout.kind == "integer" and codes.layout.bits > 8:
        spec.attribute("oiio:BitsPerSample", codes.layout.bits)
    if fmt.compressions and spec.get_string_attribute("compression") not in fmt.compressions:
        spec.attribute("compression", fmt.compressions[0])
    if fmt.name == "DPX":
        # Left in, OpenImageIO would derive the transfer field from it instead of from dpx:Transfer.
        spec.erase_attribute("oiio:ColorSpace")
        _set_dpx_orientation(spec)
    if fmt.name == "PNG":
        spec.attribute("oiio:UnassociatedAlpha", 1)
    return spec


def _set_dpx_orientation(spec: oiio.ImageSpec) -> None:
    orientation = spec.get_int_attribute("Orientation", 1)
    if orientation > 4:
        raise UnsupportedFormat(
            f"The source is stored sideways (orientation {orientation}), which DPX cannot say; write .tif."
        )
    spec.attribute("Orientation", _DPX_ORIENTATION.get(orientation, 1))


def _plain_spec(codes: Codes) -> oiio.ImageSpec:
    layout = codes.layout
    spec = oiio.ImageSpec(codes.width, codes.height, len(layout.channels), _type_name(layout))
    spec.channelnames = layout.channels
    spec.alpha_channel = layout.channels.index("A") if "A" in layout.channels else -1
    spec.attribute("oiio:ColorSpace", "unknown")
    spec.attribute("oiio:UnassociatedAlpha", 1)
    return spec


def _carried_over(codes: Codes, header: oiio.ImageSpec, source_format: str) -> oiio.ImageSpec:
    """The header without what only its own format understands: names, dates, time code and notes stay."""
    spec = oiio.ImageSpec(header)
    attributes: Any = header.extra_attribs
    for attribute in attributes:
        if attribute.name.startswith(_BOUND_TO_A_FORMAT):
            spec.erase_attribute(attribute.name)
    spec.set_format(_type_name(codes.layout))
    spec.tile_width = spec.tile_height = 0
    spec.x = spec.y = spec.full_x = spec.full_y = 0
    spec.full_width, spec.full_height = codes.width, codes.height
    spec.attribute("oiio:ColorSpace", "unknown")
    spec.attribute("oiio:UnassociatedAlpha", 1)
    if source_format == "Cineon":
        spec.attribute("dpx:Transfer", "Printing density")
        spec.attribute("dpx:Colorimetric", "Printing density")
    return spec


def _type_name(layout: CodeLayout) -> str:
    if layout.kind == "integer":
        return "uint8" if layout.bits == 8 else "uint16"
    return layout.kind


def _check(temporary: Path, stored: AnyArray, path: Path, layout: CodeLayout) -> None:
    """Read the file back and compare every code."""
    try:
        _, frame = read_frame(temporary, 0)
    except SourceError as error:
        raise unwritable(path, "it was not stored whole; is the disk full?") from error
    shift = np.uint16(16 - layout.bits) if layout.kind == "integer" and layout.bits > 8 else None
    expected = stored if shift is None else stored >> shift
    if not np.array_equal(frame.codes.planes[0], expected, equal_nan=layout.kind != "integer"):
        raise unwritable(path, "it does not read back as it was written")


def _name_in_header(temporary: Path, name: str) -> None:
    """The DPX header names its own file: the final name, not the temporary one with its folder."""
    field = name.encode("ascii", "replace")[:99].ljust(100, b"\0")
    with temporary.open("r+b") as file:
        file.seek(_DPX_FILE_NAME.start)
        file.write(field)
