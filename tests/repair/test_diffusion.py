"""Painting by a net: the same bytes however the windows are shared out, no seams, nothing else touched."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.cells import any_of_cells
from engine.errors import InconsistentFrames, ModelError
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.repair import diffusion_windows
from engine.repair.diffusion import DiffusionPainter
from engine.repair.diffusion_canvas import Canvas
from engine.repair.diffusion_guide import SCALE, Lead, deep_marks
from engine.repair.diffusion_inputs import KEPT, MARGIN, SIDE, UNIT, scaled_corners
from engine.repair.diffusion_sampler import Sampling
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import DIFFUSION, Bool, DamageMatte, FillTile, Float32
from engine.window.window import FrameWindow
from tests.repair.diffusion_nets import SPEC, denoising_net, painter
from tests.repair.plates import SIZE, Scene, pan, pasted, scene, sources, spots

DAMAGE = spots((60, 50, 26), (100, 70, 3), (150, 90, 30), (0, 143, 15), (207, 0, 12))
MOVING = scene(pan((3.4, -1.2)), {0: DAMAGE, -1: spots((20, 20, 6)), 1: spots((180, 100, 6))})
EVERYWHERE: Bool = np.ones(SIZE, np.bool_)
FIRST = tuple(MotionCompensatedRepairer(MotionEstimator()).repair(MOVING.window, MOVING.mattes))


def painted(net: DiffusionPainter, where: Bool = EVERYWHERE, given: Scene = MOVING) -> tuple[FillTile, ...]:
    with net:
        return net.paint(given.window, given.mattes, FIRST, where)


def plane(tiles: tuple[FillTile, ...]) -> Float32:
    return pasted(MOVING, tiles)


def test_what_the_net_sees_is_added_in_its_unit() -> None:
    small = spots((100, 70, 3), (207, 0, 8), (60, 50, 10))
    change = plane(painted(painter(added=0.5), small)) - plane(FIRST)
    np.testing.assert_allclose(change[small & DAMAGE], 0.5 * UNIT, atol=1e-6)
    np.testing.assert_array_equal(change[~small], 0)
    assert (sources(MOVING, painted(painter())) == DIFFUSION).all()


def test_only_what_is_asked_for_is_painted() -> None:
    where = spots((150, 90, 17))
    found = painted(painter(share=0.5, added=0.2), where)
    for tile, first in zip(found, FIRST, strict=True):
        elsewhere = ~where[tile.box.slices]
        assert tile.box == first.box
        np.testing.assert_array_equal(tile.encoded[elsewhere], first.encoded[elsewhere])
        np.testing.assert_array_equal(tile.source[elsewhere], first.source[elsewhere])
        assert ((tile.source == DIFFUSION) == (where & DAMAGE)[tile.box.slices]).all()


@pytest.mark.parametrize("how", [Sampling(), Sampling(jumps=2, length=2)])
@pytest.mark.parametrize("at_once", [1, 3, 64])
def test_how_many_windows_are_run_at_once_changes_no_byte(
    at_once: int, how: Sampling, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = plane(painted(painter(share=0.9, how=how)))
    monkeypatch.setattr(diffusion_windows, "AT_ONCE", at_once)
    np.testing.assert_array_equal(plane(painted(painter(share=0.9, how=how))), expected)


@pytest.mark.parametrize("how", [Sampling(solver="ddim"), Sampling(jumps=2), Sampling(jumps=2, length=2)])
def test_the_order_of_tiles_changes_no_byte(how: Sampling) -> None:
    """The noise of every draw belongs to a place of the frame: to no tile, nor to what was drawn before."""
    with painter(share=0.9, how=how, seed=7) as net:
        one = net.paint(MOVING.window, MOVING.mattes, FIRST, EVERYWHERE)
        net.paint(MOVING.window, MOVING.mattes, FIRST, spots((60, 50, 26)))
        two = net.paint(MOVING.window, MOVING.mattes, FIRST[::-1], EVERYWHERE)
    assert [tile.encoded.tobytes() for tile in one] == [tile.encoded.tobytes() for tile in two[::-1]]


def test_planes_made_anew_are_those_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = plane(painted(painter(share=0.9)))
    monkeypatch.setattr(diffusion_windows, "_KEPT_WINDOWS", 4)
    np.testing.assert_array_equal(plane(painted(painter(share=0.9))), expected)


@pytest.mark.parametrize("threads", [1, 2])
def test_threads_change_no_byte(threads: int, tmp_path: Path) -> None:
    net = denoising_net(tmp_path / "net.onnx", share=0.9)
    found = painted(DiffusionPainter(ModelSession(net, "cpu", threads), Sampling()))
    np.testing.assert_array_equal(plane(found), plane(painted(painter(share=0.9))))


def test_damage_far_away_changes_no_byte() -> None:
    one = spots((60, 50, 26))
    alone = painted(painter(share=0.9), one)
    together = painted(painter(share=0.9), one | spots((207, 0, 12)))
    np.testing.assert_array_equal(plane(alone)[one & DAMAGE], plane(together)[one & DAMAGE])


def test_seed_and_frame_choose_the_sample() -> None:
    def drawn(seed: int, key: str) -> Float32:
        frames = [frame and replace(frame, key=f"{frame.key}{key}") for frame in MOVING.window.frames]
        given = replace(MOVING, window=FrameWindow(tuple(frames)))
        return plane(painted(painter(share=0.9, seed=seed), given=given))

    same = drawn(0, "")
    np.testing.assert_array_equal(same, drawn(0, ""))
    for other in (drawn(1, ""), drawn(0, "other")):
        assert (same != other)[DAMAGE].mean() > 0.9


def test_the_windows_agree_where_they_overlap() -> None:
    """What a net sees that looks at what is near is, put together, what it would see in the whole frame."""
    hole = np.ones((120, 160), np.bool_)
    corners = scaled_corners(hole)
    canvas = Canvas.of(hole, corners)
    state = np.random.default_rng(2).standard_normal((canvas.rows.size, 3)).astype(np.float32)
    found = np.zeros_like(state)
    for n in reversed(range(len(corners))):
        canvas.put(found, canvas.cut(state, [n]), [n])
    np.testing.assert_allclose(found, state, atol=1e-6)


def test_no_border_of_a_window_shows() -> None:
    """Steps across the borders of windows' own parts are as large as everywhere."""
    wide: Bool = np.zeros(SIZE, np.bool_)
    wide[8:136, 8:200] = True
    given = scene(pan((3.4, -1.2)), {0: wide})
    first = MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes)
    with painter(share=0.9) as net:
        fill = pasted(given, net.paint(given.window, given.mattes, first, EVERYWHERE))
    added = (fill - pasted(given, first))[16:128, 16:192]
    steps = np.square(np.diff(added, axis=1)).mean((0, 2))
    borders = [edge - 17 for edge in range(KEPT, 192, KEPT) if 16 < edge < 192]
    others = np.delete(steps, borders)
    assert steps[borders].mean() < others.mean() * 1.35
    assert steps[borders].mean() > others.mean() / 1.35


