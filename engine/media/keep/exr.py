"""Patch an EXR: only the chunks (blocks of rows, or tiles) that hold changed pixels are written again.

OpenImageIO encodes the new picture into a scratch file of the same channels, compression and windows; the
chunks that changed are taken from there. Headers, with attributes nobody here knows, other parts, deep ones
among them, and all other chunks are the source's bytes; only the tables of offsets are counted anew.

A lossy compression (pxr24, b44, dwa) would change untouched pixels of a chunk. There the whole part is stored
by zip instead: the attribute `compression` changes, and pixels that were not repaired are as they were read.
"""

from __future__ import annotations

import struct
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from engine.errors import UnsupportedFormat
from engine.media.keep.contract import Change
from engine.media.keep.exr_layout import LINES, ExrLayout, read_layout
from engine.media.oiio_write import encode
from engine.media.origin import Bytes, file_bytes

_ZIP = 3
_LOSSLESS = (0, 1, 2, _ZIP, 4)
"""None, rle, zips, zip, piz; the others lose."""
_NAMES = {0: "none", 1: "rle", 2: "zips", 3: "zip", 4: "piz"}
Place = tuple[int, ...]


@dataclass(frozen=True)
class _Chunk:
    """One chunk of the new file: entry `index` in the table of `part`."""

    part: int
    index: int
    content: bytes


def patched_exr(change: Change) -> Bytes:
    """Raises UnsupportedFormat where the structure of the file cannot be kept."""
    try:
        source = read_layout(change.content.tobytes())
        part = change.header.part
        if part >= len(source.parts):
            raise ValueError("its parts cannot be told apart")
        compression = (source.value(part, "compression") or b"\xff")[0]
        if compression not in LINES:
            raise ValueError("its compression is unknown")
        fresh = _encoded(change, _NAMES.get(compression, "zip"))
        _check_alike(source, part, fresh)
        if compression in _LOSSLESS:
            return _spliced(source, part, fresh, change)
        return _recompressed(source, part, fresh)
    except (ValueError, KeyError, struct.error) as error:
        reason = error if type(error) is ValueError else "its structure is broken"
        raise UnsupportedFormat(
            f"{change.header.path} cannot be written back with everything it holds: {reason}. Save it as a "
            "plain EXR first."
        ) from error


def _encoded(change: Change, compression: str) -> ExrLayout:
    """The new picture as an EXR of one part, encoded by OpenImageIO."""
    with tempfile.TemporaryDirectory(prefix="reelmend-") as folder:
        scratch = Path(folder) / "scratch.exr"
        encode(scratch, change.codes, change.header.spec, compression)
        return read_layout(file_bytes(scratch).tobytes())


def _check_alike(source: ExrLayout, part: int, fresh: ExrLayout) -> None:
    """The chunks of both mean the same only if channels, windows and tiles agree."""
    for name in ("dataWindow", "tiles"):
        if source.value(part, name) != fresh.value(0, name):
            raise ValueError(f"its {name} cannot be kept")
    if _channels(source.value(part, "channels")) != _channels(fresh.value(0, "channels")):
        raise ValueError("its channels cannot be kept")


def _channels(value: bytes) -> list[tuple[bytes, bytes]]:
    """Name, and type with sampling, of each channel; a flag for lossy compressors lies between them."""
    found: list[tuple[bytes, bytes]] = []
    while value and value[0]:
        name, _, rest = value.partition(b"\0")
        found.append((name, rest[:4] + rest[8:16]))
        value = rest[16:]
    return found


def _spliced(source: ExrLayout, part: int, fresh: ExrLayout, change: Change) -> Bytes:
    """The source with the changed chunks of one part taken from `fresh`."""
    changed = _changed_places(source, part, change)
    encoded = _by_place(fresh)
    chunks: list[_Chunk] = []
    for chunk, offset in _all_chunks(source):
        if chunk.part == part:
            place, pixels = source.coordinates(part, offset)
            if place in changed:
                behind = chunk.content[pixels.stop - offset :]
                chunk = _Chunk(part, chunk.index, _framed(source, part, place, encoded[place]) + behind)
        chunks.append(chunk)
    return _assembled(_head(source), [one.chunks for one in source.parts], chunks)


def _recompressed(source: ExrLayout, part: int, fresh: ExrLayout) -> Bytes:
    """The source with all chunks of one part replaced by those of `fresh` (zip), behind the others."""
    chunks = [chunk for chunk, _ in _all_chunks(source) if chunk.part != part]
    for index, offset in enumerate(fresh.offsets(0)):
        place, pixels = fresh.coordinates(0, offset)
        chunks.append(_Chunk(part, index, _framed(source, part, place, fresh.content[pixels])))
    head, attributes = _head(source), source.parts[part].attributes
    head[attributes["compression"][1]] = _ZIP
    if "chunkCount" in attributes:
        struct.pack_into("<i", head, attributes["chunkCount"][1], fresh.parts[0].chunks)
    counts = [one.chunks for one in source.parts]
    counts[part] = fresh.parts[0].chunks
    return _assembled(head, counts, chunks)


def _changed_places(source: ExrLayout, part: int, change: Change) -> set[Place]:
    """The places of the chunks in which any channel of any pixel changed."""
    rows, columns = np.nonzero(change.changed.any(axis=2))
    if source.is_tiled(part):
        across, down = struct.unpack_from("<II", source.value(part, "tiles"))
        tiles = np.unique(np.stack([columns // across, rows // down], axis=1), axis=0)
        return {(int(x), int(y), 0, 0) for x, y in tiles}
    (top,) = struct.unpack_from("<i", source.value(part, "dataWindow"), 4)
    lines = LINES[source.value(part, "compression")[0]]
    return {(int(block) * lines + top,) for block in np.unique(rows // lines)}


def _by_place(layout: ExrLayout) -> Mapping[Place, bytes]:
    """The encoded pixels of the only part, by place."""
    found = (layout.coordinates(0, offset) for offset in layout.offsets(0))
    return {place: layout.content[pixels] for place, pixels in found}


def _all_chunks(source: ExrLayout) -> list[tuple[_Chunk, int]]:
    """Every chunk of every part as it stands in the file, with where it begins, up to the next one."""
    places = sorted(
        (offset, part, index)
        for part in range(len(source.parts))
        for index, offset in enumerate(source.offsets(part))
    )
    ends = [*(offset for offset, _, _ in places[1:]), len(source.content)]
    if any(end == offset for (offset, _, _), end in zip(places, ends, strict=True)):
        raise ValueError("two of its chunks are one")
    return [
        (_Chunk(part, index, source.content[offset:end]), offset)
        for (offset, part, index), end in zip(places, ends, strict=True)
    ]


def _framed(source: ExrLayout, part: int, place: Place, pixels: bytes) -> bytes:
    number = struct.pack("<i", part) if source.multipart else b""
    return number + struct.pack(f"<{len(place) + 1}i", *place, len(pixels)) + pixels


def _head(source: ExrLayout) -> bytearray:
    return bytearray(source.content[: source.parts[0].table])


def _assembled(head: bytearray, counts: Sequence[int], chunks: Sequence[_Chunk]) -> Bytes:
    """Header, tables of `counts` entries each, and the chunks, one behind the other."""
    tables = [np.zeros(count, "<u8") for count in counts]
    at = len(head) + 8 * sum(counts)
    for chunk in chunks:
        tables[chunk.part][chunk.index] = at
        at += len(chunk.content)
    pieces = [bytes(head), *(table.tobytes() for table in tables), *(chunk.content for chunk in chunks)]
    return np.frombuffer(b"".join(pieces), np.uint8)
