"""`python -m export.evaluate.operating`: what a threshold costs and finds, calibration, the curve as JSON.

One pass of the detector over every clip; the protocol is in docs/evaluation.md, "Operating point".
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from engine.evaluate.overlay import verdict
from engine.pipeline import Pipeline
from export.evaluate.hard_negatives import hard_negatives
from export.evaluate.marking import marks_at
from export.evaluate.operating_tables import (
    class_table,
    clip_table,
    curve,
    reliability_table,
    summary,
    threshold_table,
)
from export.evaluate.protocol import TestClip, each_test_clip, floats
from export.evaluate.sheets import columns, eight_bit, save
from export.evaluate.tally import CLEANED, GROUPS, SHIPPED, ClipTally, Group, cleaned
from export.evaluate.watching import Seen, net_pipeline, watched


def main(argv: list[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    with net_pipeline(options.model) as pipeline:
        tallies = [
            tallied(pipeline, clip, group, options.sheets)
            for group in options.groups
            for clip in clips_of(group, options.split, options.cache, options.turns)
        ]
        identity = pipeline.identity["detector"]
    print(f"# {identity}\n")
    for part in (threshold_table, summary, clip_table, class_table, reliability_table):
        print(part(tallies), end="\n\n")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(curve(identity, tallies), indent=1) + "\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.operating", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--model", help="an id or an .onnx path; by default the shipped one")
    parser.add_argument("--groups", nargs="+", choices=GROUPS, default=list(GROUPS))
    parser.add_argument(
        "--turns", nargs="+", type=int, default=[0], help="pairings of lookalikes and clips (default 0)"
    )
    parser.add_argument("--json", type=Path, help="write the points of the curve here")
    parser.add_argument("--sheets", type=Path, help="folder for a sheet per clip at the default threshold")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    return parser


def clips_of(group: Group, split: Path, cache: Path, turns: Sequence[int] = (0,)) -> Iterator[TestClip]:
    """The clips of a group, one by one; hard negatives in each of these `turns`."""
    if group == "negatives":
        for turn in turns:
            yield from hard_negatives(split, cache, turn)
    else:
        yield from each_test_clip(split, cache, group)


def tallied(pipeline: Pipeline, clip: TestClip, group: Group, sheets: Path | None = None) -> ClipTally:
    """Run the detector over the clip once and count what it says."""
    tally = ClipTally(clip.name, group, clip.frames[0].visible.size)
    middle = clip.frames[len(clip.frames) // 2].number
    for seen in watched(pipeline, clip):
        tally.raw.add(seen.frame, seen.matte)
        tally.reliability.add(seen.frame, seen.matte.coverage)
        for threshold in CLEANED:
            tally.found[threshold] += cleaned(seen.matte, seen.frame, threshold)
        if sheets and seen.frame.number == middle:
            _draw(sheets / f"{group}-{clip.name}.png", seen)
    found = tally.found[SHIPPED]
    told = f"clean {found.false_percent:.3f} %, recall {found.strict.recall:.2f}, F1 2 px {found.near.f1:.2f}"
    print(f"{group} {clip.name}: {told}", file=sys.stderr, flush=True)
    return tally


def _draw(path: Path, seen: Seen) -> None:
    frame, before = seen.frame, floats(seen.frame.damaged)
    found = marks_at(seen.matte, SHIPPED)
    save(path, columns([eight_bit(before), verdict(before, found, frame.visible, frame.present)], 960))


if __name__ == "__main__":
    sys.exit(main())
