"""The image elements of a DPX (SMPTE ST 268:2014, fields 21 to 28: eight times 72 bytes from byte 780)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from engine.errors import CorruptSource
from engine.media.scan import packing as packings
from engine.media.scan.fields import text, word
from engine.media.scan.packing import Packing

UNDEFINED = 0xFFFFFFFF
_FIRST, _SIZE = 780, 72
_COMPONENTS = {
    0: ("Y",), 1: ("R",), 2: ("G",), 3: ("B",), 4: ("A",), 6: ("Y",), 8: ("Z",),
    50: ("R", "G", "B"), 51: ("R", "G", "B", "A"), 52: ("A", "B", "G", "R"),
}  # fmt: skip
"""Field 21.6 (table 4) as channel names; 0 is a single component that the writer did not specify."""
_REFUSED = {
    7: "Cb, Cr", 9: "composite video", 100: "Cb, Y, Cr, Y (4:2:2)", 101: "Cb, Y, A, Cr, Y, A (4:2:2:4)",
    102: "Cb, Y, Cr (4:4:4)", 103: "Cb, Y, Cr, A (4:4:4:4)",
}  # fmt: skip
_WHOLE = {8: packings.WHOLE_8, 16: packings.WHOLE_16}
_PARTIAL = {
    (10, 0): packings.PACKED_10,
    (10, 1): packings.FILLED_10_A,
    (10, 2): packings.FILLED_10_B,
    (12, 0): packings.PACKED_12,
    (12, 1): packings.FILLED_12_A,
    (12, 2): packings.FILLED_12_B,
}
"""By bits (field 21.9) and packing (field 21.10, table 3)."""
_LOW_FIRST = {
    packings.FILLED_10_A: packings.FILLED_10_A_LOW_FIRST,
    packings.FILLED_10_B: packings.FILLED_10_B_LOW_FIRST,
}


@dataclass(frozen=True)
class DpxElement:
    """What the header says of one element. `refusal` is why it cannot be read, "" where it can."""

    names: tuple[str, ...]
    description: str
    packing: Packing
    offset: int
    padding: int
    refusal: str


def read_elements(path: Path, head: bytes, order: str) -> list[DpxElement]:
    """Every element the header announces. Raises CorruptSource."""
    count = word(head, order, 770, "H")
    if count in (0, 0xFFFF):  # some writers leave it unset
        count = 1
    if count > 8:
        raise CorruptSource(
            f"The header of {path} claims {count} image elements where a DPX has 8 at most; copy the frame "
            "again."
        )
    return [_element(head, order, _FIRST + _SIZE * k, k == 0) for k in range(count)]


def _element(head: bytes, order: str, at: int, is_first: bool) -> DpxElement:
    names = _COMPONENTS.get(head[at + 20], ())
    bits, method = head[at + 23], word(head, order, at + 24, "H")
    packing = _WHOLE.get(bits) or _PARTIAL.get((bits, method))
    offset, padding = word(head, order, at + 28), word(head, order, at + 32)
    if offset in (0, UNDEFINED):
        offset = word(head, order, 4) if is_first else UNDEFINED
    if packing is not None and len(names) == 1:
        packing = _LOW_FIRST.get(packing, packing)
    return DpxElement(
        names=names,
        description=text(head[at + 40 : at + 72]),
        packing=packing or packings.WHOLE_8,
        offset=offset,
        padding=padding if padding < 2**16 else 0,
        refusal=_refusal(head, order, at, packing, offset),
    )


def _refusal(head: bytes, order: str, at: int, packing: Packing | None, offset: int) -> str:
    descriptor, bits = head[at + 20], head[at + 23]
    method, encoding = (word(head, order, at + place, "H") for place in (24, 26))
    if descriptor not in _COMPONENTS:
        return f"its colour is {_REFUSED.get(descriptor, f'stored in the unknown way {descriptor}')}"
    if encoding not in (0, 0xFFFF):
        return f"it is run-length encoded (encoding {encoding})"
    if word(head, order, at) == 1:
        return "its codes are signed"
    if packing is None:
        return f"it has {bits} bits in packing {method}"
    return "it does not say where it lies" if offset == UNDEFINED else ""
