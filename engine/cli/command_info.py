"""`engine-cli info`: what a clip holds, and which colour space it is taken for, and why."""

from __future__ import annotations

import argparse
from dataclasses import dataclass

from engine.cli.output import table
from engine.cli.parsers import Commands
from engine.cli.render_options import add_colour_options
from engine.errors import ColourError
from engine.media.contract import ClipInfo
from engine.media.open import open_source
from engine.media.ranges import format_frames
from engine.render.colour import ColourChoice, choose_colour
from engine.report.lines import JsonObject


@dataclass(frozen=True)
class InfoResult:
    """`colour` is None where the clip does not say its colour space; `colour_question` then asks for it."""

    info: ClipInfo
    colour: ColourChoice | None
    colour_question: str
    exit_code: int = 0

    def text(self) -> str:
        info = self.info
        rows = [
            ("format", info.format),
            ("size", f"{info.width} x {info.height}"),
            ("codes", _codes(info)),
            ("colour space", f"{self.colour.space}  ({self.colour.reason})" if self.colour else "not known"),
            ("frames", f"{len(info.frames)}: {format_frames(info.frames)}"),
            ("gaps", format_frames(info.gaps) or "none"),
            ("rate", _rate(info)),
            *((name, told) for name, told in info.extras.items() if name != "rate"),
        ]
        question = f"\n\n{self.colour_question}" if self.colour_question else ""
        return f"{info.path} ({info.kind})\n{table(rows)}{question}"

    def as_json(self) -> JsonObject:
        info = self.info
        known = self.colour
        return {
            "type": "info",
            "schema": 1,
            "path": str(info.path),
            "kind": info.kind,
            "format": info.format,
            "size": [info.width, info.height],
            "codes": {
                "model": info.layout.model,
                "channels": list(info.layout.channels),
                "kind": info.layout.kind,
                "bits": info.layout.bits,
                "subsampling": list(info.layout.subsampling),
                "full_range": info.layout.full_range,
            },
            "colour": {
                "space": known.space if known else None,
                "reason": known.reason if known else self.colour_question,
                "config": known.config if known else None,
            },
            "frames": format_frames(info.frames),
            "frame_count": len(info.frames),
            "gaps": list(info.gaps),
            "rate": info.rate,
            "extras": dict(info.extras),
        }


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("info", help="say what a clip holds, and its colour space and why")
    parser.add_argument("input", metavar="IN", help="a pattern, folder, picture or movie")
    add_colour_options(parser.add_argument_group("clip"))
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> InfoResult:
    """An unknown colour space is an answer here, not an error; a mistyped --colour-space is one."""
    with open_source(arguments.input) as source:
        info = source.info
    try:
        colour = choose_colour(info, arguments.colour_space, arguments.ocio_config)
    except ColourError as error:
        if arguments.colour_space or arguments.ocio_config:
            raise
        return InfoResult(info, None, str(error))
    return InfoResult(info, colour, "")


def _rate(info: ClipInfo) -> str:
    """Frames per second, and the exact fraction where the decimals are not it."""
    if not info.rate:
        return "not stated"
    exact = info.extras.get("rate", "")
    return f"{info.rate:g} frames per second" + (f" ({exact})" if "/" in exact else "")


def _codes(info: ClipInfo) -> str:
    layout = info.layout
    depth = f"{layout.bits}-bit {layout.kind if layout.kind != 'integer' else 'codes'}"
    subsampled = (
        "" if layout.subsampling == (1, 1) else ", subsampled chroma {}:{}".format(*layout.subsampling)
    )
    levels = "" if layout.full_range else ", video range"
    return f"{'/'.join(layout.channels)}, {depth}{subsampled}{levels}"