def test_every_pixel_of_the_hole_is_on_the_canvas_once() -> None:
    canvas = Canvas.of(DAMAGE, scaled_corners(DAMAGE))
    held = np.zeros(SIZE, np.int32)
    inside = canvas.inside
    np.add.at(held, (canvas.rows[inside], canvas.columns[inside]), 1)
    np.testing.assert_array_equal(held, DAMAGE.astype(np.int32))
    assert canvas.rows.min() >= -MARGIN
    assert canvas.columns.max() < SIZE[1] + SIDE
    assert (canvas.mass > 0).all()


def test_what_needs_no_painting_runs_no_net() -> None:
    net = painter()
    net.close()
    assert net.paint(MOVING.window, MOVING.mattes, FIRST, ~DAMAGE) == FIRST
    assert net.paint(MOVING.window, {}, (), EVERYWHERE) == ()


def test_a_matte_of_another_size_is_refused() -> None:
    with painter() as net, pytest.raises(InconsistentFrames, match="50x40"):
        net.paint(
            MOVING.window, {**MOVING.mattes, 1: DamageMatte(np.ones((40, 50), np.float32))}, FIRST, DAMAGE
        )


def test_a_net_of_another_kind_is_refused(tmp_path: Path) -> None:
    wrong = replace(SPEC, id="stranger", purpose="detect")
    with (
        ModelSession(denoising_net(tmp_path / "wrong.onnx", spec=wrong), "cpu") as session,
        pytest.raises(ModelError, match=r"stranger .*cannot paint"),
    ):
        DiffusionPainter(session)


def test_values_that_are_no_numbers_are_an_error() -> None:
    with painter(added=float("nan")) as net, pytest.raises(ModelError, match=r"no numbers for frame 1001"):
        net.paint(MOVING.window, MOVING.mattes, FIRST, EVERYWHERE)


def test_resampling_draws_another_sample() -> None:
    once, again = (plane(painted(painter(share=0.9, how=how))) for how in (Sampling(), Sampling(jumps=1)))
    assert (once != again)[DAMAGE].mean() > 0.9


def test_large_marks_are_led_by_a_look_from_afar_and_small_ones_are_not() -> None:
    marks = deep_marks(DAMAGE)
    assert not (marks & ~DAMAGE).any()
    assert marks[50, 60]
    assert not marks[70, 100]
    assert not deep_marks(spots((100, 70, 9))).any()


def test_what_is_coarse_is_led_and_what_is_fine_is_left() -> None:
    """Led to half a unit: as much of the mean as is said on the way, nothing at its end or near the rim."""
    hole = spots((100, 70, 40))
    fine = Canvas.of(hole, scaled_corners(hole))
    coarse = Canvas.of(any_of_cells(hole, SCALE), scaled_corners(hole, SCALE) // SCALE)
    share = _share_of(hole)[coarse.rows, coarse.columns]
    lead = Lead.of(fine, hole, coarse, np.repeat(0.5 * share[:, None], 3, 1).astype(np.float32))
    seen = np.random.default_rng(3).standard_normal((fine.rows.size, 3)).astype(np.float32)
    deep, rim = (at[fine.rows, fine.columns] for at in (spots((100, 70, 26)), ~spots((100, 70, 36))))
    for way, led in ((0.0, 0.5), (0.5, 0.25), (1.0, 0.0)):
        change = lead.lead(seen, way) - seen
        assert not change[rim].any()
        assert change[deep].mean() == pytest.approx(led * (0.5 - seen[deep].mean()), abs=0.01)
        if led:
            assert abs(np.corrcoef(change[deep].ravel(), seen[deep].ravel())[0, 1]) < 0.5


def _share_of(hole: Bool) -> Float32:
    cells = hole.reshape(SIZE[0] // SCALE, SCALE, SIZE[1] // SCALE, SCALE)
    return cells.mean((1, 3)).astype(np.float32)
