"""Figures of merit for mattes and repairs, in numpy alone.

Truth is three-way: `visible` damage must be found; what is `present` but not visible counts neither way;
all else is clean. Planes are (H, W) bool; pictures are code values, float32, 0..1 (1 = white).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.types import Bool, Float32


@dataclass(frozen=True)
class Hits:
    """Counts of pixels, to be added up over frames.

    `precision`, `recall`, `accuracy`, `dice` and `iou` are those of the common reference on segmentation:
    TP / (TP + FP), TP / (TP + FN), (TP + TN) / all, 2 TP / (2 TP + FP + FN), TP / (TP + FP + FN).
    Where nothing is found, nothing found is wrong: precision is 1; where nothing is to be found, recall is.
    """

    found: int
    """Detected pixels that count (not on invisible damage)."""
    right: int
    visible: int
    hit: int
    judged: int = 0
    """All pixels that count."""

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.hit / self.visible if self.visible else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall; without a tolerance it is `dice`."""
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    @property
    def accuracy(self) -> float:
        wrong = (self.found - self.right) + (self.visible - self.hit)
        return 1 - wrong / self.judged if self.judged else 1.0

    @property
    def dice(self) -> float:
        """2 TP / (2 TP + FP + FN); meant for counts without a tolerance, where `right` is `hit`."""
        total = self.found + self.visible
        return (self.right + self.hit) / total if total else 1.0

    @property
    def iou(self) -> float:
        """TP / (TP + FP + FN); meant for counts without a tolerance."""
        union = self.found + self.visible - self.hit
        return self.hit / union if union else 1.0

    def __add__(self, other: Hits) -> Hits:
        return Hits(
            self.found + other.found,
            self.right + other.right,
            self.visible + other.visible,
            self.hit + other.hit,
            self.judged + other.judged,
        )


NO_HITS = Hits(0, 0, 0, 0)


def hits(found: Bool, visible: Bool, present: Bool, tolerance: int = 0) -> Hits:
    """Detected pixels `found` against the truth; within `tolerance` px a near miss is a hit."""
    neutral = present & ~visible
    counted = found & ~neutral
    near_visible, near_found = (grown(plane, tolerance) for plane in (visible, found))
    return Hits(
        _count(counted),
        _count(counted & near_visible),
        _count(visible),
        _count(visible & near_found),
        found.size - _count(neutral),
    )


def grown(plane: Bool, radius: int) -> Bool:
    """Dilation by a disc: in the row dy away it reaches rint(sqrt(radius² - dy²)) pixels to each side."""
    if radius == 0:
        return plane
    result = np.zeros_like(plane)
    for away in range(min(radius + 1, len(plane))):
        wide = _widened(plane, round(float(np.sqrt(radius**2 - away**2))))
        result[away:] |= wide[: len(wide) - away]
        result[: len(wide) - away] |= wide[away:]
    return result


def squared_error(picture: Float32, truth: Float32, where: Bool | None = None) -> tuple[float, int]:
    """Sum of squared errors and how many values it sums, over `where` (H, W) or everywhere."""
    difference = picture - truth if where is None else picture[where] - truth[where]
    return float(np.square(difference, dtype=np.float64).sum()), difference.size


def psnr(error: float, count: int) -> float:
    """Peak signal to noise in dB for a peak of 1; masked, it is MaskedPSNR of HaineiFRDM, equation 7."""
    return float("inf") if error == 0 else float(-10 * np.log10(error / max(count, 1)))


def _widened(plane: Bool, reach: int) -> Bool:
    """Every pixel of a row spread by `reach` to both sides: OR over windows, doubled step by step."""
    padded = np.pad(plane, ((0, 0), (reach, reach)))
    width, have = 2 * reach + 1, 1
    while have < width:
        step = min(have, width - have)
        padded = padded[:, : padded.shape[1] - step] | padded[:, step:]
        have += step
    return padded


def _count(plane: Bool) -> int:
    return int(np.count_nonzero(plane))
