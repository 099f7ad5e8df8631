"""`engine-cli demo`: restore a drawn reel, or the first seconds of a film, and show what was done."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass
from pathlib import Path

from engine.cli.interrupt import stopping
from engine.cli.output import complain, table
from engine.cli.parsers import Commands
from engine.cli.progress import choose_progress
from engine.cli.render_options import add_colour_options, add_engine_options
from engine.cli.render_run import tally_rows
from engine.demo.quality import Quality
from engine.demo.run import DemoOutcome, DemoRequest, run_demo
from engine.errors import UsageError
from engine.render.request import RenderRequest
from engine.report.lines import JsonObject, summary_line

LONGEST = 600.0


@dataclass(frozen=True)
class DemoResult:
    """What the demo made, and how good it is where the truth is known."""

    outcome: DemoOutcome

    @property
    def exit_code(self) -> int:
        return self.outcome.summary.exit_code

    def text(self) -> str:
        rows = tally_rows(self.outcome.summary)
        rows += _quality_rows(self.outcome.quality)
        rows += [(name, str(path)) for name, path in self.outcome.made.items()]
        return table(rows)

    def as_json(self) -> JsonObject:
        quality = self.outcome.quality
        return {
            "type": "demo",
            "schema": 1,
            "made": {name: str(path) for name, path in self.outcome.made.items()},
            "quality": asdict(quality) if quality else None,
            "summary": summary_line(self.outcome.summary),
        }


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "demo",
        help="restore a short reel and show what was done",
        description="Without FILE: draws a short damaged reel, restores it and measures the result against "
        "the clean reel. With FILE: restores the first seconds of it. Either way a contact sheet, the "
        "restored frames, their mattes, a movie and a preview are left in DIR in place of an earlier demo's.",
    )
    parser.add_argument("input", metavar="FILE", nargs="?", help="a film of your own")
    parser.add_argument("--out", metavar="DIR", default="reelmend-demo", help="default: reelmend-demo")
    parser.add_argument("--seconds", type=float, metavar="S", help="how much; default 1 drawn, 2 of a film")
    add_colour_options(parser.add_argument_group("clip"))
    add_engine_options(parser)
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> DemoResult:
    request = DemoRequest(
        _folder(arguments), arguments.input, _seconds(arguments), _render_request(arguments)
    )
    if not arguments.quiet and not arguments.json and arguments.input is None:
        complain("drawing a damaged reel")
    with stopping() as stop, choose_progress(arguments.json, arguments.quiet, "Restoring") as progress:
        outcome = run_demo(request, progress, stop)
    if outcome.summary.cause:
        complain(outcome.summary.cause)
    return DemoResult(outcome)


def _quality_rows(quality: Quality | None) -> list[tuple[str, str]]:
    if quality is None:
        return []
    gained = quality.after - quality.before
    return [
        (
            "quality",
            f"{quality.before:.1f} dB before, {quality.after:.1f} dB after ({gained:+.1f} dB): "
            "PSNR where damage is visible, against the clean reel",
        ),
        ("altered", f"{100 * quality.altered:.3f} % of the pixels without damage"),
    ]


def _folder(arguments: argparse.Namespace) -> Path:
    # Path("") is the current folder: a variable of a script that is not set must not be written into that.
    if not arguments.out.strip():
        raise UsageError("--out is empty; give the name of a folder.")
    return Path(arguments.out)


def _seconds(arguments: argparse.Namespace) -> float:
    seconds = arguments.seconds
    if seconds is None:
        return 1.0 if arguments.input is None else 2.0
    if not 0 < seconds <= LONGEST:
        raise UsageError(f"--seconds is {seconds:g}; it must be more than 0 and at most {LONGEST:g}.")
    return float(seconds)


def _render_request(arguments: argparse.Namespace) -> RenderRequest:
    return RenderRequest(
        source="",
        colour_space=arguments.colour_space,
        colour_config=arguments.ocio_config,
        model=arguments.model,
        device=arguments.device,
    )
