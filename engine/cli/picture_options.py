"""Command-line options for the picture parameters, made from the one parameter table."""

from __future__ import annotations

import argparse

from engine.parameters import PARAMETERS, Group, Parameter, Settings

_GROUPS: dict[Group, str] = {
    "detect": "what is taken for damage",
    "matte": "the matte",
    "infrared": "the infrared channel",
    "repair": "the repair",
}
_METAVARS = {"float": "X", "integer": "N", "choice": "WORD"}


def add_picture_options(parser: argparse.ArgumentParser) -> None:
    """One option per parameter; the range is checked by `settings_from`, so that all front ends agree."""
    for group, title in _GROUPS.items():
        options = parser.add_argument_group(title)
        for parameter in PARAMETERS:
            if parameter.group == group:
                _add(options, parameter)


def _add(options: argparse._ArgumentGroup, parameter: Parameter) -> None:  # pyright: ignore[reportPrivateUsage]
    options.add_argument(
        flag(parameter),
        dest=parameter.id,
        type={"integer": int, "float": float, "choice": str}[parameter.kind],
        metavar=_METAVARS[parameter.kind],
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
    accepts = parameter.accepts[0].upper() + parameter.accepts[1:]
    return f"{parameter.hint} {accepts}; default {parameter.default_text}.".replace("%", "%%")
