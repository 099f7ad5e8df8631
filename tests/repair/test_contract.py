"""What every repairer must do, whatever it fills with."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.errors import InconsistentFrames
from engine.motion.estimator import MotionEstimator
from engine.repair.contract import Repairer
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.spatial_only import SpatialRepairer
from engine.types import DIFFUSION, SPATIAL, DamageMatte
from engine.window.window import FrameWindow
from tests.repair.diffusion_nets import painting_repairer
from tests.repair.fusion_nets import fused_repairer
from tests.repair.plates import SIZE, Scene, pan, pasted, psnr, scene, sources, spots, texture, working

REPAIRERS = {
    "motion-compensated": lambda: MotionCompensatedRepairer(MotionEstimator()),
    "spatial": SpatialRepairer,
    "fused": fused_repairer,
    "painting": painting_repairer,
}
DAMAGE = spots((60, 50, 9), (62, 70, 3), (150, 90, 14), (0, 143, 5), (207, 0, 2))


@pytest.fixture(params=list(REPAIRERS))
def repairer(request: pytest.FixtureRequest) -> Repairer:
    return REPAIRERS[request.param]()


@pytest.fixture(scope="module")
def moving() -> Scene:
    return scene(pan((3.4, -1.2)), {0: DAMAGE, -1: spots((20, 20, 6)), 1: spots((180, 100, 6))})


def part(given: Scene, *offsets: int) -> Scene:
    """The scene with only these neighbours there."""
    kept = [given.window.at(k) if k in (0, *offsets) else None for k in range(-2, 3)]
    return replace(given, window=FrameWindow(tuple(kept)))


def test_tiles_hold_every_damaged_pixel_and_do_not_overlap(repairer: Repairer, moving: Scene) -> None:
    held = np.zeros(SIZE, np.int32)
    for tile in repairer.repair(moving.window, moving.mattes):
        assert tile.encoded.shape == (tile.box.height, tile.box.width, 3)
        assert tile.encoded.dtype == np.float32
        assert tile.source.shape == (tile.box.height, tile.box.width)
        assert tile.source.dtype == np.int8
        held[tile.box.slices] += 1
    assert held.max() == 1
    assert (held[moving.damaged] == 1).all()


@pytest.mark.parametrize(
    "neighbours", [(-2, -1, 1, 2), (1, 2), (-2, -1), (1,), (-2, 2), ()], ids=lambda n: str(n)
)
def test_damage_is_reduced_whichever_neighbours_are_there(
    repairer: Repairer, moving: Scene, neighbours: tuple[int, ...]
) -> None:
    given = part(moving, *neighbours)
    repaired = pasted(given, repairer.repair(given.window, given.mattes))
    assert np.isfinite(repaired).all()
    assert psnr(repaired, given) > psnr(given.window.centre.encoded, given) + 6


def test_the_same_input_gives_the_same_bytes(moving: Scene) -> None:
    for make in REPAIRERS.values():
        first, second = (make().repair(moving.window, moving.mattes) for _ in range(2))
        assert [t.box for t in first] == [t.box for t in second]
        assert all((a.encoded == b.encoded).all() for a, b in zip(first, second, strict=True))
        assert all((a.source == b.source).all() for a, b in zip(first, second, strict=True))


def test_what_lies_under_the_matte_does_not_matter(repairer: Repairer, moving: Scene) -> None:
    """The flow sees the damage; the fill may differ by that much, and by no more."""
    other = scene(pan((3.4, -1.2)), {k: m.coverage > 0 for k, m in moving.mattes.items()}, level=0.66)
    one = pasted(moving, repairer.repair(moving.window, moving.mattes))
    two = pasted(other, repairer.repair(other.window, other.mattes))
    assert np.abs(one - two)[moving.damaged].mean() < 0.01


def test_a_still_is_filled_from_itself(repairer: Repairer, moving: Scene) -> None:
    given = replace(moving, window=FrameWindow.still(moving.window.centre), mattes={0: moving.mattes[0]})
    tiles = repairer.repair(given.window, given.mattes)
    assert set(np.unique(sources(given, tiles))) in ({SPATIAL}, {DIFFUSION})


@pytest.mark.parametrize("mattes", [{}, {0: DamageMatte(np.zeros(SIZE, np.float32))}], ids=["none", "empty"])
def test_no_damage_no_tiles(repairer: Repairer, moving: Scene, mattes: dict[int, DamageMatte]) -> None:
    assert len(repairer.repair(moving.window, mattes)) == 0


def test_a_matte_of_another_size_is_refused(repairer: Repairer, moving: Scene) -> None:
    with pytest.raises(InconsistentFrames, match=r"1001 .*208x144.*matte is 50x40"):
        repairer.repair(moving.window, {0: DamageMatte(np.ones((40, 50), np.float32))})


def test_a_soft_matte_counts_wherever_it_is_above_zero(repairer: Repairer, moving: Scene) -> None:
    faint = {0: DamageMatte(np.where(DAMAGE, np.float32(1e-4), np.float32(0)))}
    held = np.zeros(SIZE, np.bool_)
    for tile in repairer.repair(moving.window, faint):
        held[tile.box.slices] = True
    assert held[DAMAGE].all()


def test_pixels_that_are_no_numbers_are_never_spread(repairer: Repairer) -> None:
    frames = pan((2.0, 0.0))
    frames[2][40:44, 60:64] = np.nan
    frames[1][45:50, 66:70] = np.inf
    given = scene(frames, {0: spots((60, 50, 9))})
    assert np.isfinite(pasted(given, repairer.repair(given.window, given.mattes))[given.damaged]).all()


@pytest.mark.parametrize("share", [0.34, 1.0])
def test_a_large_part_of_the_frame_may_be_damaged(repairer: Repairer, moving: Scene, share: float) -> None:
    wide = np.zeros(SIZE, np.bool_)
    wide[:, : int(SIZE[1] * share)] = True
    given = scene(pan((3.4, -1.2)), {0: wide})
    repaired = pasted(given, repairer.repair(given.window, given.mattes))
    assert np.isfinite(repaired).all()


@pytest.mark.parametrize("size", [(1, 1), (3, 90), (90, 3), (33, 31)])
def test_tiny_and_narrow_plates(repairer: Repairer, size: tuple[int, int]) -> None:
    frames = tuple(working(texture(k, (96, 96))[: size[0], : size[1]], k, f"tiny{k}") for k in range(3))
    matte = np.zeros(size, np.float32)
    matte[size[0] // 2, size[1] // 2] = 1
    tiles = repairer.repair(FrameWindow(frames), {0: DamageMatte(matte)})
    assert all(np.isfinite(tile.encoded).all() for tile in tiles)
    assert sum(tile.box.height * tile.box.width for tile in tiles) >= 1


def test_identities_differ() -> None:
    assert len({make().identity for make in REPAIRERS.values()}) == len(REPAIRERS)
