"""The fields of an EXR, TIFF or PNG file as its bytes hold them: all but where and how the pixels lie.

Formats: OpenEXR, "File Layout"; TIFF 6.0 (Adobe, 1992) and BigTIFF; PNG, third edition (W3C, 2025), 5.3.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import xxhash

from engine.errors import CorruptSource, SourceError

Fields = Mapping[str, bytes]
_MOST_FIELDS = 100_000
_SHOWN = 60
"""Bytes of a field up to which it is shown as it is."""
_TIFF_PIXELS = {273, 278, 279, 324, 325, 288, 289}
"""StripOffsets, RowsPerStrip, StripByteCounts, TileOffsets, TileByteCounts, FreeOffsets, FreeByteCounts."""
_TIFF_POINTERS = {330: "SubIFDs", 34665: "Exif", 34853: "GPS", 40965: "Interoperability"}
_TIFF_SIZES = {
    1: 1,
    2: 1,
    3: 2,
    4: 4,
    5: 8,
    6: 1,
    7: 1,
    8: 2,
    9: 4,
    10: 8,
    11: 4,
    12: 8,
    13: 4,
    16: 8,
    17: 8,
    18: 8,
}


def fields_of(path: Path) -> Fields | None:
    """Name to bytes; None for a format whose fields are not known here.

    Raises SourceError, CorruptSource.
    """
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        return None
    try:
        content = path.read_bytes()
    except OSError as error:
        raise SourceError(f"{path} cannot be read ({error.strerror}).") from error
    fields: dict[str, bytes] = {}
    try:
        for name, value in reader(content):
            fields[f"{name} ({len(fields)})" if name in fields else name] = value
            if len(fields) > _MOST_FIELDS:
                raise ValueError("more fields than any writer makes")
    except (struct.error, ValueError, IndexError) as error:
        raise CorruptSource(f"The header of {path} cannot be followed ({error}); copy it again.") from error
    return fields


def _exr(content: bytes) -> Iterator[tuple[str, bytes]]:
    version = struct.unpack_from("<I", content, 4)[0]
    yield "version", content[4:8]
    at, part = 8, 0
    while True:
        prefix = f"part {part}, " if version & 0x1000 else ""
        while content[at] != 0:
            name, at = _text(content, at)
            kind, at = _text(content, at)
            size = struct.unpack_from("<i", content, at)[0]
            if size < 0 or at + 4 + size > len(content):
                raise ValueError(f"attribute {name} is longer than the file")
            yield f"{prefix}{name}", kind.encode() + b" " + content[at + 4 : at + 4 + size]
            at += 4 + size
        at, part = at + 1, part + 1
        if not version & 0x1000 or content[at] == 0:
            return


def _text(content: bytes, at: int) -> tuple[str, int]:
    end = content.index(b"\0", at, at + 256)
    return content[at:end].decode("latin-1"), end + 1


def _png(content: bytes) -> Iterator[tuple[str, bytes]]:
    at = 8
    while at < len(content):
        size, kind = struct.unpack_from(">I4s", content, at)
        if at + 12 + size > len(content):
            raise ValueError("a chunk is longer than the file")
        if kind != b"IDAT":
            yield kind.decode("latin-1"), content[at + 8 : at + 8 + size]
        at += 12 + size


def _tiff(content: bytes) -> Iterator[tuple[str, bytes]]:
    order = "<" if content[:2] == b"II" else ">"
    big = struct.unpack_from(f"{order}H", content, 2)[0] == 43
    yield "byte order and version", content[:4]
    seen: set[int] = set()
    at = int(struct.unpack_from(f"{order}{'Q' if big else 'I'}", content, 8 if big else 4)[0])
    page = 0
    while at and at not in seen:
        at = yield from _directory(content, at, order, big, f"page {page}, " if page else "", seen)
        page += 1


def _directory(
    content: bytes, at: int, order: str, big: bool, prefix: str, seen: set[int]
) -> Iterator[tuple[str, bytes]]:
    """The entries of the directory at `at`; returns where the next one is."""
    seen.add(at)
    count = struct.unpack_from(f"{order}{'Q' if big else 'H'}", content, at)[0]
    at += 8 if big else 2
    entry, room = (20, 8) if big else (12, 4)
    if count * entry > len(content):
        raise ValueError("a directory is longer than the file")
    for _ in range(count):
        tag, kind = struct.unpack_from(f"{order}HH", content, at)
        values = struct.unpack_from(f"{order}{'Q' if big else 'I'}", content, at + 4)[0]
        size = values * _TIFF_SIZES.get(kind, 1)
        where = at + entry - room
        if size > room:
            where = int(struct.unpack_from(f"{order}{'Q' if big else 'I'}", content, where)[0])
        if where + size > len(content):
            raise ValueError(f"tag {tag} lies outside the file")
        value = content[where : where + size]
        if tag in _TIFF_POINTERS:
            yield f"{prefix}{_TIFF_POINTERS[tag]}", struct.pack("<I", values)
            yield from _pointed(value, values, content, order, big, f"{prefix}{_TIFF_POINTERS[tag]}, ", seen)
        elif tag not in _TIFF_PIXELS:
            yield f"{prefix}tag {tag}", struct.pack("<H", kind) + value
        at += entry
    return struct.unpack_from(f"{order}{'Q' if big else 'I'}", content, at)[0]


def _pointed(
    value: bytes, count: int, content: bytes, order: str, big: bool, prefix: str, seen: set[int]
) -> Iterator[tuple[str, bytes]]:
    size = len(value) // count if count else 0
    for place in range(count if size in (4, 8) else 0):
        at = int(struct.unpack_from(f"{order}{'Q' if size == 8 else 'I'}", value, place * size)[0])
        if at and at not in seen:
            yield from _directory(content, at, order, big, prefix, seen)


def shown(value: bytes) -> str:
    """A field's bytes for people: as text where it is mostly that, else in hexadecimal or as a checksum."""
    if len(value) > _SHOWN:
        return f"{len(value)} bytes, xxh3 {xxhash.xxh3_64_hexdigest(value)}"
    text = "".join(chr(byte) if 32 <= byte < 127 else "·" for byte in value).strip("·")
    return text if text.count("·") < len(text) / 2 else value.hex(" ")


_READERS: Mapping[str, Callable[[bytes], Iterator[tuple[str, bytes]]]] = MappingProxyType(
    {".exr": _exr, ".tif": _tiff, ".tiff": _tiff, ".png": _png}
)
