from __future__ import annotations

import subprocess
import sys
import threading
from itertools import pairwise

import cv2
import numpy as np
import pytest

from engine.errors import InconsistentFrames
from engine.motion.estimator import MotionEstimator
from engine.motion.flow import dense, warp
from engine.motion.luma import search_scale
from engine.window.window import FrameWindow

H, W = 240, 320
MARGIN = 60
INNER = (slice(40, -40), slice(40, -40))


@pytest.fixture
def pan(make_texture, make_frame):
    """Frames of a camera that moves by (dx, dy) a frame: content goes the other way."""

    def make(dx, dy, numbers=(0, 1), grain=0.0, gain=0.0):
        scene = make_texture(H + 2 * MARGIN, W + 2 * MARGIN)
        rng = np.random.default_rng(9)
        frames = []
        for n in numbers:
            top, left = MARGIN + n * dy, MARGIN + n * dx
            view = scene[top : top + H, left : left + W] + n * gain
            view = view + rng.normal(0, grain, view.shape)
            frames.append(make_frame(view, n))
        return frames

    return make


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (1, 0), (7, -4), (-20, 11), (30, 30)])
def test_a_translation_is_found(pan, dx, dy):
    a, b = pan(dx, dy, grain=0.01)
    vectors = dense(MotionEstimator().between(a, b))[INNER]
    assert np.median(np.hypot(vectors[..., 0] + dx, vectors[..., 1] + dy)) < 0.5


