"""Reading patches, and putting back what a render changed."""

from __future__ import annotations

import struct
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from engine.audit.checksums import XXH3, of_codes
from engine.audit.patch_format import (
    FORMAT,
    MAGIC,
    TRAILER,
    TRAILER_BYTES,
    VERSION,
    JsonObject,
    PlanePatch,
    read_record,
    unpacked_planes,
)
from engine.closing import Closing
from engine.errors import CorruptSource, SourceError, SourceNotFound, UnsupportedFormat
from engine.types import AnyArray, Codes, Frame, FrameNumber


@dataclass(frozen=True)
class PatchedFrame:
    """A frame in a patches file: checksums of its codes before and after, and of its source file ("")."""

    number: FrameNumber
    regions: tuple[int, ...]
    source: str
    result: str
    file: str
    body: bytes


class PatchReader(Closing):
    """A patches file, whole or left by a killed render. One thread at a time.

    Raises SourceNotFound, SourceError, CorruptSource, UnsupportedFormat.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._name = f"The patches file {path}"
        try:
            self._size = path.stat().st_size
            self._file = path.open("rb")
        except FileNotFoundError as error:
            raise SourceNotFound(f"There is no patches file {path}; check the path.") from error
        except OSError as error:
            raise SourceError(f"{self._name} cannot be read ({error.strerror}).") from error
        try:
            self.header: Mapping[str, Any] = self._read_header()
            self._places = self._indexed() or dict(self._walked())
        except BaseException:
            self._file.close()
            raise

    @property
    def numbers(self) -> tuple[FrameNumber, ...]:
        """The frames it holds, ascending."""
        return tuple(sorted(self._places))

    def frame(self, number: FrameNumber) -> PatchedFrame:
        """The patches of one frame. Raises SourceNotFound, CorruptSource."""
        if number not in self._places:
            raise SourceNotFound(f"{self._name} holds nothing of frame {number}.")
        told, body = self._record_at(self._places[number])
        try:
            regions = tuple(int(region[0]) for region in told["regions"])
            source, result = str(told["source"]), str(told["result"])
            if told["number"] != number:
                raise ValueError
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise CorruptSource(
                f"{self._name} has a record that is not that of frame {number}; use another copy."
            ) from error
        return PatchedFrame(number, regions, source, result, str(told.get("file", "")), body)

    @property
    def end(self) -> int:
        """The first byte behind the last whole record of a frame."""
        end = self._first
        for place in self._places.values():
            self._record_at(place)
            end = max(end, self._file.tell())
        return end

    @property
    def places(self) -> Mapping[FrameNumber, int]:
        """Where in the file each frame's record begins."""
        return self._places

    def restored(self, frame: Frame, number: FrameNumber, regions: Collection[int] | None = None) -> Frame:
        """The result's `frame` with the codes of source frame `number`: everywhere, or in `regions` alone.

        Raises SourceError where `frame` is not what the render wrote, SourceNotFound for a region that is
        not there, CorruptSource where what comes out is not the source.
        """
        patched = self.frame(number)
        _check_regions(patched, regions)
        if of_codes(frame.codes)[XXH3] != patched.result:
            raise SourceError(
                f"Frame {frame.number} is not what the render wrote (its codes were changed since, or by a "
                f"lossy codec); {self._path} fits the untouched result only."
            )
        codes = _with(frame.codes, unpacked_planes(patched.body, frame.codes.planes, self._name), regions)
        if regions is None and of_codes(codes)[XXH3] != patched.source:
            raise CorruptSource(f"{self._name} does not give back frame {number}; use another copy.")
        return replace(frame, codes=codes)

    def _read_header(self) -> Mapping[str, Any]:
        if self._file.read(len(MAGIC)) != MAGIC:
            raise CorruptSource(f"{self._path} is no patches file of Reelmend.")
        record = read_record(self._file, self._size - len(MAGIC), self._name)
        if record is None or record.kind != b"H" or record.json.get("format") != FORMAT:
            raise CorruptSource(f"{self._name} has no header; use another copy.")
        if record.json.get("version") != VERSION:
            raise UnsupportedFormat(
                f"{self._name} is of version {record.json.get('version')}, and this program knows {VERSION}; "
                "update Reelmend."
            )
        self._first = self._file.tell()
        return record.json

    def _indexed(self) -> dict[FrameNumber, int] | None:
        if self._size < self._first + TRAILER_BYTES:
            return None
        self._file.seek(self._size - TRAILER_BYTES)
        place, mark = struct.unpack("<Q4s", self._file.read(TRAILER_BYTES))
        if mark != TRAILER or not self._first <= place < self._size:
            return None
        told, _ = self._record_at(place)
        try:
            return {int(number): int(at) for number, at in told["frames"]}
        except (KeyError, TypeError, ValueError) as error:
            raise CorruptSource(f"{self._name} has a broken index; use another copy.") from error

    def _walked(self) -> Iterator[tuple[FrameNumber, int]]:
        place = self._first
        while True:
            self._file.seek(place)
            record = read_record(self._file, self._size - place, self._name)
            if record is None or record.kind != b"F":
                return
            if isinstance(record.json.get("number"), int):
                yield record.json["number"], place
            place = self._file.tell()

    def _record_at(self, place: int) -> tuple[JsonObject, bytes]:
        if not self._first <= place < self._size:
            raise CorruptSource(f"{self._name} has a broken index; use another copy.")
        self._file.seek(place)
        record = read_record(self._file, self._size - place, self._name)
        if record is None:
            raise CorruptSource(f"{self._name} is truncated; use another copy.")
        return record.json, record.body

    def close(self) -> None:
        self._file.close()


def _with(codes: Codes, patches: list[PlanePatch], regions: Collection[int] | None) -> Codes:
    wanted = None if regions is None else np.array(sorted(regions), np.uint32)
    planes: list[AnyArray] = []
    for plane, patch in zip(codes.planes, patches, strict=True):
        chosen = slice(None) if wanted is None else np.isin(patch.regions, wanted)
        result = plane.copy()
        channels = plane.shape[2] if plane.ndim == 3 else 1
        result.reshape(-1, channels)[patch.places[chosen]] = patch.values[chosen]
        planes.append(result)
    return Codes(tuple(planes), codes.layout)


def _check_regions(patched: PatchedFrame, regions: Collection[int] | None) -> None:
    unknown = set(regions or ()) - set(patched.regions)
    if unknown:
        raise SourceNotFound(
            f"Frame {patched.number} has no region {min(unknown)}; its repaired regions are "
            f"{', '.join(map(str, patched.regions)) or 'none'}."
        )
