"""`engine-cli report`: tell an audit again, as tables, lists for editing systems or a page."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine.audit.read import AuditReader, open_audit
from engine.audit.records import AuditedClip
from engine.audit.views.clock import FrameClock
from engine.audit.views.contract import View, text_file
from engine.audit.views.markers import EdlView, OtioView
from engine.audit.views.page import PageView
from engine.audit.views.tables import FrameTable, RegionTable
from engine.cli.output import table
from engine.cli.parsers import Commands
from engine.report.lines import JsonObject

_KINDS = {
    "csv": ("regions.csv", "frames.csv"),
    "edl": ("edl",),
    "otio": ("otio",),
    "html": ("html",),
}


@dataclass(frozen=True)
class ReportResult:
    """What the audit says in sum, and what was made of it."""

    clip: AuditedClip
    frames: int
    failed: int
    regions: int
    damaged: float
    made: tuple[Path, ...]
    exit_code: int = 0

    def text(self) -> str:
        outcome = self.clip.summary.get("outcome", "not finished: the render was killed or still runs")
        rows = [
            ("clip", str(self.clip.header["source"]["path"])),
            ("outcome", outcome),
            ("frames", f"{self.frames}" + (f", {self.failed} of them failed" if self.failed else "")),
            ("damage", f"{100 * self.damaged:.3f} % of the picture, {self.regions} regions"),
            *(("made", str(path)) for path in self.made),
        ]
        return table(rows)

    def as_json(self) -> JsonObject:
        return {
            "type": "report",
            "schema": 1,
            "whole": self.clip.whole,
            "outcome": self.clip.summary.get("outcome"),
            "frames": self.frames,
            "failed": self.failed,
            "regions": self.regions,
            "damaged": round(self.damaged, 8),
            "made": [str(path) for path in self.made],
        }


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "report",
        help="tell an audit as tables, markers or a page",
        description="Read the audit of a render, or NAME.partial of one that was killed, and tell it in "
        "other forms: beside it, or in DIR, named for the clip.",
    )
    parser.add_argument("audit", metavar="FILE", type=Path, help="CLIP.reelmend.json")
    parser.add_argument("--csv", action="store_true", help="CLIP.regions.csv and CLIP.frames.csv")
    parser.add_argument("--edl", action="store_true", help="markers as a CMX3600 EDL, for DaVinci Resolve")
    parser.add_argument("--otio", action="store_true", help="markers as OpenTimelineIO")
    parser.add_argument("--html", action="store_true", help="a page with a timeline of the damage")
    parser.add_argument("--out", metavar="DIR", type=Path, help="default: beside FILE")
    parser.add_argument("--overwrite", action="store_true", help="replace files that are there already")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> ReportResult:
    """Raises SourceError, OutputExists, SinkError."""
    with open_audit(arguments.audit) as audit:
        clip = audit.clip()
        folder = arguments.audit.parent if arguments.out is None else arguments.out
        paths = {
            suffix: folder / f"{clip.name}.{suffix}"
            for kind, suffixes in _KINDS.items()
            if getattr(arguments, kind)
            for suffix in suffixes
        }
        return _told(audit, clip, paths, arguments.overwrite)


def _told(audit: AuditReader, clip: AuditedClip, paths: dict[str, Path], overwrite: bool) -> ReportResult:
    """One walk over the frames feeds every view."""
    frames = failed = regions = 0
    damaged = 0.0
    with ExitStack() as held:
        views = [_view(suffix, path, clip, overwrite, held) for suffix, path in paths.items()]
        for frame in audit.frames():
            frames += 1
            failed += bool(frame.failure)
            regions += sum(region.state != "left alone" for region in frame.regions)
            damaged += frame.damaged
            for view in views:
                view.add(frame)
        for view in views:
            view.finish()
    mean = damaged / max(frames - failed, 1)
    return ReportResult(clip, frames, failed, regions, mean, tuple(paths.values()))


def _view(suffix: str, path: Path, clip: AuditedClip, overwrite: bool, held: ExitStack) -> View:
    stream = held.enter_context(text_file(path, overwrite))
    clock = FrameClock.of(clip)
    if suffix == "edl":
        return EdlView(stream, clip, clock)
    if suffix == "otio":
        return OtioView(stream, clip, clock)
    if suffix == "html":
        return PageView(stream, clip, clock)
    return (RegionTable if suffix == "regions.csv" else FrameTable)(stream, clock)
