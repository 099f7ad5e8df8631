"""Command-line options for the picture parameters, made from the one parameter table."""

from __future__ import annotations

import argparse

from engine.parameters import PARAMETERS, Parameter, Settings


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """One option per parameter; the range is checked by `settings_from`, so that all front ends agree."""
    group = parser.add_argument_group("picture parameters")
    for parameter in PARAMETERS:
        group.add_argument(
            flag(parameter),
            dest=parameter.id,
            type=int if parameter.kind == "integer" else float,
            metavar="N" if parameter.kind == "integer" else "X",
            help=_help(parameter),
        )


def settings_from(arguments: argparse.Namespace) -> Settings:
    """The settings asked for, over the defaults. Raises ParameterError."""
    asked = {p.id: getattr(arguments, p.id) for p in PARAMETERS}
    return Settings.of({name: value for name, value in asked.items() if value is not None})


def flag(parameter: Parameter) -> str:
    """The option's name: --minimum-area for minimum_area."""
    return "--" + parameter.id.replace("_", "-")


def _help(parameter: Parameter) -> str:
    limits = f"{parameter.minimum:.9g} to {parameter.maximum:.9g} {parameter.unit}".rstrip()
    return f"{parameter.hint} From {limits}; default {parameter.default:g}.".replace("%", "%%")
