import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.types import Codes, Frame, WorkingFrame
from engine.window.window import FrameWindow
from export.evaluate import protocol
from export.evaluate.baselines import SpikeDetector, detected, sdip, srod

SHAPE = (72, 96)


def plane(*rows: list[float]) -> np.ndarray:
    return np.array(rows, np.float32)


def textured(seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    coarse = rng.integers(200, 800, (SHAPE[0] // 8, SHAPE[1] // 8, 3))
    return np.kron(coarse, np.ones((8, 8, 1))).astype(np.uint16)


def working(codes: np.ndarray, number: int) -> WorkingFrame:
    encoded = (codes / np.float32(1023)).astype(np.float32)
    return WorkingFrame(Frame(number, Codes((codes,), protocol.LAYOUT)), "any", encoded, f"{number}")


def dirty(codes: np.ndarray) -> np.ndarray:
    marked = codes.copy()
    marked[30:35, 40:46] = 1023
    return marked


def test_sdip_takes_the_lesser_difference_where_the_signs_agree() -> None:
    score = sdip(plane([100, 100, 100, 100]), plane([60, 60, 140, 100]), plane([80, 140, 150, 0]))
    assert score.tolist() == [[20, 0, 40, 0]]


def test_srod_measures_from_the_range_of_six_references() -> None:
    before, after = plane([10], [20], [30]), plane([40], [25], [15])
    score = srod(plane([5], [50], [12]), before, after)
    # Beyond the border OpenCV's filters see nothing, so the first and the last row have four references.
    assert score.ravel().tolist() == [5, 10, 3]


@pytest.mark.parametrize("name", ["sdip", "srod"])
def test_a_blotch_on_one_frame_is_found_and_nothing_else(name: str) -> None:
    plate = textured()
    frames = tuple(working(dirty(plate) if number == 2 else plate, number) for number in (1, 2, 3))
    found = SpikeDetector(name, MotionEstimator()).detect(FrameWindow(frames)).coverage > 25 / 255
    truth = (dirty(plate) != plate).any(2)
    assert found[truth].mean() > 0.9
    assert not found[~truth].any()


def test_without_neighbours_nothing_is_found_and_one_neighbour_is_enough() -> None:
    plate, marked = textured(), working(dirty(textured()), 2)
    detector = SpikeDetector("sdip", MotionEstimator())
    assert not detector.detect(FrameWindow.still(marked)).coverage.any()
    first = FrameWindow((None, marked, working(plate, 3)))
    assert (detector.detect(first).coverage > 25 / 255)[32, 42]


def test_a_baseline_gives_mattes_and_no_repair() -> None:
    plate = textured()
    clean = np.zeros(SHAPE, np.bool_)
    visible = (dirty(plate) != plate).any(2)
    frames = [
        protocol.TestFrame(n, plate, dirty(plate) if n == 2 else plate, visible if n == 2 else clean, clean)
        for n in (1, 2, 3)
    ]
    outcomes = list(detected("srod", 25, protocol.TestClip("still", "mixed", frames)))
    assert [outcome.codes for outcome in outcomes] == [None] * 3
    assert outcomes[1].found[32, 42]
