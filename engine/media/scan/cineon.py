"""Read a Cineon header (Kodak, "4.5 DRAFT - Image File Format Proposal for Digital Pictures", 1990).

Real files hold 10 bits, three to a 32-bit word, in one interleaved picture; nothing else is read.
"""

from __future__ import annotations

from pathlib import Path

from engine.errors import CorruptSource, UnsupportedFormat
from engine.media.scan import packing as packings
from engine.media.scan.channels import Part, assembled
from engine.media.scan.fields import CINEON_FIELDS, read_fields, word
from engine.media.scan.layout import Scan
from engine.media.scan.raster import Raster, fitting_stride

HEAD_BYTES = 2048

_LEAST_HEAD = 1024
"""The generic section; the industry section of as many bytes may be missing."""
_UNDEFINED = 0xFFFFFFFF
_PACKINGS = {5: packings.FILLED_10_A, 6: packings.FILLED_10_B}
"""Byte 681: 5 is left justified in 32 bits, 6 right justified; three codes to a word in both."""
_PACKING_NAMES = {
    5: "32-bit boundary, left justified, at most one pixel per cell",
    6: "32-bit boundary, right justified, at most one pixel per cell",
}
_NAMES = {1: ("Y",), 3: ("R", "G", "B"), 4: ("R", "G", "B", "IR")}
"""By the number of channels; a fourth is the infrared of the scanner, as Autodesk Lustre reads it."""


def read_cineon(path: Path, head: bytes, length: int) -> Scan:
    """The facts of a Cineon of `length` bytes from its first `HEAD_BYTES`.

    Raises CorruptSource and UnsupportedFormat.
    """
    if len(head) < _LEAST_HEAD:
        raise CorruptSource(f"{path} is truncated: it ends inside its header; copy the frame again.")
    order = ">" if head.startswith(b"\x80\x2a\x5f\xd7") else "<"
    names = _channel_names(path, head, order)
    raster = _raster(path, head, order, len(names), length)
    head = head[: raster.offset]
    layout, elements = assembled(path, [Part(raster, names)], 10)
    fields = dict(read_fields(head, order, CINEON_FIELDS))
    edge = _edge_code(head, order)
    if edge:
        fields["cineon:FilmEdgeCode"] = edge
    return Scan(
        kind="Cineon",
        path=path,
        height=raster.height,
        width=raster.width,
        layout=layout,
        elements=elements,
        fields=fields,
        order=order,
        orientation=_orientation(path, head[192]),
        packing=_PACKING_NAMES[head[681] & 0x7F],
    )


def _channel_names(path: Path, head: bytes, order: str) -> tuple[str, ...]:
    """From the eight channel descriptions of 28 bytes each from byte 196 on."""
    count = head[193]
    if count not in _NAMES:
        raise UnsupportedFormat(f"{path} holds {count} channels; known are 1, 3 and 4. Convert it first.")
    starts = [196 + 28 * channel for channel in range(count)]
    bits = {head[at + 2] for at in starts}
    sizes = {(word(head, order, at + 4), word(head, order, at + 8)) for at in starts}
    if len(sizes) > 1:
        raise CorruptSource(f"The channels of {path} differ in size; copy the frame again.")
    interleave, method, sign = head[680], head[681], head[682]
    if bits != {10} or method & 0x7F not in _PACKINGS or (count > 1 and interleave) or sign == 1:
        raise UnsupportedFormat(
            f"{path} holds {' and '.join(map(str, sorted(bits)))} bits in packing {method}, interleaving "
            f"{interleave}; known are 10 unsigned bits in packing 5 or 6, interleaved by pixels. Convert it "
            "first."
        )
    return _NAMES[count]


def _raster(path: Path, head: bytes, order: str, components: int, length: int) -> Raster:
    offset = word(head, order, 4)
    width, height = word(head, order, 200), word(head, order, 204)
    if offset < _LEAST_HEAD or not width or not height:
        raise CorruptSource(
            f"The header of {path} claims {width} x {height} pixels at byte {offset}; copy the frame again."
        )
    padding = word(head, order, 684)
    packing, room = _PACKINGS[head[681] & 0x7F], max(0, length - offset)
    is_whole = word(head, order, 20) == length
    stride, needed = fitting_stride(
        packing, height, width * components, padding if padding < 2**16 else 0, room, is_whole, runs_on=False
    )
    if needed > room:
        raise CorruptSource(
            f"{path} is truncated: {width} x {height} x {components} values need {needed} bytes at byte "
            f"{offset} and there are {room}; copy the frame again."
        )
    return Raster(offset, height, width, components, packing, order, stride)


def _orientation(path: Path, code: int) -> int:
    """Byte 192, counted as in DPX, as TIFF counts it."""
    if code == 0xFF:
        return 1
    if code >= 8:
        raise CorruptSource(
            f"The header of {path} names the unknown orientation {code}; copy the frame again."
        )
    if code >= 4:
        raise UnsupportedFormat(f"{path} is stored in columns, not in rows; convert it to rows first.")
    return (1, 2, 4, 3)[code]


def _edge_code(head: bytes, order: str) -> str:
    """Bytes 1024 on: maker, film type, perforation offset (two digits each), prefix (six), count (four)."""
    if len(head) < 1036:
        return ""
    small, large = head[1024:1027], (word(head, order, 1028), word(head, order, 1032))
    if 0xFF in small or _UNDEFINED in large:
        return ""
    return "".join(f"{value:02d}" for value in small) + f"{large[0]:06d}{large[1]:04d}"
