"""The fusing repairer does what its net says, and no more."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.errors import ModelError
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.repair.fused import FusedRepairer, scene_of
from engine.repair.fusion_inputs import HOLE, KEPT, MARGIN, SIDE, chunks, corners_of, fusion_planes
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.spatial_only import SpatialRepairer
from engine.types import THROUGH, Bool
from engine.window.window import FrameWindow
from tests.repair.fusion_nets import SPEC, fused_repairer, fusing_net
from tests.repair.plates import SIZE, pan, pasted, psnr, scene, sources, spots

DAMAGE = spots((60, 50, 9), (100, 70, 3), (150, 90, 14), (0, 143, 5), (207, 0, 2))
MOVING = scene(pan((3.4, -1.2)), {0: DAMAGE, -1: spots((20, 20, 6)), 1: spots((180, 100, 6))})


def test_every_damaged_pixel_is_in_the_kept_part_of_one_window() -> None:
    held = np.zeros((SIZE[0] + KEPT, SIZE[1] + KEPT), np.int32)
    for row, column in corners_of(DAMAGE) + MARGIN:
        held[row : row + KEPT, column : column + KEPT] += 1
    assert held.max() == 1
    assert held[: SIZE[0], : SIZE[1]][DAMAGE].all()


def test_what_a_window_shows_does_not_depend_on_the_others() -> None:
    def seen(corners: np.ndarray) -> np.ndarray:
        return fusion_planes(scene_of(MOVING.window, MOVING.mattes, ()), corners)

    corners = corners_of(DAMAGE)
    together = seen(corners)
    assert together.shape == (len(corners), 15, SIDE, SIDE)
    for alone, part in zip(together, chunks(corners, 1), strict=True):
        np.testing.assert_array_equal(alone, seen(part)[0])
    assert together[:, HOLE].any()


def test_a_known_neighbour_fills_and_the_first_fill_stands_in() -> None:
    tiles = fused_repairer().repair(MOVING.window, MOVING.mattes)
    assert {-1, 1} <= set(np.unique(sources(MOVING, tiles)))
    assert psnr(pasted(MOVING, tiles), MOVING) > psnr(MOVING.window.centre.encoded, MOVING) + 10


def test_a_still_keeps_its_first_fill_to_the_bit() -> None:
    """Without neighbours the known net has nothing but the first fill to give."""
    given = replace(MOVING, window=FrameWindow.still(MOVING.window.centre), mattes={0: MOVING.mattes[0]})
    first = SpatialRepairer().repair(given.window, given.mattes)
    tiles = fused_repairer().repair(given.window, given.mattes)
    np.testing.assert_allclose(pasted(given, tiles), pasted(given, first), atol=2e-6)


def test_own_picture_can_shine_through() -> None:
    tiles = fused_repairer(own=60.0).repair(MOVING.window, MOVING.mattes)
    np.testing.assert_allclose(pasted(MOVING, tiles), MOVING.window.centre.encoded, atol=1e-5)
    assert (sources(MOVING, tiles) == THROUGH).all()


def test_the_residual_is_added_and_the_error_told() -> None:
    bare, more = (
        pasted(MOVING, fused_repairer(residual=r).repair(MOVING.window, MOVING.mattes)) for r in (0, 0.02)
    )
    np.testing.assert_allclose((more - bare)[MOVING.damaged], 0.02, atol=1e-6)
    for tile in fused_repairer().repair(MOVING.window, MOVING.mattes):
        assert tile.doubt is not None
        hurt = MOVING.damaged[tile.box.slices]
        np.testing.assert_allclose(tile.doubt[hurt], 0.01 * np.sqrt(2), rtol=1e-5)


def test_outside_the_matte_a_tile_is_picture() -> None:
    hurt: Bool = MOVING.damaged
    for tile in fused_repairer(residual=0.1).repair(MOVING.window, MOVING.mattes):
        outside = ~hurt[tile.box.slices]
        picture = MOVING.window.centre.encoded[tile.box.slices]
        np.testing.assert_array_equal(tile.encoded[outside], picture[outside])


def test_a_net_of_another_kind_is_refused(tmp_path: Path) -> None:
    wrong = replace(SPEC, id="stranger", purpose="detect")
    with (
        ModelSession(fusing_net(tmp_path / "wrong.onnx", spec=wrong), "cpu") as session,
        pytest.raises(ModelError, match=r"stranger .*cannot repair"),
    ):
        FusedRepairer(session, MotionCompensatedRepairer(MotionEstimator()))
