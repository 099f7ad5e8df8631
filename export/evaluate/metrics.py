"""Figures of merit for mattes and repairs. Pictures are display code values, float32, 0..1 (1 = white).

numpy and OpenCV only. Truth is three-way: `visible` damage must be found; what is `present` but not
visible counts neither way; all else is clean.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Bool, Float32


@dataclass(frozen=True)
class Hits:
    """Counts of pixels, to be added up over frames."""

    found: int
    """Detected pixels that count (not on invisible damage)."""
    right: int
    visible: int
    hit: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.hit / self.visible if self.visible else 1.0

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0

    def __add__(self, other: Hits) -> Hits:
        return Hits(
            self.found + other.found, self.right + other.right,
            self.visible + other.visible, self.hit + other.hit,
        )  # fmt: skip


def hits(found: Bool, visible: Bool, present: Bool, tolerance: int = 0) -> Hits:
    """Detected pixels `found` (H, W) against the truth; within `tolerance` px a near miss is a hit."""
    counted = found & ~(present & ~visible)
    near_visible, near_found = (grown(plane, tolerance) for plane in (visible, found))
    return Hits(
        int(counted.sum()), int((counted & near_visible).sum()),
        int(visible.sum()), int((visible & near_found).sum()),
    )  # fmt: skip


def grown(plane: Bool, radius: int) -> Bool:
    if radius == 0:
        return plane
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    return cv2.dilate(plane.astype(np.uint8), disc) > 0


def squared_error(picture: Float32, truth: Float32, where: Bool | None = None) -> tuple[float, int]:
    """Sum of squared errors and how many values it sums, over `where` (H, W) or everywhere."""
    difference = picture - truth if where is None else picture[where] - truth[where]
    return float(np.square(difference, dtype=np.float64).sum()), difference.size


def psnr(error: float, count: int) -> float:
    """Peak signal to noise in dB for a peak of 1; masked, it is MaskedPSNR of HaineiFRDM, equation 7."""
    return float("inf") if error == 0 else float(-10 * np.log10(error / max(count, 1)))


def ssim(picture: Float32, truth: Float32) -> float:
    """Structural similarity of the luma (Wang, Bovik, Sheikh, Simoncelli 2004), Gaussian window of 1.5 px."""
    a, b = (np.asarray(p, np.float64) @ np.array([0.2126, 0.7152, 0.0722]) for p in (picture, truth))
    mean_a, mean_b = _blurred(a), _blurred(b)
    var_a, var_b = _blurred(a * a) - mean_a**2, _blurred(b * b) - mean_b**2
    covariance = _blurred(a * b) - mean_a * mean_b
    c1, c2 = 0.01**2, 0.03**2
    index = ((2 * mean_a * mean_b + c1) * (2 * covariance + c2)) / (
        (mean_a**2 + mean_b**2 + c1) * (var_a + var_b + c2)
    )
    return float(index.mean())


def grain_energy(picture: Float32, where: Bool) -> float:
    """Sum of squares of the high-pass (picture minus its Gaussian of 1.5 px) over `where` (H, W)."""
    high = picture - cv2.GaussianBlur(picture, (0, 0), 1.5)
    return float(np.square(high[where], dtype=np.float64).sum())


def _blurred(plane: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5))
