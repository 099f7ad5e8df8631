"""What the neighbours offer for the damage: each neighbour's picture, aligned to the centre's.

Every neighbour is aligned, its exposure matched and its trust measured on the ring of undamaged
pixels around each region, the only place where the truth is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import cv2
import numpy as np

from engine.repair.paths import Arrival, Paths, Route
from engine.repair.pyramid import filled
from engine.repair.regions import Labels, Regions, known, means, spread
from engine.repair.sampling import sample
from engine.repair.sheet import Points, Sheet
from engine.types import Bool, Float32

_RING = 6
"""px. Width of the ring of undamaged pixels around a region."""

_TAPS = 3
"""px. How far the resampling kernel would carry a neighbour's own damage into a fill, noticeably."""

_REFINEMENTS = 4
_LONGEST_SHIFT = 3.0
"""px a region may be moved from where the flow says, against errors of the flow around damage."""

_UNSEEN = 1.0
"""The misfit of a neighbour of which no ring pixel is visible: worse than any that is."""

_THIRDS = np.full(3, 1 / 3, np.float32)
_DAMPING = 1e-5
"""Slopes of the grain alone reach about this, squared; less than that says nothing of motion."""

_SOFT = 0.06
"""ACEScct. Ring differences beyond this count less and less: they are other content, not exposure."""


@dataclass(frozen=True, eq=False)
class Site:
    """The damage of the centre frame as the candidates need it, all on one sheet.

    `picture` (h, w, 3) is the centre frame; `damaged` (h, w) its damage; `labels` (h, w) the region
    of each damaged pixel, `rings` (h, w) the region whose ring a pixel belongs to, 0 for none;
    `slopes` (h * w, 2) the gradient of the luma, per px, across and down. `hole` and `ring` are the
    pixels of the two kinds (of the ring every other one: they are plenty).
    """

    sheet: Sheet
    regions: Regions
    picture: Float32
    damaged: Bool
    labels: Labels
    rings: Labels
    slopes: Float32
    hole: Points
    ring: Points

    @staticmethod
    def of(encoded: Float32, damaged: Bool, regions: Regions, sheet: Sheet) -> Site:
        labels = sheet.lay(regions.labels)
        hurt = labels > 0
        inside = sheet.inside
        rings = np.where(inside & ~hurt, spread(labels, _RING), 0).astype(np.int32)
        rings[::2, ::2] = rings[1::2, 1::2] = 0
        picture = sheet.lay(encoded)
        points = sheet.points(hurt), sheet.points(rings > 0)
        return Site(sheet, regions, picture, hurt, labels, rings, _slopes(picture, inside & ~hurt), *points)

    def only(self, wanted: Bool) -> tuple[Site, Bool]:
        """The site with the pixels of the regions `wanted` (count,) alone, and which of `hole` these are."""
        kept = wanted[self.labels.ravel()[self.hole.flat]]
        ring = self.ring.only(wanted[self.rings.ravel()[self.ring.flat]])
        return replace(self, hole=self.hole.only(kept), ring=ring), kept


@dataclass(frozen=True, eq=False)
class Candidate:
    """One neighbour's offer. `picture` (n, 3) and `usable` (n,) belong to the pixels of `Site.hole`.

    `misfit` (regions,) is the RMS difference on the ring after alignment, in ACEScct; `shift`
    (regions,) the exposure difference that was matched; `error` (regions,) the mean
    forward-backward error in pixels.
    """

    offset: int
    picture: Float32
    usable: Bool
    misfit: Float32
    shift: Float32
    error: Float32


def offers(
    site: Site,
    pictures: Mapping[int, Float32],
    damage: Mapping[int, Bool],
    paths: Paths,
    route: Route,
    wanted: Bool,
) -> list[Candidate]:
    """The candidates from the neighbours in `pictures` (offset to (H, W, 3) ACEScct), nearest first.

    Only the regions that are `wanted` (count,) are looked for. All are reached by one `route`, which must
    lead there.
    """
    here, kept = site.only(wanted)
    found: list[Candidate] = []
    flat = here.ring.flat
    known_here = here.rings.ravel()[flat], here.picture.reshape(-1, 3)[flat], here.slopes[flat]
    for offset, picture in pictures.items():
        thick = _thicker(damage[offset]) if offset in damage else None
        ring = _Ring(picture, thick, here.regions, *known_here)
        found.append(_offer(here, ring, offset, route, paths))
    return [_expanded(candidate, kept) for candidate in found]


def _expanded(candidate: Candidate, kept: Bool) -> Candidate:
    """The offer for the `kept` (n,) of all hole pixels as one for all, of which the rest are not usable."""
    picture, usable = np.zeros((kept.size, 3), np.float32), np.zeros(kept.size, np.bool_)
    picture[kept], usable[kept] = candidate.picture, candidate.usable
    return replace(candidate, picture=picture, usable=usable)


def _offer(site: Site, ring: _Ring, offset: int, route: Route, paths: Paths) -> Candidate:
    fit = ring.fit(paths.follow(site.ring.x, site.ring.y, offset, route), _REFINEMENTS)
    end = paths.follow(site.hole.x, site.hole.y, offset, route)
    labels = site.labels.ravel()[site.hole.flat]
    x, y = end.x + fit.move[labels, 0], end.y + fit.move[labels, 1]
    usable = _in_frame(x, y, ring.neighbour.shape) & ~_touches(ring.damage, x, y)
    picture = sample(ring.neighbour, x, y, "lanczos") + _evenly(fit.exposure, site, labels)
    return Candidate(offset, picture, usable, fit.misfit, np.abs(fit.exposure).max(1), fit.error)


