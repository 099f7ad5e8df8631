"""The outputs of a render: checked before anything is loaded, opened when it starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.audit.file import audit_path
from engine.errors import OutputExists, UsageError
from engine.media.contract import ClipInfo, FrameSink
from engine.media.movie_encoding import choose_encoding
from engine.media.movie_salvage import PacketMark, remains_of
from engine.media.movie_sink import MovieSink
from engine.media.open import (
    MOVIE_SUFFIXES,
    matte_frame,
    matte_layout,
    matte_path,
    open_matte_sink,
    open_sink,
    output_path,
)
from engine.media.sequence import target_pattern
from engine.render.contract import Rendered
from engine.render.places import FolderWatch, Places
from engine.render.record import Record
from engine.render.request import RenderPlan, RenderRequest
from engine.render.resume import Remains, clear_away, find_remains, owned
from engine.types import CodeLayout, Frame, FrameNumber

SINGLE_FILES = ("report", "audit", "patches")
"""Outputs that are one file, whatever the source is."""
LOSSY = (
    "The output is ProRes as the source is, which is lossy: codes change a little outside the matte as well; "
    "write .mkv (FFV1) to keep every one of them."
)


@dataclass(frozen=True, eq=False)
class Outputs:
    """Where finished frames go.

    `may_skip` is False where one of the outputs is a movie. Once they are closed, `notes` tells what the
    outputs could not carry over, and `made` role to path as they are called then: a movie that was cut
    short has another name, and none where it has no frame.
    """

    write: Callable[[Rendered], None]
    movies: Sequence[MovieSink]
    may_skip: bool
    notes: Callable[[], tuple[str, ...]]
    made: Callable[[], Mapping[str, str]]


def check_outputs(
    request: RenderRequest,
    info: ClipInfo,
    frames: Sequence[FrameNumber],
    read: Mapping[str, ClipInfo] = MappingProxyType({}),
    mine: Container[FrameNumber] = (),
    resuming: bool = False,
) -> None:
    """Refuse, without writing anything, what opening the outputs would refuse.

    `read` is what is read beside the source, by its role. A render that goes on (`resuming`) may replace
    the files of the frames `mine`, its movies and its report. Raises OutputExists, UsageError (an output is
    the source, another output, or one of `read`) and UnsupportedFormat.
    """
    paths = output_paths(request, info)
    _check_apart(paths, {"source": info, **read}, frames)
    replace = request.overwrite or resuming
    layouts = {"picture": info.layout}
    if request.matte is not None:
        layouts["matte"] = matte_layout(request.matte, info)
    for role, layout in layouts.items():
        if role in paths and paths[role].suffix.lower() in MOVIE_SUFFIXES:
            choose_encoding(paths[role], info, layout)
            _check_free(paths[role], replace)
        elif role in paths:
            others = [number for number in frames if number not in mine]
            overwrite = request.overwrite or not others
            # Opening a sequence only looks: nothing is written before the first frame.
            open_sink(str(paths[role]), info, layout, others or frames, overwrite).close()
    for role in SINGLE_FILES:
        if role in paths:
            _check_free(paths[role], replace)


def take_stock(plan: RenderPlan, places: Places) -> Remains:
    """What an earlier run finished; its other remains are cleared away. Raises OutputExists, SinkError."""
    begun, remains = plan.unfinished, Remains()
    if begun is not None:
        remains = find_remains(plan, places, begun, replaces(plan))
    if _may_tidy(plan):
        mine = () if begun is None else owned(plan.selection, begun)
        clear_away(plan, places, mine, remains.done)
    return remains


def open_outputs(
    plan: RenderPlan, places: Places, record: Record, remains: Remains, held: ExitStack
) -> Outputs:
    """Open the sinks asked for, behind the frames of `remains`; `held` closes them.

    Raises OutputExists, UnsupportedFormat, SinkError.
    """
    request = plan.request
    writers: dict[str, Callable[[Rendered], None]] = {}
    sinks: dict[str, FrameSink] = {}
    if request.picture is not None:
        picture = sinks["picture"] = held.enter_context(_sink(plan, "picture", request.picture, remains))
        writers["picture"] = lambda rendered: picture.write(_present(rendered))
    if request.matte is not None:
        mattes = sinks["matte"] = held.enter_context(_sink(plan, "matte", request.matte, remains))
        layout = matte_layout(request.matte, plan.info)
        writers["matte"] = lambda rendered: mattes.write(_matte_of(rendered, layout))
    movies = {role: sink for role, sink in sinks.items() if isinstance(sink, MovieSink)}
    for role, movie in movies.items():
        _go_on(movie, places.movies[role], remains.movies.get(role), tidy=_may_tidy(plan))
        movie.note_packets(record.packet(role))
    return Outputs(
        _watched(writers, places),
        movies=tuple(movies.values()),
        may_skip=not movies,
        notes=lambda: _notes(sinks.values()),
        made=lambda: _made(plan.outputs, sinks),
    )


def _sink(plan: RenderPlan, role: str, target: str, remains: Remains) -> FrameSink:
    """A movie takes all frames, those it begins with too; a sequence those that are still to come."""
    info, frames = plan.info, plan.selection.written
    open_one = open_matte_sink if role == "matte" else _open_picture
    if Path(plan.outputs[role]).suffix.lower() in MOVIE_SUFFIXES:
        return open_one(target, info, frames, plan.request.overwrite or plan.unfinished is not None)
    left = [number for number in frames if number not in remains.done]
    # A sequence that has all its frames announces them, and takes none.
    return open_one(target, info, left or frames, replaces(plan) or not left)


def _open_picture(target: str, info: ClipInfo, frames: Sequence[FrameNumber], overwrite: bool) -> FrameSink:
    return open_sink(target, info, info.layout, frames, overwrite)


def replaces(plan: RenderPlan) -> bool:
    """Whether outputs that are there are replaced: asked for now, or when the render was begun."""
    begun = plan.unfinished
    return plan.request.overwrite or (begun is not None and bool(begun.start.get("overwrite")))


def _may_tidy(plan: RenderPlan) -> bool:
    """Whether unfinished files of the same names go: a kill may come before the journal's first line."""
    return plan.request.overwrite or plan.request.resume


