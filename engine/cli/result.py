"""What every command returns."""

from __future__ import annotations

from typing import Protocol

from engine.report.lines import JsonObject


class Result(Protocol):
    """The outcome of a command: `text` for people ("" to say nothing), `as_json` for machines."""

    @property
    def exit_code(self) -> int: ...
    def text(self) -> str: ...
    def as_json(self) -> JsonObject: ...