@dataclass(frozen=True, eq=False)
class _Fit:
    """Per region: `move` (count, 2) px, `exposure` (count, 3), `misfit` and `error` (count,)."""

    move: Float32
    exposure: Float32
    misfit: Float32
    error: Float32


@dataclass(frozen=True, eq=False)
class _Ring:
    """The ring pixels of a site, ready to be compared with one neighbour; all (n,) or (n, C)."""

    neighbour: Float32
    damage: Float32 | None
    regions: Regions
    labels: Labels
    truth: Float32
    slopes: Float32

    def fit(self, start: Arrival, rounds: int) -> _Fit:
        """Align with the neighbour: a translation and an exposure offset per region.

        Inverse compositional search: Baker, Matthews, Lucas-Kanade 20 Years On, IJCV 2004, section 3.2.
        """
        move = np.zeros((self.regions.count, 2), np.float32)
        exposure: Float32 | None = None
        for _ in range(rounds):
            rest, visible = self._differences(start, move)
            exposure, trust = self._exposure(rest, visible, exposure)
            step = _step(rest - exposure[self.labels], self.slopes, self.labels, trust, self.regions)
            move = np.clip(move + step, -_LONGEST_SHIFT, _LONGEST_SHIFT)
        rest, visible = self._differences(start, move)
        exposure, _ = self._exposure(rest, visible, exposure)
        misfit = _misfit(_squares(rest - exposure[self.labels]), self.labels, visible, self.regions)
        error = means(np.minimum(start.error, 10), self.labels, np.maximum(visible, 1e-3), self.regions)
        return _Fit(move, exposure, misfit, error)

    def _differences(self, start: Arrival, move: Float32) -> tuple[Float32, Float32]:
        """Truth less the neighbour moved by `move`, (n, 3), and 1 where the neighbour can be seen, (n,)."""
        x, y = start.x + move[self.labels, 0], start.y + move[self.labels, 1]
        visible = _in_frame(x, y, self.neighbour.shape) & ~_touches(self.damage, x, y)
        return self.truth - sample(self.neighbour, x, y), visible.astype(np.float32)

    def _exposure(self, rest: Float32, visible: Float32, last: Float32 | None) -> tuple[Float32, Float32]:
        """The offset per region, (count, 3), and the weights (n,) it was found with.

        A gain of the light is an offset in a log encoding.
        """
        guess = means(rest, self.labels, visible, self.regions) if last is None else last
        trust = visible * _robust(rest - guess[self.labels])
        return means(rest, self.labels, trust, self.regions), trust


def _slopes(picture: Float32, known: Bool) -> Float32:
    """Gradient of the centre's luma per sheet pixel, (h * w, 2), per px."""
    luma = cv2.GaussianBlur(filled(picture @ _THIRDS, known), (0, 0), 1.0)
    x = cv2.Sobel(luma, cv2.CV_32F, 1, 0, scale=0.125)
    y = cv2.Sobel(luma, cv2.CV_32F, 0, 1, scale=0.125)
    return np.stack([np.asarray(x, np.float32).ravel(), np.asarray(y, np.float32).ravel()], axis=1)


def _step(rest: Float32, slopes: Float32, labels: Labels, trust: Float32, regions: Regions) -> Float32:
    """One least-squares step of the translation per region, (count, 2) px; none where the ring is flat."""
    along, down = slopes[:, 0], slopes[:, 1]
    wanted = rest @ _THIRDS
    products = np.stack([along * along, along * down, down * down, along * wanted, down * wanted], axis=1)
    xx, xy, yy, xw, yw = means(products, labels, trust, regions).T.astype(np.float64)
    xx, yy = xx + _DAMPING, yy + _DAMPING
    determinant = xx * yy - xy * xy
    step = np.stack([yy * xw - xy * yw, xx * yw - xy * xw], axis=1) / determinant[:, None]
    return np.clip(step, -1, 1).astype(np.float32)


def _squares(rest: Float32) -> Float32:
    """Mean square over the channels, (n,); numpy's own mean is slow along an axis of three."""
    return np.einsum("nc,nc->n", rest, rest) / np.float32(3)


def _robust(rest: Float32) -> Float32:
    return np.asarray(1 / (1 + _squares(rest) / np.float32(_SOFT**2)), np.float32)


def _misfit(squares: Float32, labels: Labels, weights: Float32, regions: Regions) -> Float32:
    misfit = np.sqrt(means(squares, labels, weights, regions))
    return np.where(known(labels, weights, regions), misfit, _UNSEEN).astype(np.float32)


def _in_frame(x: Float32, y: Float32, shape: tuple[int, ...]) -> Bool:
    return (x >= 0) & (x <= shape[1] - 1) & (y >= 0) & (y <= shape[0] - 1)


def _touches(damage: Float32 | None, x: Float32, y: Float32) -> Bool:
    if damage is None:
        return np.zeros(x.shape, np.bool_)
    return sample(damage, x, y) > 0


def _evenly(exposure: Float32, site: Site, labels: Labels) -> Float32:
    """The exposure offset at every hole pixel (n, 3), without steps where a piece is cut into regions."""
    painted = np.zeros((site.damaged.size, 4), np.float32)
    painted[site.hole.flat, :3] = exposure[labels]
    painted[site.hole.flat, 3] = 1
    spread_out = cv2.blur(painted.reshape(*site.damaged.shape, 4), (17, 17))
    smooth = np.asarray(spread_out, np.float32).reshape(-1, 4)[site.hole.flat]
    return np.asarray(smooth[:, :3] / np.maximum(smooth[:, 3:], np.float32(1e-6)), np.float32)


def _thicker(damage: Bool) -> Float32:
    kernel = np.ones((2 * _TAPS + 1, 2 * _TAPS + 1), np.uint8)
    return np.asarray(cv2.dilate(damage.astype(np.uint8), kernel), np.float32)
