from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.inference.tiling import tiles


@given(st.integers(1, 90), st.integers(1, 90), st.integers(0, 6), st.integers(1, 30), st.sampled_from([1, 4]))
def test_tiles_hold_every_pixel_once_and_see_the_overlap(height, width, overlap, core, multiple):
    height, width, overlap = height * multiple, width * multiple, overlap * multiple
    tile = 2 * overlap + core * multiple
    count = np.zeros((height, width), int)
    for piece in tiles(height, width, tile, overlap):
        count[piece.keep.slices] += 1
        for low, high, keep_low, keep_high, length in (
            (piece.read.top, piece.read.bottom, piece.keep.top, piece.keep.bottom, height),
            (piece.read.left, piece.read.right, piece.keep.left, piece.keep.right, width),
        ):
            assert 0 <= low < high <= length
            assert high - low == min(tile, length)
            assert keep_low - low >= overlap or low == 0
            assert high - keep_high >= overlap or high == length
            assert all(corner % multiple == 0 for corner in (low, high, keep_low, keep_high))
        assert piece.inner.height == piece.keep.height
        assert piece.inner.width == piece.keep.width
    assert (count == 1).all()


def test_a_plane_that_fits_is_one_tile():
    (only,) = tiles(32, 20, 32, 8)
    assert only.read == only.keep == only.inner
    assert (only.read.height, only.read.width) == (32, 20)
