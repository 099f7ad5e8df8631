"""Of a neighbour's picture only what is coarser than its detail is changed."""

import numpy as np
import pytest

from engine.repair import diffusion
from engine.repair.diffusion_sampler import Sampling
from engine.repair.real_detail import coarse_at
from engine.types import SPATIAL, Float32
from tests.repair.diffusion_nets import painter
from tests.repair.plates import spots
from tests.repair.test_diffusion import DAMAGE, FIRST, painted, plane

SIZE = (60, 80)
HOLE = np.zeros(SIZE, np.bool_)
HOLE[10:50, 10:70] = True
REAL = np.zeros(SIZE, np.bool_)
REAL[:, :40] = True


def change(fine: float, coarse: float) -> Float32:
    """Grain of standard deviation `fine` on a step of `coarse`, in the hole."""
    grain = np.random.default_rng(1).normal(0, 1, (*SIZE, 3)).astype(np.float32)
    return np.asarray((fine * grain + coarse) * HOLE[..., None], np.float32)


def test_a_change_of_tone_is_made_everywhere_to_the_edge_of_the_hole() -> None:
    np.testing.assert_allclose(coarse_at(REAL, change(0, 0.1), HOLE)[HOLE], 0.1, atol=1e-6)


def test_grain_of_a_real_picture_is_not_taken_away() -> None:
    found = coarse_at(REAL, change(0.02, 0.1), HOLE)
    assert found[HOLE & REAL].std() < 0.25 * 0.02
    assert np.array_equal(found[~(HOLE & REAL)], change(0.02, 0.1)[~(HOLE & REAL)])


def test_without_real_picture_nothing_is_different() -> None:
    assert coarse_at(~HOLE, change(0.02, 0.1), HOLE).tobytes() == change(0.02, 0.1).tobytes()


def test_only_nets_that_give_means_are_kept_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    where = spots((60, 50, 26), (150, 90, 30))
    hole, real = where & DAMAGE, np.zeros(where.shape, np.bool_)
    for tile in FIRST:
        real[tile.box.slices] = tile.source != SPATIAL
    mean, drawn = (plane(painted(painter(0.9, how=how), where)) for how in (Sampling(steps=1), Sampling(2)))
    monkeypatch.setattr(diffusion, "coarse_at", lambda real, change, hole: change)
    whole, same = (plane(painted(painter(0.9, how=how), where)) for how in (Sampling(steps=1), Sampling(2)))
    assert drawn.tobytes() == same.tobytes()
    kept = coarse_at(real, (whole - plane(FIRST)) * hole[..., None], hole)
    np.testing.assert_allclose(mean - plane(FIRST), kept, atol=1e-6)
    assert np.abs(mean - whole)[hole & real].max() > 1e-3
