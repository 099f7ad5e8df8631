"""What is left alone because no fill for it can be trusted."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.caution import cautious, touched
from engine.repair.grain import regrain
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import LEFT, Box, DamageMatte, FillTile
from tests.repair.plates import SIZE, Scene, grain, pan, pasted, psnr, scene, sources, spots, texture

FAINT, STRONG = spots((50, 60, 6)), spots((150, 60, 6))
BOTH = FAINT | STRONG


def judged(caution: float, doubt: float | None = 0.05) -> tuple[Scene, tuple[FillTile, ...]]:
    """A plain fill that is said to be wrong by `doubt`; one mark differs from it by 0.04, one by 0.4."""
    truth = np.full((*SIZE, 3), 0.3, np.float32)
    given = scene([truth + 0.04 * FAINT[..., None] + 0.4 * STRONG[..., None]], {0: BOTH})
    centre = given.window.centre
    frame = replace(
        centre, encoded=truth + np.float32(0.04) * FAINT[..., None] + np.float32(0.4) * STRONG[..., None]
    )
    doubts = None if doubt is None else np.where(BOTH, np.float32(doubt), np.float32(0))
    tile = FillTile(Box(0, 0, *SIZE), truth, np.zeros(SIZE, np.int8), doubts)
    return given, cautious(frame, [tile], given.mattes[0], caution)


@pytest.mark.parametrize(("caution", "left"), [(0.0, 0), (0.25, 0), (0.5, 1), (1.0, 1)])
def test_a_faint_mark_is_left_where_the_fill_is_doubtful(caution: float, left: int) -> None:
    _, (tile,) = judged(caution)
    assert (tile.source[FAINT] == LEFT).all() == bool(left)
    assert not (tile.source[STRONG] == LEFT).any()
    assert not (tile.source[~BOTH] == LEFT).any()


@pytest.mark.parametrize("doubt", [0.001, None])
def test_a_sure_fill_and_one_without_a_doubt_are_always_used(doubt: float | None) -> None:
    _, (tile,) = judged(1.0, doubt)
    assert not (tile.source == LEFT).any()


def test_what_is_left_is_no_longer_in_the_matte() -> None:
    given, tiles = judged(0.5)
    matte = DamageMatte(given.mattes[0].coverage, {"blotch": given.mattes[0].coverage})
    kept = touched(matte, tiles)
    assert (kept.coverage[FAINT] == 0).all()
    assert (kept.classes["blotch"][FAINT] == 0).all()
    assert (kept.coverage[STRONG] == matte.coverage[STRONG]).all()
    assert touched(matte, judged(0.0)[1]) is matte


def test_a_false_alarm_over_what_no_neighbour_shows_comes_out_as_it_went_in() -> None:
    """Frames that have nothing in common: whatever is filled in is wrong, and there was no damage."""
    frames = [texture(k, SIZE, spread=0.05) + grain(k) for k in range(5)]
    given = scene(frames, {})
    given = replace(given, mattes={0: DamageMatte(BOTH.astype(np.float32))})
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    assert (sources(given, cautious(given.window.centre, tiles, given.mattes[0], 1.0)) == LEFT).all()


def test_strong_damage_over_moving_picture_is_never_left() -> None:
    given = scene(pan((3.4, -1.2)), {0: BOTH}, 0.9)
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    left = cautious(given.window.centre, tiles, given.mattes[0], 1.0)
    assert (sources(given, left) != LEFT).all()


def test_what_is_left_gets_no_grain_and_lends_none() -> None:
    given = scene(pan((3.4, -1.2)), {0: STRONG}, 0.9)
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    plain = pasted(given, regrain(given.window, tiles, given.mattes[0], 1.0))
    assert psnr(plain, given) > 25
    left = [replace(t, source=np.full_like(t.source, LEFT), encoded=t.encoded + 9) for t in tiles]
    regrained = regrain(given.window, left, given.mattes[0], 1.0)
    assert all((tile.source == LEFT).all() for tile in regrained)
