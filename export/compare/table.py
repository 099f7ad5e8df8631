"""The finished rows, kept in a file, and printed as Markdown."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from engine.errors import UsageError
from export.compare.training import Budget
from export.compare.variants import ROUTES, Variant, from_scratch, further
from export.models.zoo.build import WIDTHS

Row = dict[str, float]
"""Figures over the held-out samples; those over new clips begin with "new_"."""
Rows = dict[str, Row]

NAMES = {
    "unet": "U-Net", "attention": "Attention U-Net", "r2unet": "R2U-Net", "r2attention": "R2 Attention U-Net",
}  # fmt: skip
MERIT = (
    "dice", "iou", "precision", "recall", "accuracy", "emd", "new_dice", "new_precision", "new_recall",
)  # fmt: skip
COLUMNS = (*MERIT, "parameters", "gflop", "ms")
_FORMATS: Mapping[str, str] = {
    "accuracy": "{:.4f}", "emd": "{:.1f}", "parameters": "{:,.0f}", "gflop": "{:.0f}", "ms": "{:.0f}",
}  # fmt: skip


def load(path: Path, budget: Budget, shards: int) -> Rows:
    """The rows of `path`, none where there is no such file.

    Raises UsageError where they were made with another budget or number of shards: only rows of the same
    ones can be compared.
    """
    if not path.exists():
        return {}
    kept = json.loads(path.read_text())
    asked = {"budget": asdict(budget), "shards": shards}
    found = {name: kept[name] for name in asked}
    if found != asked:
        raise UsageError(f"{path} holds rows of {found}, asked for are {asked}; give another folder")
    return kept["rows"]


def save(path: Path, budget: Budget, shards: int, rows: Rows) -> None:
    part = path.with_suffix(".part")
    kept = {"budget": asdict(budget), "shards": shards, "rows": rows}
    part.write_text(json.dumps(kept, indent=1) + "\n")
    part.replace(path)


def table(rows: Rows) -> str:
    """In Markdown: the nets from scratch, and what each stage and loss adds to the best of them."""
    scratch = [net for width in WIDTHS for net in from_scratch(width) if net.key in rows]
    lines = [_heading(("net", "width", "frames"), COLUMNS)]
    lines += [_line((NAMES[v.name], v.width, str(v.frames)), rows[v.key], COLUMNS) for v in scratch]
    others = [variant for variant in further(dices(rows)) if variant.key in rows]
    if others:
        lines += ["", _heading(("net", "route", "loss", "gain in Dice"), MERIT)]
        for frames in sorted({variant.frames for variant in others}):
            lines += _gains([variant for variant in others if variant.frames == frames], rows)
    return "\n".join(lines)


def dices(rows: Rows) -> dict[str, float]:
    return {key: row["dice"] for key, row in rows.items()}


def _gains(variants: list[Variant], rows: Rows) -> list[str]:
    first = variants[0]
    base = Variant(first.name, first.width, first.frames)
    ordered = [base, *sorted(variants, key=lambda v: (list(ROUTES).index(v.route), v.loss))]
    lines = []
    for variant in ordered:
        gain = rows[variant.key]["dice"] - rows[base.key]["dice"]
        told = f"{NAMES[variant.name]}, {variant.width}, {variant.frames}"
        shown = "-" if variant == base else f"{gain:+.3f}"
        lines.append(_line((told, variant.route, variant.loss, shown), rows[variant.key], MERIT))
    return lines


def _heading(first: tuple[str, ...], columns: tuple[str, ...]) -> str:
    units = {
        "dice": "Dice", "iou": "IoU", "emd": "EMD px",
        "new_dice": "new clips: Dice", "new_precision": "precision", "new_recall": "recall",
        "gflop": "GFLOP at 1080p", "ms": "ms at 1080p",
    }  # fmt: skip
    cells = [*first, *(units.get(column, column) for column in columns)]
    return f"| {' | '.join(cells)} |\n|{'---|' * len(cells)}"


def _line(first: tuple[str, ...], row: Row, columns: tuple[str, ...]) -> str:
    cells = [_FORMATS.get(c, "{:.3f}").format(row[c]) if c in row else "-" for c in columns]
    return f"| {' | '.join([*first, *cells])} |"
