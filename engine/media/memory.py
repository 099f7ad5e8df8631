"""Frames that are in memory already: for hosts, evaluation and tests."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from engine.closing import Closing
from engine.errors import InconsistentFrames, SinkError, SourceNotFound
from engine.media.contract import ClipInfo, ColourTags
from engine.media.oiio_formats import describe
from engine.media.ranges import gaps_between
from engine.types import CodeLayout, Frame, FrameNumber


class MemorySource(Closing):
    """A clip of `frames` (at least one, all alike). Raises InconsistentFrames, SourceNotFound.

    `name` is what messages call it; `tags` is what it says about its colour.
    """

    def __init__(
        self,
        frames: Iterable[Frame],
        name: str = "memory",
        tags: ColourTags | None = None,
        rate: float | None = None,
    ) -> None:
        self._frames = {frame.number: frame for frame in frames}
        if not self._frames:
            raise SourceNotFound(f"The clip {name} holds no frames; give at least one.")
        numbers = tuple(sorted(self._frames))
        first = self._frames[numbers[0]]
        for frame in self._frames.values():
            _check_alike(frame, first, name)
        self._info = ClipInfo(
            path=Path(name),
            kind="memory",
            format=f"memory {describe(first.codes.layout)}",
            width=first.codes.width,
            height=first.codes.height,
            layout=first.codes.layout,
            frames=numbers,
            gaps=gaps_between(numbers),
            rate=rate,
            tags=tags or ColourTags(""),
        )

    @property
    def info(self) -> ClipInfo:
        return self._info

    def read(self, number: FrameNumber) -> Frame:
        """The very frame that was given; treat its arrays as read-only."""
        frame = self._frames.get(number)
        if frame is None:
            raise SourceNotFound(f"The clip {self._info.path} has no frame {number}.")
        return frame

    def close(self) -> None:
        """Nothing to close."""


class MemorySink(Closing):
    """Keeps what is written, by frame number, in `frames`. Raises SinkError."""

    def __init__(self, layout: CodeLayout) -> None:
        self.frames: dict[FrameNumber, Frame] = {}
        self._layout = layout
        self._closed = False

    def write(self, frame: Frame) -> None:
        if self._closed:
            raise SinkError(f"Frame {frame.number} cannot be written: the output has been closed.")
        if frame.codes.layout != self._layout:
            raise SinkError(
                f"Frame {frame.number} is {describe(frame.codes.layout)}, and the output was announced as "
                f"{describe(self._layout)}; open another output for it."
            )
        self.frames[frame.number] = frame

    def close(self) -> None:
        self._closed = True


def _check_alike(frame: Frame, first: Frame, name: str) -> None:
    one, other = frame.codes, first.codes
    if (one.height, one.width, one.layout) != (other.height, other.width, other.layout):
        raise InconsistentFrames(
            f"Frame {frame.number} of {name} is {one.width} x {one.height}, {describe(one.layout)}; frame "
            f"{first.number} is {other.width} x {other.height}, {describe(other.layout)}: give frames alike."
        )
