"""`python -m export.evaluate.stills`: authentic damage on single scans, judged by an expert's retouching.

The protocol is in docs/evaluation.md, "Stills". Pairs are NAME_damaged and NAME_restored, JPEG or PNG.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from engine.evaluate.metrics import Hits, grown
from engine.evaluate.overlay import verdict
from engine.pipeline import Pipeline
from engine.types import Bool, CodeLayout, Codes, DamageMatte, Frame
from engine.window.window import FrameWindow
from export.evaluate.marking import marks_at
from export.evaluate.protocol import TestFrame
from export.evaluate.sheets import eight_bit, save
from export.evaluate.tally import CLEANED, Found, cleaned
from export.evaluate.watching import net_pipeline

COLOUR_SPACE = "sRGB - Texture"
"""What JPEGs are, by their standard."""
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "integer", 8)
VISIBLE, RETOUCHED = 10, 3
"""Of 255: a channel that differs by more is visible damage; by more than the second, neither way."""
DILATION, RIM = 1, 2
"""px by which visible damage is dilated, and by which what is neutral reaches beyond it."""
OTHER_DILATIONS = (0, 2)


@dataclass(frozen=True, eq=False)
class Pair:
    """One scan, (H, W, 3) uint8 R'G'B' codes, damaged and restored."""

    name: str
    damaged: np.ndarray
    restored: np.ndarray

    def truth(self, dilation: int = DILATION) -> TestFrame:
        """The pair as a frame of the protocol, truth three-way."""
        apart = np.abs(self.damaged.astype(np.int16) - self.restored).max(2)
        visible = grown(apart > VISIBLE, dilation)
        present = grown(visible, RIM) | (apart > RETOUCHED)
        return TestFrame(1, self.restored, self.damaged, visible, present)


def pairs(folder: Path) -> Iterator[Pair]:
    """Every pair in `folder`, by name. Raises FileNotFoundError where one of a pair is missing."""
    for damaged in sorted(folder.glob("*_damaged.*")):
        name = damaged.stem.removesuffix("_damaged")
        yield Pair(name, _read(damaged), _read(damaged.with_name(f"{name}_restored{damaged.suffix}")))


def probability(pipeline: Pipeline, pair: Pair) -> DamageMatte:
    """What the detector says of the damaged scan without any neighbours."""
    frame = Frame(1, Codes((pair.damaged,), LAYOUT))
    return pipeline.probability(FrameWindow.still(pipeline.prepare(frame)))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.stills", description=__doc__)
    parser.add_argument("folder", type=Path, help="e.g. ../shared/data/val/real_pairs")
    parser.add_argument("--model", help="an id or an .onnx path; by default the shipped one")
    parser.add_argument("--json", type=Path, help="write the points of the curve here")
    parser.add_argument("--overlay", type=Path, help="folder for overlays")
    parser.add_argument("--threshold", type=float, default=0.5, help="of the overlays")
    options = parser.parse_args(argv)
    points = {}
    with net_pipeline(options.model, COLOUR_SPACE) as pipeline:
        for pair in pairs(options.folder):
            matte = probability(pipeline, pair)
            points[pair.name] = _judge(pair, matte)
            if options.overlay:
                _draw(options.overlay, pair, marks_at(matte, options.threshold, still=True))
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(points, indent=1) + "\n")
    return 0


def _judge(pair: Pair, matte: DamageMatte) -> list[dict[str, float]]:
    truth = pair.truth()
    share = 100 * truth.visible.mean()
    print(f"\n{pair.name}: {share:.2f} % visibly damaged, dilated by {DILATION} px\n")
    scores = {threshold: cleaned(matte, truth, threshold, still=True) for threshold in CLEANED}
    print(_table(scores))
    for dilation in OTHER_DILATIONS:
        other = pair.truth(dilation)
        best = max((cleaned(matte, other, t, still=True).near.f1, t) for t in CLEANED)
        shipped = cleaned(matte, other, 0.5, still=True).near.f1
        print(f"\ndilated by {dilation} px: F1 2 px {shipped:.3f} at 0.5, best {best[0]:.3f} at {best[1]:g}")
    return [_point(threshold, found) for threshold, found in scores.items()]


def _table(scores: dict[float, Found]) -> str:
    lines = [
        "| threshold | precision | recall | F1 strict "
        "| precision 2 px | recall 2 px | F1 2 px | clean % | alarms |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for threshold, found in scores.items():
        figures = [*_three(found.strict), *_three(found.near), found.false_percent]
        told = " | ".join(f"{value:.3f}" for value in figures)
        lines.append(f"| {threshold:g} | {told} | {found.alarms} |")
    return "\n".join(lines)


def _three(found: Hits) -> tuple[float, float, float]:
    return found.precision, found.recall, found.f1


def _point(threshold: float, found: Found) -> dict[str, float]:
    precision, recall, f1 = _three(found.near)
    return {
        "threshold": threshold, "precision": found.strict.precision, "recall": found.strict.recall,
        "f1": found.strict.f1, "precision_2px": precision, "recall_2px": recall, "f1_2px": f1,
        "false_percent": found.false_percent, "alarms": found.alarms,
    }  # fmt: skip


def _draw(folder: Path, pair: Pair, found: Bool) -> None:
    truth = pair.truth()
    plate = (pair.damaged / np.float32(255)).astype(np.float32)
    judged = verdict(plate, found, truth.visible, truth.present)
    save(folder / f"{pair.name}.png", np.hstack([eight_bit(plate), judged]))


def _read(path: Path) -> np.ndarray:
    read = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if read is None:
        raise FileNotFoundError(f"{path} cannot be read; each NAME_damaged needs its NAME_restored beside it")
    return np.ascontiguousarray(read[..., ::-1])


if __name__ == "__main__":
    sys.exit(main())
