"""Reading an audit file line by line, whole or left by a killed render."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import IO, Any, cast

from engine.audit.json_file import parsed
from engine.audit.records import UNKNOWN_RATE, AuditedClip, AuditedFrame, AuditedRegion
from engine.audit.schema_check import first_fault, schema
from engine.errors import CorruptSource, SourceError, SourceNotFound, UnsupportedFormat
from engine.media.ranges import parse_frames
from engine.types import Box

VERSION = 1
_LONGEST_LINE = 64 * 2**20
"""Bytes; a frame with a hundred thousand regions takes a quarter of it."""
_OPENING = b',"frames":[\n'
_CLOSING = b'\n],"summary":'
_MOST_SUMMARY = 32 * 2**20
"""Bytes from the end in which the summary is looked for; that of a million failed frames takes a third."""

JsonObject = dict[str, Any]


class AuditReader:
    """An audit file, opened. Its frames may be walked any number of times; memory does not grow with them."""

    def __init__(self, path: Path, stream: IO[bytes]) -> None:
        self._path = path
        self._stream = stream
        self._header = self._read_header()
        self._start = stream.tell()

    @property
    def header(self) -> JsonObject:
        return self._header

    def clip(self) -> AuditedClip:
        """What holds for all frames."""
        source: JsonObject = self._header["source"]
        return AuditedClip(
            name=_clip_name(self._path),
            header=self._header,
            summary=self._summary(),
            rate=Fraction(source["rate"]) if source["rate"] else UNKNOWN_RATE,
            timecode=source["timecode"],
            first=parse_frames(source["frames"])[0],
            is_movie=source["kind"] == "movie",
        )

    def frames(self) -> Iterator[AuditedFrame]:
        """Every frame in the order of the file."""
        return map(_frame, self.raw_frames())

    def raw_frames(self) -> Iterator[JsonObject]:
        """Every frame as the file has it, checked; a line torn by a kill at the end is passed over.

        Raises CorruptSource.
        """
        self._stream.seek(self._start)
        for place, line in enumerate(iter(lambda: self._stream.readline(_LONGEST_LINE), b"")):
            # Without its end it is what was being written when the process was killed.
            if line.startswith(b"]") or not line.endswith(b"\n"):
                break
            at = f"frames[{place}]"
            frame = parsed(line.removeprefix(b","), f"{self._path}, {at}")
            yield self._checked(frame, "failed" if _is_failure(frame) else "written", at)

    def _read_header(self) -> JsonObject:
        line = self._stream.readline(_LONGEST_LINE)
        if not line.endswith(_OPENING):
            raise CorruptSource(
                f"{self._path} is no audit file of Reelmend, or was rewritten by another program: its first "
                'line must end in "frames":[.'
            )
        opening = parsed(line.removesuffix(_OPENING) + b"}", f"The header of {self._path}")
        version = opening.get("version")
        if isinstance(version, int) and version > VERSION:
            raise UnsupportedFormat(
                f"{self._path} is an audit of version {version}, and this program knows {VERSION}; update "
                "Reelmend."
            )
        self._refuse(first_fault(opening, schema("audit-1"), "opening"))
        header: JsonObject = opening["header"]
        return header

    def _summary(self) -> JsonObject:
        """The last line, {} where the render was killed before it."""
        with self._path.open("rb") as file:
            file.seek(max(0, self._path.stat().st_size - _MOST_SUMMARY))
            _, found, closing = file.read().rpartition(_CLOSING)
        if not found or not closing.endswith(b"}\n"):
            return {}
        value = parsed(b'{"summary":' + closing, f"The summary of {self._path}")
        return cast(JsonObject, self._checked(value, "closing", "")["summary"])

    def _checked(self, value: Any, part: str, at: str) -> JsonObject:
        fault = first_fault(value, schema("audit-1"), part)
        self._refuse(f"{at}: {fault}" if at and fault else fault)
        return cast(JsonObject, value)

    def _refuse(self, fault: str) -> None:
        if fault:
            raise CorruptSource(f"{self._path} is no valid audit file: {fault}.")


@contextmanager
def open_audit(path: Path) -> Generator[AuditReader]:
    """Open an audit file or what a killed render left of it (`NAME.partial`).

    Raises SourceNotFound, SourceError, CorruptSource, UnsupportedFormat.
    """
    try:
        stream = path.open("rb")
    except FileNotFoundError as error:
        raise SourceNotFound(
            f"There is no audit file {path}; a killed render leaves it as {path.name}.partial."
        ) from error
    except OSError as error:
        raise SourceError(f"The audit file {path} cannot be read ({error.strerror}).") from error
    with stream:
        yield AuditReader(path, stream)


def _clip_name(path: Path) -> str:
    return path.name.removesuffix(".partial").removesuffix(".json").removesuffix(".reelmend")


def _is_failure(frame: Any) -> bool:
    return isinstance(frame, dict) and cast(JsonObject, frame).get("status") == "failed"


def _frame(line: JsonObject) -> AuditedFrame:
    if line["status"] == "failed":
        return AuditedFrame(line["number"], 0.0, (), 0.0, failure=f"{line['kind']}: {line['message']}")
    return AuditedFrame(
        number=line["number"],
        damaged=line["damaged"],
        regions=tuple(region_of(region) for region in line["regions"]),
        seconds=sum(spent for stage, spent in line["seconds"].items() if stage != "write"),
        checksums=line["checksums"],
    )


def region_of(told: JsonObject) -> AuditedRegion:
    """A region as a line of the audit tells it."""
    return AuditedRegion(
        id=told["id"],
        box=Box(*told["box"]),
        area=told["area"],
        damage_class=told["class"],
        confidence=told.get("confidence"),
        fill=told.get("fill", ""),
        state=told["state"],
        why=told.get("why", ""),
        decision=told.get("decision", ""),
    )
