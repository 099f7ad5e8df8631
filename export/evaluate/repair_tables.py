"""Rows of scores as JSON lines and as the tables of docs/evaluation.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from math import inf, isinf, isnan, nan
from pathlib import Path

from export.evaluate.repair_scores import FIGURES, RepairScores, medians

_DIGITS = {"masked": 1, "structure": 1, "full": 1, "ssim": 4, "gmsd": 4, "altered": 3}


@dataclass(frozen=True)
class Row:
    """One method on one clip of one condition; `matte` "true" or "own"."""

    condition: str
    matte: str
    clip: str
    method: str
    scores: RepairScores


def written(path: Path, rows: Iterable[Row]) -> None:
    """Add `rows` to the JSON lines at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for row in rows:
            figures = {k: None if isnan(v) else v for k, v in asdict(row.scores).items()}
            file.write(json.dumps({**asdict(row), "scores": figures}) + "\n")


def read(path: Path) -> list[Row]:
    """The rows of a file that `written` made; of rows with the same names the last counts."""
    rows: dict[tuple[str, ...], Row] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        stored = json.loads(line)
        figures = {k: nan if v is None else v for k, v in stored.pop("scores").items()}
        row = Row(**stored, scores=RepairScores(**figures))
        rows[(row.condition, row.matte, row.clip, row.method)] = row
    return list(rows.values())


def table(rows: Sequence[Row]) -> str:
    """Medians over clips by condition, matte and method, the worst clip in brackets."""
    lines: list[str] = []
    for condition, matte in dict.fromkeys((row.condition, row.matte) for row in rows):
        chosen = [row for row in rows if (row.condition, row.matte) == (condition, matte)]
        lines += [f"\n*{condition}, {matte} matte*\n", "| | " + " | ".join(FIGURES) + " |"]
        lines.append("|---" * (len(FIGURES) + 1) + "|")
        for method in dict.fromkeys(row.method for row in chosen):
            lines.append(_line(method, [row.scores for row in chosen if row.method == method]))
    return "\n".join(lines)


def _line(method: str, scores: Sequence[RepairScores]) -> str:
    middle, worst = medians(scores)
    cells = [_cell(name, getattr(middle, name), getattr(worst, name), len(scores)) for name in FIGURES]
    return f"| {method} | " + " | ".join(cells) + " |"


def _cell(name: str, middle: float, worst: float, count: int) -> str:
    if isnan(middle):
        return "-"
    digits = _DIGITS.get(name, 2)
    shown = [_number(value, digits) for value in (middle, worst)]
    return shown[0] if count == 1 or name in ("ssim", "gmsd", "seconds") else f"{shown[0]} ({shown[1]})"


def _number(value: float, digits: int) -> str:
    if isinf(value):
        return "unchanged" if value == inf else "-inf"
    return f"{value:.{digits}f}"
