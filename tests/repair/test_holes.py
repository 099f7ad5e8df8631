"""The smooth fill, the fill along lines, and the regions of the damage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.repair.pyramid import filled
from engine.repair.regions import damage_regions, means, spread
from engine.repair.spatial import fill_from_surroundings


@given(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.integers(0, 3))
def test_a_membrane_keeps_what_is_known_and_stays_within_it(h: int, w: int, seed: int, sweeps: int) -> None:
    generator = np.random.default_rng(seed)
    plane = generator.normal(0, 3, (h, w, 3)).astype(np.float32)
    known = generator.random((h, w)) < 0.4
    result = filled(plane, known, sweeps)
    assert (result[known] == plane[known]).all()
    if known.any():
        low, high = plane[known].min(0), plane[known].max(0)
        assert (result >= low - 1e-4).all()
        assert (result <= high + 1e-4).all()
    else:
        assert (result == 0).all()


def test_a_membrane_through_a_slope_is_the_slope() -> None:
    rows, columns = np.mgrid[:60, :80].astype(np.float32)
    plane = (0.2 + 0.003 * rows - 0.002 * columns)[..., None]
    known = np.ones((60, 80), np.bool_)
    known[20:40, 30:50] = False
    spoilt = np.where(known[..., None], plane, np.float32(9))
    assert np.abs(filled(spoilt, known, sweeps=8) - plane).max() < 0.01


@pytest.mark.parametrize("horizontal", [True, False])
def test_a_stripe_continues_through_a_hole(horizontal: bool) -> None:
    plane = np.full((60, 60, 3), 0.3, np.float32)
    plane[27:33] = 0.5
    missing = np.zeros((60, 60), np.bool_)
    missing[24:36, 27:33] = True
    if not horizontal:
        plane, missing = plane.transpose(1, 0, 2).copy(), missing.T.copy()
    result = np.where(missing[..., None], np.float32(0), plane)
    result[missing] = fill_from_surroundings(result, missing, np.zeros_like(missing)).values
    membrane = filled(plane, ~missing, sweeps=8)
    assert np.abs(result - plane)[missing].mean() < 0.85 * np.abs(membrane - plane)[missing].mean()


def test_unknown_pixels_are_not_relied_upon() -> None:
    plane = np.full((40, 40, 3), 0.3, np.float32)
    missing, unknown = np.zeros((2, 40, 40), np.bool_)
    missing[15:25, 15:25] = True
    unknown[10:30, 10:30] = True
    plane[unknown] = 50.0
    np.testing.assert_allclose(fill_from_surroundings(plane, missing, unknown).values, 0.3, atol=1e-4)


def test_where_all_is_missing_nothing_is_invented() -> None:
    plane = np.random.default_rng(1).random((9, 12, 3), np.float32)
    everything, none = np.ones((9, 12), np.bool_), np.zeros((9, 12), np.bool_)
    assert (fill_from_surroundings(plane, everything, none).values == plane.reshape(-1, 3)).all()


def test_small_pieces_are_whole_and_large_ones_are_cut() -> None:
    damaged = np.zeros((300, 400), np.bool_)
    damaged[10:40, 10:40] = True
    damaged[:, 200:204] = True
    regions = damage_regions(damaged)
    assert (regions.labels[~damaged] == 0).all()
    assert len(np.unique(regions.labels[10:40, 10:40])) == 1
    cut = np.unique(regions.labels[:, 200:204])
    assert len(cut) == 6
    assert len(set(regions.piece[cut])) == 1
    assert regions.labels.max() == regions.count - 1


def test_the_inside_of_a_large_piece_borrows_from_the_piece() -> None:
    damaged = np.zeros((300, 300), np.bool_)
    damaged[50:250, 50:250] = True
    regions = damage_regions(damaged)
    rings = np.where(damaged, 0, spread(regions.labels, 6))
    labels = rings[rings > 0]
    values = np.full(labels.size, 0.25, np.float32)
    found = means(values, labels, np.ones_like(values), regions)
    inside = np.unique(regions.labels[120:180, 120:180])
    np.testing.assert_allclose(found[inside], 0.25, rtol=1e-5)
