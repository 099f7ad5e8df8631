"""What is better left alone: faint marks for which no fill can be trusted.

If a mark differs from its fill by no more than the fill may be wrong, there may be no damage at all, and
filling it would do as much harm as good.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from engine.repair.damage import plate_of
from engine.types import LEFT, Bool, DamageMatte, FillTile, Float32, WorkingFrame


def cautious(
    frame: WorkingFrame,
    tiles: Sequence[FillTile],
    matte: DamageMatte,
    caution: float,
    certain: Bool | None = None,
) -> tuple[FillTile, ...]:
    """`tiles` in which the pixels of marks that are better left alone have the source `LEFT`.

    A mark is a connected piece of the `matte`, and is left or filled as a whole. With e the RMS error its
    fill is expected to have, and d the RMS difference of damaged pixels and fill, the damage itself is about
    sqrt(d² - e²). Filling replaces that by e: worse from d² = 2 e² downwards, which is where `caution` 0.5
    draws the line; 0 leaves nothing, 1 all where d is less than 2.8 e. A tile without a doubt is not judged,
    nor is a mark that has a pixel of `certain` (H, W): a person says that it is damage.
    """
    judged = [tile for tile in tiles if tile.doubt is not None]
    damaged = matte.coverage > 0
    if caution == 0 or not judged or not damaged.any():
        return tuple(tiles)
    picture = plate_of(frame, None).picture
    count, labels = cv2.connectedComponents(damaged.astype(np.uint8), connectivity=8)
    labels = np.asarray(labels, np.int32)
    apart, expected = np.zeros((2, count))
    for tile in judged:
        here = labels[tile.box.slices].ravel()
        assert tile.doubt is not None
        apart += np.bincount(here, _squares(tile.encoded - picture[tile.box.slices]).ravel(), count)
        expected += np.bincount(here, np.square(tile.doubt).ravel(), count)
    leave: Bool = np.asarray(apart < 2 * (2 * caution) ** 2 * expected, np.bool_)
    leave[0] = False
    if certain is not None:
        leave[labels[certain]] = False
    return tuple(_left(tile, leave[labels[tile.box.slices]]) for tile in tiles)


def touched(matte: DamageMatte, tiles: Sequence[FillTile]) -> DamageMatte:
    """The `matte` without what the `tiles` leave alone."""
    if not any((tile.source == LEFT).any() for tile in tiles):
        return matte
    kept = np.ones(matte.coverage.shape, np.bool_)
    for tile in tiles:
        kept[tile.box.slices] = tile.source != LEFT
    classes = {name: np.where(kept, plane, np.float32(0)) for name, plane in matte.classes.items()}
    return replace(matte, coverage=np.where(kept, matte.coverage, np.float32(0)), classes=classes)


def _left(tile: FillTile, leave: Bool) -> FillTile:
    if not leave.any():
        return tile
    return replace(tile, source=np.where(leave, np.int8(LEFT), tile.source))


def _squares(rest: Float32) -> Float32:
    return np.asarray(np.einsum("...c,...c->...", rest, rest) / np.float32(3), np.float32)
