"""Polarity, single-frame cut-off and motion protection: the controls that ask the picture."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detect.cleanup import MatteRule, clean_matte
from engine.detect.marks import of_one_frame, of_polarity
from engine.detect.motion_doubt import motion_doubt
from engine.detect.surroundings import surroundings
from engine.detect.witness import Witness
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.types import DamageMatte
from tests.detect.moving_plates import HEIGHT, WIDTH, plate, window_of

RULE = MatteRule.of(Settings.of({"sensitivity": 0.5}))
DARK, BRIGHT = (slice(20, 27), slice(30, 38)), (slice(60, 66), slice(80, 90))
LINE = (slice(None), slice(50, 52))
NOTHING = np.zeros((HEIGHT, WIDTH), np.bool_)


def marked(*places: tuple[slice, slice]) -> np.ndarray:
    plane = NOTHING.copy()
    for place in places:
        plane[place] = True
    return plane


def witness(plates: dict[int, np.ndarray]) -> Witness:
    return Witness(window_of(plates), MotionEstimator())


def dirty(speed: float = 2.0) -> dict[int, np.ndarray]:
    plates = {n: plate(n, speed) for n in (-1, 0, 1)}
    plates[0][DARK] -= 0.12
    plates[0][BRIGHT] += 0.12
    return plates


@pytest.mark.parametrize("neighbours", [(-1, 0, 1), (0, 1), (0,)])
def test_marks_are_told_dark_from_bright_with_and_without_neighbours(neighbours: tuple[int, ...]) -> None:
    plates = dirty()
    seen = witness({n: plates[n] for n in neighbours})
    both = marked(DARK, BRIGHT)
    assert (of_polarity(both, seen, bright=False) == marked(DARK)).all()
    assert (of_polarity(both, seen, bright=True) == marked(BRIGHT)).all()


def test_a_line_scratch_that_all_frames_show_goes_by_what_is_beside_it() -> None:
    plates = {n: plate(n) for n in (-1, 0, 1)}
    for picture in plates.values():
        picture[LINE] -= 0.1
    assert (of_polarity(marked(LINE), witness(plates), bright=False) == marked(LINE)).all()


@given(seed=st.integers(0, 2**32 - 1))
def test_every_mark_is_either_dark_or_bright(seed: int) -> None:
    marks = np.random.default_rng(seed).random((HEIGHT, WIDTH)) < 0.05
    seen = witness({0: plate(0)})
    dark, bright = of_polarity(marks, seen, bright=False), of_polarity(marks, seen, bright=True)
    assert ((dark | bright) == marks).all()
    assert not (dark & bright).any()


def test_what_a_neighbour_shows_as_well_is_left_alone() -> None:
    plates = dirty(speed=0.0)
    plates[1][DARK] -= 0.12
    seen = witness(plates)
    assert (of_one_frame(marked(DARK, BRIGHT), NOTHING, seen) == marked(BRIGHT)).all()


def test_scratches_and_stills_are_exempt_from_the_single_frame_rule() -> None:
    plates = {n: plate(n) for n in (-1, 0, 1)}
    for picture in plates.values():
        picture[LINE] += 0.1
    line = marked(LINE)
    assert (of_one_frame(line, line, witness(plates)) == line).all()
    assert not of_one_frame(line, NOTHING, witness(plates)).any()
    assert (of_one_frame(line, NOTHING, witness({0: plates[0]})) == line).all()


def test_nothing_marked_asks_nobody() -> None:
    seen = witness({0: plate(0)})
    assert not of_polarity(NOTHING, seen, bright=True).any()
    assert not of_one_frame(NOTHING, NOTHING, seen).any()


def test_a_matched_pan_is_not_in_doubt_and_an_unmatched_patch_is() -> None:
    plates = {n: plate(n, speed=2.0) for n in (-1, 0, 1)}
    strange = (slice(30, 80), slice(60, 110))
    for n in (-1, 1):
        plates[n][strange] = plate(n, seed=77 + n)[strange]
    doubt = motion_doubt(window_of(plates), MotionEstimator(), NOTHING)
    assert doubt.shape == (HEIGHT, WIDTH)
    assert doubt.min() >= 0
    assert doubt.max() <= 1
    assert doubt[45:65, 75:95].mean() > 0.5
    assert doubt[:20, 20:100].mean() < 0.1


def test_dirt_casts_no_doubt_upon_itself() -> None:
    plates = dirty()
    blind = motion_doubt(window_of(plates), MotionEstimator(), marked(DARK, BRIGHT))
    assert blind[DARK].mean() < 0.15
    assert motion_doubt(window_of(plates), MotionEstimator(), NOTHING)[DARK].mean() > blind[DARK].mean()


def test_fast_motion_is_in_doubt_and_a_still_is_not() -> None:
    fast = {n: plate(n, speed=12.0) for n in (-1, 0, 1)}
    assert motion_doubt(window_of(fast), MotionEstimator(), NOTHING).mean() > 0.5
    assert not motion_doubt(window_of({0: fast[0]}), MotionEstimator(), NOTHING).any()


def test_protection_holds_back_the_doubtful_first_and_never_adds() -> None:
    plates = dirty(speed=12.0)
    calm = dirty(speed=0.0)
    found = DamageMatte(np.where(marked(DARK, BRIGHT), np.float32(0.7), np.float32(0)))
    kept = {}
    for strength in (0.0, 0.3, 1.0):
        rule = replace(RULE, protect_motion=strength)
        kept[strength] = clean_matte(found, rule, witness(plates)).coverage > 0
        assert (clean_matte(found, rule, witness(calm)).coverage > 0).sum() == 116
    assert kept[0.0].sum() == 116
    assert not kept[1.0].any()
    assert not (kept[1.0] & ~kept[0.3]).any()


def test_broken_pixels_break_no_mean() -> None:
    plates = dirty()
    plates[0][5, 5] = (np.nan, np.inf, -np.inf)
    plates[1][70, 70] = np.nan
    both = marked(DARK, BRIGHT)
    seen = witness(plates)
    assert (of_polarity(both, seen, bright=False) == marked(DARK)).all()
    assert np.isfinite(motion_doubt(seen.window, seen.motion, both)).all()


def test_surroundings_look_past_what_is_unknown() -> None:
    plane = np.full((80, 90), 2.0, np.float32)
    known = np.ones(plane.shape, np.bool_)
    plane[20:60, 20:60], known[20:60, 20:60] = 50.0, False
    assert surroundings(plane, known) == pytest.approx(2.0)
    assert not surroundings(plane, np.zeros_like(known)).any()
