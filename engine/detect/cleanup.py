"""From probabilities to the matte that is repaired: threshold, whole marks, sizes, soft rim."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.parameters import Settings
from engine.types import Bool, DamageClass, DamageMatte, Float32

_STEEPNESS = 9.0
"""Logits between the ends of the sensitivity scale: 0 asks for p > 0.99, 0.5 for p > 0.5, 1 for p > 0.01."""
_RIM = 1.5
"""Logits by which a mark's rim may be less certain than its core."""


@dataclass(frozen=True)
class MatteRule:
    """The part of the settings that shapes a matte: what a cached matte depends on."""

    sensitivity: float
    minimum_area: int
    dilation: float
    feather: float

    @staticmethod
    def of(settings: Settings) -> MatteRule:
        return MatteRule(settings.sensitivity, settings.minimum_area, settings.dilation, settings.feather)


def clean_matte(found: DamageMatte, rule: MatteRule) -> DamageMatte:
    """The matte to repair, from a detector's probabilities (H, W) 0..1.

    Coverage is 1 on every accepted mark and falls off around it, see `softened`.
    The class planes share the coverage out by the classes' probabilities.
    """
    marks = accepted(found.coverage, rule)
    coverage = softened(marks, rule.dilation, rule.feather)
    return DamageMatte(coverage, _shared_out(found, coverage), found.origin)


def threshold(sensitivity: float) -> float:
    """The probability above which a pixel is damage at this sensitivity."""
    return float(1 / (1 + np.exp(-_STEEPNESS * (0.5 - sensitivity))))


def accepted(probability: Float32, rule: MatteRule) -> Bool:
    """Marks whose core passes the threshold, with their less certain rims (hysteresis, Canny 1986)."""
    core_limit = threshold(rule.sensitivity)
    rim_limit = 1 / (1 + (1 / core_limit - 1) * np.exp(_RIM))
    rim = probability > rim_limit
    if not rim.any():
        return rim
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rim.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, np.bool_)
    keep[np.unique(labels[probability > core_limit])] = True
    keep &= stats[:, cv2.CC_STAT_AREA] >= rule.minimum_area
    keep[0] = False
    return keep[labels]


def softened(marks: Bool, dilation: float, feather: float) -> Float32:
    """Coverage (H, W) float32: 1 on the marks and up to `dilation` px from their edge, then a soft rim.

    The rim's last pixel is cut by its distance, as anti-aliasing would; `feather` px of it lie inside the
    dilation. With no dilation only the marks themselves are covered, wholly.
    """
    if not marks.any():
        return np.zeros(marks.shape, np.float32)
    distance = cv2.distanceTransform((~marks).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE)
    ramp = np.clip((np.float32(dilation + 1) - distance) / np.float32(1 + feather), 0, 1)
    return np.where(marks, np.float32(1), ramp).astype(np.float32)


def _shared_out(found: DamageMatte, coverage: Float32) -> dict[DamageClass, Float32]:
    total = np.full(coverage.shape, 1e-6, np.float32)
    for plane in found.classes.values():
        total += plane
    share = coverage / total
    return {name: share * plane for name, plane in found.classes.items()}
