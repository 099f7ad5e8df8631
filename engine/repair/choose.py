"""Which neighbour fills which pixel.

Detail and grain are taken from one neighbour at a time: the mean of two frames has half the grain's power,
and double edges where they differ. What is coarser than the grain is the mean of all that can be trusted,
whose errors partly cancel. Where no neighbour can be trusted none is taken.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

import cv2
import numpy as np
import numpy.typing as npt

from engine.repair.candidates import LONGEST_ERROR, PER_PIXEL_ERROR, Candidate, deep
from engine.repair.channels import mean_square, shared, weighted, where
from engine.repair.regions import known, means
from engine.repair.site import Site
from engine.types import SPATIAL, Bool, Float32

_PER_FRAME = np.float32(0.003)
"""What a frame of distance costs, in ACEScct: of two equal neighbours the nearer one is taken."""

_DISAGREEMENT = np.float32(0.5)
"""What a squared difference from the other candidates costs: one against two is an occlusion."""

_LARGEST_DISAGREEMENT = np.float32(0.15**2)
_UNWITNESSED = np.float32(0.03**2)
"""The disagreement counted where there is no other neighbour to compare with."""

_LARGEST_SHIFT = 0.12
"""ACEScct, about two stops: a larger difference is not exposure but other content."""

_AGREED, _AGREED_AT_LEAST = 2.0, 0.012
"""A pixel is settled whose expected squared error is at most so many times that of the best fits, and the
square of so much in ACEScct."""

_OPEN_AT_MOST, _TILE = 0.1, 15
"""The part of the damage in a square of this side that may be unsettled before more neighbours are asked."""

_FITS, _AGREES = 0.5, 1.2
"""How many standard deviations of the ring a candidate may miss it by, and be wrong in all."""

_PATCH = 5
"""px. Candidates are compared over squares of this side, so that grain does not decide."""

_REGION = 5
_SEAM = 1.0
"""px. Standard deviation of the change-over from one neighbour to the next."""

_STRUCTURE = 1.5
"""px. What a Gaussian of this standard deviation leaves is the mean of the candidates."""


_Distances: TypeAlias = dict[tuple[int, int], Float32]


class Choice(NamedTuple):
    """`picture` (h, w, 3) ACEScct, `source` (h, w) int8 and `doubt` (h, w), the RMS error expected of the
    picture in ACEScct, where `Site.damaged`; a pixel whose source is SPATIAL has no picture yet, and its
    doubt is NaN."""

    picture: Float32
    source: npt.NDArray[np.int8]
    doubt: Float32


def choose(site: Site, candidates: Sequence[Candidate], expected: Float32) -> Choice:
    """The best trusted candidate at every damaged pixel; `expected` are their `errors`."""
    shape = site.damaged.shape
    if not candidates:
        none = np.full(shape, SPATIAL, np.int8)
        return Choice(np.zeros((*shape, 3), np.float32), none, np.full(shape, np.nan, np.float32))
    best = expected.argmin(0)
    some = np.isfinite(expected.min(0))
    source = np.array([c.offset for c in candidates], np.int8)[best]
    picture = _blended(site, candidates, best, expected)
    doubt = np.where(some, _doubts(site, candidates, np.isfinite(expected), best), np.float32(np.nan))
    return Choice(picture, np.where(some, source, np.int8(SPATIAL)).astype(np.int8), doubt)


def _doubts(site: Site, candidates: Sequence[Candidate], usable: Bool, best: npt.NDArray[np.intp]) -> Float32:
    """The RMS error expected of the chosen candidates, (h, w): from another neighbour that shows the same,
    whose error is as large and independent, or else as on the ring. Where there are two, part of what is
    filled in is their mean."""
    chosen = best[None]
    misfit = np.take_along_axis(np.stack([c.misfit for c in candidates]), chosen, 0)[0]
    apart = _distances(site, candidates, usable)
    every = range(len(candidates))
    closest = np.stack([_closest(apart, k, every, best.shape) for k in every])
    near = np.take_along_axis(closest, chosen, 0)[0] / np.float32(3)
    squares = np.where(np.isfinite(near), np.maximum(near, misfit / 4), misfit)
    return np.sqrt(np.maximum(squares, 0)).astype(np.float32)


def errors(site: Site, candidates: Sequence[Candidate]) -> Float32:
    """The squared error to be expected of each candidate, (k, h, w); infinite where it is not to be used."""
    if not candidates:
        return np.zeros((0, *site.damaged.shape), np.float32)
    fits, agrees = _limits(site)
    usable = _usable(candidates, fits)
    costs = np.minimum(_disagreements(site, candidates, usable), _LARGEST_DISAGREEMENT) * _DISAGREEMENT
    for cost, c in zip(costs, candidates, strict=True):
        cost += c.misfit + np.square(PER_PIXEL_ERROR * np.minimum(c.error, LONGEST_ERROR))
        cost += np.square(_PER_FRAME * np.float32(abs(c.offset) - 1))
    inside = site.damaged.astype(np.float32)
    smooth = np.stack([_averaged(cost, inside, _REGION) for cost in costs])
    return np.where(usable & (smooth <= agrees), smooth, np.float32(np.inf)).astype(np.float32)


def unsettled(site: Site, candidates: Sequence[Candidate], expected: Float32) -> Bool:
    """The damaged pixels (h, w) for which more should be asked than these candidates: none of them is
    expected to be hardly more wrong than the best fit their surroundings. `expected` are their `errors`."""
    if not candidates:
        return site.damaged
    misfits = np.concatenate([c.misfit[site.damaged] for c in candidates])
    settled = _AGREED * np.percentile(misfits, 25) + np.square(_AGREED_AT_LEAST)
    open_ = ((expected.min(0) > settled) | deep(site)) & site.damaged
    share = _averaged(open_.astype(np.float32), site.damaged.astype(np.float32), _TILE)
    return np.asarray(open_ & (share > _OPEN_AT_MOST), np.bool_)


def _usable(candidates: Sequence[Candidate], limit: Float32) -> Bool:
    fits = [c.usable & (c.misfit <= limit) & (c.shift <= _LARGEST_SHIFT) for c in candidates]
    return np.stack(fits)


def _limits(site: Site) -> tuple[Float32, Float32]:
    """The largest misfit, and the largest error expected in all, of a candidate to be used, squared, (h, w).

    Another piece of the same texture would miss the ring by sqrt(2) of its standard deviation, less what
    alignment and exposure make up for; the allowance for grain lets flat areas pass.
    """
    texture, grain, seen = _ring_statistics(site)
    limits = (np.where(seen, share * texture + 1.5 * grain + 0.004, np.inf) for share in (_FITS, _AGREES))
    fits, agrees = (np.square(limit).astype(np.float32)[site.labels] for limit in limits)
    return fits, agrees


def _ring_statistics(site: Site) -> tuple[Float32, float, Bool]:
    """Standard deviation of the ring per region, the grain's on all rings, and where there is a ring."""
    flat = site.ring.flat
    labels = site.rings.ravel()[flat]
    values = site.picture.reshape(-1, 3)[flat]
    ones = np.ones(labels.size, np.float32)
    centred = values - means(values, labels, ones, site.regions)[labels]
    squares = np.einsum("nc,nc->n", centred, centred) / np.float32(3)
    texture = np.sqrt(means(squares, labels, ones, site.regions))
    return texture, _grain(site), known(labels, ones, site.regions)


