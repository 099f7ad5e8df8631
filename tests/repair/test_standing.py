"""A line scratch that a neighbour shows in the same place is no fill for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import SPATIAL, Bool, DamageMatte, FillTile
from tests.repair.plates import SIZE, Scene, grain, pasted, psnr, scene, sources, texture

COLUMNS = slice(100, 104)
LEVEL = 0.75


def line() -> Bool:
    mask = np.zeros(SIZE, np.bool_)
    mask[:, COLUMNS] = True
    return mask


def standing(shown_by: tuple[int, ...], class_of: str = "scratch") -> Scene:
    """A still scene with a line on the centre and on the neighbours `shown_by`, which have no matte of it."""
    still = texture(5, SIZE)
    frames = [still + grain(700 + k) for k in range(5)]
    given = scene(frames, dict.fromkeys((0, *shown_by), line()), LEVEL)
    coverage = given.mattes[0].coverage
    return replace(given, mattes={0: DamageMatte(coverage, {class_of: coverage})})


def repaired(given: Scene) -> Sequence[FillTile]:
    return MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)


def test_a_line_that_all_neighbours_show_is_filled_from_its_surroundings() -> None:
    given = standing((-2, -1, 1, 2))
    tiles = repaired(given)
    assert (sources(given, tiles) == SPATIAL).mean() > 0.9
    assert np.abs(pasted(given, tiles)[given.damaged] - LEVEL).min() > 0.1


@pytest.mark.parametrize("shown_by", [(), (1,), (-1, 1), (-2, -1)])
def test_neighbours_that_do_not_show_it_still_fill_it(shown_by: tuple[int, ...]) -> None:
    given = standing(shown_by)
    tiles = repaired(given)
    found = sources(given, tiles)
    assert not np.isin(found, shown_by).any()
    assert (found != SPATIAL).mean() > 0.9
    alone = standing((-2, -1, 1, 2))
    assert psnr(pasted(given, tiles), given) > psnr(pasted(alone, repaired(alone)), alone) + 2


def test_what_is_no_line_scratch_is_filled_as_before() -> None:
    """A mark of another class that neighbours show as well may be picture: they fill it."""
    given = standing((-2, -1, 1, 2), "blotch")
    unnamed = replace(given, mattes={0: DamageMatte(given.mattes[0].coverage)})
    assert (pasted(given, repaired(given)) == pasted(unnamed, repaired(unnamed))).all()
