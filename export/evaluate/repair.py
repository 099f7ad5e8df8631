"""`python -m export.evaluate.repair`: how well damage is filled, every method on the same damage.

The protocol is in docs/evaluation.md, "Repair protocol". Without options all parts run on all clips, which
takes hours; --json keeps every row at once, so that a run may be stopped and its tables still be made.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from export.evaluate.protocol import each_clip
from export.evaluate.repair_alarms import ALARMS, alarm_clips
from export.evaluate.repair_conditions import NAMES, RepairClip, repair_clip
from export.evaluate.repair_cost import cost
from export.evaluate.repair_dilation import dilation
from export.evaluate.repair_judging import METHODS, Bench, Judged, MatteKind, judge, motions_of
from export.evaluate.repair_sheets import crops
from export.evaluate.repair_stills import stills
from export.evaluate.repair_tables import Row, read, table
from export.evaluate.row_file import add_rows
from export.evaluate.sheets import save
from export.evaluate.watching import net_pipeline
from export.simulate.banks import load

PARTS = ("clips", "alarms", "stills", "dilation", "cost")


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.tables:
        print(table(read(options.tables)))
        return 0
    if "clips" in options.parts or "alarms" in options.parts:
        _clips(options)
    if "dilation" in options.parts:
        print(dilation(options.split, options.cache, options.model, options.clips, options.frames))
    if "stills" in options.parts:
        print(stills(options.split / "real_pairs", options.model, options.methods, options.contrib))
    if "cost" in options.parts:
        for line in cost(options.split, options.cache, options.model):
            print(line, flush=True)
    return 0


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.repair", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--conditions", nargs="+", choices=NAMES, default=NAMES)
    parser.add_argument("--mattes", nargs="+", choices=["true", "own"], default=["true", "own"])
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--clips", nargs="+", help="names; by default all")
    parser.add_argument("--frames", type=int, default=4, help="judged per clip, 1 to 12")
    parser.add_argument("--model", help="detector to judge with; by default the shipped one")
    parser.add_argument("--contrib", type=Path, help="folder with a contrib build of OpenCV, for fsr")
    parser.add_argument("--json", type=Path, default=Path("runs/repair.jsonl"), help="rows are added here")
    parser.add_argument("--tables", type=Path, help="print the tables of such a file and do nothing else")
    parser.add_argument("--sheets", type=Path, help="folder for crops at 200 %%")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    return parser.parse_args(argv)


def _clips(options: argparse.Namespace) -> None:
    rows: list[Row] = []
    with net_pipeline(options.model) as pipeline:
        bench = Bench(pipeline, options.methods, options.contrib)
        for clip in _each(options):
            motions = motions_of(pipeline, clip)
            shown: dict[str, Judged] = {}
            kinds: list[MatteKind] = ["true"] if clip.condition in ALARMS else options.mattes
            for kind in kinds:
                shown[kind] = judge(bench, clip, kind, motions)
                made = [Row(clip.condition, kind, clip.name, *item) for item in shown[kind].scores.items()]
                add_rows(options.json, made)
                rows += made
            print(clip.key, file=sys.stderr, flush=True)
            if options.sheets:
                _sheet(options.sheets, clip, shown)
    print(table(sorted(rows, key=lambda row: NAMES.index(row.condition) if row.condition in NAMES else 99)))


def _each(options: argparse.Namespace) -> Iterator[RepairClip]:
    def chosen(name: str) -> bool:
        return not options.clips or name in options.clips

    if "clips" in options.parts:
        bank = load(options.split / "damage")
        for condition in options.conditions:
            for clip in each_clip(options.split / "clean", options.cache):
                if chosen(clip.name):
                    yield repair_clip(clip, bank, condition, options.frames)
    if "alarms" in options.parts:
        yield from alarm_clips(options.split, options.cache, options.frames)


def _sheet(folder: Path, clip: RepairClip, shown: dict[str, Judged]) -> None:
    """Of the frame in the middle of those judged: ours told the matte, then blind."""
    ours = [judged.results["ours"] for judged in shown.values() if "ours" in judged.results]
    if ours:
        save(folder / f"{clip.condition}-{clip.name}.png", crops([r[len(r) // 2] for r in ours]))


if __name__ == "__main__":
    sys.exit(main())
