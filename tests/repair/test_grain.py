from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.errors import InconsistentFrames
from engine.motion.estimator import MotionEstimator
from engine.repair.contract import Repairer
from engine.repair.grain import regrain
from engine.repair.grain_profile import measure, residual
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.spatial_only import SpatialRepairer
from engine.types import Bool, Box, DamageMatte, FillTile, Float32
from tests.repair.plates import (
    SIZE,
    Scene,
    flat,
    grain,
    high_pass,
    pan,
    pasted,
    psnr,
    roughness,
    scene,
    spots,
)

HOLES = spots((60, 50, 20), (150, 40, 5), (140, 95, 30), (30, 115, 8))
AT_THE_BORDERS = spots((0, 70, 7), (SIZE[1] - 1, 40, 6), (60, 0, 5), (100, SIZE[0] - 1, 8), (150, 90, 9))
REPAIRERS = {
    "motion-compensated": lambda: MotionCompensatedRepairer(MotionEstimator()),
    "spatial": SpatialRepairer,
}


@pytest.fixture(params=list(REPAIRERS))
def repairer(request: pytest.FixtureRequest) -> Repairer:
    return REPAIRERS[request.param]()


def regrained(given: Scene, repairer: Repairer, strength: float = 1.0, seed: int = 0) -> Float32:
    tiles = repairer.repair(given.window, given.mattes)
    motion = MotionEstimator()
    return pasted(given, regrain(given.window, tiles, given.mattes[0], strength, seed, motion))


@pytest.mark.parametrize("level", [0.2, 0.5])
def test_a_fill_is_as_grainy_as_its_surroundings(repairer: Repairer, level: float) -> None:
    """Within what can be measured on so small a plate, a dozen blocks."""
    given = scene(flat(level), {0: HOLES})
    ratio = roughness(regrained(given, repairer), HOLES) / roughness(given.truth, HOLES)
    assert 0.9 < ratio < 1.13


def test_the_grain_is_not_that_of_the_neighbour(repairer: Repairer) -> None:
    given = scene(flat(), {0: HOLES})
    fill = high_pass(regrained(given, repairer))[HOLES]
    for offset in given.window.offsets():
        neighbour = given.window.at(offset)
        assert neighbour is not None
        likeness = np.corrcoef(fill.ravel(), high_pass(neighbour.encoded)[HOLES].ravel())[0, 1]
        assert abs(likeness) < 0.1, f"the grain of offset {offset} stands still"


def test_its_colours_go_together_as_the_surroundings_do(repairer: Repairer) -> None:
    given = scene(flat(), {0: HOLES})
    ours, theirs = (np.corrcoef(high_pass(p)[HOLES].T) for p in (regrained(given, repairer), given.truth))
    assert np.abs(ours - theirs).max() < 0.1


def test_its_size_is_that_of_the_surroundings(repairer: Repairer) -> None:
    given = scene(flat(), {0: HOLES})
    ours, theirs = (_likeness_of_next_pixel(p) for p in (regrained(given, repairer), given.truth))
    assert abs(ours - theirs) < 0.08


def _likeness_of_next_pixel(picture: Float32) -> float:
    rough = high_pass(picture)
    inside = HOLES[:, 1:] & HOLES[:, :-1]
    return float(np.corrcoef(rough[:, 1:][inside].ravel(), rough[:, :-1][inside].ravel())[0, 1])


def test_structure_is_kept() -> None:
    given = scene(pan((3.4, -1.2)), {0: HOLES})
    repairer = MotionCompensatedRepairer(MotionEstimator())
    plain = pasted(given, repairer.repair(given.window, given.mattes))
    assert psnr(regrained(given, repairer), given) > psnr(plain, given) - 1.5


@pytest.mark.parametrize("strength", [0.5, 2.0])
def test_strength_multiplies_the_grain(strength: float) -> None:
    given = scene(flat(), {0: HOLES})
    one, other = (roughness(regrained(given, SpatialRepairer(), s), HOLES) for s in (1.0, strength))
    assert other / one == pytest.approx(strength, rel=0.08)


def test_strength_zero_returns_the_tiles_as_they_are(repairer: Repairer) -> None:
    given = scene(flat(), {0: HOLES})
    tiles = repairer.repair(given.window, given.mattes)
    result = regrain(given.window, tiles, given.mattes[0], 0.0)
    assert all((a.encoded == b.encoded).all() for a, b in zip(tiles, result, strict=True))


