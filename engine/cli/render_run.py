"""Running a render for a command: progress, Ctrl-C, and the result in words."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from engine.cli.interrupt import stopping
from engine.cli.output import complain, table
from engine.cli.progress import choose_progress
from engine.media.ranges import format_frames
from engine.parameters import Value
from engine.render.clip import plan_clip, render_clip
from engine.render.request import RenderPlan, RenderRequest
from engine.report.lines import JsonObject, summary_line
from engine.report.summary import RenderSummary

HEADINGS = {
    "complete": "Done",
    "frames failed": "Some frames failed",
    "failed": "Failed",
    "interrupted": "Interrupted",
}
ALONGSIDE = "write"
"""The stage that runs on a thread of its own, beside the others."""


@dataclass(frozen=True)
class PlanResult:
    """What a dry run tells."""

    plan: RenderPlan
    exit_code: int = 0

    @property
    def done(self) -> int:
        """Frames that an unfinished render to go on with has finished."""
        return 0 if self.plan.unfinished is None else len(self.plan.unfinished.frames)

    def text(self) -> str:
        plan = self.plan
        info, chosen = plan.info, plan.selection
        rows = [
            ("source", f"{info.path}  ({info.format}, {info.width} x {info.height})"),
            ("frames", f"{len(chosen.wanted)}: {format_frames(chosen.wanted)}"),
            *([("missing", format_frames(chosen.missing))] if chosen.missing else []),
            ("colour space", f"{plan.colour_space}  ({plan.colour_reason})"),
            ("neighbours", f"up to {plan.reach} frames on either side are read"),
            *((name, value) for name, value in plan.identity.items() if name != "colour_space"),
            *plan.outputs.items(),
            *([("resume", f"{self.done} frames are done already")] if plan.unfinished else []),
            *(("note", note) for note in plan.notes),
            *((name, _told(value)) for name, value in plan.request.settings.as_dict().items()),
        ]
        return "Nothing is written: this is a dry run.\n" + table([(name, value) for name, value in rows])

    def as_json(self) -> JsonObject:
        plan = self.plan
        return {
            "type": "plan",
            "schema": 1,
            "source": str(plan.info.path),
            "format": plan.info.format,
            "size": [plan.info.width, plan.info.height],
            "frames": list(plan.selection.wanted),
            "missing": list(plan.selection.missing),
            "held": list(plan.selection.held),
            "skipped": list(plan.selection.skipped),
            "done": self.done,
            "colour": {"space": plan.colour_space, "reason": plan.colour_reason},
            "neighbours": plan.reach,
            "identity": dict(plan.identity),
            "outputs": dict(plan.outputs),
            "notes": list(plan.notes),
            "settings": plan.request.settings.as_dict(),
        }


@dataclass(frozen=True)
class RenderResult:
    """How a render ended."""

    summary: RenderSummary

    @property
    def exit_code(self) -> int:
        return self.summary.exit_code

    def text(self) -> str:
        summary = self.summary
        if summary.outcome == "complete" and not summary.tally.written:
            rows = [*summary.outputs.items(), *(("note", note) for note in summary.notes)]
            return f"Complete already.\n{table(rows)}"
        rows = [*tally_rows(summary), ("time", _time_spent(summary)), *summary.outputs.items()]
        if summary.failures:
            rows.append(("failed", format_frames(failure.number for failure in summary.failures)))
        rows += [("note", note) for note in summary.notes]
        return f"{HEADINGS[summary.outcome]}.\n{table(rows)}"

    def as_json(self) -> JsonObject:
        return summary_line(self.summary)


def run_request(
    request: RenderRequest, arguments: argparse.Namespace, verb: str
) -> PlanResult | RenderResult:
    """Render, or plan for a dry run, with progress as the arguments ask for it."""
    if arguments.dry_run:
        return PlanResult(plan_clip(request))
    with (
        stopping() as stop,
        choose_progress(
            arguments.json, arguments.quiet, verb, repairs=request.picture is not None
        ) as progress,
    ):
        summary = render_clip(request, progress, stop)
    if summary.cause:
        complain(("error: " if summary.outcome == "failed" else "") + summary.cause)
    return RenderResult(summary)


def tally_rows(summary: RenderSummary) -> list[tuple[str, str]]:
    """What was counted, as rows of a table."""
    tally = summary.tally
    done = f"{len(tally.written)} of {summary.expected} in {tally.seconds:.1f} s ({tally.fps:.2f} fps)"
    return [
        ("frames", done),
        ("damage", f"{100 * tally.damaged:.3f} % of the picture, {tally.regions} regions"),
        ("colour space", f"{summary.colour_space}  ({summary.colour_reason})"),
    ]


def _told(value: Value) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _time_spent(summary: RenderSummary) -> str:
    """The stages by time, longest first; writing is told apart, since it runs beside them."""
    stages = dict(summary.tally.stages)
    beside = stages.pop(ALONGSIDE, 0.0)
    told = [f"{name} {spent:.1f} s" for name, spent in sorted(stages.items(), key=lambda item: -item[1])]
    return ", ".join([*told, f"writing {beside:.1f} s alongside"])
