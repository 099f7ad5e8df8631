"""One clip from open source to finished files."""

from __future__ import annotations

import threading
import time
from bisect import bisect_left
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property, partial
from types import MappingProxyType

from engine.audit.regions import with_decided_class
from engine.errors import Interrupted, ReelmendError, UsageError
from engine.render.contract import Rendered, Unwatched, Watcher
from engine.render.ledger import Ledger
from engine.render.loop import Work, missing_frame, render_frames
from engine.render.opening import OpenClip, frame_cache, open_clip
from engine.render.outputs import Outputs, open_outputs, take_stock
from engine.render.places import Places, places_of
from engine.render.proofs import Proofs
from engine.render.record import Record, Retelling
from engine.render.request import RenderPlan, RenderRequest
from engine.render.versions import versions
from engine.render.writer import WriterThread
from engine.report.file import ReportFile
from engine.report.lines import summary_line
from engine.report.regions import marked_report
from engine.report.summary import FrameFailure, Outcome, RenderSummary
from engine.types import DamageMatte, FrameNumber, FrameReport
from engine.window.cache import FrameCache
from engine.window.window import FrameWindow


def plan_clip(request: RenderRequest) -> RenderPlan:
    """Find out what `render_clip` would do, without writing anything. Raises what `render_clip` raises."""
    with open_clip(request) as clip:
        return clip.plan


def render_clip(
    request: RenderRequest, watcher: Watcher | None = None, stop: threading.Event | None = None
) -> RenderSummary:
    """Restore a clip, or find its damage only where no picture output is asked for.

    A frame that fails is left out of a sequence and named in the summary (outcome "frames failed"); a
    movie ends there ("failed"). Setting `stop` ends the render after the current frame
    ("interrupted"). In each case what was written until then is valid. A render to go on with that is
    complete already is left as it is, and the summary has no frame written. Raises ReelmendError where the
    render cannot start: the source cannot be read, outputs exist, the colour space is not known.
    """
    watcher = watcher or Unwatched()
    with ExitStack() as held:
        clip = held.enter_context(open_clip(request))
        if clip.plan.complete:
            return _nothing_to_do(clip.plan, watcher)
        places = places_of(clip.plan.outputs)
        record = held.enter_context(Record(clip.plan, places, clip.plan.unfinished))
        report = _report(clip.plan, held)
        ledger = Ledger(watcher, report, repairs=request.picture is not None)
        proofs = held.enter_context(Proofs(clip, places))
        stop = stop or threading.Event()
        outcome, cause = proofs.verified(*_attempt(clip, places, record, ledger, proofs, stop), stop)
        summary = _summary(clip.plan, ledger, proofs.notes, outcome, cause)
        proofs.finish(summary)
        if report is not None:
            report.write(summary_line(summary))
            report.close()
        if outcome == "complete":
            record.finish()
        watcher.finished(summary)
        return summary


def _nothing_to_do(plan: RenderPlan, watcher: Watcher) -> RenderSummary:
    summary = _summary(
        plan, Ledger(watcher, None, repairs=plan.request.picture is not None), (), "complete", ""
    )
    summary = replace(summary, outputs=plan.outputs)
    watcher.finished(summary)
    return summary


def _report(plan: RenderPlan, held: ExitStack) -> ReportFile | None:
    if plan.request.report is None:
        return None
    overwrite = plan.request.overwrite or plan.unfinished is not None
    return held.enter_context(ReportFile(plan.request.report, overwrite))


def _attempt(
    clip: OpenClip, places: Places, record: Record, ledger: Ledger, proofs: Proofs, stop: threading.Event
) -> tuple[Outcome, str]:
    """Render until the end or until something ends it; the outcome and its cause."""
    try:
        _render(clip, places, record, ledger, proofs, stop)
    except UsageError:
        raise
    except Interrupted as error:
        return "interrupted", str(error)
    except KeyboardInterrupt:
        return "interrupted", "Stopped at once; the frame in work is not written."
    except ReelmendError as error:
        return "failed", str(error)
    failures = ledger.failures
    if failures and not ledger.tally().written:
        return "failed", f"No frame could be written; the first failure: {failures[0].message}"
    return ("frames failed", "") if failures else ("complete", "")


def _render(
    clip: OpenClip, places: Places, record: Record, ledger: Ledger, proofs: Proofs, stop: threading.Event
) -> None:
    plan = clip.plan
    record.begin()
    remains = take_stock(plan, places)
    wanted = plan.selection.wanted
    left = [number for number in wanted if number not in remains.done]
    proofs.begin(remains.done)
    with ExitStack() as told, ExitStack() as held:
        outputs = open_outputs(plan, places, record, remains, held)
        told.callback(lambda: ledger.closed(outputs.notes(), outputs.made()))
        retelling = Retelling(plan.unfinished, sorted(remains.done), ledger.written_earlier)
        told.callback(retelling.before, None)
        cache = held.enter_context(frame_cache(clip))
        writing = _Writing(outputs, record, ledger, proofs, retelling)
        writer = held.enter_context(WriterThread(writing))
        ledger.started(len(wanted), len(remains.done), record.seconds)
        failed = partial(_failed, ledger, proofs)
        render_frames(left, _Beginning(clip, cache), writer.put, failed, stop, outputs.may_skip)


