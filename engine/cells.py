"""A frame seen as square cells: what holds for any pixel of one holds for all of it."""

from __future__ import annotations

import numpy as np

from engine.types import Bool


def any_of_cells(plane: Bool, side: int) -> Bool:
    """(ceil(H / side), ceil(W / side)): the cells of `side` px that hold any True pixel of `plane` (H, W)."""
    height, width = plane.shape
    padded = np.pad(plane, ((0, -height % side), (0, -width % side)))
    cells = padded.reshape(padded.shape[0] // side, side, padded.shape[1] // side, side)
    return np.asarray(cells.any((1, 3)), np.bool_)
