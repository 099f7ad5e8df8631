"""Reads Fusion's .setting files: Lua tables of named entries, `Kind { ... }` standing for a typed table."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Value: TypeAlias = "str | float | bool | Table"
TOKEN = re.compile(
    r"""\s*(?:(?P<text>"[^"\n]*")|(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][\w.]*)|(?P<mark>[{}=,()]))"""
)


class BadSetting(Exception):
    """The text is not a table as Fusion reads it."""


@dataclass(frozen=True)
class Table:
    """`kind` is what stands before the brace, such as InstanceInput, "ordered()" or nothing."""

    kind: str
    entries: dict[str, Value]
    rest: tuple[Value, ...] = ()

    def table(self, name: str) -> Table:
        found = self.entries[name]
        assert isinstance(found, Table), name
        return found


def parse(text: str) -> Table:
    """The one table that `text` is. Raises BadSetting."""
    words = list(_words(text))
    value, end = _value(words, 0)
    if end != len(words) or not isinstance(value, Table):
        raise BadSetting(f"{len(words) - end} words follow the table")
    return value


def _words(text: str) -> Iterator[str]:
    at = 0
    while text[at:].strip():
        found = TOKEN.match(text, at)
        if found is None:
            raise BadSetting(f"cannot read {text[at : at + 30]!r}")
        at = found.end()
        yield found.group().strip()


def _value(words: list[str], at: int) -> tuple[Value, int]:
    word = words[at]
    if word == "{":
        return _table("", words, at)
    if words[at : at + 4] == ["ordered", "(", ")", "{"]:
        return _table("ordered()", words, at + 3)
    if at + 1 < len(words) and words[at + 1] == "{" and re.match(r"[A-Za-z]", word):
        return _table(word, words, at + 1)
    if word.startswith('"'):
        return word[1:-1], at + 1
    if word in ("true", "false"):
        return word == "true", at + 1
    if re.fullmatch(r"-?\d+(?:\.\d+)?", word):
        return float(word), at + 1
    raise BadSetting(f"{word!r} is no value")


def _table(kind: str, words: list[str], at: int) -> tuple[Table, int]:
    entries: dict[str, Value] = {}
    rest: list[Value] = []
    at += 1
    while words[at] != "}":
        if at + 1 < len(words) and words[at + 1] == "=":
            name = words[at]
            if not name.isidentifier() or name in entries:
                raise BadSetting(f"{name!r} cannot be a name here")
            entries[name], at = _value(words, at + 2)
        else:
            value, at = _value(words, at)
            rest.append(value)
        if words[at] == ",":
            at += 1
        elif words[at] != "}":
            raise BadSetting(f"expected , or }} before {words[at]!r}")
    return Table(kind, entries, tuple(rest)), at + 1