def _failed(ledger: Ledger, proofs: Proofs, failure: FrameFailure) -> None:
    proofs.failed(failure)
    ledger.failed(failure)


@dataclass(frozen=True, eq=False)
class _Writing:
    """Writes a finished frame, and then writes down that it is finished."""

    outputs: Outputs
    record: Record
    ledger: Ledger
    proofs: Proofs
    retelling: Retelling

    def __call__(self, rendered: Rendered) -> None:
        begun = time.perf_counter()
        self.outputs.write(rendered)
        report = _with_seconds(rendered.report, "write", time.perf_counter() - begun)
        self.proofs.written(rendered, report)
        self.record.written(rendered, report, self.outputs.movies)
        self.retelling.before(report.number)
        self.ledger.written(report)


@dataclass(frozen=True, eq=False)
class _Beginning:
    """From a frame's number to the work on it; raises for a frame that the clip lacks."""

    clip: OpenClip
    cache: FrameCache

    def __call__(self, number: FrameNumber) -> Work:
        plan = self.clip.plan
        if number in self._missing:
            raise missing_frame(number, plan.request.source)
        begun = time.perf_counter()
        shown = self._shown(number)
        window = self.cache.window(shown)
        repeated = self.cache.repeated(shown) if shown == number else None
        waited = time.perf_counter() - begun
        finish = self._matte if plan.request.picture is None else self._repair
        return partial(_flagged, partial(_waited, finish, window, waited), number, repeated)

    @cached_property
    def _missing(self) -> frozenset[FrameNumber]:
        return frozenset(self.clip.plan.selection.missing)

    @cached_property
    def _held(self) -> frozenset[FrameNumber]:
        return frozenset(self.clip.plan.selection.held)

    def _shown(self, number: FrameNumber) -> FrameNumber:
        """The frame itself; for a gap that is held, the last one before it that is there."""
        frames = self.clip.plan.info.frames
        return frames[bisect_left(frames, number) - 1] if number in self._held else number

    def _repair(self, window: FrameWindow) -> Rendered:
        pipeline, settings, mattes = self.clip.pipeline, self.clip.plan.request.settings, self.clip.mattes
        frame, result = window.centre.frame, pipeline.process(window, settings, mattes)
        report = with_decided_class(result.report, result.matte, frame, mattes.decisions)
        return Rendered(frame, result.frame, result.matte, report, self._found(window))

    def _matte(self, window: FrameWindow) -> Rendered:
        begun = time.perf_counter()
        matte = self.clip.pipeline.detect(window, self.clip.plan.request.settings, self.clip.mattes)
        report = marked_report(
            window.centre.number, window.offsets(), matte, {"detect": time.perf_counter() - begun}
        )
        return Rendered(window.centre.frame, None, matte, report, self._found(window))

    def _found(self, window: FrameWindow) -> DamageMatte | None:
        """All that was found, for the audit: the pipeline has it still."""
        mattes = self.clip.mattes
        if "audit" not in self.clip.plan.outputs or (mattes.hold_out is None and mattes.decisions is None):
            return None
        return self.clip.pipeline.detect(window, self.clip.plan.request.settings, mattes.found_alone)


def _flagged(finish: Work, number: FrameNumber, repeated: FrameNumber | None) -> Rendered:
    """The frame as `number`, with what is to be told of it."""
    rendered = finish()
    shown = rendered.source.number
    if shown == number:
        return replace(rendered, report=replace(rendered.report, duplicate_of=repeated))
    picture = rendered.picture
    return replace(
        rendered,
        source=replace(rendered.source, number=number),
        picture=None if picture is None else replace(picture, number=number),
        report=replace(rendered.report, number=number, copy_of=shown),
    )


def _waited(finish: Callable[[FrameWindow], Rendered], window: FrameWindow, waited: float) -> Rendered:
    rendered = finish(window)
    return replace(rendered, report=_with_seconds(rendered.report, "wait", waited))


def _with_seconds(report: FrameReport, stage: str, spent: float) -> FrameReport:
    return replace(report, seconds=MappingProxyType({**report.seconds, stage: spent}))


def _summary(
    plan: RenderPlan, ledger: Ledger, notes: tuple[str, ...], outcome: Outcome, cause: str
) -> RenderSummary:
    return RenderSummary(
        outcome=outcome,
        source=plan.request.source,
        outputs=ledger.outputs,
        expected=len(plan.selection.wanted),
        tally=ledger.tally(),
        failures=ledger.failures,
        notes=(*plan.notes, *ledger.notes, *notes),
        settings=plan.request.settings.as_dict(),
        colour_space=plan.colour_space,
        colour_reason=plan.colour_reason,
        identity=dict(plan.identity),
        versions=versions(),
        cause=cause,
    )
