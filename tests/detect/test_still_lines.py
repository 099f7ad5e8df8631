"""A line is taken for a scratch only where something moves under it."""

import cv2
import numpy as np
import pytest

from engine.detect.still_lines import held_back
from engine.motion.estimator import MotionEstimator
from engine.types import Bool, CodeLayout, Codes, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow

SIZE = 160
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)


def scene() -> Float32:
    grid = np.random.default_rng(7).random((40, 60, 3), np.float32)
    return np.clip(cv2.resize(grid, (240, SIZE), interpolation=cv2.INTER_CUBIC) * 0.4 + 0.2, 0, 1)


def window(pan_left: int, pan_right: int) -> FrameWindow:
    """Three frames whose left and right halves move by so many pixels a frame."""
    wide, frames = scene(), []
    for n in range(3):
        left = wide[:, 20 + pan_left * n : 20 + pan_left * n + SIZE // 2]
        right = wide[:, 100 + pan_right * n : 100 + pan_right * n + SIZE // 2]
        encoded = np.ascontiguousarray(np.hstack([left, right]))
        frames.append(
            WorkingFrame(Frame(n, Codes((encoded,), LAYOUT)), "ACEScct", encoded, f"{n} {pan_left}")
        )
    return FrameWindow(tuple(frames))


def jumping(*heights: float) -> FrameWindow:
    """Three frames of upright boards, each so many px lower than they stand."""
    boards = np.repeat(np.random.default_rng(11).random((1, 24, 3), np.float32), 30, 0)
    grain = np.random.default_rng(12).random((30, 24, 3), np.float32)
    tall = cv2.resize(0.4 + 0.3 * boards + 0.1 * grain, (SIZE, SIZE + 40), interpolation=cv2.INTER_CUBIC)
    frames = []
    for n, height in enumerate(heights):
        moved = np.array([[1, 0, 0], [0, 1, 20 - height]], np.float32)
        encoded = cv2.warpAffine(tall, moved, (SIZE, SIZE), flags=cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP)
        frames.append(WorkingFrame(Frame(n, Codes((encoded,), LAYOUT)), "ACEScct", encoded, f"{n} {heights}"))
    return FrameWindow(tuple(frames))


def probabilities(columns: tuple[int, ...], rows: slice = slice(None)) -> Float32:
    plane = np.zeros((SIZE, SIZE), np.float32)
    for column in columns:
        plane[rows, column : column + 2] = 0.9
    return plane


def dropped(plane: Float32, frames: FrameWindow) -> Bool:
    return held_back(plane > 0, frames, MotionEstimator())


def test_lines_of_a_still_scene_are_left_alone() -> None:
    plane = probabilities((30, 60, 120))
    assert (dropped(plane, window(0, 0)) == (plane > 0)).all()


def test_lines_over_a_moving_scene_are_scratches() -> None:
    assert not dropped(probabilities((30, 60, 120)), window(3, 3)).any()


def test_a_frame_that_jumps_tells_nothing_of_upright_lines() -> None:
    """Mouldings slide over themselves; at 160 px of height a picture that jumps does so by a px or so."""
    plane = probabilities((30, 60, 120))
    assert (dropped(plane, jumping(0, 1.2, 0.2)) == (plane > 0)).all()


def test_a_tilt_of_the_camera_tells_of_upright_lines() -> None:
    assert not dropped(probabilities((30, 60, 120)), jumping(-8, 0, 8)).any()


def test_each_line_is_judged_by_what_is_under_it() -> None:
    drop = dropped(probabilities((20, 140)), window(0, 3))
    assert drop[:, 20:22].all()
    assert not drop[:, 140:142].any()


def test_a_broken_line_is_one_line() -> None:
    """Its upper piece is short and the lower one too, but both stand at one place of a moving scene."""
    plane = probabilities((140,), slice(0, 70)) + probabilities((140,), slice(80, 150))
    assert not dropped(plane, window(0, 3)).any()


def test_a_frame_without_neighbours_is_left_as_it_is() -> None:
    still = FrameWindow.still(window(0, 0).centre)
    assert not dropped(probabilities((30,)), still).any()


@pytest.mark.parametrize("height", [1, 3, 7, 161])
def test_any_height_will_do(height: int) -> None:
    encoded = scene()[:1].repeat(height, 0)[:, :40].copy()
    frames = tuple(
        WorkingFrame(Frame(n, Codes((encoded,), LAYOUT)), "ACEScct", encoded, f"{n}") for n in range(3)
    )
    plane = np.full((height, 40), 0.9, np.float32)
    assert dropped(plane, FrameWindow(frames)).all()


def test_past_a_gap_the_frames_beyond_it_tell_of_motion() -> None:
    """Both adjacent frames are unreadable: the detector compares with those behind them, and so does this."""
    before, centre, after = window(3, 3).frames
    assert not dropped(probabilities((30, 120)), FrameWindow((before, None, centre, None, after))).any()
    before, centre, after = window(0, 0).frames
    plane = probabilities((30, 120))
    assert (dropped(plane, FrameWindow((before, None, centre, None, after))) == (plane > 0)).all()
