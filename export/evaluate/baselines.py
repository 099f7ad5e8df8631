"""`python -m export.evaluate.baselines`: the textbook detectors, and their thresholds on training clips.

Both look at one plane, the luma of the plate's own codes on a scale of 0..255, and at the frame before and
the one after, aligned to it by the engine's own motion search (DIS): they differ from ours in the decision
alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np

from engine.codes import to_rgb
from engine.detect.contract import Detector
from engine.evaluate.metrics import NO_HITS, Hits, hits
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import warp
from engine.pipeline import Pipeline
from engine.types import DamageMatte, Float32, WorkingFrame
from engine.window.window import FrameWindow
from export.evaluate.methods import Outcome
from export.evaluate.protocol import TestClip, damaged_clip, each_clip
from export.evaluate.watching import pipeline_of, watched
from export.simulate.banks import load

LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
TEXTBOOK = 25.0
"""Of 255, for both: the middle of 0..50, over which the literature draws their curves."""
TRAINED: Mapping[str, float] = {"sdip": 40.0, "srod": 30.0}
"""The thresholds with the best pooled F1 within 2 px on *mixed* damage over every fourth training clip, as
`python -m export.evaluate.baselines ../shared/data/train` finds them."""
SWEPT = (4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 70)
EVERY = 4

Rule = Callable[[Float32, Float32, Float32], Float32]
"""Centre, before and after (H, W), aligned, 0..255, to a score (H, W) >= 0 that is held to the threshold."""


def sdip(centre: Float32, before: Float32, after: Float32) -> Float32:
    """Spike detection index with polarity: the lesser of both differences, 0 where their signs differ.

    SDIa finds a spike where |centre - before| > T and |centre - after| > T; SDIp asks moreover that both
    differences have one sign. Kokaram, Motion Picture Restoration, Springer 1998, chapter 6; Kokaram,
    Morris, Fitzgerald and Rayner, Detection of missing data in image sequences, IEEE Trans. Image
    Processing 4(11), 1995.
    """
    first, second = centre - before, centre - after
    return np.where(first * second > 0, np.minimum(np.abs(first), np.abs(second)), 0).astype(np.float32)


def srod(centre: Float32, before: Float32, after: Float32) -> Float32:
    """Simplified ranked order difference: how far the pixel lies outside the range of six references.

    The references are the aligned pixel and those above and below it in both neighbours; the score is
    min - centre below the range, centre - max above it, 0 inside. Biemond, van Roosmalen and Lagendijk,
    Improved blotch detection by postprocessing, ICASSP 1999; simplified from the ROD of Nadenau and Mitra,
    Blotch and scratch detection in image sequences based on rank ordered differences, 1997.
    """
    column = np.ones((3, 1), np.uint8)
    lowest = np.minimum(cv2.erode(before, column), cv2.erode(after, column))
    highest = np.maximum(cv2.dilate(before, column), cv2.dilate(after, column))
    return np.maximum(np.maximum(lowest - centre, centre - highest), 0).astype(np.float32)


RULES: Mapping[str, Rule] = {"sdip": sdip, "srod": srod}


class SpikeDetector:
    """Implements `engine.detect.contract.Detector` by one of `RULES`: coverage is the score over 255.

    Where a neighbour is missing or its motion leaves the frame, the other one stands in for it; with none,
    nothing is found.
    """

    radius = 1

    def __init__(self, name: str, motion: MotionEstimator) -> None:
        self.identity = name
        self._rule = RULES[name]
        self._motion = motion

    def detect(self, window: FrameWindow) -> DamageMatte:
        centre = luma(window.centre)
        seen = [self._aligned(window, offset) for offset in window.offsets()]
        if not seen:
            return DamageMatte(np.zeros_like(centre), origin=self.identity)
        (first, first_valid), (last, last_valid) = seen[0], seen[-1]
        before, after = np.where(first_valid, first, last), np.where(last_valid, last, first)
        score = self._rule(centre, before, after)
        score[~(first_valid | last_valid)] = 0
        return DamageMatte(score / np.float32(255), origin=self.identity)

    def _aligned(self, window: FrameWindow, offset: int) -> tuple[Float32, np.ndarray]:
        neighbour = window.at(offset)
        assert neighbour is not None
        return warp(luma(neighbour), self._motion.between(window.centre, neighbour))


def luma(frame: WorkingFrame) -> Float32:
    """(H, W) float32 on a scale of 0..255, from the plate's own codes."""
    return np.asarray(cv2.transform(to_rgb(frame.frame.codes), LUMA), np.float32).reshape(frame.size) * 255


def detected(name: str, threshold: float, clip: TestClip) -> Iterator[Outcome]:
    """The baseline's mattes on a clip; it repairs nothing."""
    with baseline_pipeline(name) as pipeline:
        for seen in watched(pipeline, clip):
            found = seen.matte.coverage > threshold / 255
            yield Outcome(seen.frame, None, found, seen.seconds)


def baseline_pipeline(name: str) -> Pipeline:
    motion = MotionEstimator()
    detector: Detector = SpikeDetector(name, motion)
    return pipeline_of(detector, motion)


def swept(clips: Sequence[TestClip], name: str) -> Mapping[float, tuple[Hits, Hits]]:
    """Hits over all frames of `clips` at each threshold, strict and within 2 px."""
    totals = {float(threshold): (NO_HITS, NO_HITS) for threshold in SWEPT}
    with baseline_pipeline(name) as pipeline:
        for clip in clips:
            for seen in watched(pipeline, clip):
                for threshold, (strict, near) in totals.items():
                    found = seen.matte.coverage > threshold / 255
                    truth = seen.frame.visible, seen.frame.present
                    totals[threshold] = strict + hits(found, *truth), near + hits(found, *truth, 2)
    return totals


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m export.evaluate.baselines", description=__doc__)
    parser.add_argument("split", type=Path, help="folder with clean/ and damage/, e.g. ../shared/data/train")
    parser.add_argument("--cache", type=Path, default=Path("runs/clips"))
    options = parser.parse_args(argv)
    bank = load(options.split / "damage")
    sums: dict[str, dict[float, tuple[Hits, Hits]]] = {name: {} for name in RULES}
    for place, clip in enumerate(each_clip(options.split / "clean", options.cache)):
        if place % EVERY:
            continue
        damaged = damaged_clip(clip, bank, "mixed")
        print(f"{clip.name}: {len(damaged.frames)} frames", file=sys.stderr, flush=True)
        for name, total in sums.items():
            for threshold, (strict, near) in swept([damaged], name).items():
                before = total.get(threshold, (NO_HITS, NO_HITS))
                total[threshold] = before[0] + strict, before[1] + near
    for name, total in sums.items():
        _show(name, total)
    return 0


def _show(name: str, total: Mapping[float, tuple[Hits, Hits]]) -> None:
    best = max(total, key=lambda threshold: total[threshold][1].f1)
    print(f"\n{name}: best F1 within 2 px at {best:g} of 255\n")
    print("| threshold | precision | recall | F1 strict | F1 2 px |\n|---|---|---|---|---|")
    for threshold, (strict, near) in total.items():
        figures = (strict.precision, strict.recall, strict.f1, near.f1)
        print(f"| {threshold:g} | " + " | ".join(f"{value:.3f}" for value in figures) + " |")


if __name__ == "__main__":
    sys.exit(main())
