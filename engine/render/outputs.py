"""The outputs of a render: checked before anything is loaded, opened when it starts."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from engine.errors import OutputExists, UsageError
from engine.media.contract import ClipInfo, FrameSink
from engine.media.movie_encoding import choose_encoding
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
from engine.render.request import RenderPlan, RenderRequest
from engine.types import CodeLayout, Frame, FrameNumber

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
    may_skip: bool
    notes: Callable[[], tuple[str, ...]]
    made: Callable[[], Mapping[str, str]]


def check_outputs(
    request: RenderRequest,
    info: ClipInfo,
    frames: Sequence[FrameNumber],
    read: Mapping[str, ClipInfo] = MappingProxyType({}),
) -> None:
    """Refuse, without writing anything, what opening the outputs would refuse.

    `read` is what is read beside the source, by its role. Raises OutputExists, UsageError (an output is
    the source, another output, or one of `read`) and UnsupportedFormat.
    """
    paths = output_paths(request, info)
    _check_apart(paths, {"source": info, **read}, frames)
    if "picture" in paths:
        _check_output(paths["picture"], info, info.layout, frames, request.overwrite)
    if "matte" in paths and request.matte is not None:
        layout = matte_layout(request.matte, info)
        _check_output(paths["matte"], info, layout, frames, request.overwrite)
    if "report" in paths:
        _check_free(paths["report"], request.overwrite)


def open_outputs(plan: RenderPlan, held: ExitStack) -> Outputs:
    """Open the sinks asked for; `held` closes them. Raises OutputExists, UnsupportedFormat, SinkError."""
    request, info, frames = plan.request, plan.info, plan.selection.present
    writers: list[Callable[[Rendered], None]] = []
    sinks: dict[str, FrameSink] = {}
    if request.picture is not None:
        picture = held.enter_context(open_sink(request.picture, info, info.layout, frames, request.overwrite))
        sinks["picture"] = picture
        writers.append(lambda rendered: picture.write(_present(rendered)))
    if request.matte is not None:
        mattes = held.enter_context(open_matte_sink(request.matte, info, frames, request.overwrite))
        layout = matte_layout(request.matte, info)
        sinks["matte"] = mattes
        writers.append(lambda rendered: mattes.write(_matte_of(rendered, layout)))

    def write(rendered: Rendered) -> None:
        for writer in writers:
            writer(rendered)

    return Outputs(
        write,
        may_skip=not any(isinstance(sink, MovieSink) for sink in sinks.values()),
        notes=lambda: _notes(sinks.values()),
        made=lambda: _made(plan.outputs, sinks),
    )


def output_paths(request: RenderRequest, info: ClipInfo) -> Mapping[str, Path]:
    """Role to path, as the outputs will be called."""
    paths: dict[str, Path] = {}
    if request.picture is not None:
        paths["picture"] = output_path(request.picture, info)
    if request.matte is not None:
        paths["matte"] = matte_path(request.matte, info)
    if request.report is not None:
        paths["report"] = request.report
    return paths


def _check_apart(
    paths: Mapping[str, Path], read: Mapping[str, ClipInfo], frames: Sequence[FrameNumber]
) -> None:
    """No output may be what is read, nor another output, however the two are written."""
    seen = {_first_file(info.path, frames): f"the {role}" for role, info in read.items()}
    for role, path in paths.items():
        file = path.resolve() if role == "report" else _first_file(path, frames)
        if file in seen:
            raise UsageError(f"{path} is to be the {role} and is {seen[file]} already; give another name.")
        seen[file] = f"the {role}"


def _first_file(path: Path, frames: Sequence[FrameNumber]) -> Path:
    """The file of the first frame of a sequence; of a movie, itself."""
    if path.suffix.lower() in MOVIE_SUFFIXES or not frames:
        return path.resolve()
    return target_pattern(str(path), frames[:1]).path(frames[0]).resolve()


def _check_output(
    path: Path, info: ClipInfo, layout: CodeLayout, frames: Sequence[FrameNumber], overwrite: bool
) -> None:
    if path.suffix.lower() in MOVIE_SUFFIXES:
        choose_encoding(path, info, layout)
        _check_free(path, overwrite)
    else:
        # Opening a sequence only looks: nothing is written before the first frame.
        open_sink(str(path), info, layout, frames, overwrite).close()


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
