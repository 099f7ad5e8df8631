"""Opens everything that a render needs, in the order in which it can go wrong cheaply."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import pipeline
from engine.errors import UsageError
from engine.media.contract import FrameSink, FrameSource
from engine.media.movie_sink import MovieSink
from engine.media.open import (
    matte_frame,
    matte_layout,
    matte_path,
    open_matte_sink,
    open_sink,
    open_source,
    output_path,
)
from engine.render.colour import choose_colour
from engine.render.contract import ClipPipeline, Rendered
from engine.render.request import RenderPlan, RenderRequest
from engine.render.room import check_room
from engine.render.selection import select_frames
from engine.types import Frame
from engine.window.cache import FrameCache

CACHE_BYTES = 4 * 2**30
"""Bounds the frame cache where frames are huge; a window of 2K frames takes a tenth of it."""
LOSSY = (
    "The output is ProRes as the source is, which is lossy: codes change a little outside the matte as well; "
    "write .mkv (FFV1) to keep every one of them."
)


@dataclass(frozen=True, eq=False)
class OpenClip:
    """A source and the pipeline for it, open, and the plan made with them."""

    source: FrameSource
    pipeline: ClipPipeline
    plan: RenderPlan


@dataclass(frozen=True, eq=False)
class Outputs:
    """Where finished frames go.

    `may_skip` is False where one of the outputs is a movie; `notes` tells, at the end, what the
    outputs could not carry over.
    """

    write: Callable[[Rendered], None]
    may_skip: bool
    notes: Callable[[], tuple[str, ...]]


@contextmanager
def open_clip(request: RenderRequest) -> Generator[OpenClip, None, None]:
    """Open source and pipeline and make the plan. Raises SourceError, UsageError, ColourError, ModelError."""
    with ExitStack() as held:
        source = held.enter_context(open_source(request.source))
        info = source.info
        selection = select_frames(request.frames, info.frames, info.gaps)
        _check_apart(request, source)
        colour = choose_colour(info, request.colour_space, request.colour_config)
        built = held.enter_context(
            pipeline.build(request.model, request.device, request.colour_config, colour.space)
        )
        plan = RenderPlan(
            request=request,
            info=info,
            selection=selection,
            colour_space=colour.space,
            colour_reason=colour.reason,
            reach=built.reach(request.settings),
            identity=built.identity,
        )
        yield OpenClip(source, built, plan)


def frame_cache(clip: OpenClip) -> FrameCache:
    """The cache that gives the windows of a clip; close it."""
    return FrameCache(clip.source, clip.pipeline.prepare, clip.plan.reach, CACHE_BYTES)


def open_outputs(plan: RenderPlan, held: ExitStack) -> Outputs:
    """Open the sinks asked for; `held` closes them. Raises OutputExists, UnsupportedFormat, SinkError."""
    request, info, frames = plan.request, plan.info, plan.selection.present
    writers: list[Callable[[Rendered], None]] = []
    sinks: list[FrameSink] = []
    check_room(plan)
    if request.picture is not None:
        picture = held.enter_context(open_sink(request.picture, info, info.layout, frames, request.overwrite))
        writers.append(lambda rendered: picture.write(_present(rendered)))
        sinks.append(picture)
    if request.matte is not None:
        layout = matte_layout(request.matte, info)
        mattes = held.enter_context(open_matte_sink(request.matte, info, frames, request.overwrite))
        sinks.append(mattes)
        writers.append(
            lambda rendered: mattes.write(
                matte_frame(rendered.source.number, rendered.matte.coverage, layout)
            )
        )

    def write(rendered: Rendered) -> None:
        for writer in writers:
            writer(rendered)

    return Outputs(
        write,
        may_skip=not any(isinstance(sink, MovieSink) for sink in sinks),
        notes=lambda: _notes(sinks),
    )


def _notes(sinks: Iterable[FrameSink]) -> tuple[str, ...]:
    """What movies left out, and that a lossy codec changes what the repair did not."""
    notes: list[str] = []
    for sink in sinks:
        if isinstance(sink, MovieSink):
            notes += sink.notes
            notes += [LOSSY] if sink.lossy else []
    return tuple(dict.fromkeys(notes))


def _present(rendered: Rendered) -> Frame:
    assert rendered.picture is not None
    return rendered.picture


def _check_apart(request: RenderRequest, source: FrameSource) -> None:
    """No output may be the source, nor another output. (Sinks compare the files; this compares names.)"""
    info = source.info
    seen: dict[Path, str] = {info.path.resolve(): "the source"}
    named = {
        "picture": output_path(request.picture, info) if request.picture is not None else None,
        "matte": matte_path(request.matte, info) if request.matte is not None else None,
        "report": request.report,
    }
    for role, path in named.items():
        if path is None:
            continue
        if path.resolve() in seen:
            raise UsageError(
                f"{path} is to be the {role} and is {seen[path.resolve()]} already; give another name."
            )
        seen[path.resolve()] = f"the {role}"
