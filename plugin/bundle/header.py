"""The C header of the picture parameters, made from what `engine-cli params --json` says.

    engine-cli params --json | python -m plugin.bundle header > plugin/ofx/parameters.h

The header is kept in the repository, so that compiling needs no engine; a test makes it again and compares.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

INTRODUCTION = """\
/* The picture parameters as every front end has them. Made from engine/parameters.py; do not edit:
 *
 *     engine-cli params --json | python -m plugin.bundle header > plugin/ofx/parameters.h
 */
#ifndef REELMEND_PARAMETERS_H
#define REELMEND_PARAMETERS_H

typedef enum ParameterKind { PARAMETER_DOUBLE, PARAMETER_INTEGER, PARAMETER_CHOICE } ParameterKind;

enum { MOST_CHOICES = %d };

typedef struct Parameter {
    const char *id;
    const char *label;
    const char *hint;
    const char *group;
    ParameterKind kind;
    double initial; /* of a choice: its place among `choices` */
    double minimum, maximum;
    double shown_minimum, shown_maximum;
    const char *choices[MOST_CHOICES]; /* words; NULL after the last */
} Parameter;

static const Parameter PARAMETERS[] = {
"""
END = """\
};

#endif
"""
KINDS = {"float": "PARAMETER_DOUBLE", "integer": "PARAMETER_INTEGER", "choice": "PARAMETER_CHOICE"}
FORMAT = 1
LINE = 110
HOST_DEFAULTS: Mapping[str, str] = {"matte_mode": "replace"}
"""Where a node starts otherwise than the command line: a clip connected as Mask says what the damage is."""


class HeaderError(Exception):
    """What was given is not what `engine-cli params --json` writes."""


def header(described: Mapping[str, Any]) -> str:
    """The text of parameters.h for the object that `engine-cli params --json` writes. Raises HeaderError."""
    if described.get("type") != "params" or described.get("schema") != FORMAT:
        raise HeaderError(f"expected params of schema {FORMAT} from engine-cli, not {str(described)[:80]}")
    parameters: list[Mapping[str, Any]] = described["parameters"]
    most = max(len(parameter["choices"]) for parameter in parameters) + 1
    return INTRODUCTION % most + "".join(_entry(parameter) for parameter in parameters) + END


def _entry(parameter: Mapping[str, Any]) -> str:
    low, high = parameter["display"]
    hint = f"{parameter['hint']} In {parameter['unit']}." if parameter["unit"] else parameter["hint"]
    lines = [
        f".id = {_text(parameter['id'])},",
        f".label = {_text(parameter['label'])},",
        *_folded(".hint = ", hint),
        f".group = {_text(parameter['group'])},",
        f".kind = {KINDS[parameter['kind']]},",
        f".initial = {_number(_initial(parameter))},",
        f".minimum = {_number(parameter['minimum'])},",
        f".maximum = {_number(parameter['maximum'])},",
        f".shown_minimum = {_number(low)},",
        f".shown_maximum = {_number(high)},",
    ]
    if parameter["choices"]:
        lines.append(f".choices = {{{', '.join(_text(word) for word in parameter['choices'])}}},")
    return "    {\n" + "".join(f"        {line}\n" for line in lines) + "    },\n"


def _initial(parameter: Mapping[str, Any]) -> float:
    if parameter["kind"] != "choice":
        return parameter["default"]
    choices: list[str] = parameter["choices"]
    return choices.index(HOST_DEFAULTS.get(parameter["id"], parameter["default"]))


def _number(value: float) -> str:
    return repr(float(value))


def _text(words: str) -> str:
    return '"' + words.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _folded(name: str, words: str) -> list[str]:
    """`words` as C strings one below the other, none beyond the length of a line."""
    room = LINE - 8 - len(name) - 1
    lines: list[str] = []
    rest = words
    while len(_text(rest)) > room:
        blanks = [place for place, letter in enumerate(rest) if letter == " "]
        cut = max(place for place in blanks if len(_text(rest[: place + 1])) <= room) + 1
        lines.append(_text(rest[:cut]))
        rest = rest[cut:]
    lines.append(_text(rest) + ",")
    return [name + lines[0], *(" " * len(name) + line for line in lines[1:])]
