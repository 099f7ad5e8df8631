"""The clips that are compared, opened together and held to each other frame by frame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from typing import Literal, TypeAlias

from engine.closing import Closing
from engine.errors import InconsistentFrames, SourceNotFound, UsageError
from engine.media.contract import ClipInfo, FrameSource
from engine.media.open import open_source
from engine.media.ranges import format_frames, parse_frames
from engine.types import Codes, FrameNumber

Role: TypeAlias = Literal["RESULT", "TRUTH", "--present", "--source", "--restored", "--clean"]


class ComparedClips(Closing):
    """Clips of one size and of the same frames; close them, or use them in a `with` block.

    Frames are told apart by the numbers of RESULT. A clip whose numbers count from elsewhere is matched in
    order, but only where it is a movie or a still against a sequence, or the other way round: two
    sequences that lack each other's numbers are a mistake.
    """

    def __init__(self, targets: Mapping[Role, str], frames: str | None = None) -> None:
        """Open `targets` (RESULT and TRUTH at least); `frames` is a list as `--frames` takes it.

        Raises SourceNotFound, InconsistentFrames, UsageError, and what opening a clip raises.
        """
        with ExitStack() as opened:
            self._sources: dict[Role, FrameSource] = {
                role: opened.enter_context(open_source(target)) for role, target in targets.items()
            }
            first = self._sources["RESULT"].info
            self.numbers = _selected(frames, first)
            self._places: dict[Role, Mapping[FrameNumber, FrameNumber]] = {
                role: _matched(role, source.info, first, self.numbers)
                for role, source in self._sources.items()
            }
            self._opened = opened.pop_all()

    @property
    def info(self) -> ClipInfo:
        """What RESULT is."""
        return self._sources["RESULT"].info

    def read(self, number: FrameNumber) -> Mapping[Role, Codes]:
        """The code values of frame `number` of RESULT and of its counterparts. Raises SourceError."""
        codes: dict[Role, Codes] = {
            role: source.read(self._places[role][number]).codes for role, source in self._sources.items()
        }
        size = codes["RESULT"].width, codes["RESULT"].height
        for role, plane in codes.items():
            if (plane.width, plane.height) != size:
                raise _other_size(role, (plane.width, plane.height), size, f"frame {number}")
        return codes

    def close(self) -> None:
        self._opened.close()


def same_codes(clips: Mapping[Role, Codes], one: Role, other: Role) -> None:
    """Hold two plates to one layout of code values. Raises InconsistentFrames."""
    if one in clips and other in clips and clips[one].layout != clips[other].layout:
        raise InconsistentFrames(
            f"{one} holds {_told(clips[one])} and {other} holds {_told(clips[other])}, so their code values "
            f"cannot be compared; give a {other} written in the format of {one}, or leave {one} away."
        )


def _matched(
    role: Role, info: ClipInfo, first: ClipInfo, numbers: Sequence[FrameNumber]
) -> Mapping[FrameNumber, FrameNumber]:
    """For each of `numbers` the frame of `info` to compare it with."""
    if (info.width, info.height) != (first.width, first.height):
        raise _other_size(role, (info.width, info.height), (first.width, first.height), str(info.path))
    there = set(info.frames)
    missing = [number for number in numbers if number not in there]
    if not missing:
        return {number: number for number in numbers}
    if info.kind != first.kind and len(info.frames) == len(first.frames):
        in_order = dict(zip(first.frames, info.frames, strict=True))
        return {number: in_order[number] for number in numbers}
    raise SourceNotFound(
        f"{role} {info.path} has frames {format_frames(info.frames)} and lacks {format_frames(missing)} of "
        f"RESULT; give clips of the same frames, or choose some that all have with --frames."
    )


def _selected(wanted: str | None, info: ClipInfo) -> tuple[FrameNumber, ...]:
    if wanted is None:
        return tuple(info.frames)
    numbers = parse_frames(wanted)
    missing = sorted(set(numbers) - set(info.frames))
    if missing:
        raise UsageError(
            f"--frames asks for {format_frames(missing)}, which RESULT {info.path} does not have; it holds "
            f"{format_frames(info.frames)}."
        )
    return numbers


def _other_size(role: Role, size: tuple[int, int], first: tuple[int, int], what: str) -> InconsistentFrames:
    return InconsistentFrames(
        f"{role} is {size[0]} x {size[1]} ({what}) and RESULT is {first[0]} x {first[1]}; give clips of one "
        "size."
    )


def _told(codes: Codes) -> str:
    layout = codes.layout
    return f"{layout.bits}-bit {layout.kind} {'/'.join(layout.channels)}"