def _go_on(
    movie: MovieSink, path: Path, earlier: tuple[Path, Sequence[PacketMark]] | None, tidy: bool
) -> None:
    """Take over what an earlier run has of a movie, and remove its remains then."""
    if earlier is not None:
        movie.take_over(*earlier)
    for remains in remains_of(path) if tidy else ():
        if remains != movie.temporary:
            remains.unlink(missing_ok=True)


def _watched(writers: Mapping[str, Callable[[Rendered], None]], places: Places) -> Callable[[Rendered], None]:
    folders = {role: pattern.folder for role, pattern in places.sequences.items()}
    watch = FolderWatch()

    def write(rendered: Rendered) -> None:
        for role, writer in writers.items():
            if role in folders:
                watch.check(folders[role])
            writer(rendered)
            if role in folders:
                watch.written(folders[role])

    return write


def output_paths(request: RenderRequest, info: ClipInfo) -> Mapping[str, Path]:
    """Role to path, as the outputs will be called."""
    paths: dict[str, Path] = {}
    if request.picture is not None:
        paths["picture"] = output_path(request.picture, info)
    if request.matte is not None:
        paths["matte"] = matte_path(request.matte, info)
    if request.report is not None:
        paths["report"] = request.report
    if request.audit is not None:
        paths["audit"] = audit_path(request.audit, info)
    if request.patches is not None:
        paths["patches"] = request.patches
    return paths


def _check_apart(
    paths: Mapping[str, Path], read: Mapping[str, ClipInfo], frames: Sequence[FrameNumber]
) -> None:
    """No output may be what is read, nor another output, however the two are written."""
    seen = {_first_file(info.path, frames): f"the {role}" for role, info in read.items()}
    for role, path in paths.items():
        file = path.resolve() if role in SINGLE_FILES else _first_file(path, frames)
        if file in seen:
            raise UsageError(f"{path} is to be the {role} and is {seen[file]} already; give another name.")
        seen[file] = f"the {role}"


def _first_file(path: Path, frames: Sequence[FrameNumber]) -> Path:
    """The file of the first frame of a sequence; of a movie, itself."""
    if path.suffix.lower() in MOVIE_SUFFIXES or not frames:
        return path.resolve()
    return target_pattern(str(path), frames[:1]).path(frames[0]).resolve()


def _check_free(path: Path, overwrite: bool) -> None:
    if os.path.lexists(path) and not overwrite:
        raise OutputExists(f"{path} is there already; give --overwrite to replace it.")


def _notes(sinks: Iterable[FrameSink]) -> tuple[str, ...]:
    """What movies left out, and that a lossy codec changes what the repair did not."""
    notes: list[str] = []
    for sink in sinks:
        if isinstance(sink, MovieSink):
            notes += sink.notes
            notes += [LOSSY] if sink.lossy else []
    return tuple(dict.fromkeys(notes))


def _made(planned: Mapping[str, str], sinks: Mapping[str, FrameSink]) -> Mapping[str, str]:
    movies = {role: sink.made for role, sink in sinks.items() if isinstance(sink, MovieSink)}
    named = {role: movies.get(role, path) for role, path in planned.items()}
    return {role: str(path) for role, path in named.items() if path is not None}


def _matte_of(rendered: Rendered, layout: CodeLayout) -> Frame:
    return matte_frame(rendered.source.number, rendered.matte.coverage, layout)


def _present(rendered: Rendered) -> Frame:
    assert rendered.picture is not None
    return rendered.picture
