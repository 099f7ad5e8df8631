"""The structure of an OpenEXR file: headers, offset tables and chunks (OpenEXR, "File Layout").

Everything is little-endian. A file with several parts has a header and a table for each; its chunks begin
with the number of their part.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

_MULTIPART = 0x1000
LINES = {0: 1, 1: 1, 2: 1, 3: 16, 4: 32, 5: 16, 6: 32, 7: 32, 8: 32, 9: 256}
"""Rows of a scan line block by compression: none, rle, zips, zip, piz, pxr24, b44, b44a, dwaa, dwab."""
_MOST_PARTS = 1024


@dataclass(frozen=True)
class Part:
    """`attributes` gives type and place (first byte, byte behind) of each value; `table` is the byte of the
    offset table, which has `chunks` entries."""

    attributes: Mapping[str, tuple[str, int, int]]
    table: int
    chunks: int


@dataclass(frozen=True, eq=False)
class ExrLayout:
    content: bytes
    multipart: bool
    parts: Sequence[Part]

    def value(self, part: int, name: str) -> bytes:
        """The bytes of an attribute, b"" where it is missing."""
        found = self.parts[part].attributes.get(name)
        return self.content[found[1] : found[2]] if found else b""

    def offsets(self, part: int) -> tuple[int, ...]:
        """Where the chunks of a part begin, in the order of its table. Raises ValueError."""
        one = self.parts[part]
        if one.table + 8 * one.chunks > len(self.content):
            raise ValueError("its table of chunks lies outside the file")
        found = struct.unpack_from(f"<{one.chunks}Q", self.content, one.table)
        if any(not one.table < offset < len(self.content) for offset in found):
            raise ValueError("its table of chunks is incomplete")
        return found

    def coordinates(self, part: int, offset: int) -> tuple[tuple[int, ...], slice]:
        """(y) or (tile x, tile y, level x, level y) of a flat chunk, and where its pixels lie."""
        start = offset + (4 if self.multipart else 0)
        count = 4 if self.is_tiled(part) else 1
        try:
            *place, size = struct.unpack_from(f"<{count + 1}i", self.content, start)
        except struct.error as error:
            raise ValueError("a chunk lies outside the file") from error
        first = start + 4 * (count + 1)
        if size < 0 or first + size > len(self.content):
            raise ValueError("a chunk lies outside the file")
        return tuple(place), slice(first, first + size)

    def is_tiled(self, part: int) -> bool:
        return "tiles" in self.parts[part].attributes


def read_layout(content: bytes) -> ExrLayout:
    """Raises ValueError where the structure is broken."""
    try:
        return _read(content)
    except (struct.error, IndexError) as error:
        raise ValueError("its header is broken") from error


def _read(content: bytes) -> ExrLayout:
    multipart = bool(struct.unpack_from("<I", content, 4)[0] & _MULTIPART)
    headers: list[Mapping[str, tuple[str, int, int]]] = []
    at = 8
    while len(headers) < _MOST_PARTS:
        attributes, at = _header(content, at)
        headers.append(attributes)
        if not multipart:
            break
        if content[at] == 0:  # an empty header ends the list
            at += 1
            break
    parts: list[Part] = []
    for attributes in headers:
        parts.append(Part(attributes, at, _chunk_count(content, attributes)))
        at += 8 * parts[-1].chunks
    return ExrLayout(content, multipart, parts)


def _header(content: bytes, at: int) -> tuple[Mapping[str, tuple[str, int, int]], int]:
    attributes: dict[str, tuple[str, int, int]] = {}
    while content[at]:
        name, at = _text(content, at)
        kind, at = _text(content, at)
        (size,) = struct.unpack_from("<i", content, at)
        if size < 0 or at + 4 + size >= len(content):
            raise ValueError("its header is broken")
        attributes[name] = (kind, at + 4, at + 4 + size)
        at += 4 + size
    return attributes, at + 1


def _text(content: bytes, at: int) -> tuple[str, int]:
    end = content.find(b"\0", at, at + 256)
    if end < 0:
        raise ValueError("its header is broken")
    return content[at:end].decode("latin-1"), end + 1


def _chunk_count(content: bytes, attributes: Mapping[str, tuple[str, int, int]]) -> int:
    if "chunkCount" in attributes:
        return _checked(int(struct.unpack_from("<i", content, attributes["chunkCount"][1])[0]), content)
    if not {"dataWindow", "compression"} <= set(attributes):
        raise ValueError("its header is incomplete")
    left, top, right, bottom = struct.unpack_from("<4i", content, attributes["dataWindow"][1])
    width, height = right - left + 1, bottom - top + 1
    if "tiles" in attributes:
        across, down, mode = struct.unpack_from("<IIB", content, attributes["tiles"][1])
        if mode & 0x0F or not across or not down:
            raise ValueError("it has several levels of resolution")
        return _checked(-(-width // across) * -(-height // down), content)
    lines = LINES.get(content[attributes["compression"][1]], 0)
    if not lines:
        raise ValueError("its compression is unknown")
    return _checked(-(-height // lines), content)


def _checked(count: int, content: bytes) -> int:
    if not 0 < count * 8 < len(content):
        raise ValueError("its table of chunks lies outside the file")
    return count
