"""At a shot's end the second frame on the one side stands in for the one that the other side lacks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from engine.detect.unet_detector import UNetDetector
from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.pipeline import DEFAULT_DETECTOR
from engine.types import Float32
from tests.detect.moving_plates import plate, window_of

SPECK = (slice(40, 47), slice(60, 69))
DEFAULT = 0.937
"""The limit of the default sensitivity."""


@pytest.fixture(scope="module")
def detector() -> Iterator[UNetDetector]:
    with UNetDetector(ModelSession(DEFAULT_DETECTOR, "cpu"), MotionEstimator()) as made:
        yield made


def soiled(picture: Float32) -> Float32:
    """With a pale speck, brighter than the texture around it."""
    result = picture.copy()
    result[SPECK] += np.float32(0.2)
    return result


@pytest.mark.parametrize("side", [1, -1])
@pytest.mark.parametrize("speed", [0.0, 1.5])
def test_dirt_on_the_first_and_on_the_last_frame_is_found(
    detector: UNetDetector, side: int, speed: float
) -> None:
    shot = {0: soiled(plate(0, speed)), side: plate(side, speed), 2 * side: plate(2 * side, speed)}
    found = detector.detect(window_of(shot, 2).beside(0, detector.radius)).coverage
    assert (found[SPECK] > DEFAULT).mean() > 0.8, found[SPECK].round(2)
    found[36:51, 56:73] = 0
    assert (found < DEFAULT).all()


@pytest.mark.parametrize("side", [1, -1])
def test_what_the_second_frame_shows_as_well_is_picture(detector: UNetDetector, side: int) -> None:
    """It was covered for one frame."""
    shot = {0: soiled(plate(0)), side: plate(side), 2 * side: soiled(plate(2 * side))}
    found = detector.detect(window_of(shot, 2).beside(0, detector.radius)).coverage
    assert (found < DEFAULT).all(), float(found.max())


def test_a_shot_of_two_frames_has_one_neighbour(detector: UNetDetector) -> None:
    window = window_of({0: plate(0), 1: plate(1)}, 2).beside(0, detector.radius)
    assert (detector.detect(window).coverage < DEFAULT).all()
