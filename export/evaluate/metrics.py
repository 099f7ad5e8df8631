"""Figures of merit that need filters of OpenCV; the counts, PSNR and the like are in `engine.evaluate`.

Pictures are display code values, float32, 0..1 (1 = white).
"""

from __future__ import annotations

import cv2
import numpy as np

from engine.types import Bool, Float32


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
