"""Where a frame is worked on: boxes around its damage, as few pixels as possible.

The frame is divided into cells; a cell's tile is the tightest box around the damage in it. Cells
do not overlap, so neither do tiles, and a scratch down the whole frame becomes a column of narrow
boxes instead of one that is as wide as the frame.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from engine.types import Bool, Box

CONTEXT = 10
"""Pixels around a tile that the steps of a repair look at."""

_SMALL = 32
_GROUP = 4
"""A large cell is _GROUP x _GROUP small ones, and is used where one box is cheaper than several."""

_Bounds = npt.NDArray[np.int64]
"""(rows, columns, 4): top, left, bottom, right of the damage in each cell; bottom 0 where there is none."""


def damage_tiles(damaged: Bool, context: int = CONTEXT) -> tuple[Box, ...]:
    """Boxes that do not overlap and together hold every True pixel of `damaged` (H, W), top left first.

    The sum of their areas, each grown by `context` on every side, is kept small.
    """
    small = _tight(damaged)
    large, wins = _grouped(small, context)
    kept = np.where(np.repeat(np.repeat(wins, _GROUP, 0), _GROUP, 1)[..., None], 0, small)
    found = np.concatenate([large[wins], kept[kept[..., 2] > 0]])
    return tuple(Box(*bounds) for bounds in sorted(found.tolist()))


def _tight(damaged: Bool) -> _Bounds:
    height, width = damaged.shape
    side = _SMALL * _GROUP
    padded = np.pad(damaged, ((0, -height % side), (0, -width % side)))
    rows, columns = padded.shape[0] // _SMALL, padded.shape[1] // _SMALL
    bounds = np.zeros((rows, columns, 4), np.int64)
    across = _any_of_cells(padded).reshape(rows, _SMALL, columns).transpose(0, 2, 1)
    down = padded.reshape(rows, _SMALL, padded.shape[1]).any(1).reshape(rows, columns, _SMALL)
    hit = down.any(2)
    bounds[..., 0], bounds[..., 2] = _extent(across, np.arange(rows)[:, None] * _SMALL)
    bounds[..., 1], bounds[..., 3] = _extent(down, np.arange(columns)[None, :] * _SMALL)
    bounds[~hit] = 0
    return bounds


def _any_of_cells(padded: Bool) -> Bool:
    """Whether any of each run of _SMALL pixels of a row is set: (H, W / _SMALL)."""
    words = np.ascontiguousarray(padded).view(np.uint64)
    return np.asarray(words.reshape(padded.shape[0], -1, _SMALL // 8).any(2), np.bool_)


def _extent(runs: Bool, start: _Bounds) -> tuple[_Bounds, _Bounds]:
    first = runs.argmax(2)
    last = runs.shape[2] - runs[..., ::-1].argmax(2)
    return start + first, start + last


def _grouped(small: _Bounds, context: int) -> tuple[_Bounds, Bool]:
    """The boxes of the large cells, and where such a box costs no more than its parts."""
    rows, columns = small.shape[0] // _GROUP, small.shape[1] // _GROUP
    parts = (
        small.reshape(rows, _GROUP, columns, _GROUP, 4).transpose(0, 2, 1, 3, 4).reshape(rows, columns, -1, 4)
    )
    hit = parts[..., 2] > 0
    far = np.iinfo(np.int64).max
    near = np.where(hit[..., None], parts[..., :2], far).min(2)
    large = np.concatenate([near, parts[..., 2:].max(2)], axis=-1)
    parts_cost = np.where(hit, _cost(parts, context), 0).sum(2)
    some = hit.any(2)
    large[~some] = 0
    return large, some & (_cost(large, context) <= parts_cost)


def _cost(bounds: _Bounds, context: int) -> _Bounds:
    size = bounds[..., 2:] - bounds[..., :2] + 2 * context
    return size[..., 0] * size[..., 1]
