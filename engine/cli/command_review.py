"""`engine-cli review`: look at every repair in a browser, veto it, add one, render again."""

from __future__ import annotations

import argparse
import os
import threading
import webbrowser
from dataclasses import dataclass
from pathlib import Path

from engine.cli.output import complain, show_line
from engine.cli.parsers import Commands
from engine.cli.picture_options import add_picture_options, settings_from
from engine.cli.render_options import add_colour_options, add_engine_options
from engine.errors import UsageError
from engine.render.request import RenderRequest
from engine.report.lines import JsonObject
from engine.review.opened import ReviewRequest
from engine.review.server import LOOPBACK, Place, serve

PASSWORD = "REELMEND_REVIEW_PASSWORD"


@dataclass(frozen=True)
class ReviewResult:
    """The server has ended."""

    clips: int
    exit_code: int = 0

    def text(self) -> str:
        return ""

    def as_json(self) -> JsonObject:
        return {"type": "review ended", "schema": 1, "clips": self.clips}


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "review",
        help="look at every repair in a browser, and decide",
        description="Serve a page on this machine that shows clips before and after, lists every repair, and "
        "takes down what is decided, for `engine-cli render --decisions`. Ends with Ctrl-C. Nothing is read "
        "but the clips given, and nothing is written but below --out and to the decisions file.",
    )
    parser.add_argument(
        "clips", metavar="CLIP", nargs="+", help="scan.####.dpx, a folder, a picture, a movie"
    )
    server = parser.add_argument_group("server")
    server.add_argument("--host", default=LOOPBACK, metavar="NAME",
                        help=f"where to listen; default {LOOPBACK}. Beyond this machine a password is "
                        f"needed, in the environment variable {PASSWORD}")  # fmt: skip
    server.add_argument("--port", type=int, default=0, metavar="N", help="default: any that is free")
    server.add_argument("--no-browser", action="store_true", help="only print the address")
    _add_clip_options(parser)
    add_engine_options(parser)
    add_picture_options(parser)
    parser.set_defaults(run=run)
    return parser


def _add_clip_options(parser: argparse.ArgumentParser) -> None:
    clip = parser.add_argument_group("clips")
    clip.add_argument("--out", type=Path, metavar="DIR",
                      help="where decisions and all that is made go, in a folder per clip; default: reelmend "
                      "beside the clip")  # fmt: skip
    clip.add_argument("--decisions", type=Path, metavar="FILE", help="of one clip; default: below --out")
    clip.add_argument("--audit", type=Path, metavar="FILE", help="of one clip; default: found below --out")
    clip.add_argument(
        "--truth", metavar="MATTE", help="of one clip: hold the found damage against this matte"
    )
    clip.add_argument("--infrared", metavar="IR", help="the infrared of the scan, to find dirt by")
    clip.add_argument("--matte-in", metavar="MATTE", help="damage found elsewhere; white = damage")
    clip.add_argument("--hold-out", metavar="MASK", help="what is not black here is never touched")
    clip.add_argument(
        "--cuts", type=Path, metavar="EDL", help="take the shot cuts from an edit list (CMX3600)"
    )
    add_colour_options(clip)


def run(arguments: argparse.Namespace) -> ReviewResult:
    """Raises UsageError, and what opening a clip raises."""
    requests = [_request(arguments, clip) for clip in arguments.clips]
    named = [name for name in ("decisions", "audit", "truth") if getattr(arguments, name) is not None]
    if named and len(requests) > 1:
        raise UsageError(
            f"--{named[0]} is of one clip, and {len(requests)} are given; review that one alone."
        )
    if not 0 <= arguments.port <= 65535:
        raise UsageError(f"--port is from 0 to 65535, not {arguments.port}.")
    where = Place(arguments.host, arguments.port, os.environ.get(PASSWORD, ""))
    serve(requests, where, lambda address: _begun(address, arguments))
    return ReviewResult(len(requests))


def _request(arguments: argparse.Namespace, clip: str) -> ReviewRequest:
    render = RenderRequest(
        source=clip,
        settings=settings_from(arguments),
        colour_space=arguments.colour_space,
        colour_config=arguments.ocio_config,
        model=arguments.model,
        device=arguments.device,
        matte_in=arguments.matte_in,
        infrared=arguments.infrared,
        hold_out=arguments.hold_out,
        cuts=arguments.cuts,
    )
    return ReviewRequest(render, arguments.out, arguments.decisions, arguments.audit, arguments.truth)


def _begun(address: str, arguments: argparse.Namespace) -> None:
    if arguments.json:
        show_line({"type": "review", "schema": 1, "url": address})
    else:
        print(address, flush=True)
    if not arguments.no_browser:
        # A browser may take its time to start, and the page is only served once this returns.
        threading.Thread(target=_opened, args=(address,), daemon=True).start()


def _opened(address: str) -> None:
    if not webbrowser.open(address):
        complain("no browser could be opened; open the address yourself.")
