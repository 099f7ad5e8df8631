"""`python -m export.evaluate`: the tables and contact sheets of docs/evaluation.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, fields
from functools import partial
from math import isnan
from pathlib import Path

from engine.evaluate.overlay import verdict
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.repair.motion_compensated import MotionCompensatedRepairer
from export.evaluate.baselines import RULES, TEXTBOOK, TRAINED, detected
from export.evaluate.methods import KnownDamage, Outcome, restored, telea, untouched
from export.evaluate.protocol import COLOUR_SPACE, CONDITIONS, Kind, TestClip, each_test_clip, floats
from export.evaluate.scores import Scores, medians, score
from export.evaluate.sheets import columns, eight_bit, save
from export.evaluate.watching import net_pipeline
from ocio.config import load
from ocio.processor import ColourRoute

Method = Callable[[TestClip], Iterable[Outcome]]

PUBLISHED = ["mixed", "lines", "clean", "mixed-strong-grain"]
METHODS = ["input", "telea", "truth", "ours", *RULES, *(f"{name}-trained" for name in RULES)]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--kinds", nargs="+", choices=list(CONDITIONS), default=PUBLISHED)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS[:4])
    parser.add_argument("--model", help="detector to judge; by default the shipped one")
    parser.add_argument("--sensitivity", type=float, default=0.5)
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets of our own results")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    settings = Settings.of({"sensitivity": options.sensitivity})
    with net_pipeline(options.model) as pipeline:
        methods = _methods(pipeline, settings)
        for kind in options.kinds:
            _table(kind, methods, options)
    return 0


def _methods(pipeline: Pipeline, settings: Settings) -> dict[str, Method]:
    def with_truth(clip: TestClip) -> Iterator[Outcome]:
        motion = MotionEstimator()
        repairer = MotionCompensatedRepairer(motion)
        with Pipeline(KnownDamage(clip), repairer, motion, ColourRoute(load()), COLOUR_SPACE) as told:
            yield from restored(told, clip, settings)

    return {
        "input": untouched,
        "telea": telea,
        "truth": with_truth,
        "ours": lambda clip: restored(pipeline, clip, settings),
        **{name: partial(detected, name, TEXTBOOK) for name in RULES},
        **{f"{name}-trained": partial(detected, name, TRAINED[name]) for name in RULES},
    }


def _table(kind: Kind, methods: dict[str, Method], options: argparse.Namespace) -> None:
    names = [f.name for f in fields(Scores)]
    print(f"\n{kind}\n| method | clip | " + " | ".join(names) + " |", flush=True)
    print("|---|---|" + "---|" * len(names))
    rows: dict[str, list[Scores]] = {name: [] for name in options.methods}
    for clip in each_test_clip(options.split, options.cache, kind):
        for name, scored in rows.items():
            outcomes = list(methods[name](clip))
            scored.append(score(outcomes))
            print(_row(name, clip.name, scored[-1]), flush=True)
            if name == "ours" and options.sheets:
                _sheet(options.sheets / f"{kind}-{clip.name}.png", outcomes[len(outcomes) // 2])
    for name, scored in rows.items():
        print(_row(name, "**median**", medians(scored)), flush=True)


def _row(method: str, clip: str, scores: Scores) -> str:
    figures = ("-" if isnan(value) else f"{value:.3f}" for value in astuple(scores))
    return f"| {method} | {clip} | " + " | ".join(figures) + " |"


def _sheet(path: Path, outcome: Outcome) -> None:
    frame = outcome.frame
    assert outcome.codes is not None
    before, after = floats(frame.damaged), floats(outcome.codes)
    judged = verdict(before, outcome.found, frame.visible, frame.present)
    save(path, columns([eight_bit(before), judged, eight_bit(after)]))


if __name__ == "__main__":
    sys.exit(main())
