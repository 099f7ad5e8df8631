"""Read a DPX header (SMPTE ST 268:2014; offsets in bytes, fields by their numbers in tables 1 to 5).

A picture is one image element R, G, B (or R, G, B, A; A, B, G, R; luma), or one element a channel; a further
element of the same depth becomes channels of its own, such as the infrared of a scan. Elements that cannot be
read are left where they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.errors import CorruptSource, UnsupportedFormat
from engine.media.scan.channels import Part, assembled
from engine.media.scan.dpx_elements import UNDEFINED, DpxElement, read_elements
from engine.media.scan.fields import DPX_FIELDS, DPX_TRANSFERS, Value, read_fields, word
from engine.media.scan.layout import Scan
from engine.media.scan.raster import Raster, fitting_stride

HEAD_BYTES = 2080
"""Generic and industry header and the fixed part of the user's; nothing behind is interpreted."""

_LEAST_HEAD = 1664
"""The generic header: no pixel can lie before its end."""
_PACKING_NAMES = {0: "Packed", 1: "Filled, method A", 2: "Filled, method B"}
_ORIENTATIONS = (1, 2, 4, 3)
"""Field 18 (table 2) as TIFF counts; the codes 4 to 7 are stored in columns."""
_RUNS_ON = (("dpx:InputDevice", "Scanity"), ("Software", "Lasergraphics Inc."))
"""Scanners whose 10-bit luma begins no new word on a new row (so FFmpeg, libavcodec/dpx.c)."""


def read_dpx(path: Path, head: bytes, length: int) -> Scan:
    """The facts of a DPX of `length` bytes from its first `HEAD_BYTES`.

    Raises CorruptSource and UnsupportedFormat.
    """
    if len(head) < _LEAST_HEAD:
        raise CorruptSource(f"{path} is truncated: it ends inside its header; copy the frame again.")
    order = ">" if head.startswith(b"SDPX") else "<"
    found = read_elements(path, head, order)
    _check_first(path, found[0])
    read = [one for one in found if not one.refusal and one.packing.bits == found[0].packing.bits]
    _check_offsets(path, read, length)
    head = head[: min(one.offset for one in read)]
    fields = read_fields(head, order, DPX_FIELDS)
    rasters = _rasters(path, head, order, fields, read, length)
    parts = [Part(raster, one.names, one.description) for raster, one in zip(rasters, read, strict=True)]
    layout, elements = assembled(path, parts, found[0].packing.bits)
    return Scan(
        kind="DPX",
        path=path,
        height=rasters[0].height,
        width=rasters[0].width,
        layout=layout,
        elements=elements,
        fields=fields,
        order=order,
        orientation=_orientation(path, head, order),
        packing=_PACKING_NAMES.get(word(head, order, 804, "H"), ""),
        left_out=tuple(_left_out(one) for one in found if one not in read),
        colour=(_meaning(head[801]), _meaning(head[802])),
        aspect=_aspect(head, order),
        timecode=_timecode(head, order),
        keycode=_keycode(str(fields.get("dpx:FilmEdgeCode", ""))),
    )


def _check_first(path: Path, element: DpxElement) -> None:
    if element.refusal:
        raise UnsupportedFormat(
            f"{path} cannot be kept as it is: {element.refusal}. Known are unsigned 8-, 10-, 12- and 16-bit "
            "RGB, RGBA and luma without compression; convert it first."
        )


def _check_offsets(path: Path, elements: Sequence[DpxElement], length: int) -> None:
    if len({element.offset for element in elements}) < len(elements):
        raise CorruptSource(
            f"The header of {path} claims two image elements at one place; copy the frame again."
        )
    for element in elements:
        if element.offset < _LEAST_HEAD:
            raise CorruptSource(
                f"The header of {path} claims pixels at byte {element.offset}, which is inside the header; "
                "copy the frame again."
            )
        if element.offset >= length:
            raise CorruptSource(
                f"{path} is truncated: its pixels were to begin at byte {element.offset} and the file has "
                f"{length}; copy the frame again."
            )


def _rasters(
    path: Path,
    head: bytes,
    order: str,
    fields: Mapping[str, Value],
    elements: Sequence[DpxElement],
    length: int,
) -> list[Raster]:
    """Where each element lies. Raises CorruptSource where it cannot lie there."""
    width, height = word(head, order, 772), word(head, order, 776)
    if not width or not height:
        raise CorruptSource(f"The header of {path} claims {width} x {height} pixels; copy the frame again.")
    is_whole = word(head, order, 16) == length
    is_known = any(str(fields.get(name, "")).startswith(start) for name, start in _RUNS_ON)
    rasters: list[Raster] = []
    for element in elements:
        behind = [other.offset for other in elements if other.offset > element.offset]
        room = min([*behind, length]) - element.offset
        packing, count = element.packing, len(element.names)
        runs_on = is_known and packing.bits == 10 and bool(packing.shifts)
        stride, needed = fitting_stride(
            packing, height, width * count, element.padding, room, is_whole, runs_on
        )
        if needed > room:
            raise CorruptSource(
                f"{path} is truncated: {width} x {height} x {count} values need {needed} bytes at byte "
                f"{element.offset} and there are {room}; copy the frame again."
            )
        rasters.append(Raster(element.offset, height, width, count, packing, order, stride))
    return rasters


def _left_out(element: DpxElement) -> str:
    name = element.description or " ".join(element.names) or "an element"
    return f"{name} ({element.refusal or f'{element.packing.bits} bits'})"


def _orientation(path: Path, head: bytes, order: str) -> int:
    code = word(head, order, 768, "H")
    if code == 0xFFFF:
        return 1
    if code >= 8:
        raise CorruptSource(
            f"The header of {path} names the unknown orientation {code}; copy the frame again."
        )
    if code >= 4:
        raise UnsupportedFormat(f"{path} is stored in columns, not in rows; convert it to rows first.")
    return _ORIENTATIONS[code]


def _meaning(code: int) -> str:
    return DPX_TRANSFERS[code] if code < len(DPX_TRANSFERS) else ""


def _aspect(head: bytes, order: str) -> float | None:
    """Field 40: horizontal over vertical."""
    across, down = word(head, order, 1628), word(head, order, 1632)
    return across / down if across and down and UNDEFINED not in (across, down) else None


def _timecode(head: bytes, order: str) -> tuple[int, int] | None:
    """Fields 57 and 58: eight decimal digits hhmmssff, and the user bits."""
    if len(head) < 1928 or word(head, order, 1920) == UNDEFINED:
        return None
    bits = word(head, order, 1924)
    return word(head, order, 1920), 0 if bits == UNDEFINED else bits


def _keycode(edge: str) -> tuple[int, ...] | None:
    """Fields 42 to 46 as OpenEXR's KeyCode: maker, type, prefix, count, offset, perforations of both.

    The DPX does not say how many perforations a frame and a count have: 4 and 64 are those of 35 mm film.
    """
    if len(edge) != 16 or not (edge.isascii() and edge.isdigit()):
        return None
    maker, kind, offset, prefix, count = edge[:2], edge[2:4], edge[4:6], edge[6:12], edge[12:]
    return int(maker), int(kind), int(prefix), int(count), int(offset), 4, 64
