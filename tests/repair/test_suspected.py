"""What may be damaged although it is in no matte is no picture to fill from, and is left as it is."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.damage import plate_of
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import SPATIAL, Bool, DamageMatte
from tests.repair.plates import SIZE, Scene, grain, pasted, psnr, scene, sources, spots, texture

SPECK = spots((100, 70, 5))


def soiled(others: tuple[int, ...], suspected: bool) -> Scene:
    """A still scene with a speck on the centre and in the same place on `others`, whose mattes lack it."""
    still = texture(5, SIZE)
    frames = [still + grain(700 + k) for k in range(5)]
    given = scene(frames, dict.fromkeys((0, *others), SPECK))
    nothing = np.zeros(SIZE, np.float32)
    mattes = {k: DamageMatte(nothing, suspected=SPECK if suspected else None) for k in others}
    return replace(given, mattes={**mattes, 0: given.mattes[0]})


def filled(given: Scene) -> tuple[float, np.ndarray]:
    """How near the fill is to the truth, in dB, and where it came from."""
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    return psnr(pasted(given, tiles), given), sources(given, tiles)


@pytest.mark.parametrize("others", [(1,), (-1, 1)])
def test_a_neighbour_fills_nothing_from_there(others: tuple[int, ...]) -> None:
    blind, _ = filled(soiled(others, suspected=False))
    wary, found = filled(soiled(others, suspected=True))
    assert not np.isin(found, others).any()
    assert (found != SPATIAL).mean() > 0.9
    assert wary > max(blind, 30)


def test_nothing_is_continued_from_a_rim_that_is_suspected() -> None:
    """A still: half of the speck is in the matte, the rest is suspected."""
    given = soiled((), suspected=False)
    columns = np.arange(SIZE[1])[None] < 100
    half: Bool = SPECK & columns
    rest = SPECK & ~columns
    results: list[float] = []
    for suspected in (None, rest):
        matte = DamageMatte(half.astype(np.float32), suspected=suspected)
        tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window.around(0, 0), {0: matte})
        results.append(psnr(pasted(replace(given, mattes={0: matte}), tiles), given, half))
        covered = np.zeros(SIZE, np.bool_)
        for tile in tiles:
            covered[tile.box.slices] |= np.isfinite(tile.doubt)
        assert covered[half].all()
    assert results[1] > results[0] + 3, results


def test_it_is_unreliable_and_not_damaged() -> None:
    given = soiled((), suspected=False)
    beside = spots((40, 40, 3))
    frame = given.window.centre
    matte = DamageMatte(SPECK.astype(np.float32), suspected=beside)
    plate = plate_of(frame, matte)
    assert plate.damaged is not None
    assert plate.unreliable is not None
    assert (plate.damaged == SPECK).all()
    assert (plate.unreliable == (SPECK | beside)).all()
    alone = plate_of(frame, DamageMatte(np.zeros(SIZE, np.float32), suspected=beside))
    assert alone.damaged is None
    assert alone.unreliable is not None
    assert plate_of(frame, DamageMatte(np.zeros(SIZE, np.float32))).unreliable is None