def _grain(site: Site) -> float:
    """A robust grain level: Immerkær, Fast Noise Variance Estimation, CVIU 64, 1996, with a median."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32) / 6
    rough = np.asarray(cv2.filter2D(site.picture, -1, kernel), np.float32).reshape(-1, 3)[site.ring.flat]
    return float(1.4826 * np.median(np.abs(rough))) if rough.size else 0.0


def _disagreements(site: Site, candidates: Sequence[Candidate], usable: Bool) -> Float32:
    """How far each candidate is, around each pixel, from the best match of every other neighbour, squared,
    (k, h, w).

    Two candidates of one neighbour are no witnesses for each other.
    """
    apart = _distances(site, candidates, usable)
    offsets = np.array([c.offset for c in candidates])
    total = np.zeros(usable.shape, np.float32)
    others = np.zeros(usable.shape, np.float32)
    for k, c in enumerate(candidates):
        for offset in set(offsets.tolist()) - {c.offset}:
            closest = _closest(apart, k, np.flatnonzero(offsets == offset).tolist(), usable.shape[1:])
            witness = np.isfinite(closest)
            total[k] += np.where(witness, np.minimum(closest, _LARGEST_DISAGREEMENT), 0)
            others[k] += witness
    return np.where(others > 0, total / np.maximum(others, 1), _UNWITNESSED).astype(np.float32)


def _distances(site: Site, candidates: Sequence[Candidate], usable: Bool) -> _Distances:
    """Mean squared difference of candidates i > j of different neighbours around each pixel, (h, w); infinite
    where one is missing."""
    apart: _Distances = {}
    for i, one in enumerate(candidates):
        for j, other in enumerate(candidates[:i]):
            if one.offset != other.offset:
                both = usable[i] & usable[j]
                squares = mean_square(one.picture - other.picture)
                mean = np.maximum(_averaged(squares, both.astype(np.float32), _PATCH), 0)
                apart[i, j] = np.where(both, mean, np.float32(np.inf))
    return apart


def _closest(apart: _Distances, k: int, among: Iterable[int], shape: tuple[int, ...]) -> Float32:
    """The least distance of candidate `k` from those `among`, (h, w); infinite where there is none."""
    found = [apart[max(k, j), min(k, j)] for j in among if (max(k, j), min(k, j)) in apart]
    return np.minimum.reduce(found) if found else np.full(shape, np.inf, np.float32)


def _averaged(values: Float32, weights: Float32, side: int) -> Float32:
    """Weighted mean of `values` (h, w) over squares of `side`."""
    sums, mass = (
        cv2.blur(plane, (side, side), borderType=cv2.BORDER_CONSTANT) for plane in (values * weights, weights)
    )
    return np.asarray(sums / np.maximum(mass, np.float32(1e-6)), np.float32)


def _blended(
    site: Site, candidates: Sequence[Candidate], best: npt.NDArray[np.intp], expected: Float32
) -> Float32:
    """The chosen pictures, changing over softly where the choice changes, with the mean of all that are as
    good where it is coarser than grain."""
    usable: Bool = np.asarray(np.isfinite(expected), np.bool_)
    softly = [_softened((best == k).astype(np.float32), _SEAM) for k in range(len(candidates))]
    surely = [_sureness(each) for each in expected]
    detailed = _weighted(candidates, usable, softly)
    inside = np.asarray(usable.any(0), np.float32)
    mean = _weighted(candidates, usable, surely)
    change = where(inside > 0, mean - detailed)
    mass = _softened(inside, _STRUCTURE) + np.float32(1e-6)
    return detailed + shared(_softened(change, _STRUCTURE), mass)


def _sureness(expected: Float32) -> Float32:
    return np.asarray(1 / np.square(expected + np.float32(1e-7)), np.float32)


def _weighted(candidates: Sequence[Candidate], usable: Bool, weights: Sequence[Float32]) -> Float32:
    total = np.zeros(candidates[0].picture.shape, np.float32)
    mass = np.full(total.shape[:2], 1e-9, np.float32)
    for candidate, there, weight in zip(candidates, usable, weights, strict=True):
        own = np.where(there, weight, np.float32(0))
        total += weighted(candidate.picture, own)
        mass += own
    return shared(total, mass)


def _softened(plane: Float32, deviation: float) -> Float32:
    blurred = cv2.GaussianBlur(plane, (0, 0), deviation, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred, np.float32).reshape(plane.shape)
