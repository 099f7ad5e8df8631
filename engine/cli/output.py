"""The one place that prints: results and errors, as text or as JSON lines."""

from __future__ import annotations

import sys

from engine.cli.result import Result
from engine.report.lines import JsonObject, as_text

PROGRAM = "engine-cli"


def show(result: Result, as_json: bool, quiet: bool = False) -> None:
    """Print a command's result on standard output."""
    if as_json:
        show_line(result.as_json())
    elif not quiet and (text := result.text()):
        print(text, flush=True)


def show_line(line: JsonObject) -> None:
    """Print one JSON line on standard output, at once: a reader may be waiting for it."""
    print(as_text(line), flush=True)


def show_error(error: BaseException, message: str, exit_code: int, as_json: bool) -> None:
    """Print an error: a sentence on standard error and, for machines, a JSON line on standard output."""
    if as_json:
        kind = type(error).__name__
        show_line({"type": "error", "kind": kind, "message": message, "exit_code": exit_code})
    complain(f"error: {message}")


def complain(message: str) -> None:
    """One line on standard error, with the name of the program."""
    print(f"{PROGRAM}: {message}", file=sys.stderr, flush=True)


def table(rows: list[tuple[str, str]]) -> str:
    """Two columns, the first as wide as its widest cell."""
    width = max((len(name) for name, _ in rows), default=0)
    return "\n".join(f"  {name:<{width}}  {value}".rstrip() for name, value in rows)
