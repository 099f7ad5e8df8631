"""One clip from open source to finished files."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType

from engine.errors import Interrupted, ReelmendError, UsageError
from engine.render.contract import Rendered, Unwatched, Watcher
from engine.render.ledger import Ledger
from engine.render.loop import Work, missing_frame, render_frames
from engine.render.opening import OpenClip, frame_cache, open_clip
from engine.render.outputs import open_outputs
from engine.render.request import RenderPlan, RenderRequest
from engine.render.versions import versions
from engine.render.writer import WriterThread
from engine.report.file import ReportFile
from engine.report.lines import summary_line
from engine.report.regions import regions_of
from engine.report.summary import Outcome, RenderSummary
from engine.types import DamageMatte, FrameNumber, FrameReport
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
    ("interrupted"). In each case what was written until then is valid. Raises ReelmendError where the
    render cannot start: the source cannot be read, outputs exist, the colour space is not known.
    """
    watcher = watcher or Unwatched()
    with ExitStack() as held:
        clip = held.enter_context(open_clip(request))
        report = _report(request, held)
        ledger = Ledger(watcher, report, repairs=request.picture is not None)
        outcome, cause = _attempt(clip, ledger, stop or threading.Event())
        summary = _summary(clip.plan, ledger, outcome, cause)
        if report is not None:
            report.write(summary_line(summary))
        watcher.finished(summary)
        return summary


def _report(request: RenderRequest, held: ExitStack) -> ReportFile | None:
    if request.report is None:
        return None
    return held.enter_context(ReportFile(request.report, request.overwrite))


def _attempt(clip: OpenClip, ledger: Ledger, stop: threading.Event) -> tuple[Outcome, str]:
    """Render until the end or until something ends it; the outcome and its cause."""
    try:
        _render(clip, ledger, stop)
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


def _render(clip: OpenClip, ledger: Ledger, stop: threading.Event) -> None:
    wanted = clip.plan.selection.wanted
    with ExitStack() as told, ExitStack() as held:
        outputs = open_outputs(clip.plan, held)
        told.callback(lambda: ledger.closed(outputs.notes(), outputs.made()))
        cache = held.enter_context(frame_cache(clip))
        writer = held.enter_context(WriterThread(_writing(outputs.write, ledger)))
        ledger.started(len(wanted))
        beginning = _Beginning(clip, cache.window)
        render_frames(wanted, beginning, writer.put, ledger.failed, stop, outputs.may_skip)


def _writing(write: Callable[[Rendered], None], ledger: Ledger) -> Callable[[Rendered], None]:
    def timed(rendered: Rendered) -> None:
        begun = time.perf_counter()
        write(rendered)
        ledger.written(_with_seconds(rendered.report, "write", time.perf_counter() - begun))

    return timed


@dataclass(frozen=True, eq=False)
class _Beginning:
    """From a frame's number to the work on it; raises for a frame that the clip lacks."""

    clip: OpenClip
    window: Callable[[FrameNumber], FrameWindow]

    def __call__(self, number: FrameNumber) -> Work:
        plan = self.clip.plan
        if number in plan.selection.missing:
            raise missing_frame(number, plan.request.source)
        begun = time.perf_counter()
        window = self.window(number)
        waited = time.perf_counter() - begun
        finish = self._matte if plan.request.picture is None else self._repair
        return partial(_waited, finish, window, waited)

    def _repair(self, window: FrameWindow) -> Rendered:
        result = self.clip.pipeline.process(window, self.clip.plan.request.settings, self.clip.mattes)
        return Rendered(window.centre.frame, result.frame, result.matte, result.report)

    def _matte(self, window: FrameWindow) -> Rendered:
        begun = time.perf_counter()
        matte = self.clip.pipeline.detect(window, self.clip.plan.request.settings, self.clip.mattes)
        report = _matte_report(window, matte, time.perf_counter() - begun)
        return Rendered(window.centre.frame, None, matte, report)


def _waited(finish: Callable[[FrameWindow], Rendered], window: FrameWindow, waited: float) -> Rendered:
    rendered = finish(window)
    return replace(rendered, report=_with_seconds(rendered.report, "wait", waited))


def _matte_report(window: FrameWindow, matte: DamageMatte, seconds: float) -> FrameReport:
    damaged = float((matte.coverage > 0).mean())
    return FrameReport(
        window.centre.number,
        damaged,
        regions_of(matte, matte.coverage, ()),
        window.offsets(),
        {"detect": seconds},
    )


def _with_seconds(report: FrameReport, stage: str, spent: float) -> FrameReport:
    return replace(report, seconds=MappingProxyType({**report.seconds, stage: spent}))


def _summary(plan: RenderPlan, ledger: Ledger, outcome: Outcome, cause: str) -> RenderSummary:
    return RenderSummary(
        outcome=outcome,
        source=plan.request.source,
        outputs=ledger.outputs,
        expected=len(plan.selection.wanted),
        tally=ledger.tally(),
        failures=ledger.failures,
        notes=(*plan.notes, *ledger.notes),
        settings=plan.request.settings.as_dict(),
        colour_space=plan.colour_space,
        colour_reason=plan.colour_reason,
        identity=dict(plan.identity),
        versions=versions(),
        cause=cause,
    )
