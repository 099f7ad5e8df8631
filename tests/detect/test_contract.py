"""What every detector must do, whatever it finds; and that tiles do not show in what is found."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import pytest

from engine.codes import content_key
from engine.detect.contract import Detector
from engine.detect.unet_detector import UNetDetector
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.pipeline import DEFAULT_DETECTOR
from engine.types import DAMAGE_CLASSES, CodeLayout, Codes, DamageMatte, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow

LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)


def unet() -> UNetDetector:
    return UNetDetector(ModelSession(DEFAULT_DETECTOR, "cpu"), MotionEstimator())


DETECTORS: dict[str, Callable[[], UNetDetector]] = {"unet": unet}


@pytest.fixture(scope="module", params=list(DETECTORS))
def detector(request: pytest.FixtureRequest) -> Iterator[Detector]:
    with DETECTORS[request.param]() as made:
        yield made


def working(encoded: Float32, number: int) -> WorkingFrame:
    encoded.flags.writeable = False
    codes = Codes((encoded,), LAYOUT)
    return WorkingFrame(Frame(number, codes), "ACEScct", encoded, content_key(codes, "ACEScct"))


def plates(height: int, width: int, count: int, seed: int = 3) -> list[Float32]:
    """Chromatic blocks under a slow pan, with grain, and one white block of dirt in each."""
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(0.25, 0.55, (height // 4 + 4, width // 4 + 4, 3))
    scene = np.kron(coarse, np.ones((4, 4, 1)))
    made: list[Float32] = []
    for n in range(count):
        plate = scene[2 : 2 + height, 2 + n : 2 + n + width] + rng.normal(0, 0.01, (height, width, 3))
        row, column = rng.integers(0, height), rng.integers(0, width)
        plate[row : row + 5, column : column + 5] = 0.9
        made.append(np.ascontiguousarray(plate, np.float32))
    return made


def window(height: int, width: int, count: int = 3) -> FrameWindow:
    return FrameWindow(tuple(working(plate, n) for n, plate in enumerate(plates(height, width, count))))


def assert_probabilities(found: DamageMatte, size: tuple[int, int]) -> None:
    for plane in (found.coverage, *found.classes.values()):
        assert plane.shape == size
        assert plane.dtype == np.float32
        assert np.isfinite(plane).all()
        assert plane.min() >= 0
        assert plane.max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 5), (37, 2), (61, 83)])
@pytest.mark.parametrize("count", [1, 3])
def test_every_size_gives_probabilities_of_that_size(
    detector: Detector, size: tuple[int, int], count: int
) -> None:
    found = detector.detect(window(*size, count))
    assert_probabilities(found, size)
    assert set(found.classes) <= set(DAMAGE_CLASSES)


def test_neighbours_may_be_absent_on_either_side(detector: Detector) -> None:
    whole = window(48, 64)
    for kept in ((0, 1), (1, 2), (1,)):
        frames = tuple(frame if n in kept else None for n, frame in enumerate(whole.frames))
        assert_probabilities(detector.detect(FrameWindow(frames)), (48, 64))


def test_it_says_who_it_is_and_how_far_it_looks(detector: Detector) -> None:
    assert detector.radius >= 0
    assert detector.identity
    assert detector.identity == detector.identity.strip()


def test_the_same_window_gives_the_same_bytes(detector: Detector) -> None:
    first, again = detector.detect(window(56, 72)), detector.detect(window(56, 72))
    assert first.coverage.tobytes() == again.coverage.tobytes()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_broken_float_plate_still_gives_probabilities(detector: Detector, broken: float) -> None:
    made = plates(48, 64, 3)
    for plate in made:
        plate[10, 10], plate[30, 40, 1] = broken, broken
    frames = tuple(working(plate, n) for n, plate in enumerate(made))
    assert_probabilities(detector.detect(FrameWindow(frames)), (48, 64))


def test_tiles_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tile as small as the shipped spec allows; a net that sees further than `overlap` would show it."""
    seen = window(560, 592)
    with ModelSession(DEFAULT_DETECTOR, "cpu") as session:
        shipped = UNetDetector(session, MotionEstimator())
        whole = shipped.detect(seen)
        spec = session.spec
        smallest = 2 * spec.overlap + 2 * spec.size_multiple
        assert smallest < 560 <= spec.tile, "the frame must need several of the small tiles"
        monkeypatch.setattr(session, "_spec", dataclasses.replace(spec, tile=smallest))
        tiled = shipped.detect(seen)
    np.testing.assert_allclose(tiled.coverage, whole.coverage, atol=1e-5, rtol=0)
    for name in whole.classes:
        np.testing.assert_allclose(tiled.classes[name], whole.classes[name], atol=1e-5, rtol=0)
    assert whole.coverage.max() > 0.5, "with nothing found the tiles would agree in any case"
