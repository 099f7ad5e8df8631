"""Probabilities of a detector counted by what is true of their pixels, so that no frame has to be kept."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.detect.cleanup import threshold as limit_of
from engine.evaluate.marks import false_alarms
from engine.evaluate.metrics import NO_HITS, Hits, hits
from engine.parameters import Settings
from engine.types import DAMAGE_CLASSES, DamageMatte, Float32
from export.evaluate.marking import marks_at
from export.evaluate.protocol import TestFrame
from export.evaluate.scores import TOLERANCE

Group = Literal["mixed", "lines", "clean", "fast", "negatives"]
GROUPS: tuple[Group, ...] = ("mixed", "lines", "clean", "fast", "negatives")
UNDAMAGED: tuple[Group, ...] = ("clean", "fast", "negatives")
POOLED: tuple[Group, ...] = ("mixed", "lines", "clean")
"""What the curve and the calibration are drawn over."""
FULL_HD = 1920 * 1080

Counts = npt.NDArray[np.int64]

EDGES = 1 / (1 + np.exp(-np.arange(-9, 9.125, 0.25)))
"""Probabilities at which the raw curve has points: a quarter of a logit apart."""
CLEANED = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.935, 0.95, 0.98, 0.99, 0.995)
"""Thresholds at which mattes are cleaned up and judged as a render would use them."""
SHIPPED = min(CLEANED, key=lambda threshold: abs(threshold - limit_of(Settings().sensitivity)))
"""The one of these that is nearest to the threshold of the default sensitivity."""
BINS = 10
"""Of the reliability table, equally wide."""


@dataclass
class Raw:
    """Pixels by the edge their probability passes: (n + 1,) or, by class of damage, (classes, n + 1)."""

    visible: Counts = field(default_factory=lambda: np.zeros(len(EDGES) + 1, np.int64))
    clean: Counts = field(default_factory=lambda: np.zeros(len(EDGES) + 1, np.int64))
    drawn: Counts = field(default_factory=lambda: np.zeros((len(DAMAGE_CLASSES), len(EDGES) + 1), np.int64))
    """Visible pixels by what was drawn there."""
    called: npt.NDArray[np.int64] = field(
        default_factory=lambda: np.zeros((2, len(DAMAGE_CLASSES), len(EDGES) + 1), np.int64)
    )
    """Clean (0) and visible (1) pixels by what the detector calls them."""

    def add(self, frame: TestFrame, matte: DamageMatte) -> None:
        counted = frame.visible | ~frame.present
        passed = np.searchsorted(EDGES, matte.coverage[counted])
        visible = frame.visible[counted]
        self.visible += _by(passed[visible])
        self.clean += _by(passed[~visible])
        if matte.classes:
            likely = passed > 0
            called = np.stack([matte.classes[name][counted][likely] for name in matte.classes]).argmax(0)
            for place, name in enumerate(matte.classes):
                for true in (0, 1):
                    chosen = (called == place) & (visible[likely] == bool(true))
                    self.called[true, DAMAGE_CLASSES.index(name)] += _by(passed[likely][chosen])
        if frame.drawn is not None:
            for place in range(len(DAMAGE_CLASSES)):
                self.drawn[place] += _by(passed[visible & (frame.drawn[counted] == place)])


@dataclass
class Reliability:
    """Per bin of the probability: pixels, the sum of their probabilities, those visibly damaged."""

    pixels: Counts = field(default_factory=lambda: np.zeros(BINS, np.int64))
    sums: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(BINS))
    damaged: Counts = field(default_factory=lambda: np.zeros(BINS, np.int64))

    def add(self, frame: TestFrame, probability: Float32) -> None:
        counted = frame.visible | ~frame.present
        values, visible = probability[counted], frame.visible[counted]
        places = np.minimum((values * BINS).astype(np.intp), BINS - 1)
        self.pixels += np.bincount(places, minlength=BINS)
        self.sums += np.bincount(places, values, BINS)
        self.damaged += np.bincount(places[visible], minlength=BINS)

    def error(self, first: int = 0) -> float:
        """Expected calibration error of the bins from `first` on: Guo et al. 2017, equation 3."""
        pixels = int(self.pixels[first:].sum())
        return float(np.abs(self.sums - self.damaged)[first:].sum() / pixels) if pixels else 0.0


@dataclass(frozen=True)
class Found:
    """A cleaned matte against the truth, added up over frames; `clean` counts undamaged pixels."""

    strict: Hits = NO_HITS
    near: Hits = NO_HITS
    alarms: int = 0
    clean_hit: int = 0
    clean: int = 0
    frames: int = 0

    @property
    def false_percent(self) -> float:
        return 100 * self.clean_hit / self.clean if self.clean else 0.0

    def __add__(self, other: Found) -> Found:
        return Found(
            self.strict + other.strict, self.near + other.near, self.alarms + other.alarms,
            self.clean_hit + other.clean_hit, self.clean + other.clean, self.frames + other.frames,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class ClipTally:
    """All that is kept of a clip: `area` is its frame in pixels, `found` by threshold of `CLEANED`."""

    name: str
    group: Group
    area: int
    raw: Raw = field(default_factory=Raw)
    reliability: Reliability = field(default_factory=Reliability)
    found: dict[float, Found] = field(default_factory=lambda: dict.fromkeys(CLEANED, Found()))

    def alarms(self, threshold: float) -> float:
        """Connected false alarms per frame, scaled to the area of 1080p."""
        found = self.found[threshold]
        return found.alarms / max(found.frames, 1) * FULL_HD / self.area


def cleaned(matte: DamageMatte, frame: TestFrame, threshold: float, still: bool = False) -> Found:
    """The matte that the shipped clean-up makes at this threshold, before dilation, against the truth."""
    found = marks_at(matte, threshold, still)
    truth = found, frame.visible, frame.present
    return Found(
        hits(*truth), hits(*truth, TOLERANCE), false_alarms(found, frame.present, TOLERANCE),
        int(np.count_nonzero(found & ~frame.present)), int(np.count_nonzero(~frame.present)), 1,
    )  # fmt: skip


def above(counts: Counts, edge: int) -> Counts:
    """How many of `counts` (..., n + 1) pass the edge."""
    return counts[..., edge + 1 :].sum(-1)


def _by(passed: npt.NDArray[np.intp]) -> Counts:
    return np.bincount(passed, minlength=len(EDGES) + 1)
