"""Where a neighbour shows the picture around the damage: the motion corrected on what is undamaged.

First each region moves as a whole, then every pixel as its surroundings want it: a least-squares step over
Gaussian windows that look at undamaged pixels only, so that inside the damage both sides have a say.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np

from engine.repair.channels import luma
from engine.repair.paths import Arrival
from engine.repair.regions import Labels, Regions, means
from engine.repair.sampling import sample, warped
from engine.repair.site import Site
from engine.types import Bool, Float32

_REFINEMENTS = 3
_LONGEST_SHIFT = 3.0
"""px a region may be moved from where the flow says, against errors of the flow around damage."""

_LONGEST_STEP = np.float32(1.5)
"""px a pixel may be moved in addition. Further steps were found to gain nothing."""

WINDOW = 9
"""px. Side of the square that is laid over a pixel twice, in which its surroundings speak for it."""

_DAMPING = 1e-5
"""Slopes of the grain alone reach about this, squared; less than that says nothing of motion."""

_SOFT = 0.06
"""ACEScct. Differences beyond this count less and less: they are other content, not exposure."""

_THIRDS = np.full(3, 1 / 3, np.float32)


class Aligned(NamedTuple):
    """`x`, `y` (h, w): where the neighbour shows each pixel of the sheet; `exposure` (count, 3): what the
    neighbour lacks of the centre's exposure, per region."""

    x: Float32
    y: Float32
    exposure: Float32


def aligned(site: Site, neighbour: Float32, hidden: Float32 | None, start: Arrival) -> Aligned:
    """`start` corrected. `hidden` (H, W) is above 0 where the `neighbour` (H, W, 3) must not be looked at."""
    move, exposure = _Ring.of(site, neighbour, hidden).fit(start)
    x, y = (at + by.take(site.nearest) for at, by in ((start.x, move[:, 0]), (start.y, move[:, 1])))
    across, down = _pixel_step(site, neighbour, hidden, x, y, exposure.take(site.nearest, axis=0))
    return Aligned(x + across, y + down, exposure)


def in_frame(x: Float32, y: Float32, shape: tuple[int, ...]) -> Bool:
    return (x >= 0) & (x <= shape[1] - 1) & (y >= 0) & (y <= shape[0] - 1)


def windowed(plane: Float32) -> Float32:
    """`plane` (h, w) or (h, w, C) averaged in the window; what lies beyond the sheet counts as 0."""
    once = cv2.blur(plane, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
    twice = cv2.blur(once, (WINDOW, WINDOW), borderType=cv2.BORDER_CONSTANT)
    return np.asarray(twice, np.float32).reshape(plane.shape)


def _pixel_step(
    site: Site, neighbour: Float32, hidden: Float32 | None, x: Float32, y: Float32, exposure: Float32
) -> tuple[Float32, Float32]:
    """One step of Lucas and Kanade (IJCAI 1981) for every pixel, from the undamaged ones around it."""
    visible = site.known & in_frame(x, y, neighbour.shape)
    if hidden is not None:
        visible &= warped(hidden, x, y) == 0
    rest = luma(site.picture - warped(neighbour, x, y) - exposure)
    trust = visible / (1 + rest * rest / np.float32(_SOFT**2))
    gx, gy = site.slopes[..., 0], site.slopes[..., 1]
    wx, wy = trust * gx, trust * gy
    xx, xy, yy = (windowed(np.asarray(p, np.float32)) for p in (wx * gx, wx * gy, wy * gy))
    xr, yr = (windowed(np.asarray(p, np.float32)) for p in (wx * rest, wy * rest))
    # Not relative to the window's mass: where little is seen, little is moved.
    xx, yy = xx + np.float32(_DAMPING), yy + np.float32(_DAMPING)
    determinant = xx * yy - xy * xy
    across, down = (yy * xr - xy * yr) / determinant, (xx * yr - xy * xr) / determinant
    return _limited(np.asarray(across, np.float32)), _limited(np.asarray(down, np.float32))


def _limited(step: Float32) -> Float32:
    return np.clip(step, -_LONGEST_STEP, _LONGEST_STEP).astype(np.float32)


@dataclass(frozen=True, eq=False)
class _Ring:
    """The ring pixels of a site, ready to be compared with one neighbour; all (n,) or (n, C)."""

    neighbour: Float32
    hidden: Float32 | None
    regions: Regions
    flat: np.ndarray
    labels: Labels
    truth: Float32
    slopes: Float32

    @staticmethod
    def of(site: Site, neighbour: Float32, hidden: Float32 | None) -> _Ring:
        flat = site.ring.flat
        labels, truth = site.rings.ravel()[flat], site.picture.reshape(-1, 3)[flat]
        return _Ring(neighbour, hidden, site.regions, flat, labels, truth, site.slopes.reshape(-1, 2)[flat])

    def fit(self, start: Arrival) -> tuple[Float32, Float32]:
        """Align with the neighbour: a translation (count, 2) and an exposure offset (count, 3) per region.

        Inverse compositional search: Baker, Matthews, Lucas-Kanade 20 Years On, IJCV 2004, section 3.2.
        """
        x, y = start.x.ravel()[self.flat], start.y.ravel()[self.flat]
        move = np.zeros((self.regions.count, 2), np.float32)
        exposure: Float32 | None = None
        for _ in range(_REFINEMENTS):
            rest, visible = self._differences(x, y, move)
            exposure, trust = self._exposure(rest, visible, exposure)
            step = _step(rest - exposure[self.labels], self.slopes, self.labels, trust, self.regions)
            move = np.clip(move + step, -_LONGEST_SHIFT, _LONGEST_SHIFT)
        rest, visible = self._differences(x, y, move)
        return move, self._exposure(rest, visible, exposure)[0]

    def _differences(self, x: Float32, y: Float32, move: Float32) -> tuple[Float32, Float32]:
        """Truth less the neighbour moved by `move`, (n, 3), and 1 where the neighbour can be seen, (n,)."""
        x, y = x + move[self.labels, 0], y + move[self.labels, 1]
        visible = in_frame(x, y, self.neighbour.shape)
        if self.hidden is not None:
            visible &= sample(self.hidden, x, y) == 0
        return self.truth - sample(self.neighbour, x, y), visible.astype(np.float32)

    def _exposure(self, rest: Float32, visible: Float32, last: Float32 | None) -> tuple[Float32, Float32]:
        """The offset per region, (count, 3), and the weights (n,) it was found with.

        A gain of the light is an offset in a log encoding.
        """
        guess = means(rest, self.labels, visible, self.regions) if last is None else last
        trust = visible * _robust(rest - guess[self.labels])
        return means(rest, self.labels, trust, self.regions), trust


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


def _robust(rest: Float32) -> Float32:
    squares = np.einsum("nc,nc->n", rest, rest) / np.float32(3)
    return np.asarray(1 / (1 + squares / np.float32(_SOFT**2)), np.float32)
