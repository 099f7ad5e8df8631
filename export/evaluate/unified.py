"""`python -m export.evaluate.unified`: one net that finds and repairs against detector and repair, all blind.

The protocol is in docs/evaluation.md, "Protocol of the unified net". --json keeps every row at once.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isnan
from pathlib import Path

import numpy as np

from engine.detect.cleanup import MatteRule, accepted
from engine.detect.contract import Detector
from engine.detect.unet_detector import UNetDetector
from engine.inference.registry import find
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import DEFAULT_DETECTOR, DEFAULT_PAINTER, Pipeline
from engine.repair.contract import Repairer
from engine.repair.diffusion import DiffusionPainter
from engine.repair.diffusion_sampler import Sampling
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.second_tier import SecondTier
from export.evaluate.diffusion_conditions import quality_clip
from export.evaluate.methods import Outcome
from export.evaluate.protocol import COLOUR_SPACE, each_clip
from export.evaluate.repair_conditions import NAMES as MORE
from export.evaluate.repair_conditions import RepairClip, repair_clip
from export.evaluate.repair_fills import Stretch
from export.evaluate.repair_judging import Bench
from export.evaluate.repair_ours import cached
from export.evaluate.row_file import add_rows, stored_rows
from export.evaluate.scores import Scores, score
from export.evaluate.unified_path import UnifiedDetector, UnifiedNet, UnifiedRepairer
from export.evaluate.watching import Remembering
from export.simulate.banks import load
from ocio.config import load as load_colours
from ocio.processor import ColourRoute

CONDITIONS = ("mixed", "lines", "blotches", "occluded", "heavy", "heavy-lines", "heavy-fast")
METHODS = ("input", "two-stage", "two-stage-best", "unified", "unified-six")
FIGURES = (
    "masked_psnr", "full_psnr", "precision_2px", "recall_2px", "f1", "f1_2px", "altered", "false_alarms",
    "grain_ratio", "seconds",
)  # fmt: skip
_DIGITS = {"masked_psnr": 1, "full_psnr": 1, "altered": 3, "false_alarms": 1, "seconds": 0}


@dataclass(frozen=True)
class Row:
    """One method on one clip of one condition."""

    condition: str
    clip: str
    method: str
    scores: Scores


@dataclass(frozen=True, eq=False)
class Blind:
    """What is compared, and with which nets: the unified one, and the painter of `quality` best."""

    model: Path
    painter: Path | None
    motion: MotionEstimator
    route: ColourRoute
    sensitivity: float
    """Of the unified net, whose probabilities are not calibrated; the detector has its default."""

    def pipeline(self, method: str) -> tuple[Pipeline, Settings]:
        """The path of a method of METHODS but *input*; close it after use."""
        if method.startswith("unified"):
            how = Sampling(steps=6 if method == "unified-six" else 1)
            net = UnifiedNet(ModelSession(self.model, "cpu"), how)
            # It repairs a frame in the look that finds the damage: no neighbour's matte is asked for.
            return self._path(UnifiedDetector(net), UnifiedRepairer(net)), Settings.of(
                {"radius": 0, "sensitivity": self.sensitivity}
            )
        detector = UNetDetector(ModelSession(DEFAULT_DETECTOR, "cpu"), self.motion)
        repairer = MotionCompensatedRepairer(self.motion)
        if method == "two-stage":
            return self._path(detector, repairer), Settings.of({})
        second = SecondTier(
            lambda: DiffusionPainter(ModelSession(self.painter or find(DEFAULT_PAINTER).path, "cpu"))
        )
        return self._path(detector, repairer, second), Settings.of({"quality": "best"})

    def _path(self, detector: Detector, repairer: Repairer, second: SecondTier | None = None) -> Pipeline:
        return Pipeline(Remembering(detector), repairer, self.motion, self.route, COLOUR_SPACE, second)


def main(argv: list[str] | None = None) -> int:
    options = _options(argv)
    if options.tables:
        print(table(read(options.tables)))
        return 0
    bank, rows = load(options.split / "damage"), []
    for condition in options.conditions:
        made = repair_clip if condition in MORE else quality_clip
        for clip in each_clip(options.split / "clean", options.cache):
            if options.clips and clip.name not in options.clips:
                continue
            route = ColourRoute(load_colours())
            blind = Blind(options.model, options.painter, MotionEstimator(), route, options.sensitivity)
            damaged = made(clip, bank, condition, options.frames)
            found = [
                Row(condition, clip.name, name, score(outcomes(blind, name, damaged)))
                for name in options.methods
            ]
            add_rows(options.json, found)
            rows += found
            print(f"{condition}/{clip.name}", file=sys.stderr, flush=True)
    print(table(rows))
    return 0


def outcomes(blind: Blind, method: str, clip: RepairClip) -> Iterator[Outcome]:
    """The judged frames of a clip as the method leaves them, told of no damage."""
    frames = [clip.frames[place] for place in clip.judged]
    if method == "input":
        for frame in frames:
            yield Outcome(frame, frame.damaged, np.zeros_like(frame.visible), float("nan"))
        return
    pipeline, settings = blind.pipeline(method)
    plates = [frame.damaged for frame in clip.frames]
    stretch = Stretch(plates, [np.zeros_like(frame.visible) for frame in clip.frames], Bench.layout)
    reach, rule = pipeline.reach(settings), MatteRule.of(settings)
    with pipeline, cached(pipeline, stretch, reach) as cache:
        for place, frame in zip(clip.judged, frames, strict=True):
            window = cache.window(place, reach)
            result = pipeline.process(window, settings)
            found = accepted(pipeline.probability(window).coverage, rule)
            yield Outcome(frame, result.frame.codes.planes[0], found, sum(result.report.seconds.values()))


def read(path: Path) -> list[Row]:
    """The rows of a file that `main` made."""
    return [Row(**names, scores=Scores(**figures)) for names, figures in stored_rows(path)]


def table(rows: Sequence[Row]) -> str:
    """Means over clips by condition and method."""
    lines: list[str] = []
    for condition in dict.fromkeys(row.condition for row in rows):
        chosen = [row for row in rows if row.condition == condition]
        lines += [
            f"\n*{condition}*, {len({row.clip for row in chosen})} clips\n",
            "| | " + " | ".join(FIGURES) + " |",
        ]
        lines.append("|---" * (len(FIGURES) + 1) + "|")
        for method in dict.fromkeys(row.method for row in chosen):
            cells = [_cell(name, [r.scores for r in chosen if r.method == method]) for name in FIGURES]
            lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _cell(name: str, scores: Sequence[Scores]) -> str:
    values = [value for one in scores if not isnan(value := float(getattr(one, name)))]
    return f"{np.mean(values):.{_DIGITS.get(name, 2)}f}" if values else "-"


def _options(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.unified", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/val")
    parser.add_argument("--model", type=Path, help="unified net to judge, a file of --family unified")
    parser.add_argument("--painter", type=Path, help="net of quality best; by default the shipped one")
    parser.add_argument(
        "--sensitivity", type=float, default=Settings.of({}).sensitivity, help="0 to 1, of the unified net"
    )
    parser.add_argument("--conditions", nargs="+", choices=CONDITIONS, default=CONDITIONS)
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS)
    parser.add_argument("--clips", nargs="+", help="names; by default all")
    parser.add_argument("--frames", type=int, default=1, help="judged per clip, 1 to 12")
    parser.add_argument("--json", type=Path, default=Path("runs/unified.jsonl"), help="rows are added here")
    parser.add_argument("--tables", type=Path, help="print the tables of such a file and do nothing else")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    if options.model is None and not options.tables:
        parser.error("give --model FILE.onnx, or --tables")
    return options


if __name__ == "__main__":
    sys.exit(main())
