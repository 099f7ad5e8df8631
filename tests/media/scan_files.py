"""DPX and Cineon files made bit by bit from the standards, independently of the engine's own reader.

Everything that is no picture (header fields without a say in the geometry, spare bits of words, padding, the
gap before the picture and what follows it) is filled with random bits: they have to come back.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

DESCRIPTORS = {1: 6, 3: 50, 4: 51}
PACKINGS = [(8, 0), (8, 1), (16, 0), (16, 2), (10, 0), (10, 1), (10, 2), (12, 0), (12, 1), (12, 2)]
"""(bits, packing): 0 packed, 1 filled by method A, 2 by method B."""


@dataclass(frozen=True)
class Made:
    """One image element of a file that is made: `codes` (H, W, C) in file order."""

    codes: np.ndarray
    bits: int
    packing: int
    order: str
    descriptor: int
    padding: int = 0
    description: bytes = b""
    runs_on: bool = False
    aligned: bool = True
    high_first: bool = False
    """Whether a lone component's first code lies in the highest bits: so in a Cineon, not in a DPX."""

    @property
    def stride(self) -> int:
        values = self.codes.shape[1] * self.codes.shape[2]
        if self.packing == 0 and self.bits in (10, 12):
            size = -(-values * self.bits // 32) * 4
        elif self.bits == 10:
            size = -(-values // 3) * 4
        else:
            size = values * (1 if self.bits == 8 else 2)
        return (-(-size // 4) * 4 if self.aligned else size) + self.padding

    @property
    def length(self) -> int:
        if self.runs_on:
            return -(-self.codes.size // 3) * 4
        return self.stride * self.codes.shape[0]


def bit_place(one: Made, row: int, datum: int, bit: int) -> tuple[int, int]:
    """(byte from the beginning of the element, bit in it) of bit `bit` of one code."""
    if one.runs_on:
        row, datum = 0, row * one.codes.shape[1] * one.codes.shape[2] + datum
    start = row * one.stride
    if one.packing == 0 and one.bits in (10, 12):
        word, place = divmod(datum * one.bits + bit, 32)
        return _in_word(one, start + 4 * word, 4, place)
    if one.bits == 10:
        low_first = one.codes.shape[2] == 1 and not one.high_first
        slot = datum % 3 if low_first else 2 - datum % 3
        spare = 2 if one.packing == 1 else 0
        return _in_word(one, start + 4 * (datum // 3), 4, 10 * slot + spare + bit)
    if one.bits == 8:
        return start + datum, bit
    return _in_word(one, start + 2 * datum, 2, bit + (4 if one.bits == 12 and one.packing == 1 else 0))


def _in_word(one: Made, start: int, size: int, place: int) -> tuple[int, int]:
    byte = place // 8
    return start + (byte if one.order == "<" else size - 1 - byte), place % 8


def stored(one: Made, background: bytes) -> bytes:
    """The element's bytes: its codes over `background`."""
    content = np.unpackbits(np.frombuffer(background, np.uint8), bitorder="little").reshape(-1, 8)
    flat = one.codes.reshape(one.codes.shape[0], -1)
    for row, values in enumerate(flat):
        for datum, value in enumerate(values):
            for bit in range(one.bits):
                content[bit_place(one, row, datum, bit)] = int(value) >> bit & 1
    return np.packbits(content.reshape(-1), bitorder="little").tobytes()


def dpx_file(
    elements: Sequence[Made],
    seed: int,
    creator: bytes = b"made here",
    is_sized: bool = True,
    is_plain: bool = False,
) -> bytes:
    """A DPX with these elements one behind the other, everything else random; spare bits 0 if `is_plain`."""
    rng = np.random.default_rng(seed)
    first = elements[0]
    order, gap = first.order, int(rng.integers(0, 9))
    head = bytearray(rng.bytes(2048 + gap))
    height, width = first.codes.shape[:2]
    struct.pack_into(f"{order}4sI8s", head, 0, b"SDPX", 2048 + gap, b"V2.0")
    if order == "<":
        head[:4] = b"XPDS"
    head[160:260] = creator.ljust(100, b"\0")
    head[1556:1588] = b"scanner".ljust(32, b"\0")
    struct.pack_into(f"{order}HHII", head, 768, int(rng.integers(0, 4)), len(elements), width, height)
    body, offset = b"", 2048 + gap
    for index, one in enumerate(elements):
        at = 780 + 72 * index
        struct.pack_into(f"{order}I", head, at, 0)
        struct.pack_into("4B", head, at + 20, one.descriptor, *rng.integers(0, 14, 2), one.bits)
        struct.pack_into(f"{order}HHII", head, at + 24, one.packing, 0, offset + len(body), one.padding)
        head[at + 40 : at + 72] = one.description.ljust(32, b"\0")
        body += stored(one, b"\0" * one.length if is_plain else rng.bytes(one.length))
    tail = rng.bytes(int(rng.integers(0, 9))) if first.aligned and not first.runs_on else b""
    struct.pack_into(f"{order}I", head, 16, len(head) + len(body) + len(tail) if is_sized else 0xFFFFFFFF)
    return bytes(head) + body + tail


def cineon_file(one: Made, seed: int) -> bytes:
    """A Cineon with this picture, everything that is none random."""
    rng = np.random.default_rng(seed)
    head = bytearray(rng.bytes(2048))
    height, width, channels = one.codes.shape
    magic = b"\x80\x2a\x5f\xd7" if one.order == ">" else b"\xd7\x5f\x2a\x80"
    head[:4] = magic
    struct.pack_into(f"{one.order}I", head, 4, 2048)
    head[192], head[193] = int(rng.integers(0, 4)), channels
    for channel in range(channels):
        struct.pack_into(f"{one.order}4B2I", head, 196 + 28 * channel, 0, channel + 1, 10, 0, width, height)
    struct.pack_into("4B", head, 680, 0, 4 + one.packing, 0, 0)
    struct.pack_into(f"{one.order}I", head, 684, one.padding)
    return bytes(head) + stored(one, rng.bytes(one.length))


def random_element(
    bits: int, packing: int, channels: int, order: str, size: tuple[int, int], seed: int, padding: int = 0
) -> Made:
    """Independent random codes in every channel."""
    codes = np.random.default_rng(seed).integers(0, 2**bits, (*size, channels))
    return Made(codes, bits, packing, order, DESCRIPTORS[channels], padding)


def with_codes(one: Made, codes: np.ndarray) -> Made:
    return replace(one, codes=codes)
