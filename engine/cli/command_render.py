"""`engine-cli render`: restore a clip."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.parsers import Commands
from engine.cli.render_options import add_clip_options, request_from
from engine.cli.render_run import PlanResult, RenderResult, run_request


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "render",
        help="restore a clip",
        description="Find the damage of a clip and repair it. Pixels outside it keep their code values.",
        epilog="Exit codes: 0 done; 1 failed; 2 the request is wrong; 3 some frames of a sequence failed "
        "(they are listed, the others are written); 130 interrupted. A movie cannot leave a frame out: the "
        "first failed frame ends it with 1, and the frames before it are kept as NAME.partial.EXT.",
    )
    parser.add_argument(
        "input", metavar="IN", help="scan.####.dpx, scan.%%04d.exr, a folder, a picture, a movie"
    )
    parser.add_argument("output", metavar="OUT", help="restored.####.dpx or restored.mov, never the source")
    parser.add_argument(
        "--matte-out", metavar="MATTE", help="write the matte too: matte.####.png; white = damage"
    )
    parser.add_argument(
        "--patches", type=Path, metavar="FILE", help="keep what was changed, for `engine-cli revert`"
    )
    parser.add_argument(
        "--verify", action="store_true", help="read the result anew at the end and compare it with the source"
    )
    add_clip_options(parser)
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> PlanResult | RenderResult:
    request = request_from(arguments, arguments.output, arguments.matte_out)
    return run_request(request, arguments, "Restoring")
