"""The shape of one mark at its size on a plate: an artefact of the bank, or a scratch made here."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import Float32
from export.simulate.banks import Artefact

ALIKE = 0.15
"""Of the traced shapes, sorted by area, this share around the wanted area is drawn from, so that none is
enlarged or reduced much (Ivanova et al. 2023, section 4.4, step 3)."""
TRACED_SHARE = 0.6
"""Share of marks with a traced outline, where a class has both outlines and synthetic crops."""
ENLARGED_SHARE = 0.15
"""The same where the plate is finer than the traced scans: outlines do not hold that much detail."""
Floats = npt.NDArray[np.floating[Any]]

FAINTEST = 0.02
"""Opacity below this is no damage: the far tail of a soft rim."""


def choose(artefacts: Sequence[Artefact], area: float, enlarged: bool, rng: np.random.Generator) -> Artefact:
    """A shape for a mark of `area` px² of the traced scans; `artefacts` in the order of `Bank.film`."""
    traced = bisect_left(artefacts, True, key=lambda artefact: artefact.area is None)
    share = ENLARGED_SHARE if enlarged else TRACED_SHARE
    if traced == 0 or (traced < len(artefacts) and rng.random() >= share):
        return artefacts[int(rng.integers(traced, len(artefacts)))]
    nearest = bisect_left(artefacts, area, hi=traced, key=lambda artefact: artefact.area or 0.0)
    reach = max(1, round(ALIKE * traced / 2))
    low = min(max(nearest - reach, 0), traced - 1)
    return artefacts[int(rng.integers(low, max(min(nearest + reach, traced), low + 1)))]


def placed(
    opacity: Float32, zoom: float, degrees: float, soft: float, offset: tuple[float, float] = (0.0, 0.0)
) -> Float32:
    """`opacity` (h, w) 0..1 enlarged by `zoom`, turned, its rim blurred by `soft` px.

    The result is (side, side) float32 0..1; the mark's middle lies `offset` px (right, down; below 1) from
    its middle.
    """
    height, width = opacity.shape
    # Reduced by area first: a warp looks at points only and would lose what is thinner than a pixel.
    small = (max(1, round(width * min(zoom, 1))), max(1, round(height * min(zoom, 1))))
    reduced = cv2.resize(opacity, small, interpolation=cv2.INTER_AREA) if zoom < 1 else opacity
    side = int(np.ceil(np.hypot(height, width) * zoom + 6 * soft)) + 3
    rotation = cv2.getRotationMatrix2D((0, 0), degrees, zoom)[:, :2]
    turn = np.empty((2, 3))
    turn[:, :2] = rotation @ np.diag([width / small[0], height / small[1]]) if zoom < 1 else rotation
    middle = np.array([reduced.shape[1] - 1, reduced.shape[0] - 1]) / 2
    turn[:, 2] = (side - 1) / 2 + np.array(offset) - turn[:, :2] @ middle
    warped = cv2.warpAffine(reduced, turn, (side, side), flags=cv2.INTER_LINEAR)
    blurred = np.asarray(cv2.GaussianBlur(warped, (0, 0), max(soft, 0.2)), np.float32)
    return np.where(blurred < FAINTEST, 0, np.minimum(blurred, 1)).astype(np.float32)


def zoom_for(artefact: Artefact, area: float) -> float:
    """The enlargement at which `artefact` covers `area` px² (a crop: where its opacity is above 1/4)."""
    own = artefact.area if artefact.area is not None else float((artefact.opacity > 0.25).sum())
    return float(np.sqrt(area / max(own, 1.0)))


def scratch_shape(area: float, aspect: float, longest: float, rng: np.random.Generator) -> Float32:
    """A scratch along the rows, `area` px² large and `aspect` times as long as wide: (h, w) float32 0..1.

    Of one longer than `longest` px only so much is made, as wide as the whole. What a tracer's outline takes
    for one scratch is a few fine strands with scuffed film between them; it is nearly straight, narrow at
    its ends, deeper here than there, and sometimes skips. To be turned by `placed`.
    """
    length = float(np.sqrt(area * aspect))
    columns = max(3, round(min(length, longest)))
    along = (np.arange(columns, dtype=np.float32) + 0.5) / columns
    taper = np.clip(8 * np.minimum(along, 1 - along), 0.25, 1)
    width = area * min(1.0, longest / length) / float(taper.sum())
    bend = rng.normal(0, 0.02) * columns * (along - 0.5) ** 2 + 0.1 * width * _wave(columns, rng)
    rows = int(np.ceil(np.ptp(bend) + width)) + 4
    across = np.arange(rows, dtype=np.float32)[:, None] - (rows - 1) / 2 - (bend - np.mean(bend))[None, :]
    half = (width * taper)[None, :] / 2
    scuffed = _band(across, half) * rng.uniform(0.05, 0.2)
    for _ in range(int(rng.integers(1, 5))):
        fineness, place = rng.uniform(0.08, 0.35), rng.uniform(-0.6, 0.6)
        strand = _band(across - place * half, fineness * half) * _depth(columns, rng)[None, :]
        scuffed = np.maximum(scuffed, strand)
    return scuffed.astype(np.float32)


def _band(across: Floats, half: Floats) -> Floats:
    """How much of each pixel a band of half-width `half` covers, 0..1."""
    return np.clip(np.minimum(across + 0.5, half) - np.maximum(across - 0.5, -half), 0, 1)


def _depth(columns: int, rng: np.random.Generator) -> Float32:
    depth = np.clip(0.85 + 0.25 * _wave(columns, rng, 40), 0.3, 1)
    if rng.random() < 0.25:
        depth = depth * np.clip(3 * _wave(columns, rng, 30) + 2.0, 0, 1)
    return np.asarray(depth, np.float32)


def _wave(length: int, rng: np.random.Generator, period: int = 150) -> Float32:
    """Smooth noise of deviation 1 or so over `length` px, up and down about every 2 x `period`."""
    knots = rng.standard_normal((1, max(3, length // period))).astype(np.float32)
    return np.asarray(cv2.resize(knots, (length, 1), interpolation=cv2.INTER_CUBIC), np.float32)[0]
