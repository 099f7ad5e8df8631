"""`engine-cli revert`: put back what a render changed, wholly or by region."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine.audit.patch_reader import PatchReader
from engine.audit.revert import Reverted, parse_regions, revert_clip
from engine.cli.interrupt import stopping
from engine.cli.output import table
from engine.cli.parsers import Commands
from engine.media.open import open_source
from engine.report.lines import JsonObject

_DESCRIPTION = """\
Restore the source from a result and the patches that `render --patches` wrote beside it. Without --regions
every code value becomes that of the source again, which is checked frame by frame; a DPX or Cineon is then
its source file byte for byte. With --regions only those regions are put back; all else stays as it is.

Regions are told as FRAME, for all of a frame, or FRAME:REGION with the number the audit gives it:
--regions 1003:1,1003:4,1007"""


@dataclass(frozen=True)
class RevertResult:
    reverted: Reverted
    output: str
    exit_code: int = 0

    def text(self) -> str:
        done = self.reverted
        rows = [
            ("frames", f"{done.frames} written, {done.restored} of them put back"),
            ("source", f"{done.files} files are the source's byte for byte" if done.files else _codes(done)),
            ("picture", self.output),
        ]
        return "Done.\n" + table(rows + [("note", note) for note in done.notes])

    def as_json(self) -> JsonObject:
        done = self.reverted
        return {
            "type": "revert",
            "schema": 1,
            "frames": done.frames,
            "restored": done.restored,
            "proved": done.proved,
            "identical_files": done.files,
            "output": self.output,
            "notes": list(done.notes),
        }


def _codes(done: Reverted) -> str:
    return f"{done.proved} frames have every code value of the source"


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "revert",
        help="put back what a render changed",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("result", metavar="RESULT", help="what the render wrote")
    parser.add_argument("patches", metavar="PATCHES", type=Path, help="the file of `render --patches`")
    parser.add_argument("output", metavar="OUT", help="where the restored clip goes, never the result itself")
    parser.add_argument("--regions", metavar="LIST", help="only these: 1003:1,1003:4,1007")
    parser.add_argument("--overwrite", action="store_true", help="replace outputs that are there already")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> RevertResult:
    """Raises SourceError, UsageError, SinkError, Interrupted."""
    regions = None if arguments.regions is None else parse_regions(arguments.regions)
    with ExitStack() as held:
        patches = held.enter_context(PatchReader(arguments.patches))
        result = held.enter_context(open_source(arguments.result))
        stop = held.enter_context(stopping())
        reverted = revert_clip(result, patches, arguments.output, regions, arguments.overwrite, stop)
    return RevertResult(reverted, arguments.output)
