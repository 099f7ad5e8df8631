"""Whether everything that a render would make is there already."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from engine.media.contract import ClipInfo
from engine.render.places import places_of
from engine.render.stamps import frame_path
from engine.types import FrameNumber

COMPLETE = (
    "All outputs are there, and no unfinished render of them: nothing was done. What settings made them was "
    "not looked at; `engine-cli verify` compares them with the source, --overwrite renders them anew."
)


def is_complete(outputs: Mapping[str, str], source: ClipInfo, frames: Sequence[FrameNumber]) -> bool:
    """Whether all files of `outputs` (role to path) are there for `frames`, none older than its source."""
    places = places_of(outputs)
    single = [Path(path) for role, path in outputs.items() if role not in places.sequences]
    made = [(number, path) for number in frames for path in places.of_frame(number).values()]
    made += [(number, path) for path in single for number in frames[-1:]]
    try:
        return bool(made) and all(_is_newer(path, source, number) for number, path in made)
    except FileNotFoundError:
        return False


def _is_newer(path: Path, source: ClipInfo, number: FrameNumber) -> bool:
    origin = frame_path(source, number) or source.path
    return path.stat().st_mtime_ns >= origin.stat().st_mtime_ns
