"""Mattes in files of their own: a sequence, a movie, or a still that holds for every frame."""

from __future__ import annotations

from typing import Literal

import numpy as np

from engine.codes import to_rgb
from engine.errors import InconsistentFrames, SourceNotFound, UsageError
from engine.media.contract import ClipInfo, FrameSource
from engine.media.ranges import format_frames
from engine.memo import Memo
from engine.types import Float32, Frame, FrameNumber

_KEPT = 2


class FileMatte:
    """Implements `MatteSource` with the frames of `source`, which stays the caller's to close.

    Frames are matched by number. Movies count from 1 whatever was written into them: where one of matte
    and clip is a movie, the other is not, and both have as many frames, they are matched by their place.
    A colour matte counts by its brightest channel.
    """

    def __init__(self, source: FrameSource, clip: ClipInfo, role: str) -> None:
        """`role` is what messages call it: "matte". Raises UsageError, InconsistentFrames."""
        self._source, self._role = source, role
        self._places = _places(clip, source.info, role)
        self._planes: Memo[FrameNumber, Float32] = Memo(_KEPT)
        _check_size(source.info, clip, role)

    @property
    def identity(self) -> str:
        return str(self._source.info.path)

    def has(self, number: FrameNumber) -> bool:
        return self._place(number) is not None

    def plane(self, frame: Frame) -> Float32:
        place = self._place(frame.number)
        if place is None:
            raise SourceNotFound(
                f"Frame {frame.number} has no {self._role} in {self.identity}, which holds "
                f"{format_frames(self._source.info.frames)}; add it, or leave the frame out with --frames."
            )
        plane = self._planes.get(place, lambda: self._read(place))
        height, width = plane.shape
        if (height, width) != (frame.codes.height, frame.codes.width):
            raise InconsistentFrames(
                f"The {self._role} of frame {frame.number} in {self.identity} is {width} x {height}, the "
                f"plate {frame.codes.width} x {frame.codes.height}; give it in the size of the plate."
            )
        return plane

    def _place(self, number: FrameNumber) -> FrameNumber | None:
        if self._source.info.kind == "still":
            return self._source.info.frames[0]
        return self._places.get(number)

    def _read(self, place: FrameNumber) -> Float32:
        codes = self._source.read(place).codes
        plane = np.ascontiguousarray(to_rgb(codes).max(axis=2))
        plane.flags.writeable = False
        return plane


def _places(clip: ClipInfo, matte: ClipInfo, role: str) -> dict[FrameNumber, FrameNumber]:
    """Frame of the clip to frame of the matte, for those that have one."""
    if matte.kind == "still":
        return {}
    kinds: set[Literal["sequence", "movie", "still", "memory"]] = {clip.kind, matte.kind}
    if "movie" in kinds and len(kinds) > 1 and len(clip.frames) == len(matte.frames):
        return dict(zip(clip.frames, matte.frames, strict=True))
    there = set(matte.frames)
    places = {number: number for number in clip.frames if number in there}
    if not places:
        raise UsageError(
            f"The {role} {matte.path} has no frame of the clip: it holds {format_frames(matte.frames)}, the "
            f"clip {format_frames(clip.frames)}; number its frames as the clip's."
        )
    return places


def _check_size(matte: ClipInfo, clip: ClipInfo, role: str) -> None:
    if (matte.width, matte.height) != (clip.width, clip.height):
        raise InconsistentFrames(
            f"The {role} {matte.path} is {matte.width} x {matte.height}, the clip {clip.path} "
            f"{clip.width} x {clip.height}; give it in the size of the plate."
        )
