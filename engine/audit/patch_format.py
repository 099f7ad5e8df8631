"""The patches file, version 1: what the changed code values were before.

All numbers are little-endian. The file is

    89 52 4D 50 0D 0A 1A 0A      "\\x89RMP\\r\\n\\x1a\\n": a transfer as text would break it
    record, record, ...          the first is the header, the last the index

and a record is

    u8   kind       "H" header, "F" frame, "I" index
    u32  length of its JSON      u32  length of its body
    JSON (UTF-8)                 body, zlib (RFC 1950)
    u32  CRC-32 (of ISO 3309, as in zlib) of all of the record before it

The index (JSON {"frames": [[number, place of its record], ...]}, no body) and a trailer, u64 place of the
index and "RMPE", come when the render has ended. Without them, as after a kill, the records are walked.

A frame's JSON is {"number", "regions": [[id, top, left, bottom, right], ...], "source", "result"}: the last
two are the xxh3-128 of the code values before and after, and where the clip is of files there is "file",
the xxh3-128 of the source's file. Its body holds for each plane of the codes

    u32  n                       how many of its samples (pixels, where the plane has channels) changed
    n u32                        their places in the plane, row after row: each less the one before
    n u32                        the id of their region, 0 for none: each less the one before, modulo 2**32
    n x C samples                the source's codes: for each channel n samples

where numbers of more than one byte are stored byte by byte: first the lowest byte of all n, then the next.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass
from typing import IO, Any, cast

import numpy as np
import numpy.typing as npt

from engine.errors import CorruptSource
from engine.types import AnyArray

MAGIC = b"\x89RMP\r\n\x1a\n"
TRAILER = b"RMPE"
TRAILER_BYTES = 12
FORMAT, VERSION = "reelmend-patches", 1
MOST_JSON = 64 * 2**20
_HEAD = struct.Struct("<cII")

JsonObject = dict[str, Any]
Index = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class Record:
    kind: bytes
    json: JsonObject
    body: bytes
    """Still compressed."""


@dataclass(frozen=True, eq=False)
class PlanePatch:
    """The changed samples of one plane: `places` ascending, `regions` their region, `values` (n, C)."""

    places: Index
    regions: Index
    values: AnyArray


def packed(kind: bytes, value: JsonObject, body: bytes = b"") -> bytes:
    """A record; `body` is compressed here."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    small = zlib.compress(body, 9) if body else b""
    whole = _HEAD.pack(kind, len(text), len(small)) + text + small
    return whole + struct.pack("<I", zlib.crc32(whole))


def read_record(file: IO[bytes], room: int, name: str) -> Record | None:
    """The record at the file's position; None at its end, or where it is torn there by a kill.

    `room` is how many bytes the file has from here. Raises CorruptSource for one that is altered.
    """
    head = file.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, text_bytes, body_bytes = _HEAD.unpack(head)
    if _HEAD.size + text_bytes + body_bytes + 4 > room:
        return None
    if kind not in (b"H", b"F", b"I") or text_bytes > MOST_JSON:
        raise _altered(name)
    text, body = file.read(text_bytes), file.read(body_bytes)
    if struct.unpack("<I", file.read(4))[0] != zlib.crc32(head + text + body):
        raise _altered(name)
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _altered(name) from error
    if not isinstance(value, dict):
        raise _altered(name)
    return Record(kind, cast(JsonObject, value), body)


def packed_planes(planes: list[PlanePatch]) -> bytes:
    """The body of a frame."""
    return b"".join(
        struct.pack("<I", len(patch.places))
        + _shuffled(_steps(patch.places))
        + _shuffled(_steps(patch.regions))
        + _shuffled(np.ascontiguousarray(patch.values.T))
        for patch in planes
    )


def unpacked_planes(body: bytes, planes: tuple[AnyArray, ...], name: str) -> list[PlanePatch]:
    """The patches in a frame's body for codes whose planes are like `planes`. Raises CorruptSource."""
    most = sum(4 + _samples(plane) * 8 + plane.nbytes for plane in planes)
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(body, most + 1)
    except zlib.error as error:
        raise _altered(name) from error
    found: list[PlanePatch] = []
    at = 0
    for plane in planes:
        patch, at = _unpacked_plane(content, at, plane, name)
        found.append(patch)
    if at != len(content):
        raise _altered(name)
    return found


def _unpacked_plane(content: bytes, at: int, plane: AnyArray, name: str) -> tuple[PlanePatch, int]:
    channels = plane.shape[2] if plane.ndim == 3 else 1
    samples = _samples(plane)
    if at + 4 > len(content):
        raise _altered(name)
    count = int(struct.unpack_from("<I", content, at)[0])
    sizes = (4 * count, 4 * count, count * channels * plane.itemsize)
    if count > samples or at + 4 + sum(sizes) > len(content):
        raise _altered(name)
    at += 4
    places = np.cumsum(_unshuffled(content, at, count, "<u4"), dtype=np.uint64)
    regions = np.cumsum(_unshuffled(content, at + sizes[0], count, "<u4"), dtype=np.uint32)
    kind = plane.dtype.newbyteorder("<").str
    values = _unshuffled(content, at + sizes[0] + sizes[1], count * channels, kind)
    if count and int(places[-1]) >= samples:
        raise _altered(name)
    shaped = values.reshape(channels, count).T.astype(plane.dtype)
    return PlanePatch(places.astype(np.uint32), regions, shaped), at + sum(sizes)


def _samples(plane: AnyArray) -> int:
    """Pixels, where a plane has channels."""
    return int(plane.shape[0] * plane.shape[1])


def _steps(values: Index) -> Index:
    return np.diff(values.astype(np.uint32), prepend=np.uint32(0)).astype(np.uint32)


def _shuffled(values: AnyArray) -> bytes:
    little = np.ascontiguousarray(values).astype(values.dtype.newbyteorder("<"))
    return little.reshape(-1).view(np.uint8).reshape(-1, values.itemsize).T.tobytes()


def _unshuffled(content: bytes, at: int, count: int, kind: str) -> AnyArray:
    size = np.dtype(kind).itemsize
    columns = np.frombuffer(content, np.uint8, count * size, at).reshape(size, count)
    return np.ascontiguousarray(columns.T).reshape(-1).view(kind)


def _altered(name: str) -> CorruptSource:
    return CorruptSource(f"{name} is damaged or was altered: its checksums do not fit; use another copy.")
