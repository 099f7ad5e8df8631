"""The first directory of a TIFF (TIFF 6.0, section 2; BigTIFF has 8-byte counts and offsets)."""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass

from engine.media.origin import Bytes

_CODES = {1: "B", 3: "H", 4: "I", 16: "Q"}
"""BYTE, SHORT, LONG and LONG8: the types of what is looked at here."""


@dataclass(frozen=True)
class Entry:
    """`count` values of the struct code `code` ("B" stands for all other types), the first at byte `at`."""

    code: str
    count: int
    at: int


@dataclass(frozen=True, eq=False)
class Directory:
    """`order` is struct's; entries by tag number."""

    content: Bytes
    order: str
    entries: Mapping[int, Entry]

    def values(self, tag: int) -> tuple[int, ...]:
        """All values of a tag, () where it is missing. Raises ValueError where they lie outside the file."""
        entry = self.entries.get(tag)
        if entry is None:
            return ()
        size = struct.calcsize(entry.code) * entry.count
        raw = self.content[entry.at : entry.at + size].tobytes()
        if len(raw) < size:
            raise ValueError(f"tag {tag} ends outside the file")
        return struct.unpack(f"{self.order}{entry.count}{entry.code}", raw)

    def value(self, tag: int, otherwise: int) -> int:
        """The first value of a tag."""
        found = self.values(tag)
        return found[0] if found else otherwise

    def put(self, content: Bytes, tag: int, index: int, value: int) -> None:
        """Write one value of a tag into `content`. Raises ValueError where its type cannot hold it."""
        entry = self.entries[tag]
        try:
            struct.pack_into(
                f"{self.order}{entry.code}",
                content.data,
                entry.at + index * struct.calcsize(entry.code),
                value,
            )
        except struct.error as error:
            raise ValueError(f"tag {tag} cannot hold {value}") from error


def read_directory(content: Bytes) -> Directory:
    """Raises ValueError where the directory is not inside the file."""
    order = "<" if content[:2].tobytes() == b"II" else ">"
    is_big = content[2:4].tobytes() in (b"\x2b\x00", b"\x00\x2b")
    try:
        if is_big:
            start = _number(content, order, 8, "Q")
            count = _number(content, order, start, "Q")
            return Directory(content, order, _entries(content, order, start + 8, count, 20, "Q"))
        start = _number(content, order, 4, "I")
        count = _number(content, order, start, "H")
        return Directory(content, order, _entries(content, order, start + 2, count, 12, "I"))
    except struct.error as error:
        raise ValueError("its directory lies outside the file") from error


def _entries(content: Bytes, order: str, first: int, count: int, size: int, wide: str) -> Mapping[int, Entry]:
    """`wide` is the type of counts and offsets; values that fit into one are stored in its place."""
    if first + count * size > content.size:
        raise ValueError("its directory lies outside the file")
    width = struct.calcsize(wide)
    found: dict[int, Entry] = {}
    for at in range(first, first + count * size, size):
        tag, kind = _number(content, order, at, "H"), _number(content, order, at + 2, "H")
        values = _number(content, order, at + 4, wide)
        code = _CODES.get(kind, "B")
        place = at + 4 + width
        if values * struct.calcsize(code) > width:
            place = _number(content, order, place, wide)
        found[tag] = Entry(code, values, place)
    return found


def _number(content: Bytes, order: str, at: int, code: str) -> int:
    return int(struct.unpack_from(f"{order}{code}", content.data, at)[0])
