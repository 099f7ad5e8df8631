"""Reading JSON that others wrote: bounded, and refused in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from engine.errors import CorruptSource, SourceError, SourceNotFound

MOST_BYTES = 256 * 2**20


def read_json(path: Path, what: str) -> Any:
    """The value in a JSON file; `what` is what messages call it: "decisions file".

    Raises SourceNotFound, SourceError (may not be read, or larger than 256 MB), CorruptSource.
    """
    try:
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise SourceError(f"The {what} {path} has {size} bytes; more than {MOST_BYTES} are not read.")
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is no {what} {path}; check the path.") from error
    except OSError as error:
        raise SourceError(f"The {what} {path} cannot be read ({error.strerror}).") from error
    return parsed(content, f"The {what} {path}")


def parsed(content: bytes | str, what: str) -> Any:
    """`content` as JSON. Raises CorruptSource."""
    try:
        text = content if isinstance(content, str) else content.decode("utf-8-sig")
        return json.loads(text, parse_constant=_no_constant)
    except RecursionError as error:
        raise CorruptSource(f"{what} is nested too deeply to be what it should be.") from error
    except ValueError as error:
        raise CorruptSource(f"{what} is not JSON: {error}; write it again.") from error


def _no_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON number")
