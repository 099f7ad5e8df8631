"""`python -m export.evaluate`: the tables and contact sheets of docs/evaluation.md."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import astuple, fields
from pathlib import Path

from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import Pipeline, build
from engine.repair.motion_compensated import MotionCompensatedRepairer
from export.evaluate.methods import KnownDamage, Outcome, restored, telea, untouched
from export.evaluate.protocol import COLOUR_SPACE, CONDITIONS, TestClip, floats, test_clips
from export.evaluate.scores import Scores, medians, score
from export.evaluate.sheets import columns, eight_bit, save, verdict
from ocio.config import load
from ocio.processor import ColourRoute

Method = Callable[[TestClip], Iterable[Outcome]]


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--kinds", nargs="+", choices=list(CONDITIONS), default=list(CONDITIONS))
    parser.add_argument("--methods", nargs="+", default=["input", "telea", "truth", "ours"])
    parser.add_argument("--model", help="detector to judge; by default the shipped one")
    parser.add_argument("--sensitivity", type=float, default=0.5)
    parser.add_argument("--sheets", type=Path, help="folder for contact sheets of our own results")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    settings = Settings.of({"sensitivity": options.sensitivity})
    with build(options.model, "auto", None, COLOUR_SPACE) as pipeline:
        methods = _methods(pipeline, settings)
        for kind in options.kinds:
            _table(kind, test_clips(options.split, options.cache, kind), methods, options)
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
    }


def _table(kind: str, clips: list[TestClip], methods: dict[str, Method], options: argparse.Namespace) -> None:
    names = [f.name for f in fields(Scores)]
    print(f"\n{kind}\n| method | clip | " + " | ".join(names) + " |", flush=True)
    print("|---|---|" + "---|" * len(names))
    for name in options.methods:
        rows: list[Scores] = []
        for clip in clips:
            outcomes = list(methods[name](clip))
            rows.append(score(outcomes))
            print(_row(name, clip.name, rows[-1]), flush=True)
            if name == "ours" and options.sheets:
                _sheet(options.sheets / f"{kind}-{clip.name}.png", outcomes[len(outcomes) // 2])
        print(_row(name, "**median**", medians(rows)), flush=True)


def _row(method: str, clip: str, scores: Scores) -> str:
    return f"| {method} | {clip} | " + " | ".join(f"{value:.3f}" for value in astuple(scores)) + " |"


def _sheet(path: Path, outcome: Outcome) -> None:
    frame = outcome.frame
    before, after = floats(frame.damaged), floats(outcome.codes)
    judged = verdict(before, outcome.found, frame.visible, frame.present)
    save(path, columns([eight_bit(before), judged, eight_bit(after)]))


if __name__ == "__main__":
    sys.exit(main())
