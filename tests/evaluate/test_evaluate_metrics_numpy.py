from itertools import permutations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.evaluate.emd import earth_movers_distance
from engine.evaluate.marks import false_alarms, labelled
from engine.evaluate.metrics import Hits, grown, hits, psnr, squared_error
from engine.evaluate.overlay import FALSE_ALARM, HIT, MISS, verdict
from engine.evaluate.transport import cheapest

MATTES = arrays(np.bool_, st.tuples(st.integers(1, 14), st.integers(1, 14)))


def mask(*pixels: tuple[int, int]) -> np.ndarray:
    plane = np.zeros((20, 20), np.bool_)
    for row, column in pixels:
        plane[row, column] = True
    return plane


def test_invisible_damage_counts_neither_way() -> None:
    visible, present = mask((5, 5)), mask((5, 5), (5, 6))
    for found in (mask((5, 5), (5, 6)), mask((5, 5))):
        counted = hits(found, visible, present)
        assert (counted.f1, counted.accuracy, counted.judged) == (1, 1, 399)


def test_a_false_alarm_costs_precision_and_a_miss_costs_recall() -> None:
    visible = mask((5, 5), (5, 6))
    counted = hits(mask((5, 5), (10, 10)), visible, visible)
    assert (counted.precision, counted.recall, counted.dice) == (0.5, 0.5, 0.5)
    assert counted.iou == pytest.approx(1 / 3)
    assert counted.accuracy == pytest.approx(398 / 400)


@pytest.mark.parametrize(("row", "near"), [(7, True), (8, False)])
def test_within_two_pixels_a_near_miss_is_a_hit(row: int, near: bool) -> None:
    visible = mask((5, 5))
    assert (hits(mask((row, 5)), visible, visible, tolerance=2).f1 == 1) is near


def test_nothing_to_find_and_nothing_found_is_no_failure() -> None:
    nothing = hits(mask(), mask(), mask())
    assert (nothing.f1, nothing.dice, nothing.iou, nothing.accuracy) == (1, 1, 1, 1)
    assert Hits(1, 0, 0, 0).precision == 0


def test_hits_of_two_frames_add_up() -> None:
    one = hits(mask((1, 1), (2, 2)), mask((1, 1)), mask((1, 1)))
    other = hits(mask(), mask((3, 3)), mask((3, 3)))
    assert one + other == Hits(2, 1, 2, 1, 800)


@given(MATTES, MATTES)
def test_without_a_tolerance_dice_is_f1_and_iou_follows_from_it(one: np.ndarray, other: np.ndarray) -> None:
    rows, columns = np.minimum(one.shape, other.shape)
    found, visible = one[:rows, :columns], other[:rows, :columns]
    counted = hits(found, visible, visible)
    if found.any() and visible.any():
        assert counted.f1 == pytest.approx(counted.dice)
        assert counted.iou == pytest.approx(counted.dice / (2 - counted.dice))


def test_psnr_of_a_known_error() -> None:
    truth = np.random.default_rng(1).random((20, 20, 3), np.float32)
    where = mask((3, 3), (4, 9))
    shifted = truth + np.where(where, 0.1, 0)[..., None].astype(np.float32)
    assert psnr(*squared_error(shifted, truth, where)) == pytest.approx(20, abs=1e-3)
    assert psnr(*squared_error(truth, truth)) == float("inf")


@given(MATTES, st.integers(0, 6))
def test_growing_is_the_dilation_by_opencvs_disc(plane: np.ndarray, radius: int) -> None:
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    wide = np.pad(plane.astype(np.uint8), 8)
    expected = cv2.dilate(wide, disc)[8:-8, 8:-8] > 0
    np.testing.assert_array_equal(grown(plane, radius), expected)


@given(MATTES)
def test_marks_are_the_eight_connected_ones(plane: np.ndarray) -> None:
    count, expected = cv2.connectedComponents(plane.astype(np.uint8), connectivity=8)
    marks, labels = labelled(plane)
    assert marks == count - 1
    pairs = set(zip(expected.ravel().tolist(), labels.ravel().tolist(), strict=True))
    assert len(pairs) == len(np.unique(expected)) == len(np.unique(labels))


def test_a_spiral_is_one_mark() -> None:
    plane = np.zeros((41, 41), np.bool_)
    row, column, step, turn = 20, 20, 1, 0
    while step < 38:
        for _ in range(step):
            plane[row, column] = True
            down, right = ((0, 1), (1, 0), (0, -1), (-1, 0))[turn % 4]
            row, column = row + down, column + right
        turn, step = turn + 1, step + turn % 2 * 2
    assert labelled(plane)[0] == 1


def test_a_detection_beside_damage_is_no_false_alarm_and_one_far_from_it_is() -> None:
    found = mask((5, 7), (15, 15), (16, 16), (2, 18))
    assert false_alarms(found, mask((5, 5)), tolerance=2) == 2
    assert false_alarms(found, mask((5, 5)), tolerance=1) == 3


def test_a_matte_is_no_distance_from_itself_and_its_shift_from_it() -> None:
    matte = np.random.default_rng(4).random((60, 80)) < 0.02
    matte[:, -9:] = False
    assert earth_movers_distance(matte, matte) == 0
    block = np.zeros((60, 80), np.bool_)
    block[20:30, 20:40] = True
    assert earth_movers_distance(block, np.roll(block, 7, axis=1)) == pytest.approx(7)


def test_earth_is_carried_the_cheapest_way_from_pixel_to_pixel() -> None:
    rng = np.random.default_rng(5)
    for _ in range(5):
        here, there = (rng.permutation(400)[:5] for _ in range(2))
        places = [np.stack(np.divmod(set_, 20), 1) for set_ in (here, there)]
        apart = np.hypot(*(places[0][:, None] - places[1][None]).transpose(2, 0, 1))
        least = min(sum(apart[k, order[k]] for k in range(5)) for order in permutations(range(5)))
        mattes = [mask(*map(tuple, place.tolist())) for place in places]
        assert earth_movers_distance(*mattes) == pytest.approx(least / 5)


def test_heaps_of_different_size_are_taken_for_the_same_total() -> None:
    assert earth_movers_distance(mask((5, 5)), mask((5, 3), (5, 9))) == pytest.approx((2 + 4) / 2)


def test_many_places_are_gathered_in_cells_with_little_loss() -> None:
    matte = np.random.default_rng(6).random((200, 300)) < 0.02
    matte[:, -20:] = False
    carried = earth_movers_distance(matte, np.roll(matte, 4, axis=1))
    assert carried == pytest.approx(4, rel=0.05)


def test_there_is_no_distance_to_an_empty_matte() -> None:
    assert earth_movers_distance(mask((1, 1)), mask()) is None
    assert earth_movers_distance(mask(), mask()) == 0


def test_transport_refuses_unequal_totals() -> None:
    with pytest.raises(ValueError, match="must be equal"):
        cheapest(np.array([3]), np.array([2]), np.zeros((1, 1)))


def test_the_verdict_is_drawn_in_the_colours_of_the_field() -> None:
    plate = np.full((20, 20, 3), 0.5, np.float32)
    drawn = verdict(plate, mask((1, 1), (2, 2), (3, 3)), mask((1, 1), (4, 4)), mask((1, 1), (2, 2), (4, 4)))
    assert [tuple(drawn[k, k].tolist()) for k in (1, 2, 3, 4, 5)] == [
        HIT,
        HIT,
        FALSE_ALARM,
        MISS,
        (75, 75, 75),
    ]
