"""Comparing two DPX or Cineon files bit by bit: every bit that differs must be a code within the matte.

Whose bit it is follows from where it lies in the file, and owes nothing to the code that writes such files.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.audit.findings import Findings
from engine.media.origin import Bytes
from engine.media.scan.layout import Scan
from engine.media.scan.raster import Raster
from engine.types import Bool, FrameNumber

Places = npt.NDArray[np.int64]
_NAMED = 3
"""Bytes of one frame that are named."""


def compare_bytes(
    source: Bytes, result: Bytes, scan: Scan, inside: Bool | None, number: FrameNumber, findings: Findings
) -> None:
    """Note what differs beside the codes: header, user area, padding, spare bits, other elements, length.

    `inside` (H, W) marks the pixels that may differ, None for none. Codes that differ outside it are noted
    as well: here by their bits, whatever the reader makes of them.
    """
    beside = source.size - sum(raster_bytes(element.raster) for element in scan.elements)
    findings.bytes_beside += beside
    if source.size != result.size:
        findings.differ("bytes", number, "length of the file", source.size, result.size)
    length = min(source.size, result.size)
    places = np.flatnonzero(source[:length] != result[:length])
    if not places.size:
        return
    changed = source[places] ^ result[places]
    stray = np.ones(places.shape, np.bool_)
    for element in scan.elements:
        stray &= ~_accounted(element.raster, places, changed, inside)
    wrong = places[stray]
    for place in wrong[:_NAMED]:
        told = (f"0x{content[place]:02x}" for content in (source, result))
        findings.differ("bytes", number, f"byte {place}", *told, count=0)
    findings.counts["bytes"] += int(wrong.size)


def raster_bytes(raster: Raster) -> int:
    """Bytes that hold codes, without the padding of rows."""
    if not raster.stride:
        return raster.end - raster.offset
    return raster.height * raster.packing.row_bytes(raster.width * raster.components)


def _accounted(raster: Raster, places: Places, changed: Bytes, inside: Bool | None) -> Bool:
    """Which of the differing bytes differ in bits of this raster's codes of pixels inside the matte only."""
    accounted = np.zeros(places.shape, np.bool_)
    if inside is None:
        return accounted
    mine = (places >= raster.offset) & (places < raster.end)
    bits = np.unpackbits(changed[mine][:, np.newaxis], axis=1, bitorder="little").astype(np.bool_)
    owners = _owners(raster, places[mine] - raster.offset)
    allowed = (owners >= 0) & inside.reshape(-1)[np.maximum(owners, 0)]
    accounted[mine] = (~bits | allowed).all(axis=1)
    return accounted


def _owners(raster: Raster, at: Places) -> Places:
    """(n, 8): the pixel that owns each bit, lowest first, of the bytes `at`; -1 for nobody's."""
    packing = raster.packing
    datums = raster.width * raster.components
    row, column = np.divmod(at, raster.stride) if raster.stride else (np.zeros_like(at), at)
    word, byte = np.divmod(column, packing.word)
    significance = packing.word - 1 - byte if raster.order == ">" else byte
    position = significance[:, np.newaxis] * 8 + np.arange(8)
    if packing.shifts:
        slot = np.full(position.shape, -1, np.int64)
        for n, shift in enumerate(packing.shifts):
            slot[(position >= shift) & (position < shift + packing.bits)] = n
        datum = np.where(slot >= 0, word[:, np.newaxis] * len(packing.shifts) + slot, -1)
    else:
        datum = (word[:, np.newaxis] * 8 * packing.word + position) // packing.bits
    there = datums if raster.stride else datums * raster.height
    datum = np.where(datum < there, datum, -1)
    return np.where(datum >= 0, row[:, np.newaxis] * raster.width + datum // raster.components, -1)
