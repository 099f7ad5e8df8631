"""How code values are packed into words, and how single ones are replaced in place.

A *datum* is one code value of one component. SMPTE ST 268 (DPX) stores datums in 8-, 16- or 32-bit words:

filled    10 bits: three to a 32-bit word, two spare bits below them (method A) or above (method B). Where
          an element has several components the first datum lies in the highest bits; where it has one,
          in the lowest (FFmpeg, libavcodec/dpx.c, and OpenImageIO, libdpx/ReaderInternal.h, agree).
          12 bits: one to a 16-bit word, four spare bits below (A) or above (B).
packed    datums follow each other in a stream of 32-bit words, from the lowest bit of each upwards, across
          word borders.

Kodak Cineon 4.5 stores 10 bits as the filled method A ("left justified") or B ("right justified").
Spare bits are nobody's: they are neither read nor written.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.types import AnyArray

Bytes = npt.NDArray[np.uint8]
Indices = npt.NDArray[np.intp]

_BLOCK = 256 * 1024
"""Words unpacked at a time, so that what is in work stays in the processor's cache."""
_STREAM_WORD = 4


@dataclass(frozen=True)
class Packing:
    """`shifts` says how far above the lowest bit each datum of a word lies; empty for a packed stream."""

    name: str
    bits: int
    word: int
    shifts: tuple[int, ...]

    @property
    def mask(self) -> int:
        return (1 << self.bits) - 1

    @property
    def dtype(self) -> type[np.uint8] | type[np.uint16]:
        """What the codes are kept in, as `engine.types.Codes` wants it."""
        return np.uint8 if self.bits == 8 else np.uint16

    def row_bytes(self, datums: int) -> int:
        """Bytes of whole words that hold `datums`."""
        if not self.shifts:
            return -(-datums * self.bits // 32) * _STREAM_WORD
        return -(-datums // len(self.shifts)) * self.word


WHOLE_8 = Packing("8-bit", 8, 1, (0,))
WHOLE_16 = Packing("16-bit", 16, 2, (0,))
FILLED_12_A = Packing("Filled, method A", 12, 2, (4,))
FILLED_12_B = Packing("Filled, method B", 12, 2, (0,))
FILLED_10_A = Packing("Filled, method A", 10, 4, (22, 12, 2))
FILLED_10_B = Packing("Filled, method B", 10, 4, (20, 10, 0))
FILLED_10_A_LOW_FIRST = Packing("Filled, method A", 10, 4, (2, 12, 22))
FILLED_10_B_LOW_FIRST = Packing("Filled, method B", 10, 4, (0, 10, 20))
PACKED_10 = Packing("Packed", 10, _STREAM_WORD, ())
PACKED_12 = Packing("Packed", 12, _STREAM_WORD, ())


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of packed datums inside `content` (bytes of a file): row k begins at `offset` + k * `stride`.

    `order` is numpy's: ">" big-endian, "<" little-endian. The caller has checked that the rows lie inside.
    """

    content: Bytes
    packing: Packing
    order: str
    offset: int
    stride: int
    count: int
    datums: int

    def unpacked(self) -> AnyArray:
        """(count, datums) uint8 or uint16, each code in the low bits."""
        codes = np.empty((self.count, self.datums), self.packing.dtype)
        step = max(1, _BLOCK * 4 // max(1, self.packing.row_bytes(self.datums)))
        unpack = self._unpack_words if self.packing.shifts else self._unpack_stream
        for first in range(0, self.count, step):
            block = slice(first, first + step)
            unpack(codes[block], block)
        return codes

    def put(self, row: Indices, datum: Indices, codes: AnyArray) -> None:
        """Replace the datums at (`row`, `datum`), no pair twice, and no other bit of the content."""
        if self.packing.shifts:
            self._put_words(row, datum, codes)
        else:
            self._put_stream(row, datum, codes)

    def _words(self) -> AnyArray:
        kind = np.dtype(f"{self.order}u{self.packing.word}")
        shape = (self.count, self.packing.row_bytes(self.datums) // self.packing.word)
        return np.ndarray(shape, kind, self.content, self.offset, (self.stride, self.packing.word))

    def _unpack_words(self, codes: AnyArray, block: slice) -> None:
        packing, words = self.packing, self._words()[block]
        per_word = len(packing.shifts)
        if packing.bits == 8 * packing.word:
            codes[...] = words
            return
        words = words.astype(words.dtype.newbyteorder("="))
        for slot, shift in enumerate(packing.shifts):
            target = codes[:, slot::per_word]
            target[...] = (words[:, : target.shape[1]] >> shift) & packing.mask

    def _put_words(self, row: Indices, datum: Indices, codes: AnyArray) -> None:
        words, per_word, mask = self._words(), len(self.packing.shifts), self.packing.mask
        whole = (1 << 8 * self.packing.word) - 1
        for slot, shift in enumerate(self.packing.shifts):
            mine = datum % per_word == slot
            at = row[mine], datum[mine] // per_word
            kept = words[at].astype(np.uint32) & np.uint32(whole & ~(mask << shift))
            words[at] = kept | (codes[mine].astype(np.uint32) << np.uint32(shift))

    def _unpack_stream(self, codes: AnyArray, block: slice) -> None:
        """Datum d occupies the bits from d * bits on; it never spans more than two bytes."""
        bits = self.packing.bits
        period = 8 * bits // np.gcd(8, bits) // bits  # datums until one begins at a byte again
        words = self._words()[block].astype("<u4")
        group = period * bits // 8
        stream = words.view(np.uint8).reshape(words.shape[0], -1)
        stream = np.pad(stream, ((0, 0), (0, -stream.shape[1] % group)))
        for phase in range(period):
            target = codes[:, phase::period]
            byte, shift = divmod(phase * bits, 8)
            low = stream[:, byte::group][:, : target.shape[1]].astype(np.uint16)
            high = stream[:, byte + 1 :: group][:, : target.shape[1]].astype(np.uint16)
            target[...] = ((low | high << np.uint16(8)) >> np.uint16(shift)) & np.uint16(self.packing.mask)

    def _put_stream(self, row: Indices, datum: Indices, codes: AnyArray) -> None:
        bits, mask = self.packing.bits, self.packing.mask
        first = datum * bits
        start = self.offset + row * self.stride
        # In a big-endian file the bytes of each word are stored from the highest on.
        swap = 3 if self.order == ">" else 0
        for phase in range(8):
            # Datums that begin at the same bit of a byte never share a byte.
            mine = first % 8 == phase
            at = [start[mine] + ((first[mine] // 8 + step) ^ swap) for step in (0, 1)]
            pair = self.content[at[0]].astype(np.uint16) | self.content[at[1]].astype(np.uint16) << 8
            pair = pair & np.uint16(0xFFFF & ~(mask << phase)) | codes[mine].astype(np.uint16) << phase
            self.content[at[0]] = pair.astype(np.uint8)
            self.content[at[1]] = (pair >> 8).astype(np.uint8)
