"""Opens what a render reads and works with, in the order in which it can go wrong cheaply."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from engine import pipeline
from engine.matte.inputs import NO_MATTES, MatteInputs
from engine.media.contract import FrameSource
from engine.media.open import open_source
from engine.render.colour import choose_colour
from engine.render.contract import ClipPipeline
from engine.render.mattes import measure_infrared, open_mattes
from engine.render.outputs import check_outputs, output_paths
from engine.render.request import RenderPlan, RenderRequest
from engine.render.room import check_room
from engine.render.selection import select_frames
from engine.window.cache import FrameCache

CACHE_BYTES = 4 * 2**30
"""Bounds the frame cache where frames are huge; a window of 2K frames takes a tenth of it."""


@dataclass(frozen=True, eq=False)
class OpenClip:
    """A source, the pipeline for it and the mattes given, open, and the plan made with them."""

    source: FrameSource
    pipeline: ClipPipeline
    plan: RenderPlan
    mattes: MatteInputs = NO_MATTES


@contextmanager
def open_clip(request: RenderRequest) -> Generator[OpenClip, None, None]:
    """Open source and pipeline and make the plan; nothing is written.

    Raises SourceError, UsageError (OutputExists among them), SinkError where the disk has no room for
    the result, ColourError, ModelError and DeviceError.
    """
    with ExitStack() as held:
        source = held.enter_context(open_source(request.source))
        info = source.info
        selection = select_frames(request.frames, info.frames, info.gaps)
        given = open_mattes(request, info, held)
        check_outputs(request, info, selection.present, given.files)
        check_room(output_paths(request, info).get("picture"), info, len(selection.present))
        colour = choose_colour(info, request.colour_space, request.colour_config)
        built = held.enter_context(
            pipeline.build(request.model, request.device, request.colour_config, colour.space)
        )
        given = measure_infrared(given, request, source, built.prepare)
        plan = RenderPlan(
            request=request,
            info=info,
            selection=selection,
            colour_space=colour.space,
            colour_reason=colour.reason,
            reach=built.reach(request.settings, repairs=request.picture is not None),
            outputs={role: str(path) for role, path in output_paths(request, info).items()},
            identity={**built.identity, **given.inputs.identity},
            notes=given.notes,
        )
        yield OpenClip(source, built, plan, given.inputs)


def frame_cache(clip: OpenClip) -> FrameCache:
    """The cache that gives the windows of a clip; close it."""
    return FrameCache(clip.source, clip.pipeline.prepare, clip.plan.reach, CACHE_BYTES)
