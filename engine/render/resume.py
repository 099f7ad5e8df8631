"""Going on with an unfinished render: what of it still holds, and whether it is still the same one."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass, field
from itertools import takewhile
from pathlib import Path

import xxhash

from engine.errors import OutputExists, UsageError
from engine.media.atomic import unfinished_files
from engine.media.movie_salvage import PacketMark, best_remains
from engine.media.ranges import format_frames
from engine.render.journal import SCHEMA, JsonObject
from engine.render.marks import FrameMark, Unfinished, file_mark
from engine.render.places import Places
from engine.render.request import READ_FILES, RenderPlan
from engine.render.selection import FrameSelection
from engine.render.stamps import Stamp, frame_path, same, single_files, stamp, unchanged
from engine.render.versions import versions
from engine.types import FrameNumber

_READ_BACK = 16
"""Of so many frames finished last the content is compared: what a drive may have lost in a power cut."""


@dataclass(frozen=True)
class Remains:
    """What of an unfinished render is kept: frames done, and by role the movie that holds their packets."""

    done: frozenset[FrameNumber] = frozenset()
    movies: Mapping[str, tuple[Path, Sequence[PacketMark]]] = field(
        default_factory=dict[str, tuple[Path, Sequence[PacketMark]]]
    )


def journal_path(places: Places, wanted: Sequence[FrameNumber]) -> Path | None:
    """Where the journal of a render lies: beside its first output, its name telling outputs and frames.

    Parts of a clip rendered on several machines into one folder have a journal each.
    """
    first = places.first
    if first is None:
        return None
    part = xxhash.xxh3_64_hexdigest(format_frames(wanted).encode())[:8]
    return first.with_name(f".{first.name}.{part}.journal")


def start_line(plan: RenderPlan) -> JsonObject:
    """The first line of the journal: all that makes a render the same render."""
    request, info = plan.request, plan.info
    files = {**single_files(plan.reads), **_read_files(plan)}
    return {
        "type": "start",
        "schema": SCHEMA,
        "overwrite": request.overwrite,
        "frames": {"wanted": format_frames(plan.selection.wanted), "missing": request.missing},
        "settings": request.settings.as_dict(),
        "engine": {**plan.identity, "device": request.device},
        "versions": {name: version for name, version in versions().items() if name != "python"},
        "source": {
            "name": info.path.name,
            "size": f"{info.width} x {info.height}",
            "codes": repr(info.layout),
        },
        "outputs": {role: Path(path).name for role, path in plan.outputs.items()},
        "files": {role: None if found is None else list(astuple(found)) for role, found in files.items()},
    }


def check_same(plan: RenderPlan, unfinished: Unfinished) -> None:
    """Refuse to go on as another render. Raises UsageError, which names what is different."""
    now, then = start_line(plan), unfinished.start
    differences = [
        f"{section} {key}: {_told(before)} then, {_told(after)} now"
        for section in ("frames", "settings", "engine", "versions", "source", "outputs")
        for key, before, after in _differing(then.get(section), now[section])
    ]
    differences += [
        f"the content of {role}" for role, before, after in _differing(then.get("files"), now["files"])
        if not same(_stamp(before), _stamp(after))
    ]  # fmt: skip
    if differences:
        raise UsageError(
            f"The unfinished render cannot go on, as this has changed: {'; '.join(differences)}. "
            "Give it as it was, or leave --resume away and give --overwrite to start over."
        )


def check_source(plan: RenderPlan, unfinished: Unfinished) -> None:
    """Refuse where a frame that finished ones were made from has changed since. Raises UsageError."""
    for (role, number), then in unfinished.read.items():
        info = plan.reads.get(role)
        path = None if info is None else frame_path(info, number)
        if path is not None and not unchanged(then, path):
            raise UsageError(
                f"{path} has changed since frames were made from it; render them again: leave --resume away "
                "and give --overwrite to start over."
            )


def owned(selection: FrameSelection, unfinished: Unfinished) -> frozenset[FrameNumber]:
    """The frames whose files are this render's own: those told of, and those it was in the middle of."""
    told = unfinished.frames
    last = next(reversed(told), None)
    undone = [number for number in selection.written if number not in told]
    beyond = [number for number in undone if last is None or number > last]
    return frozenset([*told, *undone[:1], *beyond[:1]])


def find_remains(plan: RenderPlan, places: Places, unfinished: Unfinished, overwrite: bool) -> Remains:
    """Look what of the journal's frames is whole. Raises OutputExists for a movie that is not its own."""
    late = set(list(unfinished.frames)[-_READ_BACK:])
    done = [
        number
        for number in plan.selection.written
        if number in unfinished.frames
        and _whole(places.of_frame(number), unfinished.frames[number], number in late)
    ]
    if not places.movies:
        return Remains(frozenset(done))
    kept = set(done)
    count = sum(1 for _ in takewhile(kept.__contains__, plan.selection.written))
    best: dict[str, tuple[Path, Sequence[PacketMark]]] = {}
    for role, path in places.movies.items():
        marks = unfinished.packets.get(role, [])
        remains, held = best_remains(path, marks)
        if os.path.lexists(path) and remains != path and not overwrite:
            raise OutputExists(f"{path} is there already, made by something else; give --overwrite.")
        count = min(count, held)
        if remains is not None:
            best[role] = remains, marks
    movies = {role: (path, marks[:count]) for role, (path, marks) in best.items()}
    return Remains(frozenset(plan.selection.written[:count]), movies if count else {})


def clear_away(
    plan: RenderPlan, places: Places, mine: Iterable[FrameNumber], done: frozenset[FrameNumber]
) -> None:
    """Remove what a killed process left of frames: their unfinished files, and those of `mine` not done."""
    frames = plan.selection.written
    for path in unfinished_files(path for number in frames for path in places.of_frame(number).values()):
        with suppress(OSError):
            path.unlink()
    for number in mine:
        if number not in done:
            for path in places.of_frame(number).values():
                path.unlink(missing_ok=True)


def _whole(paths: Mapping[str, Path], mark: FrameMark, read_back: bool) -> bool:
    if set(paths) != set(mark.files):
        return False
    try:
        for role, path in paths.items():
            if path.stat().st_size != mark.files[role].size:
                return False
            if read_back and file_mark(path) != mark.files[role]:
                return False
    except OSError:
        return False
    return True


def _read_files(plan: RenderPlan) -> dict[str, Stamp | None]:
    named = {name: getattr(plan.request, name) for name in READ_FILES}
    return {name: stamp(Path(path)) for name, path in named.items() if path is not None}


def _differing(then: object, now: Mapping[str, object]) -> list[tuple[str, object, object]]:
    before: Mapping[str, object] = then if isinstance(then, dict) else {}
    keys = [*now, *(key for key in before if key not in now)]
    return [(key, before.get(key), now.get(key)) for key in keys if before.get(key) != now.get(key)]


def _told(value: object) -> str:
    return "none" if value is None else str(value)


def _stamp(fields: object) -> Stamp | None:
    try:
        return Stamp(*fields) if isinstance(fields, list) else None
    except TypeError:
        return None
