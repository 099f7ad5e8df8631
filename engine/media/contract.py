"""What every source and sink of frames promises; `tests/media/test_contract.py` holds all of them to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from engine.types import CodeLayout, Frame, FrameNumber


@dataclass(frozen=True)
class ColourTags:
    """What the file says about its own colour, in its own words; "" or None where it says nothing.

    `suffix` is the lower-case file extension. DPX: `transfer`, `colorimetric` (OpenImageIO's names).
    EXR: `chromaticities` (8 floats) and `named_space`. Movies: `primaries`, `transfer` and `matrix` as
    ffmpeg names them ("bt709", "smpte2084", ...).
    """

    suffix: str
    transfer: str = ""
    colorimetric: str = ""
    primaries: str = ""
    matrix: str = ""
    chromaticities: tuple[float, ...] | None = None
    named_space: str = ""


@dataclass(frozen=True)
class ClipInfo:
    """What a source is, told without decoding more than its first frame."""

    path: Path
    kind: Literal["sequence", "movie", "still", "memory"]
    format: str
    """For people: "DPX 10-bit RGB", "FFV1 yuv422p10le in Matroska"."""
    width: int
    height: int
    layout: CodeLayout
    frames: Sequence[FrameNumber]
    gaps: Sequence[FrameNumber]
    """Numbers missing between the first and the last frame."""
    rate: float | None
    """Frames per second, None where the format does not say."""
    tags: ColourTags
    extras: Mapping[str, str] = field(default_factory=dict[str, str])
    """More for `engine-cli info`: timecode, audio streams, codec profile, ..."""


class FrameSource(Protocol):
    """Random access to the frames of a clip, by number. Thread-safe; never writes to the source."""

    @property
    def info(self) -> ClipInfo: ...

    def read(self, number: FrameNumber) -> Frame:
        """Decode one frame. Raises SourceNotFound, CorruptSource, InconsistentFrames."""
        ...

    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class FrameSink(Protocol):
    """Takes the frames of a result in ascending order.

    A file appears under its final name only when it is complete. Leaving the `with` block by an
    exception keeps what is valid: a sequence keeps its finished frames, a movie is finalised as
    `NAME.partial.EXT`. Raises SinkError.
    """

    def write(self, frame: Frame) -> None:
        """Write one frame; its metadata carries header fields and timestamps over from the source."""
        ...

    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
