"""Rows of scores as the tables of docs/evaluation.md."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isinf, isnan
from pathlib import Path

from export.evaluate.repair_scores import FIGURES, RepairScores, medians
from export.evaluate.row_file import stored_rows

_DIGITS = {"masked": 1, "structure": 1, "full": 1, "ssim": 4, "gmsd": 4, "altered": 3}


@dataclass(frozen=True)
class Row:
    """One method on one clip of one condition; `matte` "true" or "own"."""

    condition: str
    matte: str
    clip: str
    method: str
    scores: RepairScores


def read(path: Path) -> list[Row]:
    """The rows of a file made by `add_rows`."""
    return [Row(**names, scores=RepairScores(**figures)) for names, figures in stored_rows(path)]


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
