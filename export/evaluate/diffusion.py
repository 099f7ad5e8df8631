"""`python -m export.evaluate.diffusion`: the quality tier against the fast one, on the same damage.

The protocol is in docs/evaluation.md, "Protocol of the quality tier". --json keeps every row at once, so
that a run may be stopped and its tables still be made.
"""

from __future__ import annotations

import argparse
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np

from engine.inference.registry import find
from engine.pipeline import DEFAULT_PAINTER
from engine.repair.diffusion_sampler import Sampling
from export.evaluate.diffusion_conditions import NAMES, quality_clip
from export.evaluate.diffusion_judging import (
    FIGURES,
    METHODS,
    ONCE,
    SEEDS,
    Contest,
    Entry,
    QualityScores,
    entries,
)
from export.evaluate.protocol import each_clip
from export.evaluate.repair_sheets import crops
from export.evaluate.row_file import add_rows, stored_rows
from export.evaluate.sheets import save
from export.simulate.banks import load

EXTRA = {
    "2m": Sampling(),
    "ddim": Sampling(solver="ddim"),
    "near-2": Sampling(solver="ddim", start=2.0),
    "near-1": Sampling(solver="ddim", start=1.0),
    "near-half": Sampling(solver="ddim", start=0.5),
    "near-half-2m": Sampling(start=0.5),
    "one-run": ONCE,
    "four-runs": Sampling(steps=4),
    "eight-runs": Sampling(steps=8),
    "repaint": Sampling(jumps=2),
    "repaint-far": Sampling(jumps=2, length=2),
}
_DIGITS = {"masked": 1, "structure": 1, "full": 1, "look": 3, "texture": 3, "painted": 1, "seconds": 0}


@dataclass(frozen=True)
class Row:
    """One method on one clip of one condition, drawn with one seed."""

    condition: str
    clip: str
    method: str
    seed: int
    scores: QualityScores


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.tables:
        print(table(read(options.tables)))
        return 0
    contest = _contest(options)
    bank, rows = load(options.split / "damage"), []
    for condition in options.conditions:
        for clip in each_clip(options.split / "clean", options.cache):
            if options.clips and clip.name not in options.clips:
                continue
            made = list(entries(contest, quality_clip(clip, bank, condition, options.frames)))
            rows += written(options.json, condition, clip.name, made)
            if options.sheets:
                _sheet(options.sheets / f"{condition}-{clip.name}.png", made)
            print(f"{condition}/{clip.name}", file=sys.stderr, flush=True)
    print(table(rows))
    return 0


def _contest(options: argparse.Namespace) -> Contest:
    return Contest.of(
        options.model or find(DEFAULT_PAINTER).path,
        EXTRA[options.sampler],
        {name: EXTRA[name] for name in options.extra},
        dict(options.rival),
        options.methods,
        SEEDS[: options.seeds],
    )


def written(path: Path, condition: str, clip: str, made: Iterable[Entry]) -> list[Row]:
    """The rows of `made`, added to the JSON lines at `path`."""
    rows = [Row(condition, clip, entry.method, entry.seed, entry.scores()) for entry in made]
    add_rows(path, rows)
    return rows


def read(path: Path) -> list[Row]:
    """The rows of a file that `written` made."""
    return [Row(**names, scores=QualityScores(**figures)) for names, figures in stored_rows(path)]


def table(rows: Sequence[Row]) -> str:
    """Means over clips by condition and method; of what is sampled the mean over seeds and, behind ±, their
    standard deviation."""
    lines: list[str] = []
    for condition in dict.fromkeys(row.condition for row in rows):
        chosen = [row for row in rows if row.condition == condition]
        count = len({row.clip for row in chosen})
        lines += [f"\n*{condition}*, {count} clips\n", "| | " + " | ".join(FIGURES) + " |"]
        lines.append("|---" * (len(FIGURES) + 1) + "|")
        for method in dict.fromkeys(row.method for row in chosen):
            cells = [_cell(name, [r for r in chosen if r.method == method]) for name in FIGURES]
            lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(name: str, rows: Sequence[Row]) -> str:
    by_seed: dict[int, list[float]] = defaultdict(list)
    for row in rows:
        value = float(getattr(row.scores, name))
        if not isnan(value):
            by_seed[row.seed].append(value)
    means = [float(np.mean(values)) for values in by_seed.values()]
    if not means:
        return "-"
    digits = _DIGITS.get(name, 2)
    mean = f"{np.mean(means):.{digits}f}"
    return mean if len(means) == 1 else f"{mean} ± {np.std(means, ddof=1):.{max(digits, 2)}f}"


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.diffusion", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--conditions", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--methods", nargs="*", choices=METHODS, default=METHODS, help="by default all")
    parser.add_argument("--sampler", choices=list(EXTRA), default="near-1", help="of diffusion and best")
    parser.add_argument("--extra", nargs="*", choices=list(EXTRA), default=(), help="other ways to sample")
    parser.add_argument(
        "--rival",
        action="append",
        default=[],
        type=_named,
        metavar="NAME=FILE.onnx",
        help="a single-pass net of another family, judged as a row of that name",
    )
    parser.add_argument(
        "--seeds", type=int, choices=range(1, len(SEEDS) + 1), default=len(SEEDS), help="of each sampler"
    )
    parser.add_argument("--clips", nargs="+", help="names; by default all")
    parser.add_argument("--frames", type=int, default=1, help="judged per clip, 1 to 12")
    parser.add_argument("--model", type=Path, help="denoising net to judge; by default the shipped one")
    parser.add_argument("--json", type=Path, default=Path("runs/diffusion.jsonl"), help="rows are added here")
    parser.add_argument("--tables", type=Path, help="print the tables of such a file and do nothing else")
    parser.add_argument("--sheets", type=Path, help="folder for crops at 200 %%")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    return parser.parse_args(argv)


def _named(text: str) -> tuple[str, Path]:
    name, found, file = text.partition("=")
    if not (name and found and file):
        raise argparse.ArgumentTypeError(f"give NAME=FILE.onnx, not {text!r}")
    return name, Path(file)


def _sheet(path: Path, made: Sequence[Entry]) -> None:
    """Of the first judged frame: truth, input, then one result of every method in the order of the table."""
    shown = {entry.method: entry.results[0] for entry in reversed(made)}
    order = dict.fromkeys(entry.method for entry in made if entry.method != "input")
    save(path, crops([shown[name] for name in order]))


if __name__ == "__main__":
    sys.exit(main())
