"""Fills of authentic damage on single scans, against an expert's retouching; no neighbours."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from export.evaluate.repair_conditions import RepairClip
from export.evaluate.repair_judging import Bench, MatteKind, judge
from export.evaluate.stills import COLOUR_SPACE, LAYOUT, pairs
from export.evaluate.watching import net_pipeline

SPATIAL = ("input", "telea", "ns", "fsr", "biharmonic", "ours-smooth", "ours")
"""Methods that need no neighbour."""


def stills(folder: Path, model: str | None, methods: Sequence[str], contrib: Path | None) -> str:
    """A table for every pair: told the truth, and blind."""
    lines: list[str] = []
    with net_pipeline(model, COLOUR_SPACE) as pipeline:
        bench = Bench(pipeline, [m for m in methods if m in SPATIAL], contrib, LAYOUT)
        for pair in pairs(folder):
            clip = RepairClip(pair.name, "stills", [pair.truth()], [0])
            lines += [
                f"\n{pair.name}\n",
                "| matte | method | full | masked | structure | grain | altered % |",
            ]
            lines.append("|---|---|---|---|---|---|---|")
            lines += [*_lines(bench, clip, "true"), *_lines(bench, clip, "own")]
    return "\n".join(lines)


def _lines(bench: Bench, clip: RepairClip, kind: MatteKind) -> Iterator[str]:
    for name, scores in judge(bench, clip, kind, {}, whole=False).scores.items():
        figures = scores.full, scores.masked, scores.structure
        told = " | ".join(f"{value:.2f}" for value in figures)
        yield f"| {kind} | {name} | {told} | {scores.grain:.2f} | {scores.altered:.3f} |"
