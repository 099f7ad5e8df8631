"""Earth mover's distance between two mattes: how far the one would have to be moved to become the other."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.evaluate.transport import Whole, cheapest
from engine.types import Bool

PLACES = (128, 256, 512, 1024)
"""Places on either side between which earth is moved; more of them are gathered in cells. Few do where the
ways are long, and where they are short many cost little."""
_LONG = 8
"""Cells that a mean way must be long for the cells not to matter."""


def earth_movers_distance(found: Bool, truth: Bool) -> float | None:
    """Mean distance in px that the damage of `found` (H, W) is carried to become that of `truth` (H, W).

    Both are taken as heaps of the same total spread evenly over their pixels; what is carried is the
    optimal transport between them, over Euclidean distance: Rubner, Tomasi and Guibas 2000, The earth
    mover's distance as a metric for image retrieval, equation 1. For heaps of as many pixels it is the
    matching of Fan, Su and Guibas 2017 (A point set generation network), section 4, divided by their
    number, which Ivanova et al. 2023, section 5, takes for thin hairs and scratches. None where only one
    of the two holds damage: there is nothing to carry to, or nothing to carry.

    What both have in a pixel stays there, which leaves the distance as it is. Where many places
    remain, those of one square cell go from their common centre of mass; the cells are made smaller until the
    mean way is many of them long, or until there are 1024.
    """
    if not found.any() or not truth.any():
        return None if found.any() or truth.any() else 0.0
    counts = int(np.count_nonzero(found)), int(np.count_nonzero(truth))
    surplus = found * np.int64(counts[1]) - truth * np.int64(counts[0])
    if not surplus.any():
        return 0.0
    mean = 0.0
    for most in PLACES:
        here, there = _gathered(surplus, most), _gathered(-surplus, most)
        apart = here.places[:, None] - there.places[None]
        cost = np.hypot(apart[..., 0], apart[..., 1])
        mean = cheapest(here.amounts, there.amounts, cost) / (counts[0] * counts[1])
        side = max(here.side, there.side)
        if side == 1 or mean > _LONG * side:
            break
    return mean


@dataclass(frozen=True, eq=False)
class _Heaps:
    """`amounts` (n,) at `places` (n, 2), gathered from cells of `side` px."""

    amounts: Whole
    places: npt.NDArray[np.float64]
    side: int


def _gathered(surplus: Whole, most: int) -> _Heaps:
    """What is above 0, in the smallest cells of which there are at most `most`."""
    rows, columns = np.nonzero(surplus > 0)
    amounts, side = surplus[rows, columns], 1
    while True:
        cells, members = np.unique(
            (rows // side) * surplus.shape[1] + columns // side, return_inverse=True
        )  # fmt: skip
        if len(cells) <= most:
            break
        side *= 2
    # Sums of whole numbers below 2**53 are exact in floats.
    totals = np.bincount(members, amounts, len(cells))
    places = [np.bincount(members, amounts * along, len(cells)) / totals for along in (rows, columns)]
    return _Heaps(totals.astype(np.int64), np.stack(places, axis=1), side)
