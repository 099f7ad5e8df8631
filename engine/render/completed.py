"""Whether everything that a render would make is there already, and made as it is asked for now."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from engine.audit.read import open_audit
from engine.errors import UsageError
from engine.media.contract import ClipInfo
from engine.parameters import Value
from engine.render.places import places_of
from engine.render.stamps import frame_path
from engine.types import FrameNumber

_THERE = "All outputs are there, and no unfinished render of them: nothing was done. "


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


def told_of_complete(
    outputs: Mapping[str, str], settings: Mapping[str, Value], identity: Mapping[str, str]
) -> str:
    """A sentence on outputs that are complete.

    Raises UsageError where their audit or report tells of other settings or another engine, and
    CorruptSource where the audit cannot be read.
    """
    record = _record(outputs)
    if record is None:
        return _THERE + (
            "What settings made them was not looked at; `engine-cli verify` compares them with the source, "
            "--overwrite renders them anew."
        )
    asked = {"settings": dict(settings), "identity": dict(identity)}
    differing = [
        f"{section} {name}: {then} then, {now} now"
        for section, values in asked.items()
        for name, now in values.items()
        if (then := record.get(section, {}).get(name, "none")) != now
    ]
    if differing:
        raise UsageError(
            f"The render is complete and was another one ({'; '.join(differing)}). Write elsewhere, or leave "
            "--resume away and give --overwrite to start over."
        )
    return _THERE + "They were made with these settings."


def _record(outputs: Mapping[str, str]) -> dict[str, Any] | None:
    """What says how the outputs were made: the audit's header, or the last line of the report."""
    if "audit" in outputs:
        with open_audit(Path(outputs["audit"])) as audit:
            return audit.header
    if "report" not in outputs:
        return None
    with Path(outputs["report"]).open("rb") as report:
        last = deque(report, maxlen=1)
    try:
        told: object = json.loads(last[0] if last else b"null")
    except ValueError:
        return None
    return cast(dict[str, Any], told) if isinstance(told, dict) and "settings" in told else None
