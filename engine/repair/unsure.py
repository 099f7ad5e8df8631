"""Where quality "best" has a net paint: what the fast repair says it does not know well, if large enough.

The rule goes by what a fill tells of itself. One that was spread from the surroundings is smooth by nature,
however small its error, and beyond a few pixels that shows. One from a neighbour is real picture, with the
film's own detail; it is given up only where the error to be expected is plainly more than grain, so that
nothing seen is exchanged for something made up. What shines through is the picture itself, and what caution
left alone stays as it is.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from engine.connected import connected
from engine.types import LEFT, SPATIAL, THROUGH, Bool, FillTile

LEAST_DEPTH = 1.5
"""px from the edge of an unsure piece to its middle: less deep are pieces one or two px wide. A spread fill
errs more than a sample up to a depth of 12 px (0.3 to 2 dB), beyond it about as much and without any detail
(training clips that the net had not met, a net of 19,800 steps)."""

DOUBTFUL = 0.03
"""ACEScct, RMS: half a stop, twice the grain of a fast stock. On the same clips fills from neighbours erred
more than a sample from here on (0.4 to 1 dB and more), and less up to a doubt of 0.02."""


def unsure(tiles: Sequence[FillTile], damaged: Bool) -> Bool:
    """The pixels (H, W) of `damaged` that are better painted by a net than filled by `tiles`."""
    weak = np.zeros(damaged.shape, np.bool_)
    for tile in tiles:
        weak[tile.box.slices] = _weak(tile)
    weak &= damaged
    return _pieces(weak) if weak.any() else weak


def _weak(tile: FillTile) -> Bool:
    spread = tile.source == SPATIAL
    if tile.doubt is None:
        return spread
    temporal = (tile.source != THROUGH) & (tile.source != LEFT)
    return np.asarray(spread | (temporal & (tile.doubt > DOUBTFUL)), np.bool_)


def _pieces(weak: Bool) -> Bool:
    """Of `weak`, the connected pieces that are deep enough."""
    marks = connected(weak)
    depth = np.asarray(cv2.distanceTransform(weak.astype(np.uint8), cv2.DIST_L2, 3), np.float32)
    deepest = np.zeros(marks.count, np.float32)
    np.maximum.at(deepest, marks.labels[weak], depth[weak])
    return marks.those(deepest >= LEAST_DEPTH)
