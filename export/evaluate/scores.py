"""One line of the table: every figure of a method on one clip, and medians over clips."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

import numpy as np

from engine.evaluate.marks import false_alarms
from engine.evaluate.metrics import NO_HITS, hits, psnr, squared_error
from export.evaluate.methods import Outcome
from export.evaluate.metrics import grain_energy, ssim
from export.evaluate.protocol import TestFrame, floats

TOLERANCE = 2
_BLANK = float("nan")


@dataclass(frozen=True)
class Scores:
    """PSNR in dB; ratios and shares 0..1; `altered` and `clean_hit` in per cent of the undamaged pixels.

    What a method does not do is NaN: the figures of repair where it only detects.
    """

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
    clean_hit: float
    """Undamaged pixels that were detected, before dilation."""
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
        self.strict = self.near = NO_HITS
        self.similarity: list[float] = []
        self.seconds: list[float] = []
        self.alarms: list[int] = []
        self.changed = self.alarmed = self.clean = 0
        self.repairs = False
        self.grain = self.true_grain = 0.0

    def add(self, outcome: Outcome) -> None:
        frame = outcome.frame
        self.strict += hits(outcome.found, frame.visible, frame.present)
        self.near += hits(outcome.found, frame.visible, frame.present, TOLERANCE)
        self.alarms.append(false_alarms(outcome.found, frame.present, TOLERANCE))
        self.alarmed += int((outcome.found & ~frame.present).sum())
        self.clean += int((~frame.present).sum())
        self.seconds.append(outcome.seconds)
        if outcome.codes is not None:
            self.repairs = True
            self._add_repair(frame, outcome.codes)

    def _add_repair(self, frame: TestFrame, codes: np.ndarray) -> None:
        result, truth = floats(codes), floats(frame.clean)
        self.masked = _plus(self.masked, squared_error(result, truth, frame.visible))
        self.whole = _plus(self.whole, squared_error(result, truth))
        self.similarity.append(ssim(result, truth))
        changed = (codes != frame.damaged).any(2)
        self.changed += int((changed & ~frame.present).sum())
        repaired = frame.visible & changed
        self.grain += grain_energy(result, repaired)
        self.true_grain += grain_energy(truth, repaired)

    def scores(self) -> Scores:
        grain = float(np.sqrt(self.grain / self.true_grain)) if self.true_grain else 1.0
        repair = psnr(*self.masked), psnr(*self.whole), float(np.mean(self.similarity or [_BLANK]))
        altered = 100 * self.changed / max(self.clean, 1)
        return Scores(
            *(repair if self.repairs else (_BLANK,) * 3),
            self.strict.precision, self.strict.recall, self.strict.f1,
            self.near.precision, self.near.recall, self.near.f1,
            altered if self.repairs else _BLANK,
            100 * self.alarmed / max(self.clean, 1), float(np.mean(self.alarms)),
            grain if self.repairs else _BLANK, float(np.median(self.seconds)),
        )  # fmt: skip


def _plus(a: tuple[float, int], b: tuple[float, int]) -> tuple[float, int]:
    return a[0] + b[0], a[1] + b[1]
