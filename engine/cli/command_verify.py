"""`engine-cli verify`: prove that a result is its source but for what the matte covers."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from dataclasses import dataclass

from engine.audit.findings import KINDS, Verification
from engine.audit.verify import verify_clips
from engine.cli.interrupt import stopping
from engine.cli.output import table
from engine.cli.parsers import Commands
from engine.matte.open import open_matte
from engine.media.open import open_source
from engine.render.selection import select_frames
from engine.report.lines import JsonObject

_DESCRIPTION = """\
Prove that every pixel outside the matte is that of the source, and everything beside the pixels too: every
byte of a DPX or Cineon, every header field of an EXR, TIFF or PNG, and of a movie its facts, the time of
each frame and every packet of its sound. Both clips are read anew. Without --matte nothing may differ.

Exit codes: 0 identical; 1 something differs: it is counted, and the first places are named."""


@dataclass(frozen=True)
class VerifyResult:
    """What was compared and what differed."""

    source: str
    result: str
    verification: Verification

    @property
    def exit_code(self) -> int:
        return 0 if self.verification.identical else 1

    def text(self) -> str:
        heading = "Identical outside the matte." if self.verification.identical else "NOT identical."
        return f"{heading}\n{table(verification_rows(self.verification))}"

    def as_json(self) -> JsonObject:
        told = self.verification.as_json()
        return {"type": "verify", "schema": 1, "source": self.source, "result": self.result, **told}


def verification_rows(found: Verification) -> list[tuple[str, str]]:
    """Counts and the first differences, as rows of a table."""
    outside = found.pixels - found.inside
    rows = [
        ("frames", f"{found.frames} compared"),
        ("pixels", f"{outside} outside the matte; {found.changed} of {found.inside} inside it changed"),
    ]
    if found.bytes_beside:
        rows.append(
            ("beside them", f"{found.bytes_beside} bytes of headers, user areas and padding compared")
        )
    if found.fields:
        rows.append(("fields", f"{found.fields} header fields agree"))
    if found.packets:
        rows.append(("sound", f"{found.packets} packets agree"))
    rows += [
        ("DIFFERENT", f"{found.counts[kind]} {told}")
        for kind, told in KINDS.items()
        if found.counts.get(kind)
    ]
    rows += [("", difference.told()) for difference in found.first]
    return rows + [("note", note) for note in found.notes]


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "verify",
        help="prove that a result is its source outside the matte",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("source", metavar="SOURCE", help="scan.####.dpx, a folder, a picture, a movie")
    parser.add_argument("result", metavar="RESULT", help="what was made from it")
    parser.add_argument("--matte", metavar="MATTE", help="where it may differ: what is not black")
    parser.add_argument("--frames", metavar="LIST", help="only these of the source: 1001-1100, 7,9,12-20")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> VerifyResult:
    """Raises SourceError, UsageError, Interrupted."""
    with ExitStack() as held:
        source = held.enter_context(open_source(arguments.source))
        result = held.enter_context(open_source(arguments.result))
        mattes = None
        if arguments.matte is not None:
            mattes, _ = open_matte(arguments.matte, source.info, "matte", held)
        frames = select_frames(arguments.frames, source.info.frames, source.info.gaps).present
        stop = held.enter_context(stopping())
        found = verify_clips(source, result, mattes, frames, stop=stop)
    return VerifyResult(arguments.source, arguments.result, found)
