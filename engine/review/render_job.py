"""A render started from the page: the same `render_clip` as on the command line, with what is set there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from engine.errors import Interrupted, ReelmendError, SinkError
from engine.media.atomic import complete_file
from engine.media.oiio_formats import FRAME_SUFFIXES
from engine.media.open import MOVIE_SUFFIXES
from engine.media.ranges import parse_frames
from engine.render.clip import render_clip
from engine.render.contract import Watcher
from engine.render.request import RenderRequest
from engine.report.summary import FrameFailure, RenderSummary
from engine.review.audits import take_up
from engine.review.clip import ReviewClip
from engine.review.jobs import Job, Work
from engine.review.refusals import BadRequest
from engine.types import FrameReport

_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,79}", re.ASCII)
_FLAGS = {"matte": True, "patches": True, "verify": False, "overwrite": False, "resume": False}


@dataclass(frozen=True)
class RenderOrder:
    """What the page asked for, checked."""

    name: str = "restored"
    format: str = "same"
    frames: str | None = None
    matte: bool = True
    patches: bool = True
    verify: bool = False
    overwrite: bool = False
    resume: bool = False


def order_from(body: Mapping[str, Any], clip: ReviewClip) -> RenderOrder:
    """Raises BadRequest and UsageError."""
    name = plain_name(str(body.get("name") or "restored"))
    form = body.get("format") or "same"
    if form not in formats(clip):
        raise BadRequest(f"The format is one of {', '.join(formats(clip))}, not {form!r}.")
    frames = body.get("frames")
    if frames is not None:
        parse_frames(str(frames))
    flags = {flag: body.get(flag, default) for flag, default in _FLAGS.items()}
    wrong = next((flag for flag, value in flags.items() if not isinstance(value, bool)), None)
    if wrong is not None:
        raise BadRequest(f"{wrong} is true or false, not {flags[wrong]!r}.")
    return RenderOrder(name, str(form), None if frames is None else str(frames), **flags)


def plain_name(name: str) -> str:
    """A name that cannot lead out of its folder. Raises BadRequest."""
    if not _NAME.fullmatch(name) or ".." in name:
        raise BadRequest(f"A name has letters, digits, '.', '_' and '-', and no path; {name!r} does not do.")
    return name


def formats(clip: ReviewClip) -> list[str]:
    """What a render of this clip may be written as; the sink itself refuses what would lose something."""
    kind = clip.opened.info.kind
    return ["same", *(MOVIE_SUFFIXES if kind == "movie" else (*FRAME_SUFFIXES, ".mkv", ".mov"))]


def request_for(clip: ReviewClip, order: RenderOrder) -> RenderRequest:
    """The render that the page asked for, with the settings of now."""
    folder = clip.folder
    suffix = clip.opened.info.path.suffix if order.format == "same" else order.format
    picture = folder / order.name / _file_name(clip, suffix)
    matte = folder / f"{order.name}_matte" / _file_name(clip, _matte_suffix(suffix))
    return replace(
        clip.request.render,
        picture=str(picture),
        matte=str(matte) if order.matte else None,
        audit=str(folder / f"{order.name}.reelmend.json"),
        patches=folder / f"{order.name}.rmpatch" if order.patches else None,
        frames=order.frames,
        settings=clip.settings,
        decisions=None,
        overwrite=order.overwrite,
        resume=order.resume,
        verify=order.verify,
    )


def render_work(clip: ReviewClip, order: RenderOrder) -> Work:
    """The work of a render job."""

    def work(job: Job) -> None:
        request = request_for(clip, order)
        decisions, revision = _snapshot(clip, order)
        request = replace(request, decisions=decisions)
        summary = render_clip(request, _Watching(job), job.stop)
        job.outputs = dict(summary.outputs)
        _show(clip, request, summary, revision)
        job.files = {Path(path).name: Path(path) for path in summary.outputs.values() if Path(path).is_file()}
        if summary.outcome == "interrupted":
            raise Interrupted(summary.cause or "Cancelled; the finished frames are kept.")
        if summary.outcome == "failed":
            raise SinkError(summary.cause)
        job.message = " ".join(summary.notes)

    return work


class _Watching(Watcher):
    """Tells the job of every frame; a paused job holds the render here."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def started(self, frames: int) -> None:
        self._job.of = frames

    def written(self, report: FrameReport) -> None:
        self._job.step(report.number)

    def failed(self, failure: FrameFailure) -> None:
        self._job.step(failure.number, failed=True)

    def finished(self, summary: RenderSummary) -> None: ...


def _show(clip: ReviewClip, request: RenderRequest, summary: RenderSummary, revision: int) -> None:
    """Let the page see what was made, as far as it got."""
    audit = Path(str(request.audit))
    partial = audit.with_name(f"{audit.name}.partial")
    with suppress(ReelmendError):
        take_up(clip, audit if audit.exists() else partial)
    with suppress(ReelmendError):
        if "picture" in summary.outputs:
            clip.take_render(Path(summary.outputs["picture"]), request.settings.as_dict(), revision)


def _snapshot(clip: ReviewClip, order: RenderOrder) -> tuple[Path | None, int]:
    """The decisions as this render takes them, in a file of its own, and their revision.

    A render that is gone on with keeps those that it was begun with.
    """
    path = clip.folder / f"{order.name}.decisions.json"
    if order.resume and path.exists():
        return path, 0
    revision, document = clip.desk.revision, clip.desk.document()
    with complete_file(path, overwrite=True) as temporary:
        temporary.write_text(document, "utf-8")
    return path, revision


def _file_name(clip: ReviewClip, suffix: str) -> str:
    info = clip.opened.info
    if info.kind == "movie" or suffix in MOVIE_SUFFIXES:
        return f"{clip.stem}{suffix}"
    return f"{info.path.stem}{suffix}"


def _matte_suffix(suffix: str) -> str:
    return ".mkv" if suffix in MOVIE_SUFFIXES else ".dpx" if suffix == ".cin" else suffix
