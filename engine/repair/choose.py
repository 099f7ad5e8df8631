"""Which neighbour fills which pixel.

A fill is taken from one neighbour at a time, not averaged: the mean of two frames has half the
grain's power, and ghosts where they differ. Where no neighbour can be trusted none is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engine.repair.candidates import Candidate, Site
from engine.repair.regions import known, means
from engine.types import SPATIAL, Bool, Float32

_PER_PIXEL_ERROR = 0.01
"""What a pixel of forward-backward error costs, in ACEScct of misfit."""

_PER_FRAME = 0.002
"""What a frame of distance costs: of two equal neighbours the nearer one is taken."""

_DISAGREEMENT = 0.5
"""What a difference from the other candidates costs: one against two is an occlusion."""

_LARGEST_DISAGREEMENT = 0.15
_UNWITNESSED = 0.05
"""The disagreement counted where there is no other neighbour to compare with."""

_LARGEST_SHIFT = 0.12
"""ACEScct, about two stops: a larger difference is not exposure but other content."""

_AGREED = 1.5
_AGREED_AT_LEAST = 0.003
"""Two candidates agree that differ hardly more than the best rings do: by the grain of two frames."""

_OPEN_AT_MOST = 0.02
"""The part of a region that may be unsettled before more neighbours are asked."""

_PATCH = 5
"""px. Candidates are compared over squares of this side, so that grain does not decide."""

_REGION = 7
_SEAM = 1.0
"""px. Standard deviation of the change-over from one neighbour to the next."""


class Choice(NamedTuple):
    """`picture` (n, 3) ACEScct, `source` (n,) int8 and `doubt` (n,), the RMS error expected of the picture
    in ACEScct, for the pixels of `Site.hole`; a pixel whose source is SPATIAL has no picture yet, and its
    doubt is NaN."""

    picture: Float32
    source: npt.NDArray[np.int8]
    doubt: Float32


def choose(site: Site, candidates: Sequence[Candidate]) -> Choice:
    """The best trusted candidate at every hole pixel."""
    count = site.hole.flat.size
    if not candidates:
        none = np.zeros((count, 3), np.float32), np.full(count, SPATIAL, np.int8)
        return Choice(*none, np.full(count, np.nan, np.float32))
    usable = np.stack([c.usable for c in candidates]) & _trusted(site, candidates)
    costs = _costs(site, candidates, usable)
    best = costs.argmin(0)
    some = usable.any(0)
    source = np.array([c.offset for c in candidates], np.int8)[best]
    picture = _blended(site, candidates, best, usable)
    doubt = np.where(some, _doubts(site, candidates, usable, best), np.float32(np.nan))
    return Choice(picture, np.where(some, source, np.int8(SPATIAL)).astype(np.int8), doubt)


def _doubts(site: Site, candidates: Sequence[Candidate], usable: Bool, best: npt.NDArray[np.intp]) -> Float32:
    """The RMS error expected of the chosen candidates, (n,): from another neighbour that shows the same,
    whose error is as large and independent, or else as on the ring."""
    every = np.arange(best.size)
    labels = site.labels.ravel()[site.hole.flat]
    misfit = np.stack([c.misfit for c in candidates])[best, labels]
    apart = _distances(site, candidates, usable).min(0)[best, every] * np.float32(np.sqrt(0.5))
    return np.where(np.isfinite(apart), np.maximum(apart, misfit / 2), misfit).astype(np.float32)


def unsettled(site: Site, candidates: Sequence[Candidate]) -> Bool:
    """The regions (count,) whose pixels these candidates do not settle: two neighbours that agree do."""
    labels = site.labels.ravel()[site.hole.flat]
    usable = np.stack([c.usable for c in candidates]) & _trusted(site, candidates)
    apart = _distances(site, candidates, usable).min((0, 1))
    misfits = np.stack([c.misfit[1:] for c in candidates])
    open_ = apart > _AGREED * np.percentile(misfits, 25) + _AGREED_AT_LEAST
    share = np.bincount(labels, open_, site.regions.count) / np.maximum(
        np.bincount(labels, minlength=site.regions.count), 1
    )
    return np.asarray(share > _OPEN_AT_MOST)


def _trusted(site: Site, candidates: Sequence[Candidate]) -> Bool:
    """Whether a candidate explains a region's ring better than any picture would, (k, n).

    Another piece of the same texture would miss the ring by sqrt(2) of its standard deviation; the
    allowance for grain lets flat areas pass.
    """
    texture, grain, seen = _ring_statistics(site)
    limit = np.where(seen, texture + 1.5 * grain + 0.004, np.inf)
    labels = site.labels.ravel()[site.hole.flat]
    fits = [(c.misfit <= limit) & ((c.shift <= _LARGEST_SHIFT) | ~seen) for c in candidates]
    return np.stack(fits)[:, labels]


def _ring_statistics(site: Site) -> tuple[Float32, float, Bool]:
    """Standard deviation of the ring per region, the grain's on all rings, and where there is a ring."""
    labels = site.rings.ravel()[site.ring.flat]
    values = site.picture.reshape(-1, 3)[site.ring.flat]
    ones = np.ones(labels.size, np.float32)
    centred = values - means(values, labels, ones, site.regions)[labels]
    texture = np.sqrt(
        means(np.einsum("nc,nc->n", centred, centred) / np.float32(3), labels, ones, site.regions)
    )
    return texture, _grain(site), known(labels, ones, site.regions)


