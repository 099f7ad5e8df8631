"""One line of the table: every figure of a method on one clip, and medians over clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import cv2
import numpy as np

from export.evaluate.methods import Outcome
from export.evaluate.metrics import Hits, grain_energy, grown, hits, psnr, squared_error, ssim
from export.evaluate.protocol import floats

_NONE = Hits(0, 0, 0, 0)


@dataclass(frozen=True)
class Scores:
    """PSNR in dB; ratios and shares 0..1; `altered` in per cent of the undamaged pixels."""

    masked_psnr: float
    full_psnr: float
    ssim: float
    precision: float
    recall: float
    f1: float
    precision_2px: float
    recall_2px: float
    f1_2px: float
    altered: float
    false_alarms: float
    """Connected detections per frame that touch no damage within 2 px."""
    grain_ratio: float
    seconds: float


def score(outcomes: Iterable[Outcome]) -> Scores:
    tally = _Tally()
    for outcome in outcomes:
        tally.add(outcome)
    return tally.scores()


def medians(rows: Sequence[Scores]) -> Scores:
    return Scores(**{f.name: float(np.median([getattr(r, f.name) for r in rows])) for f in fields(Scores)})


class _Tally:
    """Sums over the frames of one clip: errors are averaged before they become decibels."""

    def __init__(self) -> None:
        self.masked = self.whole = (0.0, 0)
        self.strict = self.near = _NONE
        self.similarity: list[float] = []
        self.seconds: list[float] = []
        self.alarms: list[int] = []
        self.changed = self.clean = 0
        self.grain = self.true_grain = 0.0

    def add(self, outcome: Outcome) -> None:
        frame = outcome.frame
        result, truth = floats(outcome.codes), floats(frame.clean)
        self.masked = _plus(self.masked, squared_error(result, truth, frame.visible))
        self.whole = _plus(self.whole, squared_error(result, truth))
        self.similarity.append(ssim(result, truth))
        self.strict += hits(outcome.found, frame.visible, frame.present)
        self.near += hits(outcome.found, frame.visible, frame.present, tolerance=2)
        self.alarms.append(_false_alarms(outcome))
        self.changed += int(((outcome.codes != frame.damaged).any(2) & ~frame.present).sum())
        self.clean += int((~frame.present).sum())
        repaired = frame.visible & (outcome.codes != frame.damaged).any(2)
        self.grain += grain_energy(result, repaired)
        self.true_grain += grain_energy(truth, repaired)
        self.seconds.append(outcome.seconds)

    def scores(self) -> Scores:
        return Scores(
            psnr(*self.masked), psnr(*self.whole), float(np.mean(self.similarity)),
            self.strict.precision, self.strict.recall, self.strict.f1,
            self.near.precision, self.near.recall, self.near.f1,
            100 * self.changed / max(self.clean, 1), float(np.mean(self.alarms)),
            float(np.sqrt(self.grain / self.true_grain)) if self.true_grain else 1.0,
            float(np.median(self.seconds)),
        )  # fmt: skip


def _false_alarms(outcome: Outcome) -> int:
    count, labels = cv2.connectedComponents(outcome.found.astype(np.uint8), connectivity=8)
    near_damage = grown(outcome.frame.present, 2)
    return count - 1 - len(np.setdiff1d(np.unique(labels[near_damage]), [0]))


def _plus(a: tuple[float, int], b: tuple[float, int]) -> tuple[float, int]:
    return a[0] + b[0], a[1] + b[1]
