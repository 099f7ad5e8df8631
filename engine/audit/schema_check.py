"""Checks JSON against the schemas beside this file; they are the one description of our formats.

Understood is the part of JSON Schema (draft 2020-12) that they use: type, const, enum, required,
properties, additionalProperties (true, false or a schema), items, prefixItems, minItems, maxItems, minimum,
maximum, exclusiveMinimum, minLength, maxLength, pattern, oneOf, and $ref within the file. Any other
keyword is refused, so that a schema never promises what nobody checks.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any, cast

Schema = Mapping[str, Any]

_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
}
_NOTES = {"$schema", "$id", "$defs", "title", "description", "examples"}


@cache
def schema(name: str) -> Schema:
    """The schema in `schemas/NAME.schema.json`."""
    file = resources.files("engine.audit").joinpath(f"schemas/{name}.schema.json")
    return cast(Schema, json.loads(file.read_text(encoding="utf-8")))


def first_fault(value: object, root: Schema, part: str | None = None) -> str:
    """What is wrong with `value`, with its place ("decisions[3].frames: ..."); "" where nothing is.

    `part` names one of the definitions of `root`, to check a piece of a document.
    """
    rule = root if part is None else root["$defs"][part]
    return next(_faults(value, rule, root, ""), "")


def _faults(value: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    unknown = rule.keys() - _CHECKS.keys() - _NOTES
    if unknown:
        raise ValueError(f"the schema uses {sorted(unknown)}, which nobody checks")
    for keyword, limit in rule.items():
        if keyword in _CHECKS:
            yield from _CHECKS[keyword](value, limit, rule, root, at)


def _type(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    names: list[str] = [limit] if isinstance(limit, str) else list(limit)
    if not any(_TYPES[name](value) for name in names):
        yield f"{at or 'the document'} must be {' or '.join(names)}, not {_shown(value)}"


def _const(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if value != limit or type(value) is not type(limit):
        yield f"{at or 'the document'} must be {_shown(limit)}, not {_shown(value)}"


def _enum(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if value not in limit:
        yield f"{at or 'the document'} must be one of {', '.join(map(str, limit))}, not {_shown(value)}"


def _required(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        missing = [name for name in limit if name not in value]
        if missing:
            yield f"{at or 'the document'} lacks {', '.join(missing)}"


def _properties(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if not isinstance(value, dict):
        return
    members = cast(dict[str, Any], value)
    for name, member in members.items():
        place = f"{at}.{name}" if at else name
        more = rule.get("additionalProperties", True)
        if name in limit:
            yield from _faults(member, limit[name], root, place)
        elif more is False:
            yield f"{place} is not known; known are {', '.join(limit)}"
        elif more is not True:
            yield from _faults(member, more, root, place)


def _additional(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if "properties" not in rule:
        yield from _properties(value, {}, rule, root, at)


def _items(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, item in enumerate(cast(list[Any], value)):
            yield from _faults(item, limit, root, f"{at}[{place}]")


def _prefix_items(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if isinstance(value, list):
        for place, (item, its) in enumerate(zip(cast(list[Any], value), limit, strict=False)):
            yield from _faults(item, its, root, f"{at}[{place}]")


def _length(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    least = rule.get("minItems", rule.get("minLength", 0))
    most = rule.get("maxItems", rule.get("maxLength"))
    if isinstance(value, str | list):
        count = len(cast(list[Any], value))
        if count < least or (most is not None and count > most):
            yield f"{at} must hold {least} to {'any number' if most is None else most}, not {count}"


def _range(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    if not _TYPES["number"](value):
        return
    if not rule.get("minimum", float("-inf")) <= value <= rule.get("maximum", float("inf")):
        least, most = rule.get("minimum", "any"), rule.get("maximum", "any")
        yield f"{at} must be from {least} to {most}, not {_shown(value)}"
    if "exclusiveMinimum" in rule and not value > rule["exclusiveMinimum"]:
        yield f"{at} must be more than {rule['exclusiveMinimum']}, not {_shown(value)}"


def _pattern(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    # "$" alone would let a line break through at the end.
    if isinstance(value, str) and re.search(f"{limit.removesuffix('$')}\\Z", value, re.ASCII) is None:
        yield f"{at} must look like {limit}, not {_shown(value)}"


def _one_of(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    faults = [next(_faults(value, option, root, at), "") for option in limit]
    if faults.count("") != 1:
        told = "; ".join(sorted({fault for fault in faults if fault})) or "it fits more than one"
        yield (
            f"{at or 'the document'} fits none of its forms: {told}"
            if "" not in faults
            else (f"{at or 'the document'} fits more than one of its forms")
        )


def _ref(value: Any, limit: Any, rule: Schema, root: Schema, at: str) -> Iterator[str]:
    yield from _faults(value, root["$defs"][limit.removeprefix("#/$defs/")], root, at)


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."


_CHECKS: Mapping[str, Callable[[Any, Any, Schema, Schema, str], Iterator[str]]] = {
    "type": _type, "const": _const, "enum": _enum, "required": _required, "properties": _properties,
    "additionalProperties": _additional, "items": _items, "prefixItems": _prefix_items,
    "minItems": _length, "maxItems": _length, "minLength": _length, "maxLength": _length,
    "minimum": _range, "maximum": _range, "exclusiveMinimum": _range, "pattern": _pattern,
    "oneOf": _one_of, "$ref": _ref,
}  # fmt: skip