def test_a_zoom_is_found(make_texture, make_frame):
    scene = make_texture(H, W)
    y, x = np.mgrid[0:H, 0:W].astype(np.float32)
    u, v = (x - W / 2) * np.float32(0.03), (y - H / 2) * np.float32(0.03)
    seen = cv2.remap(scene, x + u, y + v, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    vectors = dense(MotionEstimator().between(make_frame(seen, 0), make_frame(scene, 1)))[INNER]
    error = np.hypot(vectors[..., 0] - u[INNER], vectors[..., 1] - v[INNER])
    assert np.median(error) < 0.5
    assert np.percentile(error, 95) < 1.0


def test_the_warped_neighbour_looks_like_the_centre(pan):
    a, b = pan(6, -3)
    moved, valid = warp(b.encoded, MotionEstimator().between(a, b))
    inner_valid = valid[INNER]
    assert inner_valid.all()
    before = np.abs(b.encoded - a.encoded)[INNER].mean()
    assert np.abs(moved - a.encoded)[INNER].mean() < 0.15 * before


def test_a_flicker_of_a_stop_does_not_move_the_picture(pan):
    a, b = pan(5, 2, gain=0.057)
    vectors = dense(MotionEstimator().between(a, b))[INNER]
    assert np.median(np.hypot(vectors[..., 0] + 5, vectors[..., 1] + 2)) < 0.5


def test_duplicates_have_no_motion_and_are_not_searched(make_texture, make_frame, monkeypatch):
    monkeypatch.setattr(MotionEstimator, "_search", lambda *_: pytest.fail("searched"))
    encoded = make_texture(H, W)
    flow = MotionEstimator().between(make_frame(encoded, 0, "same"), make_frame(encoded, 1, "same"))
    assert not flow.vectors.any()


@pytest.fixture
def searches(monkeypatch):
    """The pairs that were really searched, in order."""
    seen = []
    search = MotionEstimator._search

    def counted(self, a, b):
        seen.append((a.number, b.number))
        return search(self, a, b)

    monkeypatch.setattr(MotionEstimator, "_search", counted)
    return seen


def test_a_pair_is_searched_once(pan, searches):
    a, b = pan(3, 1)
    estimator = MotionEstimator()
    first = estimator.between(a, b)
    assert estimator.between(a, b) is first
    estimator.between(b, a)
    assert searches == [(0, 1), (1, 0)]


def test_threads_that_ask_at_once_search_once(pan, searches):
    a, b = pan(3, 1)
    estimator, start, found = MotionEstimator(), threading.Barrier(4), []

    def ask():
        start.wait()
        found.append(estimator.between(a, b))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert searches == [(0, 1)]
    assert all(flow is found[0] for flow in found)


def test_a_failed_search_is_tried_again(pan, monkeypatch):
    a, b = pan(3, 1)
    estimator = MotionEstimator()
    with monkeypatch.context() as patch:
        patch.setattr(MotionEstimator, "_search", lambda *_: (_ for _ in ()).throw(MemoryError()))
        with pytest.raises(MemoryError):
            estimator.between(a, b)
    assert estimator.between(a, b).vectors.any()


def test_what_is_kept_is_bounded(pan, searches):
    frames = pan(1, 1, numbers=range(8))
    one_flow = (H // 2) * (W // 2) * 2 * 4
    estimator = MotionEstimator(budget_bytes=3 * one_flow)
    for a, b in pairwise(frames):
        estimator.between(a, b)
    estimator.between(frames[6], frames[7])
    estimator.between(frames[0], frames[1])
    assert searches == [(n, n + 1) for n in range(7)] + [(0, 1)]


def test_small_flows_are_bounded_in_number(pan, searches):
    frames = pan(1, 1, numbers=range(60))
    estimator = MotionEstimator()
    for a, b in pairwise(frames):
        estimator.between(a, b)
    estimator.between(frames[58], frames[59])
    assert len(searches) == 59
    estimator.between(frames[0], frames[1])
    assert len(searches) == 60, "memory must not grow with the clip"


def test_the_order_of_calls_and_earlier_calls_do_not_matter(pan):
    a, b, c = pan(4, -2, numbers=(0, 1, 2), grain=0.01)
    fresh = MotionEstimator().between(a, b).vectors
    used = MotionEstimator()
    used.between(c, b)
    used.between(b, a)
    used.between(a, c)
    assert np.array_equal(used.between(a, b).vectors, fresh)


def test_along_chains_steps_and_agrees_with_the_direct_search(pan, searches):
    frames = pan(5, -3, numbers=(-2, -1, 0, 1, 2))
    window = FrameWindow(tuple(frames))
    estimator = MotionEstimator()
    for offset in (2, -2):
        chained = estimator.along(window, offset)
        assert chained is not None
        assert (0, offset) not in searches
        direct = estimator.between(window.centre, frames[2 + offset])
        difference = dense(chained)[INNER] - dense(direct)[INNER]
        assert np.median(np.hypot(difference[..., 0], difference[..., 1])) < 0.5


def test_along_leaps_over_a_hole_and_is_none_without_an_end(pan, searches):
    frames = pan(5, -3, numbers=(-2, -1, 0, 1, 2))
    window = FrameWindow((frames[0], None, frames[2], frames[3], None))
    estimator = MotionEstimator()
    assert estimator.along(window, 2) is None
    assert estimator.along(window, -2) is not None
    assert searches == [(0, -2)]
    still = estimator.along(window, 0)
    assert still is not None
    assert not still.vectors.any()


def test_frames_of_two_sizes_are_refused_by_number(make_texture, make_frame):
    a, b = make_frame(make_texture(64, 64), 7), make_frame(make_texture(64, 66), 8)
    with pytest.raises(InconsistentFrames, match=r"Frames 7 and 8 .* 64x64 and 66x64"):
        MotionEstimator().between(a, b)


def test_wide_frames_are_searched_on_a_coarser_grid():
    assert search_scale((576, 720)) == 2
    assert search_scale((720, 1280)) == 2
    assert search_scale((1080, 1920)) == search_scale((1556, 2048)) == 3
    assert search_scale((2160, 3840)) == 4
    assert search_scale((3840, 2160)) == 4


def test_pixels_that_are_not_numbers_do_no_harm(pan, make_frame):
    a, b = pan(4, 0)
    broken = a.encoded.copy()
    broken[100:110, 100:110] = np.nan
    broken[120:122, 50:60] = np.inf
    vectors = dense(MotionEstimator().between(make_frame(broken, 5), b))[INNER]
    assert np.isfinite(vectors).all()
    assert np.median(np.hypot(vectors[..., 0] + 4, vectors[..., 1])) < 0.5


ODD_SIZES = """
import numpy as np
from engine.motion.estimator import MotionEstimator
from engine.types import CodeLayout, Codes, Frame, WorkingFrame
rng = np.random.default_rng(0)
layout = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
def frame(size):
    encoded = rng.random((*size, 3)).astype(np.float32)
    return WorkingFrame(Frame(1, Codes((encoded,), layout)), "ADX10", encoded, str(rng.random()))
tiny = [(1, 1), (2, 3), (9, 9), (24, 84)]
long = [(13, 400), (400, 13), (48, 200), (130, 1200), (255, 301), (64, 2600)]
for size in tiny + long:
    flow = MotionEstimator().between(frame(size), frame(size))
    assert flow.size == size and np.isfinite(flow.vectors).all()
print("whole")
"""


def test_no_frame_is_too_small_or_too_long():
    """In a process of its own: what it guards against is a crash of the interpreter."""
    done = subprocess.run([sys.executable, "-c", ODD_SIZES], capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout.strip()) == (0, "whole"), done.stderr[-400:]
