from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow, grid_size
from engine.motion.healed import HealedFlows
from engine.repair.clean_flows import CleanFlows, cleaned, damaged_cells
from engine.repair.paths import Paths
from engine.repair.sampling import sample
from engine.types import Bool
from engine.window.window import FrameWindow
from tests.repair.plates import SIZE, pan, scene, spots

SCALE = 2
BLOTCH = spots((100, 70, 25))


def ways(window: FrameWindow, damage: Mapping[int, Bool]) -> Paths:
    return Paths(window, damage, HealedFlows(), CleanFlows(MotionEstimator()))


def pulled(true: tuple[float, float]) -> Flow:
    """An even motion, but for wild vectors in and just around the blotch."""
    vectors = np.broadcast_to(np.float32(true), (*grid_size(SIZE, SCALE), 2)).copy()
    around = cv2.dilate(BLOTCH.astype(np.uint8), np.ones((9, 9), np.uint8))[::SCALE, ::SCALE] > 0
    vectors[around] = np.random.default_rng(1).normal(0, 20, (int(around.sum()), 2))
    return Flow(vectors.astype(np.float32), SCALE, SIZE)


def test_vectors_misled_by_damage_are_replaced() -> None:
    true = (5.0, -3.0)
    none = damaged_cells(None, SIZE)
    clean = cleaned(pulled(true), damaged_cells(BLOTCH, SIZE), none)
    y, x = (v.astype(np.float32) for v in np.nonzero(BLOTCH))
    np.testing.assert_allclose(clean.at(x, y), np.broadcast_to(true, (x.size, 2)), atol=1e-3)


def test_vectors_away_from_damage_are_untouched() -> None:
    generator = np.random.default_rng(2)
    flow = Flow(generator.normal(0, 3, (*grid_size(SIZE, SCALE), 2)).astype(np.float32), SCALE, SIZE)
    clean = cleaned(flow, damaged_cells(BLOTCH, SIZE), damaged_cells(None, SIZE))
    x, y = np.float32([10.5, 190.5]), np.float32([20.5, 130.5])
    np.testing.assert_allclose(clean.at(x, y), flow.vectors[[10, 65], [5, 95]], atol=0.1)


def test_damage_where_the_motion_ends_misleads_as_well() -> None:
    shift = (40.0, 0.0)
    seen_from_start = np.roll(BLOTCH, -40, axis=1)
    vectors = np.broadcast_to(np.float32(shift), (*grid_size(SIZE, SCALE), 2)).copy()
    clean = cleaned(Flow(vectors, SCALE, SIZE), damaged_cells(None, SIZE), damaged_cells(BLOTCH, SIZE))
    cells = damaged_cells(seen_from_start, SIZE)
    assert (clean.field[..., 2][cells] > 0).all()


@pytest.mark.parametrize("route", ["around", "bridge"])
@pytest.mark.parametrize("offset", [-1, 1])
def test_points_under_a_blotch_arrive_where_the_picture_went(route: str, offset: int) -> None:
    step = (6.0, -2.5)
    given = scene(pan(step), {0: BLOTCH}, 0.9)
    paths = ways(given.window, {0: BLOTCH})
    y, x = (v.astype(np.float32) for v in np.nonzero(BLOTCH))
    arrival = paths.follow(x, y, offset, "bridge" if route == "bridge" else "around")
    missed = np.hypot(arrival.x - x - offset * step[0], arrival.y - y - offset * step[1])
    assert np.median(missed) < 0.8, "to be refined on the ring, but near enough for that"


@pytest.mark.parametrize("offset", [-2, -1, 1, 2])
def test_the_direct_route_follows_the_picture_past_a_line(offset: int) -> None:
    step = (6.0, -2.5)
    line = np.zeros(SIZE, np.bool_)
    line[:, 100:104] = True
    everywhere = dict.fromkeys(range(-2, 3), line)
    given = scene(pan(step), everywhere, 0.9)
    y, x = (v.astype(np.float32) for v in np.nonzero(line))
    arrival = ways(given.window, everywhere).follow(x, y, offset, "direct")
    missed = np.hypot(arrival.x - x - offset * step[0], arrival.y - y - offset * step[1])
    assert np.median(missed) < 0.5


def test_the_bridge_needs_both_banks() -> None:
    given = scene(pan((1.0, 0.0)), {0: BLOTCH})
    assert ways(given.window, {}).bridged(-1)
    assert not ways(given.window, {}).bridged(2)
    alone = given.window.around(-2, 2)
    assert not ways(alone, {}).bridged(1)


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 3000])
def test_sampling_a_list_is_sampling_each_point(count: int) -> None:
    generator = np.random.default_rng(count)
    plane = generator.random((40, 50, 3), np.float32)
    rows, columns = generator.integers(0, 40, count), generator.integers(0, 50, count)
    for kind in ("linear", "lanczos"):
        found = sample(plane, columns.astype(np.float32), rows.astype(np.float32), kind)
        np.testing.assert_allclose(found, plane[rows, columns], atol=1e-6)


def test_flows_kept_for_the_next_window_are_those_it_would_find() -> None:
    given = scene(pan((6.0, -2.5)), {0: BLOTCH, 1: BLOTCH}, 0.9)
    healed, clean = HealedFlows(), CleanFlows(MotionEstimator())
    y, x = (v.astype(np.float32) for v in np.nonzero(BLOTCH))
    damage = {0: BLOTCH, 1: BLOTCH}
    for route in ("around", "bridge"):
        for offset in (-1, 1):
            first = Paths(given.window, damage, healed, clean).follow(x, y, offset, route)
            kept = Paths(given.window, damage, healed, clean).follow(x, y, offset, route)
            fresh = ways(given.window, damage).follow(x, y, offset, route)
            for one, two, three in zip(first, kept, fresh, strict=True):
                np.testing.assert_array_equal(one, two)
                np.testing.assert_array_equal(one, three)


def test_other_damage_on_the_same_frames_is_not_taken_for_what_was_kept() -> None:
    given = scene(pan((6.0, -2.5)), {0: BLOTCH}, 0.9)
    healed, clean = HealedFlows(), CleanFlows(MotionEstimator())
    y, x = (v.astype(np.float32) for v in np.nonzero(BLOTCH))
    Paths(given.window, {}, healed, clean).follow(x, y, 1, "around")
    found = Paths(given.window, {0: BLOTCH}, healed, clean).follow(x, y, 1, "around")
    np.testing.assert_array_equal(found.x, ways(given.window, {0: BLOTCH}).follow(x, y, 1, "around").x)
