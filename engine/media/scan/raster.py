"""Where the picture of one image element lies in its file, and reading and changing it there."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.media.scan.packing import Bytes, Packing, Rows
from engine.types import AnyArray, Bool


@dataclass(frozen=True)
class Raster:
    """`height` rows of `width` pixels of `components` datums each, the first at byte `offset`.

    `stride` bytes lie between the beginnings of two rows; 0 where the datums run on from row to row without
    a break, as some scanners write 10-bit luma.
    """

    offset: int
    height: int
    width: int
    components: int
    packing: Packing
    order: str
    stride: int

    @property
    def end(self) -> int:
        """The first byte behind the picture; padding after the last row is not counted."""
        return self.offset + _length(self.packing, self.height, self.width * self.components, self.stride)

    def codes(self, content: Bytes) -> AnyArray:
        """(height, width, components) from the bytes of the whole file, uint8 or uint16."""
        return self._rows(content).unpacked().reshape(self.height, self.width, self.components)

    def put(self, content: Bytes, codes: AnyArray, where: Bool) -> None:
        """Write `codes` into `content` where `where` is True; both (height, width, components)."""
        flat = np.flatnonzero(where)
        rows = self._rows(content)
        row, datum = np.divmod(flat, rows.datums)
        rows.put(row, datum, codes.reshape(-1)[flat])

    def _rows(self, content: Bytes) -> Rows:
        datums = self.width * self.components
        if self.stride:
            return Rows(content, self.packing, self.order, self.offset, self.stride, self.height, datums)
        return Rows(content, self.packing, self.order, self.offset, 0, 1, self.height * datums)


def fitting_stride(
    packing: Packing, height: int, datums: int, padding: int, room: int, is_whole: bool, runs_on: bool
) -> tuple[int, int]:
    """(stride, bytes needed) of a picture that has `room` bytes in its file.

    ST 268 (table 3C) breaks every row at a 32-bit word, and `padding` bytes may follow (field 21.14). Not all
    writers do so with 8- and 16-bit codes, and some scanners let 10-bit luma run on (`runs_on`: the header
    names one of them). What does not fit by the standard is taken as the other where that fits to the byte,
    or where the file `is_whole`, as long as its header says; so a file that was cut short is never misread.
    Where nothing fits, the needs of the standard are told.
    """
    row = packing.row_bytes(datums)
    aligned = -(-row // 4) * 4
    standard = aligned + padding
    if runs_on and (needed := _length(packing, height, datums, 0)) <= room:
        return 0, needed
    needed = _length(packing, height, datums, standard)
    if needed <= room:
        return standard, needed
    for stride in (row + padding, aligned, row, 0):
        other = _length(packing, height, datums, stride)
        if stride == 0 and not packing.shifts:
            continue
        if other == room or (is_whole and other < room):
            return stride, other
    return standard, needed


def _length(packing: Packing, height: int, datums: int, stride: int) -> int:
    if not stride:
        return packing.row_bytes(height * datums)
    return (height - 1) * stride + packing.row_bytes(datums)
