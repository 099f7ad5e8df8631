"""`engine-cli params`: the picture parameters, for people and for whatever builds a panel from them."""

from __future__ import annotations

import argparse
from dataclasses import asdict, dataclass

from engine.cli.output import table
from engine.cli.parsers import Commands
from engine.cli.picture_options import flag
from engine.parameters import PARAMETERS, Parameter
from engine.report.lines import JsonObject


@dataclass(frozen=True)
class ParamsResult:
    parameters: tuple[Parameter, ...]
    exit_code: int = 0

    def text(self) -> str:
        return "\n\n".join(_described(parameter) for parameter in self.parameters)

    def as_json(self) -> JsonObject:
        return {"type": "params", "schema": 1, "parameters": [asdict(p) for p in self.parameters]}


def add_to(commands: Commands) -> argparse.ArgumentParser:
    parser = commands.add_parser("params", help="list the picture parameters")
    parser.set_defaults(run=run)
    return parser


def run(arguments: argparse.Namespace) -> ParamsResult:
    return ParamsResult(PARAMETERS)


def _described(parameter: Parameter) -> str:
    return f"{flag(parameter)}  {parameter.label} ({parameter.group})\n" + table(
        [
            ("", parameter.hint),
            ("accepts", parameter.accepts),
            ("default", parameter.default_text),
        ]
    )
