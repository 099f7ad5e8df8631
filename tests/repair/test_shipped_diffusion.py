"""The net that ships, as it renders: the same bytes whatever shares out the work, no seams, nothing wild."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.pipeline import DEFAULT_PAINTER
from engine.repair.diffusion import DiffusionPainter
from engine.repair.diffusion_inputs import KEPT
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.types import DIFFUSION, Bool, FillTile, Float32
from engine.window.window import FrameWindow
from tests.repair.plates import SIZE, Scene, pan, pasted, scene, sources, spots, working

EVERYWHERE: Bool = np.ones(SIZE, np.bool_)


def still(hole: Bool) -> Scene:
    """What is hidden, no neighbour shows."""
    given = scene(pan((3.4, -1.2)), {0: hole})
    return replace(given, window=FrameWindow.still(given.window.centre), mattes={0: given.mattes[0]})


def filled(given: Scene) -> tuple[FillTile, ...]:
    return tuple(MotionCompensatedRepairer(MotionEstimator()).repair(given.window, given.mattes))


def painted(given: Scene, threads: int | None = None) -> tuple[FillTile, ...]:
    with DiffusionPainter(ModelSession(DEFAULT_PAINTER, "cpu", threads)) as net:
        return tuple(net.paint(given.window, given.mattes, filled(given), EVERYWHERE))


ONE = spots((60, 50, 16))
STILL = still(ONE)


def test_threads_change_no_byte_and_nothing_outside_the_hole_is_painted() -> None:
    one, two = (pasted(STILL, painted(STILL, threads)) for threads in (1, 2))
    assert one.tobytes() == two.tobytes()
    first = pasted(STILL, filled(STILL))
    np.testing.assert_array_equal(one[~ONE], first[~ONE])
    assert (one != first).any(-1)[ONE].mean() > 0.9


def test_it_is_about_as_near_to_the_truth_as_the_first_fill_and_no_wilder_than_what_is_around() -> None:
    tiles = painted(STILL)
    assert (sources(STILL, tiles) == DIFFUSION).all()
    within, truth = pasted(STILL, tiles)[ONE], STILL.truth[ONE]
    assert STILL.truth.min() - 0.1 < within.min()
    assert within.max() < STILL.truth.max() + 0.1
    guess = pasted(STILL, filled(STILL))[ONE]
    assert np.square(within - truth).mean() < 1.3 * np.square(guess - truth).mean()


def test_black_and_white_stays_black_and_white() -> None:
    """Within a fifth of the grain of a fast stock."""
    centre = STILL.window.centre
    grey: Float32 = np.repeat(centre.encoded.mean(-1, keepdims=True), 3, -1)
    given = replace(STILL, window=FrameWindow.still(working(grey, centre.number, "grey")))
    within = pasted(given, painted(given))[ONE]
    colours = within - within.mean(-1, keepdims=True)
    assert np.sqrt(np.square(colours).mean()) < 0.003


def test_no_border_of_a_window_shows() -> None:
    """Steps across the borders of windows' own parts are as large as the steps beside them."""
    wide: Bool = np.zeros(SIZE, np.bool_)
    wide[8:136, 8:200] = True
    given = still(wide)
    added = (pasted(given, painted(given)) - pasted(given, filled(given)))[16:128, 16:192]
    steps = np.square(np.diff(added, axis=1)).mean((0, 2))
    for border in (edge - 17 for edge in range(KEPT, 192, KEPT) if 24 < edge < 184):
        beside = np.r_[steps[border - 7 : border - 1], steps[border + 2 : border + 8]]
        assert steps[border] < 1.35 * beside.max()
