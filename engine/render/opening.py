"""Opens everything that a render needs, in the order in which it can go wrong cheaply."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import pipeline
from engine.errors import UsageError
from engine.media.contract import FrameSource
from engine.media.open import (
    MOVIE_SUFFIXES,
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
from engine.window.cache import FrameCache

CACHE_BYTES = 4 * 2**30
"""Bounds the frame cache where frames are huge; a window of 2K frames takes a tenth of it."""


@dataclass(frozen=True, eq=False)
class OpenClip:
    """A source and the pipeline for it, open, and the plan made with them."""

    source: FrameSource
    pipeline: ClipPipeline
    plan: RenderPlan


@dataclass(frozen=True, eq=False)
class Outputs:
    """Where finished frames go; `may_skip` is False where one of the outputs is a movie."""

    write: Callable[[Rendered], None]
    may_skip: bool


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
    check_room(plan)
    if request.picture is not None:
        picture = held.enter_context(open_sink(request.picture, info, info.layout, frames, request.overwrite))
        writers.append(lambda rendered: picture.write(_present(rendered)))
    if request.matte is not None:
        layout = matte_layout(request.matte, info)
        mattes = held.enter_context(open_matte_sink(request.matte, info, frames, request.overwrite))
        writers.append(
            lambda rendered: mattes.write(
                matte_frame(rendered.source.number, rendered.matte.coverage, layout)
            )
        )

    def write(rendered: Rendered) -> None:
        for writer in writers:
            writer(rendered)

    return Outputs(write, may_skip=not any(path.suffix.lower() in MOVIE_SUFFIXES for path in _paths(plan)))


def _present(rendered: Rendered):
    assert rendered.picture is not None
    return rendered.picture


def _paths(plan: RenderPlan) -> list[Path]:
    """The picture outputs as they will be called."""
    request = plan.request
    named = [
        output_path(request.picture, plan.info) if request.picture is not None else None,
        matte_path(request.matte, plan.info) if request.matte is not None else None,
    ]
    return [path for path in named if path is not None]


def _check_apart(request: RenderRequest, source: FrameSource) -> None:
    """No output may be the source, nor another output. (Sinks compare the files; this compares names.)"""
    original = source.info.path.resolve()
    seen: dict[Path, str] = {original: "the source"}
    for role, target in request.outputs.items():
        path = output_path(target, source.info).resolve() if role != "report" else Path(target).resolve()
        if path in seen:
            raise UsageError(f"{target} is to be the {role} and is {seen[path]} already; give another name.")
        seen[path] = f"the {role}"
