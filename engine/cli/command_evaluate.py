"""`engine-cli evaluate`: how far a matte, and a repair, are from a known truth."""

from __future__ import annotations

import argparse
from contextlib import ExitStack
from pathlib import Path

from engine.cli.evaluate_result import EvaluateResult
from engine.cli.parsers import Commands
from engine.errors import UsageError
from engine.evaluate.clips import ComparedClips, Role
from engine.evaluate.compare import Judged, Rule, compared, summed
from engine.evaluate.overlay import verdict
from engine.media.contract import FrameSink
from engine.media.open import open_sink
from engine.types import CodeLayout, Codes, Frame, FrameNumber

_LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "integer", 8)
_DESCRIPTION = """\
Compare a matte with the true one. RESULT and TRUTH (and all plates) are sequences, movies, folders or
stills of one size; frames are matched by number, and in order where a movie stands against a sequence. A
matte is damage where its highest colour channel is above --threshold; white is 1, alpha is not looked at.

Printed per frame and overall: precision, recall, accuracy, Dice (which is F1) and IoU, pixel by pixel; F1
within --tolerance px; EMD, the earth mover's distance between the two mattes in px; connected false alarms
(what an operator would click away); marks missed wholly. A "-" stands where a figure has no meaning:
precision with nothing found, recall with nothing to be found, EMD with damage in one matte only.

With plates: masked PSNR (over TRUTH) and full PSNR of --restored against --clean, and of --source before it,
in the plates' own code values, white = 1; "altered" is the share of undamaged pixels whose codes differ
between --source and --restored."""


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser(
        "evaluate",
        help="compare a matte, and a repair, with the truth",
        description=_DESCRIPTION,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("result", metavar="RESULT", help="the matte to judge: matte.####.png, matte.mkv, ...")
    parser.add_argument("truth", metavar="TRUTH", help="the matte of the damage that must be found")
    _add_rules(parser.add_argument_group("how to judge"))
    plates = parser.add_argument_group("plates, to judge the repair as well")
    plates.add_argument("--source", metavar="PLATE", help="the damaged plate")
    plates.add_argument("--restored", metavar="PLATE", help="the repaired plate")
    plates.add_argument("--clean", metavar="PLATE", help="the plate without damage")
    outputs = parser.add_argument_group("outputs")
    outputs.add_argument(
        "--overlay",
        metavar="DIR",
        type=Path,
        help="write overlay.####.png: yellow hit, green false alarm, red miss, over a plate if given",
    )
    outputs.add_argument("--overwrite", action="store_true", help="replace overlays that are there already")
    parser.set_defaults(run=run)
    return parser


def _add_rules(group: argparse._ArgumentGroup) -> None:  # pyright: ignore[reportPrivateUsage]
    group.add_argument(
        "--present",
        metavar="MATTE",
        help="all damage, seen or not: what it has beyond TRUTH counts neither way",
    )
    group.add_argument("--frames", metavar="LIST", help="only these: 1001-1100, 1001-1100x2, 7,9,12-20")
    group.add_argument("--tolerance", type=int, default=2, metavar="PX", help="default 2")
    group.add_argument(
        "--threshold", type=float, default=0.5, metavar="X", help="from 0 (any coverage) to 1; default 0.5"
    )


def run(arguments: argparse.Namespace) -> EvaluateResult:
    """Raises UsageError, SourceError, SinkError."""
    rule = _rule(arguments)
    targets = _targets(arguments)
    scores = []
    with ComparedClips(targets, arguments.frames) as clips, ExitStack() as outputs:
        overlays = _overlays(arguments, clips)
        if overlays:
            outputs.enter_context(overlays)
        for score, judged in compared(clips, rule):
            scores.append(score)
            if overlays:
                overlays.write(_drawn(score.number, judged))
        size = clips.info.width, clips.info.height
    return EvaluateResult(dict(targets), size, rule, tuple(scores), summed(scores), arguments.overlay)


def _rule(arguments: argparse.Namespace) -> Rule:
    if not 0 <= arguments.threshold < 1:
        raise UsageError(f"--threshold must be from 0 to below 1, not {arguments.threshold:g}.")
    if not 0 <= arguments.tolerance <= 100:
        raise UsageError(f"--tolerance must be from 0 to 100 px, not {arguments.tolerance}.")
    return Rule(arguments.threshold, arguments.tolerance)


def _targets(arguments: argparse.Namespace) -> dict[Role, str]:
    named: dict[Role, str | None] = {
        "RESULT": arguments.result,
        "TRUTH": arguments.truth,
        "--present": arguments.present,
        "--source": arguments.source,
        "--restored": arguments.restored,
        "--clean": arguments.clean,
    }
    if arguments.restored is not None and arguments.clean is None and arguments.source is None:
        raise UsageError("--restored stands alone; give --clean for PSNR or --source for what was altered.")
    return {role: target for role, target in named.items() if target is not None}


def _overlays(arguments: argparse.Namespace, clips: ComparedClips) -> FrameSink | None:
    if arguments.overlay is None:
        return None
    target = str(arguments.overlay / "overlay.####.png")
    return open_sink(target, clips.info, _LAYOUT, clips.numbers, arguments.overwrite)


def _drawn(number: FrameNumber, judged: Judged) -> Frame:
    drawn = verdict(judged.plate, judged.found, judged.visible, judged.present)
    return Frame(number, Codes((drawn,), _LAYOUT))
