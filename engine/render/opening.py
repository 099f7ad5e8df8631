"""Opens what a render reads and works with, in the order in which it can go wrong cheaply."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from engine import pipeline
from engine.errors import OutputExists
from engine.matte.inputs import NO_MATTES, MatteInputs
from engine.media.contract import FrameSource
from engine.media.edit_list import listed_cuts
from engine.media.open import open_source
from engine.render.colour import choose_colour
from engine.render.completed import is_complete, told_of_complete
from engine.render.contract import ClipPipeline
from engine.render.loop import AT_ONCE
from engine.render.marks import Unfinished, read_journal
from engine.render.mattes import measure_infrared, open_mattes
from engine.render.outputs import check_outputs, output_paths
from engine.render.places import places_of
from engine.render.request import RenderPlan, RenderRequest
from engine.render.resume import check_same, check_source, journal_path, owned
from engine.render.room import check_room
from engine.render.selection import select_frames
from engine.window.cache import FrameCache
from engine.window.shots import Cuts, ListedCuts

CACHE_BYTES = 4 * 2**30
"""Bounds the frame cache where frames are huge; a window of 2K frames takes a tenth of it."""


@dataclass(frozen=True, eq=False)
class OpenClip:
    """A source, the pipeline for it and the mattes given, open, and the plan made with them."""

    source: FrameSource
    pipeline: ClipPipeline
    plan: RenderPlan
    mattes: MatteInputs = NO_MATTES
    cuts: Cuts | None = None
    """None where the pictures tell."""


@contextmanager
def open_clip(request: RenderRequest) -> Generator[OpenClip, None, None]:
    """Open source and pipeline and make the plan; nothing is written.

    Raises SourceError, UsageError (OutputExists among them), SinkError where the disk has no room for
    the result, ColourError, ModelError and DeviceError.
    """
    with ExitStack() as held:
        source = held.enter_context(open_source(request.source))
        info = source.info
        selection = select_frames(request.frames, info.frames, info.gaps, request.missing)
        cuts = None if request.cuts is None else ListedCuts(listed_cuts(request.cuts, info))
        given = open_mattes(request, info, held)
        outputs = {role: str(path) for role, path in output_paths(request, info).items()}
        journal = journal_path(places_of(outputs), selection.wanted)
        unfinished = _unfinished(request, journal)
        asked = request.resume and not request.overwrite and unfinished is None
        complete = asked and is_complete(outputs, info, selection.written)
        mine = frozenset() if unfinished is None else owned(selection, unfinished)
        mine = frozenset(selection.written) if complete else mine
        check_outputs(request, info, selection.written, given.files, mine, complete or unfinished is not None)
        if not complete:
            check_room(output_paths(request, info).get("picture"), info, selection.written)
        colour = choose_colour(info, request.colour_space, request.colour_config)
        built = held.enter_context(
            pipeline.build(request.model, request.device, request.colour_config, colour.space, AT_ONCE)
        )
        given = measure_infrared(given, request, source, built.prepare)
        identity = built.identity_for(request.settings, given.inputs)
        told = [told_of_complete(outputs, request.settings.as_dict(), identity)] if complete else []
        plan = RenderPlan(
            request=request,
            info=info,
            selection=selection,
            colour_space=colour.space,
            colour_reason=colour.reason,
            reach=built.reach(request.settings, repairs=request.picture is not None),
            outputs=outputs,
            identity=identity,
            notes=(*selection.notes(), *given.notes, *told),
            reads={"source": info, **given.files},
            journal=journal,
            unfinished=unfinished,
            complete=complete,
        )
        if unfinished is not None:
            check_same(plan, unfinished)
            check_source(plan, unfinished)
        yield OpenClip(source, built, plan, given.inputs, cuts)


def _unfinished(request: RenderRequest, journal: Path | None) -> Unfinished | None:
    """What an earlier run left to go on with. Raises OutputExists where that would be lost unasked."""
    unfinished = None if journal is None else read_journal(journal)
    if unfinished is None or (request.overwrite and not request.resume):
        return None
    if not request.resume and unfinished.frames:
        raise OutputExists(
            f"An unfinished render of this is there, with {len(unfinished.frames)} frames done ({journal}); "
            "give --resume to go on with it, or --overwrite to start over."
        )
    return unfinished if request.resume else None


def frame_cache(clip: OpenClip) -> FrameCache:
    """The cache that gives the windows of a clip; close it."""
    return FrameCache(clip.source, clip.pipeline.prepare, clip.plan.reach, CACHE_BYTES, clip.cuts)
