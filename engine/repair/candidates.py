"""What the neighbours offer for the damage: each neighbour's picture, aligned to the centre's.

A candidate's trust is measured on the undamaged pixels around the damage, the only place where the truth
is known, and pixel by pixel: a long mark may run over things that move apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import cv2
import numpy as np

from engine.repair.alignment import Aligned, aligned, in_frame, windowed
from engine.repair.channels import mean_square, shared, strongest, weighted, where
from engine.repair.paths import Paths, Route
from engine.repair.regions import means
from engine.repair.sampling import sample, warped
from engine.repair.site import Site
from engine.types import Bool, Float32

_TAPS = 3
"""px. How far the resampling kernel would carry a neighbour's own damage into a fill, noticeably."""

_SOFT = np.float32(0.06)
"""ACEScct. Differences beyond this count less and less for the exposure: they are other content."""

_PRIOR = np.float32(0.02)
"""The share of a window that must be undamaged for it to speak as loud as the region does."""

_DEEP = 0.02
"""The share of the surroundings that is undamaged below which motion found inside damage is not believed."""

PER_PIXEL_ERROR = np.float32(0.004)
"""What a pixel of forward-backward error costs, in ACEScct of misfit."""

LONGEST_ERROR = np.float32(10)

_UNSEEN = np.float32(1.0)
"""The squared misfit of a neighbour of which no undamaged pixel is visible: worse than any that is."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """One neighbour's offer, planes of the sheet.

    `picture` (h, w, 3) and `usable` (h, w) count inside the damage. `misfit` (h, w) is the mean squared
    difference from the centre on the undamaged pixels around each, in ACEScct²; `shift` (h, w) the exposure
    difference that was matched; `error` (h, w) the forward-backward error in px.
    """

    offset: int
    picture: Float32
    usable: Bool
    misfit: Float32
    shift: Float32
    error: Float32


def offers(
    site: Site, pictures: Mapping[int, Float32], hidden: Mapping[int, Float32], paths: Paths, route: Route
) -> list[Candidate]:
    """The candidates from the neighbours in `pictures` (offset to (H, W, 3) ACEScct), nearest first, all
    reached by one `route`, which must lead there. `hidden` is what `out_of_sight` makes of the damage."""
    found: list[Candidate] = []
    for offset, picture in pictures.items():
        start = paths.follow(site.x, site.y, offset, route)
        place = aligned(site, picture, hidden.get(offset), start)
        candidate = _candidate(site, _View(picture, hidden.get(offset), place), start.error, offset)
        if route == "direct":
            candidate = replace(candidate, usable=candidate.usable & ~deep(site))
        found.append(candidate)
    return found


def deep(site: Site) -> Bool:
    """The pixels so far inside damage that the motion found there is not to be believed, (h, w)."""
    return np.asarray(site.damaged & (windowed(site.known.astype(np.float32)) < _DEEP), np.bool_)


def cut_out(candidate: Candidate, whole: Site, part: Site) -> Candidate:
    """A candidate for the `whole` site as one for a `part` of it."""
    planes = candidate.picture, candidate.usable, candidate.misfit, candidate.shift, candidate.error
    laid = (whole.sheet.cut_out(plane, part.sheet) for plane in planes)
    return Candidate(candidate.offset, *laid)


def merged(site: Site, candidates: Sequence[Candidate]) -> list[Candidate]:
    """One candidate for each neighbour: of its routes the one that fits best around every pixel."""
    found: list[Candidate] = []
    for offset in dict.fromkeys(c.offset for c in candidates):
        routes = [c for c in candidates if c.offset == offset]
        whole = routes[0]
        for other in routes[1:]:
            whole = _better(site, whole, other)
        found.append(whole)
    return found


def _better(site: Site, one: Candidate, other: Candidate) -> Candidate:
    taken = _route_cost(site, other) < _route_cost(site, one)
    return Candidate(
        one.offset,
        where(taken, other.picture, one.picture),
        np.where(taken, other.usable, one.usable),
        np.where(taken, other.misfit, one.misfit),
        np.where(taken, other.shift, one.shift),
        np.where(taken, other.error, one.error),
    )  # fmt: skip


def _route_cost(site: Site, candidate: Candidate) -> Float32:
    cost = candidate.misfit + np.square(PER_PIXEL_ERROR * np.minimum(candidate.error, LONGEST_ERROR))
    smooth = cv2.blur(np.where(site.damaged, cost, np.float32(0)), (5, 5), borderType=cv2.BORDER_CONSTANT)
    return np.where(candidate.usable, smooth, np.float32(np.inf)).astype(np.float32)


class _View(NamedTuple):
    """A neighbour (H, W, 3), where it is `hidden` (H, W, above 0), and the `place` of the sheet in it."""

    neighbour: Float32
    hidden: Float32 | None
    place: Aligned

    def visible(self) -> Bool:
        seen = in_frame(self.place.x, self.place.y, self.neighbour.shape)
        if self.hidden is not None:
            seen &= warped(self.hidden, self.place.x, self.place.y) == 0
        return seen

    def detailed(self, smooth: Float32, where: Bool) -> Float32:
        """The neighbour with its detail and grain `where` they are wanted; elsewhere `smooth` will do."""
        flat = np.flatnonzero(where)
        picture = smooth.reshape(-1, 3).copy()
        x, y = self.place.x.ravel()[flat], self.place.y.ravel()[flat]
        picture[flat] = sample(self.neighbour, x, y, "lanczos")
        return picture.reshape(smooth.shape)


def _candidate(site: Site, view: _View, error: Float32, offset: int) -> Candidate:
    visible = view.visible()
    shown = (site.known & visible).astype(np.float32)
    smooth = warped(view.neighbour, view.place.x, view.place.y)
    rest = site.picture - smooth
    exposure = _exposure(rest, shown, view.place.exposure.take(site.nearest, axis=0))
    misfit = _misfit(site, mean_square(rest - exposure), shown)
    picture = view.detailed(smooth, site.damaged) + exposure
    return Candidate(offset, picture, visible & site.damaged, misfit, strongest(exposure), error)


def _exposure(rest: Float32, shown: Float32, regional: Float32) -> Float32:
    """What must be added to the neighbour at every pixel, (h, w, 3): the mean difference around it, the
    region's where little is seen. Content that differs counts less."""
    left = rest - regional
    trust = np.asarray(shown / (1 + mean_square(left) / _SOFT**2), np.float32)
    return regional + shared(windowed(weighted(left, trust)), windowed(trust) + _PRIOR)


def _misfit(site: Site, squares: Float32, shown: Float32) -> Float32:
    """The mean of `squares` around every pixel, the region's mean where little is seen, (h, w)."""
    flat = site.ring.flat
    labels, weights = site.rings.ravel()[flat], shown.ravel()[flat]
    regional = means(squares.ravel()[flat], labels, weights, site.regions)
    mass = np.bincount(labels, weights, site.regions.count)
    pieces = np.bincount(site.regions.piece, mass, site.regions.pieces)[site.regions.piece]
    regional = np.where(pieces > 0, regional, _UNSEEN).astype(np.float32)
    near = windowed(shown) + _PRIOR
    known = windowed(shown * squares) + _PRIOR * regional.take(site.nearest)
    return np.asarray(known / near, np.float32)


def out_of_sight(damage: Mapping[int, Bool]) -> dict[int, Float32]:
    """Where neighbours must not be looked at, by offset: planes (H, W) that are 1 wherever sampling would
    meet their `damage`, else 0."""
    kernel = np.ones((2 * _TAPS + 1, 2 * _TAPS + 1), np.uint8)
    return {
        offset: np.asarray(cv2.dilate(plane.astype(np.uint8), kernel), np.float32)
        for offset, plane in damage.items()
        if offset
    }
