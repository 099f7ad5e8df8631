"""How alike two pictures look, without a learned net, and how far apart their colours are.

Pictures are display code values of gamma 2.4 and Rec. 709, float32 (H, W, 3), 0..1.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from engine.connected import connected
from engine.types import Bool, Float32
from export.evaluate.ciede import Apart, delta_e_1976
from export.evaluate.repair_metrics import luma, structure

SCALES = 3
"""Each half as fine as the one before."""
_WINDOW = 2.0
"""px. Standard deviation of the Gaussian over which energies and correlations are taken, at each scale."""
_SLIGHT = np.float32(1e-5)
"""Energy below which a feature says nothing: an RMS slope of 0.003 a px, well under fine grain."""
_GAMMA = 2.4
_DEGREES = (0, 45, 90, 135)
_LEAST_REGION = 30


def look_distance(picture: Float32, truth: Float32, where: Bool) -> float:
    """0 where alike, about 1 where nothing is alike: mean over the pixels `where` (H, W), over SCALES scales
    and four directions of slope of the luma.

    The formula is that of DISTS (Ding, Ma, Wang, Simoncelli 2020, Image quality assessment: unifying
    structure and texture similarity, equations 5 and 6), taken locally, both halves weighed alike; slopes
    stand where it has the features of a learned net. The first half compares energies and so asks whether
    there is texture of the right strength and direction, wherever it lies. The second correlates and so
    asks whether things lie in their places; that is asked of what `structure` leaves, since nobody can tell
    one grain from another, and a picture without grain would else be nearer than one with its own.
    """
    unlike = [
        1 - (_mean(texture, share) + _mean(place, share)) / 2
        for texture, place, share in _likeness(picture, truth, where)
    ]
    return float(np.mean(unlike))


def texture_distance(picture: Float32, truth: Float32, where: Bool) -> float:
    """The first half of `look_distance` alone, which does not ask where a texture's parts lie."""
    return float(np.mean([1 - _mean(t, share) for t, _, share in _likeness(picture, truth, where)]))


def _likeness(picture: Float32, truth: Float32, where: Bool) -> Iterator[tuple[Float32, Float32, Float32]]:
    """Likeness of energy and of place, and how far each pixel counts, for every scale and direction."""
    share = where.astype(np.float32)
    planes = [luma(plane) for plane in (picture, truth, structure(picture), structure(truth))]
    for scale in range(SCALES):
        if scale:
            planes, share = [_halved(plane) for plane in planes], _halved(share)
        for degrees in _DEGREES:
            slopes = [_slope(plane, degrees) for plane in planes]
            yield _alike_energy(*slopes[:2]), _alike_place(*slopes[2:]), share


def _alike_energy(one: Float32, two: Float32) -> Float32:
    first, second = _blurred(one * one), _blurred(two * two)
    alike = (2 * np.sqrt(np.maximum(first * second, 0)) + _SLIGHT) / (first + second + _SLIGHT)
    return np.asarray(alike, np.float32)


def _alike_place(one: Float32, two: Float32) -> Float32:
    first, second, both = (_blurred(product) for product in (one * one, two * two, one * two))
    return np.asarray((2 * both + _SLIGHT) / (first + second + _SLIGHT), np.float32)


def _slope(plane: Float32, degrees: int) -> Float32:
    across, down = (
        np.asarray(cv2.Scharr(plane, cv2.CV_32F, *step, scale=1 / 32), np.float32)
        for step in ((1, 0), (0, 1))
    )
    angle = np.deg2rad(degrees)
    return (np.float32(np.cos(angle)) * across + np.float32(np.sin(angle)) * down).astype(np.float32)


def _halved(plane: Float32) -> Float32:
    return np.asarray(cv2.resize(plane, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)


def _blurred(plane: Float32) -> Float32:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), _WINDOW), np.float32)


def _mean(plane: Float32, share: Float32) -> float:
    return float((plane * share).sum(dtype=np.float64) / max(float(share.sum(dtype=np.float64)), 1e-9))


def colour_error(picture: Float32, truth: Float32, where: Bool, apart: Apart = delta_e_1976) -> float:
    """Mean ΔE (D65) over the pixels `where`, after the Gaussian that takes grain away."""
    one, two = (lab(structure(plane))[where] for plane in (picture, truth))
    return float(apart(one, two).mean())


def colour_shift(picture: Float32, truth: Float32, where: Bool, apart: Apart = delta_e_1976) -> float:
    """Mean ΔE between the mean colours of each connected region of `where`, by its pixels: what a
    whole repair is too light, too dark or of another hue."""
    regions = connected(where)
    counts = np.maximum(regions.area, 1)
    means = [_means(lab(p), regions.labels, len(counts)) / counts[:, None] for p in (picture, truth)]
    large = regions.area >= _LEAST_REGION
    large[0] = False
    if not large.any():
        return float("nan")
    away = apart(means[0], means[1])
    return float(np.average(away[large], weights=regions.area[large]))


def lab(picture: Float32) -> Float32:
    linear = np.power(np.clip(picture, 0, 1), np.float32(_GAMMA)).astype(np.float32)
    return np.asarray(cv2.cvtColor(linear, cv2.COLOR_LRGB2LAB), np.float32)


def _means(plane: Float32, labels: np.ndarray, count: int) -> np.ndarray:
    flat = labels.ravel()
    return np.stack(
        [np.bincount(flat, plane[..., channel].ravel(), minlength=count) for channel in range(3)], 1
    )
