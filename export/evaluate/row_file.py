"""Rows of figures as JSON lines, added as they are taken: a run may be stopped, and its tables be made."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from math import isnan, nan
from pathlib import Path
from typing import Any, Protocol


class ScoredRow(Protocol):
    """A data class: some names, and under `scores` a data class of numbers."""

    @property
    def scores(self) -> Any: ...


def add_rows(path: Path, rows: Iterable[ScoredRow]) -> None:
    """Add `rows` to the JSON lines at `path`; NaN is null there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            figures = {k: None if isnan(v) else float(v) for k, v in asdict(row.scores).items()}
            file.write(json.dumps({**asdict(row), "scores": figures}) + "\n")


def stored_rows(path: Path) -> Iterator[tuple[dict[str, Any], dict[str, float]]]:
    """Names and scores of the rows that `add_rows` put there; of rows with the same names the last counts."""
    rows: dict[tuple[object, ...], tuple[dict[str, Any], dict[str, float]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        names = json.loads(line)
        figures = {k: nan if v is None else v for k, v in names.pop("scores").items()}
        rows[tuple(names.values())] = names, figures
    yield from rows.values()