def _grain(site: Site) -> float:
    """A robust grain level: Immerkær, Fast Noise Variance Estimation, CVIU 64, 1996, with a median."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    rough = np.asarray(cv2.filter2D(site.picture, -1, kernel), np.float32).reshape(-1, 3)[site.ring.flat]
    return float(1.4826 * np.median(np.abs(rough))) if rough.size else 0.0


def _costs(site: Site, candidates: Sequence[Candidate], usable: Bool) -> Float32:
    """What taking each candidate would cost at each hole pixel, (k, n), smooth within the damage."""
    labels = site.labels.ravel()[site.hole.flat]
    costs = _disagreements(site, candidates, usable) * _DISAGREEMENT
    for cost, c in zip(costs, candidates, strict=True):
        prior = _PER_FRAME * (abs(c.offset) - 1)
        cost += (c.misfit + _PER_PIXEL_ERROR * c.error + prior)[labels]
    smooth = [_averaged(site, cost, np.ones_like(cost), _REGION) for cost in costs]
    return np.where(usable, np.stack(smooth), np.float32(np.inf))


def _disagreements(site: Site, candidates: Sequence[Candidate], usable: Bool) -> Float32:
    """How far each candidate is, around each pixel, from the best match of every other neighbour, (k, n).

    Two candidates of one neighbour are no witnesses for each other.
    """
    apart = _distances(site, candidates, usable)
    offsets = np.array([c.offset for c in candidates])
    total = np.zeros(usable.shape, np.float32)
    others = np.zeros(usable.shape, np.float32)
    for k, c in enumerate(candidates):
        for offset in set(offsets.tolist()) - {c.offset}:
            closest = apart[k, offsets == offset].min(0)
            witness = np.isfinite(closest)
            total[k] += np.where(witness, np.minimum(closest, _LARGEST_DISAGREEMENT), 0)
            others[k] += witness
    return np.where(others > 0, total / np.maximum(others, 1), _UNWITNESSED).astype(np.float32)


def _distances(site: Site, candidates: Sequence[Candidate], usable: Bool) -> Float32:
    """RMS difference of candidates i and j around each pixel, (k, k, n); infinite where one is missing."""
    count = len(candidates)
    apart = np.full((count, count, usable.shape[1]), np.inf, np.float32)
    for i in range(count):
        for j in range(i):
            if candidates[i].offset == candidates[j].offset:
                continue
            both = usable[i] & usable[j]
            difference = candidates[i].picture - candidates[j].picture
            squares = np.einsum("nc,nc->n", difference, difference) / np.float32(3)
            mean = np.sqrt(np.maximum(_averaged(site, squares, both.astype(np.float32), _PATCH), 0))
            apart[i, j] = apart[j, i] = np.where(both, mean, np.inf)
    return apart


def _averaged(site: Site, values: Float32, weights: Float32, side: int) -> Float32:
    """Weighted mean of hole pixel `values` (n,) over squares of `side`, within the hole."""
    sums, mass = (_boxed(site, plane, side) for plane in (values * weights, weights))
    return np.asarray(sums / np.maximum(mass, 1e-6), np.float32)


def _boxed(site: Site, values: Float32, side: int) -> Float32:
    plane = np.zeros(site.damaged.size, np.float32)
    plane[site.hole.flat] = values
    blurred = cv2.blur(plane.reshape(site.damaged.shape), (side, side), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32).ravel()[site.hole.flat]


def _blended(
    site: Site, candidates: Sequence[Candidate], best: npt.NDArray[np.intp], usable: Bool
) -> Float32:
    """The chosen pictures, changing over softly where the choice changes."""
    if (best == best[0]).all() if best.size else True:
        return candidates[int(best[0]) if best.size else 0].picture
    total = np.zeros((best.size, 3), np.float32)
    mass = np.full(best.size, 1e-9, np.float32)
    for k, c in enumerate(candidates):
        weight = _softened(site, (best == k).astype(np.float32)) * usable[k]
        total += weight[:, None] * c.picture
        mass += weight
    return total / mass[:, None]


def _softened(site: Site, values: Float32) -> Float32:
    plane = np.zeros(site.damaged.size, np.float32)
    plane[site.hole.flat] = values
    blurred = cv2.GaussianBlur(plane.reshape(site.damaged.shape), (0, 0), _SEAM)
    return np.asarray(blurred, np.float32).ravel()[site.hole.flat]