def test_the_same_frame_gets_the_same_grain_another_frame_another() -> None:
    given = scene(flat(), {0: HOLES})
    other = replace(given, window=scene(flat(seed=8), {0: HOLES}).window)
    first, again, third = (regrained(s, SpatialRepairer()) for s in (given, given, other))
    assert (first == again).all()
    likeness = np.corrcoef(high_pass(first)[HOLES].ravel(), high_pass(third)[HOLES].ravel())[0, 1]
    assert abs(likeness) < 0.1
    assert (first != regrained(given, SpatialRepairer(), seed=1))[HOLES].any()


@pytest.mark.parametrize("holes", [HOLES, AT_THE_BORDERS], ids=["inside", "at the borders"])
def test_grain_does_not_depend_on_the_tiles(repairer: Repairer, holes: Bool) -> None:
    given = scene(flat(), {0: holes})
    tiles = repairer.repair(given.window, given.mattes)
    whole = np.zeros((*SIZE, 3), np.float32)
    source = np.zeros(SIZE, np.int8)
    for tile in tiles:
        whole[tile.box.slices], source[tile.box.slices] = tile.encoded, tile.source
    single = [FillTile(Box(0, 0, *SIZE), whole, source)]
    one = pasted(given, regrain(given.window, tiles, given.mattes[0], 1.0))
    two = pasted(given, regrain(given.window, single, given.mattes[0], 1.0))
    np.testing.assert_allclose(one, two, atol=2e-6)


def test_pixels_outside_the_matte_do_not_matter() -> None:
    given = scene(flat(), {0: HOLES})
    tiles = SpatialRepairer().repair(given.window, given.mattes)
    spoilt = [
        replace(t, encoded=np.where(HOLES[t.box.slices][..., None], t.encoded, np.float32(9))) for t in tiles
    ]
    one, two = (pasted(given, regrain(given.window, t, given.mattes[0], 1.0)) for t in (tiles, spoilt))
    assert (one == two).all()


def test_a_picture_without_grain_gets_none(repairer: Repairer) -> None:
    given = scene([np.full((*SIZE, 3), 0.4, np.float32)] * 5, {0: HOLES})
    assert roughness(regrained(given, repairer), HOLES) < 1e-4


@pytest.mark.parametrize("size", [(20, 20), (44, 300)])
def test_a_frame_too_small_to_measure_is_left_without(size: tuple[int, int]) -> None:
    mask = np.zeros(size, np.bool_)
    mask[: size[0] // 2] = True
    assert measure(np.zeros((*size, 3), np.float32), mask, mask) is None


def test_a_matte_of_another_size_is_refused() -> None:
    given = scene(flat(), {0: HOLES})
    with pytest.raises(InconsistentFrames, match="matte is 9x8"):
        regrain(given.window, (), DamageMatte(np.ones((8, 9), np.float32)), 1.0)


@pytest.mark.parametrize("softness", [0.4, 0.7, 1.1])
def test_the_measured_strength_is_the_true_one(softness: float) -> None:
    field = np.random.default_rng(5).standard_normal((256, 320, 3)).astype(np.float32)
    field = np.asarray(cv2.GaussianBlur(field, (0, 0), softness), np.float32)
    ramp = np.linspace(0.2, 0.5, 320, dtype=np.float32)[None, :, None]
    picture = ramp + field / field.std() * np.float32(0.01)
    none = np.zeros((256, 320), np.bool_)
    profile = measure(picture, none, none)
    assert profile is not None
    true = residual(field / field.std() * np.float32(0.01)).std((0, 1))
    np.testing.assert_allclose(profile.strengths.mean(0), true, rtol=0.1)


def test_strength_follows_the_tone() -> None:
    """Twice the grain in the lights: measured as it is, within what the limit on its slope lets through."""
    ramp = np.repeat(np.linspace(0.1, 0.7, 480, dtype=np.float32)[None, :, None], 264, 0) * np.ones(
        3, np.float32
    )
    picture = ramp + grain(1, (264, 480), 0.01) * (ramp / 0.4) ** 0.5
    none = np.zeros(picture.shape[:2], np.bool_)
    profile = measure(picture, none, none)
    assert profile is not None
    dark, light = profile.strength(np.array([[0.15] * 3, [0.65] * 3], np.float32))
    assert light.mean() / dark.mean() > 1.4
