from __future__ import annotations

import numpy as np
import pytest

from engine.motion.consistency import forward_backward_error, occluded
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import Flow
from engine.types import Box

H, W = 240, 320


def constant(dx: float, dy: float, size: tuple[int, int] = (80, 100)) -> Flow:
    flow = Flow.still(size, 2)
    return Flow(flow.vectors + np.array([dx, dy], np.float32), 2, size)


def test_opposite_flows_agree_and_only_the_leaving_rim_is_hidden():
    forward, backward = constant(6, 0), constant(-6, 0)
    assert forward_backward_error(forward, backward).max() == 0
    hidden = occluded(forward, backward)
    assert not hidden[:, :-8].any()
    assert hidden[:, -4:].all()


def test_the_error_is_in_full_size_pixels():
    error = forward_backward_error(constant(6, 1), constant(-3, 3))
    assert error.shape == (80, 100)
    assert error.dtype == np.float32
    assert np.allclose(error, 5.0)


@pytest.mark.parametrize(("mismatch", "hidden"), [(0.70, False), (0.72, True)])
def test_the_threshold_is_that_of_the_paper(mismatch, hidden):
    """Without motion, |f + b|^2 < 0.01 |b|^2 + 0.5 turns at |b| = sqrt(0.5 / 0.99) = 0.7107."""
    assert bool(occluded(constant(0, 0), constant(mismatch, 0))[40, 50]) is hidden


def test_fast_motion_is_allowed_more():
    forward, backward = constant(20, 0), constant(-18, 0)
    assert not occluded(forward, backward)[40, 30]
    assert occluded(constant(2, 0), constant(0, 0))[40, 30]


def test_a_box_is_its_part_of_the_whole():
    rng = np.random.default_rng(1)
    forward = Flow(rng.normal(0, 1, (31, 26, 2)).astype(np.float32), 2, (61, 51))
    backward = Flow(rng.normal(0, 1, (31, 26, 2)).astype(np.float32), 2, (61, 51))
    box = Box(7, 3, 42, 51)
    for measure in (forward_backward_error, occluded):
        assert np.array_equal(measure(forward, backward, box), measure(forward, backward)[box.slices])


def test_what_a_moving_object_uncovers_is_flagged(make_texture, make_frame):
    scene, thing = make_texture(H, W, 1), make_texture(80, 80, 2)[..., ::-1]
    here, there = scene.copy(), scene.copy()
    here[80:160, 100:180] = thing
    there[80:160, 120:200] = thing
    a, b = make_frame(here, 0), make_frame(there, 1)
    estimator = MotionEstimator()
    forward, backward = estimator.between(a, b), estimator.between(b, a)
    hidden, error = occluded(forward, backward), forward_backward_error(forward, backward)
    covered = (slice(90, 150), slice(183, 197))
    assert hidden[covered].mean() > 0.7
    assert np.median(error[covered]) > 2
    assert hidden[90:150, 110:170].mean() < 0.05
    assert hidden[:60].mean() < 0.05
