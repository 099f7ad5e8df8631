"""The models that ship with Reelmend, and models of the user's own; nothing is run unverified.

`engine/models/models.json`: {"schema": 1, "models": {id: {"file", "sha256", "bytes"}}}.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from engine.errors import ModelError

SHIPPED = Path(__file__).resolve().parent.parent / "models"
_LIST = "models.json"
_SCHEMA = 1
_REMEDY = "install Reelmend again"


@dataclass(frozen=True)
class ModelEntry:
    """One model file. `sha256` and `size` (bytes) are what it must be; None for a user's own file."""

    id: str
    path: Path
    sha256: str | None = None
    size: int | None = None

    @property
    def shipped(self) -> bool:
        return self.sha256 is not None


@dataclass(frozen=True, eq=False)
class ModelFile:
    """The verified content of a model, read in one go so that what was hashed is what is run."""

    entry: ModelEntry
    content: bytes
    sha256: str


def listing(folder: Path = SHIPPED) -> tuple[ModelEntry, ...]:
    """The models of `folder`, by id. Raises ModelError where its list is missing or malformed."""
    file = folder / _LIST
    try:
        table: Any = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ModelError(f"{file}: the list of models cannot be read ({error}); {_REMEDY}.") from error
    except ValueError as error:
        raise ModelError(f"{file}: the list of models is not JSON ({error}); {_REMEDY}.") from error
    if not isinstance(table, dict) or cast(dict[str, Any], table).get("schema") != _SCHEMA:
        raise ModelError(f"{file}: expected a list of models of schema {_SCHEMA}; {_REMEDY}.")
    models = cast(dict[str, Any], table).get("models")
    if not isinstance(models, dict):
        raise ModelError(f"{file}: expected a table under 'models', not {models!r}; {_REMEDY}.")
    rows = cast(dict[str, Any], models)
    return tuple(_entry(file, name, rows[name]) for name in sorted(rows))


def find(model: str | Path, folder: Path = SHIPPED) -> ModelEntry:
    """A shipped model by id, or a user's own by the path of an .onnx file.

    Raises ModelError for an id that is not there; the file itself is looked at by `read`.
    """
    if isinstance(model, Path) or model.lower().endswith(".onnx"):
        path = Path(model)
        return ModelEntry(path.stem, path)
    shipped = {entry.id: entry for entry in listing(folder)}
    if model not in shipped:
        raise ModelError(
            f"There is no model {model!r}; the models are {', '.join(shipped) or 'none'}. "
            "Give one of these ids or the path of an .onnx file."
        )
    return shipped[model]


def read(entry: ModelEntry) -> ModelFile:
    """The content of a model, verified where a sha256 is known. Raises ModelError: missing or altered."""
    remedy = _REMEDY if entry.shipped else "give the path of an .onnx file that exists"
    try:
        content = entry.path.read_bytes()
    except OSError as error:
        reason = error.strerror or error
        raise ModelError(
            f"{entry.path}: the model {entry.id!r} cannot be read ({reason}); {remedy}."
        ) from error
    found = hashlib.sha256(content).hexdigest()
    if entry.sha256 is not None and found != entry.sha256:
        raise ModelError(
            f"{entry.path}: the model {entry.id!r} was altered or is incomplete: expected sha256 "
            f"{entry.sha256} ({entry.size} bytes), found {found} ({len(content)} bytes); {remedy}."
        )
    return ModelFile(entry, content, found)


def _entry(file: Path, name: str, row: object) -> ModelEntry:
    fields = cast(Mapping[str, object], row) if isinstance(row, dict) else {}
    path, sha256, size = fields.get("file"), fields.get("sha256"), fields.get("bytes")
    named = isinstance(path, str) and Path(path).name == path and path.endswith(".onnx")
    hashed = isinstance(sha256, str) and len(sha256) == 64
    if not named or not hashed or not isinstance(size, int):
        raise ModelError(
            f"{file}: model {name!r} must have 'file' (an .onnx beside the list), 'sha256' (64 digits) "
            f"and 'bytes' (a whole number), not {row!r}; {_REMEDY}."
        )
    return ModelEntry(name, file.parent / str(path), str(sha256), size)
