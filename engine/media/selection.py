"""A part of a clip, chosen by frame number."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from engine.errors import SourceNotFound
from engine.media.contract import ClipInfo, FrameSource
from engine.media.ranges import format_frames
from engine.types import Frame, FrameNumber


class SelectedSource:
    """`source` as if it held only the frames `wanted`; their neighbours can still be read.

    `info.gaps` are those wanted that are missing within the clip. Raises SourceNotFound when a wanted
    frame lies outside the clip, or none of them is there.
    """

    def __init__(self, source: FrameSource, wanted: Sequence[FrameNumber]) -> None:
        whole = source.info
        there, missing = set(whole.frames), set(whole.gaps)
        numbers = tuple(sorted(set(wanted)))
        outside = [number for number in numbers if number not in there and number not in missing]
        present = tuple(number for number in numbers if number in there)
        if outside or not present:
            raise SourceNotFound(
                f"{whole.path} has the frames {format_frames(whole.frames)}, not "
                f"{format_frames(outside or numbers)}; choose others with --frames."
            )
        gaps = tuple(number for number in numbers if number in missing)
        self._source = source
        self._info = dataclasses.replace(whole, frames=present, gaps=gaps)

    @property
    def info(self) -> ClipInfo:
        return self._info

    def read(self, number: FrameNumber) -> Frame:
        return self._source.read(number)

    def close(self) -> None:
        self._source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
