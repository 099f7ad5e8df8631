"""`engine-cli serve`: the engine process that host plug-ins talk to, by hand."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from engine.cli.interrupt import stopping
from engine.cli.output import show_line
from engine.cli.parsers import Commands
from engine.cli.render_options import add_engine_options
from engine.errors import UsageError
from engine.report.lines import JsonObject
from engine.server.greeting import Ready
from engine.server.places import places
from engine.server.renderer import Defaults
from engine.server.server import IDLE, ServeOptions, default_budget, serve
from ocio.config import BUILT_IN

GIB = 2**30
MOST_CACHE = 1024 * GIB + 1
REASONS = {
    "idle": "Ended: nothing was asked for a while.",
    "stopped": "Stopped.",
    "lost": "Ended: its socket was taken away, so that nobody could find it.",
    "runs already": "An engine process runs already; see the line above.",
}


@dataclass(frozen=True)
class ServeResult:
    """Why it ended."""

    reason: str
    exit_code: int = 0

    def text(self) -> str:
        return REASONS[self.reason]

    def as_json(self) -> JsonObject:
        return {"type": "served", "schema": 1, "reason": self.reason}


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "serve",
        help="run the engine process that host plug-ins talk to",
        description="Plug-ins start it themselves. It prints one JSON line when it is ready, and ends when "
        "nothing has been asked for a while; of several, the first one serves all (plugin/PROTOCOL.md).",
    )
    process = parser.add_argument_group("process")
    process.add_argument("--idle", type=float, default=IDLE, metavar="SECONDS", help="default: %(default)g")
    process.add_argument(
        "--socket",
        type=Path,
        metavar="PATH",
        help="in a folder of your own, mode 0700; by default where hosts look",
    )
    process.add_argument(
        "--cache", type=float, metavar="GIB", help="frames kept in memory; default a quarter of it, at most 4"
    )
    process.add_argument(
        "--ocio-config",
        metavar="FILE",
        help="for hosts that name none; default the built-in ACES studio config",
    )
    add_engine_options(parser)
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> ServeResult:
    """Serve until idle or told to stop. Raises UsageError."""
    cache = default_budget() if arguments.cache is None else arguments.cache * GIB
    if not (arguments.idle > 0 and 0 < cache < MOST_CACHE):
        raise UsageError("--idle is above 0, and --cache from there to 1024 GiB.")
    # Not $OCIO: it would be that of whichever host came first. A host sends its own.
    defaults = Defaults(arguments.ocio_config or BUILT_IN, arguments.model or "", arguments.device)
    options = ServeOptions(places(arguments.socket), defaults, arguments.idle, int(cache))
    with stopping() as stop:
        return ServeResult(serve(options, _tell, stop))


def _tell(ready: Ready) -> None:
    show_line(dict(ready))
