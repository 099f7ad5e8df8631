"""Write one frame file anew through OpenImageIO: from another format, or where its source cannot be patched.

A frame that goes back into its own format is patched into a copy of its source (`frame_write`), and nothing
is lost. Written anew, a header is carried over as far as both formats have words for it:

DPX      12-bit frames become "Packed" (OpenImageIO cannot write them filled).
EXR      a capture date is added where there was none; the order of attributes may change.
PNG      an Exif and an offset chunk are added; beside an ICC profile gAMA and cHRM are dropped.

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
from engine.media.frame_read import read_frame
from engine.media.oiio_formats import FrameFormat
from engine.types import AnyArray, CodeLayout, Codes

_BOUND_TO_A_FORMAT = (
    "dpx:", "cineon:", "scan:", "openexr:", "tiff:", "png:", "oiio:", "compression", "planarconfig",
)  # fmt: skip
_DPX_FILE_NAME = slice(36, 136)
_DPX_ORIENTATION = {1: 1, 2: 2, 3: 4, 4: 3}
"""OpenImageIO 3.2 confuses 3 and 4 on writing (bottom-up would become rotated): they are exchanged first."""


def write_anew(
    path: Path, codes: Codes, metadata: Mapping[str, Any], fmt: FrameFormat, overwrite: bool
) -> None:
    """Write one frame whole or not at all. Raises SinkError, OutputExists, UnsupportedFormat.

    `metadata` is a frame's own, from `frame_read.read_frame`; without "header" a plain file is written.
    The file is read back before it gets its name: OpenImageIO does not report every full disk.
    """
    if not fmt.holds(codes.layout):
        raise UnsupportedFormat(
            f"{path} cannot be written: a {fmt.name} file like this is made only by patching a copy of its "
            "source, and this frame has none; choose another format."
        )
    spec = _spec_for(codes, metadata, fmt)
    stored = as_stored(codes, spec)
    with complete_file(path, overwrite) as temporary:
        _write(temporary, stored, spec, path)
        _check(temporary, stored, path, codes.layout)
        if fmt.name == "DPX":
            _name_in_header(temporary, path.name)


def encode(path: Path, stored: AnyArray, header: oiio.ImageSpec, compression: str) -> None:
    """Write an EXR of one part under `header`, of any name and place. Raises SinkError."""
    spec = oiio.ImageSpec(header)
    spec.attribute("compression", compression)
    spec.erase_attribute("openexr:chunkCount")
    _write(path, stored, spec, path)


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


def as_stored(codes: Codes, spec: oiio.ImageSpec) -> AnyArray:
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
    shift = np.uint16(16 - layout.bits) if layout.kind == "integer" and layout.bits > 8 else None
    check_reads_back(temporary, stored if shift is None else stored >> shift, path)


def check_reads_back(temporary: Path, expected: AnyArray, path: Path) -> None:
    """Raises SinkError unless `temporary`, to become `path`, holds the codes `expected` (H, W, C)."""
    try:
        _, frame = read_frame(temporary, 0)
    except SourceError as error:
        raise unwritable(path, "it was not stored whole; is the disk full?") from error
    if not np.array_equal(frame.codes.planes[0], expected, equal_nan=expected.dtype.kind == "f"):
        raise unwritable(path, "it does not read back as it was written")


def _name_in_header(temporary: Path, name: str) -> None:
    """The DPX header names its own file: the final name, not the temporary one with its folder."""
    field = name.encode("ascii", "replace")[:99].ljust(100, b"\0")
    with temporary.open("r+b") as file:
        file.seek(_DPX_FILE_NAME.start)
        file.write(field)
