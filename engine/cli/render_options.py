"""Options and request shared by the commands that walk a clip."""

from __future__ import annotations

import argparse
from pathlib import Path

from engine.cli.picture_options import add_picture_options, settings_from
from engine.inference.runtime import DEVICES
from engine.render.request import RenderRequest
from engine.render.selection import MISSING


def add_clip_options(parser: argparse.ArgumentParser) -> None:
    """Frames, colour, model, outputs, and the picture parameters."""
    clip = parser.add_argument_group("clip")
    clip.add_argument(
        "--frames",
        metavar="LIST",
        help="only these: 1001-1100, 1001-1100x2, 7,9,12-20; below zero as --frames=-5-10",
    )
    clip.add_argument(
        "--missing",
        choices=MISSING,
        default="error",
        help="frames that the clip lacks: error, listed as failed; hold, a copy of the frame before; skip, "
        "left out; default error",
    )
    clip.add_argument(
        "--cuts", type=Path, metavar="EDL", help="take the shot cuts from an edit list (CMX3600)"
    )
    add_colour_options(clip)
    add_engine_options(parser)
    _add_matte_options(parser)
    outputs = parser.add_argument_group("outputs")
    outputs.add_argument("--report", type=Path, metavar="FILE", help="write a report: JSON, a line per frame")
    outputs.add_argument(
        "--audit",
        metavar="FILE",
        help="write down what was done to every frame; in a folder, ending in /, as CLIP.reelmend.json",
    )
    outputs.add_argument("--sha256", action="store_true", help="SHA-256 of every frame in the audit too")
    outputs.add_argument("--overwrite", action="store_true", help="replace outputs that are there already")
    outputs.add_argument(
        "--resume",
        action="store_true",
        help="go on with this render where it was cut off; starts it where there is nothing to go on with",
    )
    outputs.add_argument(
        "--dry-run", action="store_true", help="say what would be done and stop; nothing is written"
    )
    add_picture_options(parser)


def _add_matte_options(parser: argparse.ArgumentParser) -> None:
    mattes = parser.add_argument_group(
        "mattes given",
        "Each is a sequence, a movie or a still of the clip's size, matched by frame number, or the name of "
        "a channel of the clip beyond colour: A, IR. A still holds for every frame.",
    )
    mattes.add_argument("--matte-in", metavar="MATTE", help="damage found elsewhere; white = damage")
    mattes.add_argument("--infrared", metavar="IR", help="the infrared of the scan, to find dirt by")
    mattes.add_argument("--hold-out", metavar="MASK", help="what is not black here is never touched")
    mattes.add_argument(
        "--decisions",
        type=Path,
        metavar="FILE",
        help="what a person decided: regions vetoed, added, protected (JSON, see docs/audit.md)",
    )


def add_colour_options(group: argparse._ArgumentGroup) -> None:  # pyright: ignore[reportPrivateUsage]
    group.add_argument(
        "--colour-space",
        metavar="NAME",
        help='what the codes are, as OCIO names it: "ADX10"; by default what the file says',
    )
    group.add_argument(
        "--ocio-config", metavar="FILE", help="default: $OCIO, else the built-in ACES studio config"
    )


def add_engine_options(parser: argparse.ArgumentParser) -> None:
    engine = parser.add_argument_group("engine")
    engine.add_argument(
        "--model", metavar="NAME", help="detection model: an id from `engine-cli models`, or a file"
    )
    engine.add_argument("--device", choices=DEVICES, default="auto", help="where networks run; default auto")


def request_from(arguments: argparse.Namespace, picture: str | None, matte: str | None) -> RenderRequest:
    """The request that the parsed options ask for. Raises ParameterError."""
    return RenderRequest(
        source=arguments.input,
        picture=picture,
        matte=matte,
        report=arguments.report,
        matte_in=arguments.matte_in,
        infrared=arguments.infrared,
        hold_out=arguments.hold_out,
        frames=arguments.frames,
        settings=settings_from(arguments),
        colour_space=arguments.colour_space,
        colour_config=arguments.ocio_config,
        model=arguments.model,
        device=arguments.device,
        overwrite=arguments.overwrite,
        missing=arguments.missing,
        cuts=arguments.cuts,
        resume=arguments.resume,
        decisions=arguments.decisions,
        audit=arguments.audit,
        sha256=arguments.sha256,
        # Only what is repaired can be undone and verified.
        patches=getattr(arguments, "patches", None),
        verify=getattr(arguments, "verify", False),
    )
