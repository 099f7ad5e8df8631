"""Writing patches: what the changed code values of a render were, so that it can be undone."""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import IO

import numpy as np

from engine.audit.checksums import XXH3, of_codes
from engine.audit.patch_format import (
    FORMAT,
    MAGIC,
    TRAILER,
    VERSION,
    Index,
    JsonObject,
    PlanePatch,
    packed,
    packed_planes,
)
from engine.audit.patch_reader import PatchReader
from engine.closing import Closing
from engine.media.atomic import unwritable
from engine.report.regions import labelled
from engine.types import AnyArray, Bool, DamageMatte, Frame, FrameNumber


class PatchWriter(Closing):
    """Writes a patches file; without `finish` it stays as `NAME.partial`. Raises SinkError.

    `resume` goes on with what an earlier render left: its frames stay, and one that comes again counts
    in place of the earlier.
    """

    def __init__(self, path: Path, header: JsonObject, resume: bool = False) -> None:
        self._path = path
        self._partial = path.with_name(f"{path.name}.partial")
        self._places: dict[FrameNumber, int] = {}
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._stream: IO[bytes] = self._continued() if resume else self._begun(header)
        except OSError as error:
            raise unwritable(path, error.strerror or str(error)) from error

    def _begun(self, header: JsonObject) -> IO[bytes]:
        stream = self._partial.open("wb")
        stream.write(MAGIC)
        stream.write(packed(b"H", {"format": FORMAT, "version": VERSION, **header}))
        return stream

    def _continued(self) -> IO[bytes]:
        """What is there without its index or torn end. Raises SourceNotFound, CorruptSource."""
        if not self._partial.exists() and self._path.exists():
            self._path.replace(self._partial)
        with PatchReader(self._partial) as earlier:
            end, self._places = earlier.end, dict(earlier.places)
        stream = self._partial.open("r+b")
        stream.truncate(end)
        stream.seek(end)
        return stream

    def write(self, source: Frame, result: Frame, matte: DamageMatte, file: str) -> int:
        """Store what `source` held where `result` differs; how many samples that are.

        `file` is the checksum of the source's file, "" in a movie.
        """
        labels, boxes = labelled(matte.coverage > 0)
        pairs = zip(source.codes.planes, result.codes.planes, strict=True)
        planes = [_patch(before, after, labels) for before, after in pairs]
        told: JsonObject = {
            "number": source.number,
            "regions": [
                [n, box.top, box.left, box.bottom, box.right] for n, box in enumerate(boxes, start=1)
            ],
            "source": of_codes(source.codes)[XXH3],
            "result": of_codes(result.codes)[XXH3],
        }
        record = packed(b"F", {**told, "file": file} if file else told, packed_planes(planes))
        try:
            self._put(source.number, record)
        except OSError as error:
            raise unwritable(self._path, error.strerror or str(error)) from error
        return sum(len(plane.places) for plane in planes)

    def finish(self) -> None:
        """Write the index and give the file its name."""
        try:
            place = self._stream.tell()
            self._stream.write(packed(b"I", {"frames": list(self._places.items())}))
            self._stream.write(struct.pack("<Q", place) + TRAILER)
            self._stream.close()
            self._partial.replace(self._path)
        except OSError as error:
            raise unwritable(self._path, error.strerror or str(error)) from error

    def _put(self, number: FrameNumber, record: bytes) -> None:
        self._places[number] = self._stream.tell()
        self._stream.write(record)
        self._stream.flush()
        # The render's journal may say next that the frame is done: its patches must be there by then.
        os.fsync(self._stream.fileno())

    def close(self) -> None:
        try:
            self._stream.close()
        except OSError as error:
            raise unwritable(self._path, error.strerror or str(error)) from error


def changed_samples(before: AnyArray, after: AnyArray) -> Bool:
    """(h, w): where two planes differ in a bit of any channel; NaN and -0 count as what they are."""
    differ = _bits(before) != _bits(after)
    return differ if differ.ndim == 2 else differ.any(axis=2)


def _bits(plane: AnyArray) -> AnyArray:
    return np.ascontiguousarray(plane).view(f"u{plane.dtype.itemsize}")


def _patch(before: AnyArray, after: AnyArray, labels: AnyArray) -> PlanePatch:
    where = changed_samples(before, after)
    across, down = -(-labels.shape[1] // where.shape[1]), -(-labels.shape[0] // where.shape[0])
    regions = labels[::down, ::across][where].astype(np.uint32)
    places: Index = np.flatnonzero(where).astype(np.uint32)
    channels = before.shape[2] if before.ndim == 3 else 1
    return PlanePatch(places, regions, before[where].reshape(len(places), channels))
