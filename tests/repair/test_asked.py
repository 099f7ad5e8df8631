"""Fills that a person asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.asked import as_asked
from engine.repair.caution import cautious
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import ASKED_FILLS, LEFT, SPATIAL, AskedFill, Bool, DamageMatte
from tests.repair.plates import SIZE, Scene, pan, pasted, psnr, scene, sources, spots

FIRST, SECOND = spots((70, 60, 6)), spots((150, 60, 6))
BOTH = FIRST | SECOND
SOURCES: dict[AskedFill, int] = {"previous": -1, "next": 1, "spatial": SPATIAL}


def asked_of(given: Scene, asked: dict[AskedFill, Bool]) -> tuple:
    motion = MotionEstimator()
    tiles = MotionCompensatedRepairer(motion).repair(given.window, given.mattes)
    return tiles, as_asked(given.window, given.mattes, tiles, asked, motion)


OTHERS = ("original", "diffusion")
"""Left as it is, and painted by the second tier: no fill of this repair."""


@pytest.mark.parametrize("fill", [fill for fill in ASKED_FILLS if fill not in OTHERS])
def test_the_fill_asked_for_is_taken_there_and_nowhere_else(fill: AskedFill) -> None:
    given = scene(pan((3, 1)), {0: BOTH})
    before, after = asked_of(given, {fill: FIRST})
    own, now = (np.full(SIZE, 99, np.int32) for _ in range(2))
    own[BOTH], now[BOTH] = sources(given, before), sources(given, after)
    assert (now[FIRST] == SOURCES[fill]).all()
    np.testing.assert_array_equal(now[SECOND], own[SECOND])
    np.testing.assert_array_equal(pasted(given, after)[SECOND], pasted(given, before)[SECOND])
    assert psnr(pasted(given, after), given, FIRST) > (20 if fill == "spatial" else 28)


def test_where_no_frame_can_give_it_the_chosen_fill_stays() -> None:
    given = scene(pan((3, 1)), {0: BOTH, -1: np.ones(SIZE, bool)})
    before, after = asked_of(given, {"previous": FIRST})
    np.testing.assert_array_equal(pasted(given, after), pasted(given, before))
    still = scene(pan((0, 0))[2:3], {0: BOTH})
    before, after = asked_of(still, {"next": FIRST})
    np.testing.assert_array_equal(pasted(still, after), pasted(still, before))


def test_nothing_is_changed_outside_the_damage() -> None:
    given = scene(pan((2, 0)), {0: FIRST})
    before, after = asked_of(given, {"next": np.ones(SIZE, bool)})
    for one, other in zip(before, after, strict=True):
        outside = ~FIRST[one.box.slices]
        np.testing.assert_array_equal(one.encoded[outside], other.encoded[outside])


def test_what_a_person_calls_damage_is_never_left_alone_for_caution() -> None:
    unhurt = scene(pan((0, 0), radius=0), {})
    given = replace(unhurt, mattes={0: DamageMatte(BOTH.astype(np.float32))})
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    matte: DamageMatte = given.mattes[0]
    judged = cautious(given.window.centre, tiles, matte, 1.0)
    assert (sources(given, judged) == LEFT).all(), "the scene does not test what it should"
    sure = cautious(given.window.centre, tiles, matte, 1.0, certain=FIRST)
    left = np.zeros(SIZE, bool)
    left[BOTH] = sources(given, sure) == LEFT
    assert left[SECOND].all()
    assert not left[FIRST].any()
