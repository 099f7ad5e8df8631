"""`engine-cli detect`: find the damage of a clip and write the matte alone."""

from __future__ import annotations

import argparse

from engine.cli.parsers import Commands
from engine.cli.render_options import add_clip_options, request_from
from engine.cli.render_run import PlanResult, RenderResult, run_request


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "detect",
        help="write the matte of a clip alone",
        description="Find the damage of a clip and write it as a matte: white where the damage is.",
    )
    parser.add_argument(
        "input", metavar="IN", help="scan.####.dpx, scan.%%04d.exr, a folder, a picture, a movie"
    )
    parser.add_argument("matte", metavar="MATTE_OUT", help="matte.####.png or matte.mkv")
    add_clip_options(parser)
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> PlanResult | RenderResult:
    return run_request(request_from(arguments, None, arguments.matte), arguments, "Detecting")
