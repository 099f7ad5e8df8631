"""What a fill is worth, on plates whose truth is known."""

from __future__ import annotations

from collections.abc import Mapping

import cv2
import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.spatial_only import SpatialRepairer
from engine.types import SPATIAL, Bool, Float32
from engine.window.window import FrameWindow
from tests.repair.plates import (
    SIZE,
    Scene,
    at,
    flat,
    grain,
    pan,
    pasted,
    psnr,
    scene,
    sources,
    spots,
    texture,
)

BLOTCHES = spots((60, 50, 9), (150, 40, 4), (140, 95, 22), (40, 110, 6))


def temporal(given: Scene) -> Float32:
    repairer = MotionCompensatedRepairer(MotionEstimator())
    return pasted(given, repairer.repair(given.window, given.mattes))


def spatial(given: Scene) -> Float32:
    return pasted(given, SpatialRepairer().repair(given.window, given.mattes))


@pytest.mark.parametrize("step", [(0.0, 0.0), (3.4, -1.2), (9.7, 4.3), (-6.5, 0.5)], ids=str)
@pytest.mark.parametrize("level", [0.75, 0.05], ids=["white", "black"])
def test_neighbours_beat_the_surroundings(step: tuple[float, float], level: float) -> None:
    given = scene(pan(step), {0: BLOTCHES}, level)
    assert psnr(temporal(given), given) > psnr(spatial(given), given) + 3


def test_a_big_blotch_over_moving_texture_does_not_mislead() -> None:
    """The fill comes within 2.5 dB of the best possible, an exact copy with another frame's grain."""
    given = scene(pan((5.3, 2.1)), {0: spots((100, 70, 45))}, 0.8)
    perfect = given.truth - grain(102) + grain(7)
    assert psnr(temporal(given), given) > psnr(perfect, given) - 2.5


def test_a_line_scratch_is_filled_from_the_neighbours() -> None:
    line = np.zeros(SIZE, np.bool_)
    line[:, 100:104] = True
    given = scene(pan((4.5, 0.0)), {0: line, -1: line, 1: line, -2: line, 2: line})
    perfect = given.truth - grain(102) + grain(7)
    assert psnr(temporal(given), given) > psnr(perfect, given) - 1
    assert psnr(temporal(given), given) > psnr(spatial(given), given) + 1


def test_damage_at_the_same_place_of_every_neighbour_is_never_copied() -> None:
    everywhere: Mapping[int, Bool] = dict.fromkeys(range(-2, 3), BLOTCHES)
    given = scene(pan((0.0, 0.0)), everywhere, 0.9)
    repaired = temporal(given)
    assert repaired[given.damaged].max() < 0.8
    assert psnr(repaired, given) > psnr(given.window.centre.encoded, given) + 6


@pytest.mark.parametrize("only", [-2, -1, 1, 2])
def test_the_undamaged_neighbour_is_the_one_that_is_taken(only: int) -> None:
    damage = {k: BLOTCHES for k in range(-2, 3) if k != only}
    given = scene(pan((0.0, 0.0)), damage, 0.9)
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    assert (sources(given, tiles) == only).mean() > 0.99


@pytest.mark.parametrize("stops", [-0.5, 0.3])
def test_a_flicker_leaves_no_patch(stops: float) -> None:
    frames = pan((3.4, -1.2))
    lit = [f if k == 2 else f + np.float32(stops / 17.52) for k, f in enumerate(frames)]
    given = scene(lit, {0: BLOTCHES})
    error = (temporal(given) - given.truth)[given.damaged]
    assert np.abs(error.mean(0)).max() < 0.1 * abs(stops) / 17.52 + 0.001


def test_a_fill_is_from_one_frame_not_a_mean() -> None:
    """A mean of two frames has 0.71 of the grain, whose loss shows as a smooth patch."""
    given = scene(flat(), {0: BLOTCHES})
    ratio = temporal(given)[given.damaged].std() / given.truth[given.damaged].std()
    assert 0.9 < ratio < 1.1


def occlusion(hide: int) -> Scene:
    """A textured square passes over the damage in the frame at `hide`; the damage is on the ground."""
    world, square = texture(4, (SIZE[0] + 96, SIZE[1] + 96)), texture(9, (60, 60)) + 0.2
    frames: list[Float32] = []
    for k in range(-2, 3):
        picture = at(world, 48, (1.5, 0.0), k)
        left = 70 + (k - hide) * 66
        if 0 <= left < SIZE[1] - 60:
            picture[40:100, left : left + 60] = square
        frames.append(picture + grain(400 + k))
    return scene(frames, {0: spots((100, 70, 8))})


@pytest.mark.parametrize("hide", [-1, 1])
def test_what_passes_in_front_in_one_neighbour_is_not_pasted_in(hide: int) -> None:
    given = occlusion(hide)
    assert psnr(temporal(given), given) > psnr(spatial(given), given) - 0.5


def test_nothing_is_taken_from_neighbours_that_show_something_else() -> None:
    frames = [texture(k, SIZE) + grain(k) for k in range(5)]
    given = scene(frames, {0: BLOTCHES})
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    assert (sources(given, tiles) == SPATIAL).mean() > 0.7
    assert psnr(pasted(given, tiles), given) > psnr(spatial(given), given) - 1


def test_the_surroundings_beat_a_flat_patch() -> None:
    given = scene(pan((0.0, 0.0)), {0: BLOTCHES})
    patch = given.truth.copy()
    patch[given.damaged] = given.truth[~given.damaged].mean(0)
    assert psnr(spatial(given), given) > psnr(patch, given) + 2


def test_a_scratch_is_bridged_along_the_edges_it_crosses() -> None:
    """A diagonal edge under a vertical scratch goes on straight: better than 8-bit Telea."""
    rows, columns = np.mgrid[: SIZE[0], : SIZE[1]]
    step = 1 / (1 + np.exp(-(rows - 0.5 * columns - 20.0)))
    truth = (0.3 + 0.25 * step[..., None] * [1, 0.8, 0.6]).astype(np.float32)
    line = np.zeros(SIZE, np.bool_)
    line[:, 80:86] = True
    given = scene([truth], {0: line})
    codes = np.round(given.window.centre.encoded * 255).astype(np.uint8)
    telea = cv2.inpaint(codes, line.astype(np.uint8), 3, cv2.INPAINT_TELEA).astype(np.float32) / 255
    assert psnr(spatial(given), given) > psnr(telea, given) + 1


def test_nothing_is_rounded_or_clamped() -> None:
    """Scene-referred values below 0 and above 1 are filled with their like."""
    for level in (-0.4, 1.6):
        frames = [np.full((*SIZE, 3), level, np.float32) + grain(k, strength=1e-4) for k in range(3)]
        given = scene(frames, {0: BLOTCHES}, level=0.5)
        for repaired in (temporal(given), spatial(given)):
            assert np.abs(repaired - given.truth)[given.damaged].max() < 2e-3


def test_frames_in_a_gap_are_leapt_over() -> None:
    given = scene(pan((2.0, 1.0)), {0: BLOTCHES})
    frames = given.window.frames
    window = FrameWindow((frames[0], None, frames[2], None, frames[4]))
    tiles = MotionCompensatedRepairer(MotionEstimator()).repair(window, given.mattes)
    assert set(np.unique(sources(given, tiles))) <= {-2, 2, SPATIAL}
    assert psnr(pasted(given, tiles), given) > psnr(spatial(given), given) + 3
