import numpy as np
import pytest

from engine.detect.inputs import CHANNELS, between, compared, detector_input
from engine.motion.estimator import MotionEstimator
from engine.types import CodeLayout, Codes, Frame, WorkingFrame
from engine.window.window import FrameWindow

LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)


def textured(seed: int = 1, size: int = 96) -> np.ndarray:
    coarse = np.random.default_rng(seed).random((size // 4, size // 4, 3), np.float32)
    return np.kron(coarse, np.ones((4, 4, 1), np.float32)) * 0.4 + 0.2


def working(encoded: np.ndarray, number: int) -> WorkingFrame:
    return WorkingFrame(Frame(number, Codes((encoded,), LAYOUT)), "ACEScct", encoded, f"frame {number}")


def plane(planes: np.ndarray, name: str) -> np.ndarray:
    return planes[CHANNELS.index(name)]


def test_a_still_has_no_neighbours_and_says_so() -> None:
    planes = detector_input(FrameWindow.still(working(textured(), 7)), MotionEstimator())
    assert planes.shape == (13, 96, 96)
    assert not planes[3:].any()


def test_neighbours_are_seen_moved_to_the_centre_and_as_they_stand() -> None:
    big = textured(size=128)
    frames = [working(np.ascontiguousarray(big[16:112, 16 + 6 * k : 112 + 6 * k]), k) for k in (0, 1, 2)]
    planes = detector_input(FrameWindow(tuple(frames)), MotionEstimator())
    centre = frames[1].encoded[..., 1]
    inner = (slice(24, 72), slice(24, 72))
    for side in ("before", "after"):
        aligned = np.abs(plane(planes, f"{side}.aligned.g") - centre)[inner].mean()
        unaligned = np.abs(plane(planes, f"{side}.unaligned.luma") - centre)[inner].mean()
        assert aligned < 0.3 * unaligned, f"{side}: aligned {aligned:.4f}, unaligned {unaligned:.4f}"


@pytest.mark.parametrize(
    ("present", "expected"),
    [
        ((-2, -1, 0, 1, 2), (-1, 1)),
        ((0, 1, 2), (2, 1)),
        ((-2, -1, 0), (-1, -2)),
        ((0, 1), (None, 1)),
        ((-1, 0), (-1, None)),
        ((-2, 0, 1), (-2, 1)),
        ((0,), (None, None)),
    ],
)
def test_at_the_ends_of_a_shot_the_second_frame_stands_in(
    present: tuple[int, ...], expected: tuple[int | None, int | None]
) -> None:
    big = textured(size=128)
    made = {k: working(np.ascontiguousarray(big[16:112, 16 + 4 * k : 112 + 4 * k]), k) for k in present}
    seen = FrameWindow(tuple(made.get(k) for k in range(-2, 3)))
    assert compared(seen) == expected
    assert between(seen) == (expected in ((-1, 1), (-2, 1)))
    planes = detector_input(seen, MotionEstimator())
    for side, offset in zip(("before", "after"), expected, strict=True):
        luma = plane(planes, f"{side}.unaligned.luma")
        if offset is None:
            assert not luma.any()
            assert not plane(planes, f"{side}.valid").any()
        else:
            alone = detector_input(FrameWindow((made[offset], made[0], None)), MotionEstimator())
            assert luma.tobytes() == plane(alone, "before.unaligned.luma").tobytes()


def test_what_moved_out_of_the_neighbour_is_not_valid() -> None:
    big = textured(size=128)
    frames = [working(np.ascontiguousarray(big[16:112, 16 + 8 * k : 112 + 8 * k]), k) for k in (0, 1, 2)]
    planes = detector_input(FrameWindow(tuple(frames)), MotionEstimator())
    assert plane(planes, "after.valid")[24:72, :6].mean() < 0.8
    assert plane(planes, "after.valid")[24:72, 16:80].all()


@pytest.mark.parametrize("stops", [-2.0, 0.5, 3.0])
def test_a_flash_is_taken_out_of_the_neighbours(stops: float) -> None:
    """As an offset of the log encoding, whichever frame it is on; a large bright blotch is none."""
    plate, flash = textured(), np.float32(stops / 17.52)
    centre = plate + flash
    centre[10:40, 10:60] = 0.9
    frames = [working(plate, 1), working(centre, 2), working(plate, 3)]
    planes = detector_input(FrameWindow(tuple(frames)), MotionEstimator())
    undamaged = np.ones(plate.shape[:2], np.bool_)
    undamaged[:60, :80] = False
    for first in (3, 6):
        apart = planes[first : first + 3] - planes[0:3]
        assert np.abs(np.median(apart[:, undamaged])) < 0.002
    assert np.abs(np.median((planes[9] - planes[0:3].mean(0))[undamaged])) < 0.05


def test_a_little_flicker_is_left_as_it_is() -> None:
    plate = textured()
    frames = [working(plate + np.float32(0.004), 1), working(plate, 2), working(plate, 3)]
    planes = detector_input(FrameWindow(tuple(frames)), MotionEstimator())
    assert np.median(planes[3:6] - planes[0:3]) == pytest.approx(0.004, abs=0.001)
