"""One plate in five source encodings: the same damage must be found, whatever the scan was encoded in."""

import cv2
import numpy as np
import pytest

from engine.parameters import Settings
from engine.pipeline import build
from engine.types import CodeLayout, Codes, Float32, Frame
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.processor import ColourRoute

LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
SIZE = 288
SPACES = ("ADX10", "Cineon Film Log", "ARRI LogC3 (EI800)", "ACEScct", "Gamma 2.4 Rec.709 - Texture")


def scene() -> Float32:
    """Chromatic texture in linear Rec.709 light, within what every one of the encodings can hold."""
    rng = np.random.default_rng(21)
    total = np.zeros((SIZE + 32, SIZE + 32, 3), np.float32)
    for cell, weight in ((80, 1.0), (20, 0.5), (5, 0.25)):
        grid = rng.random((SIZE // cell + 8, SIZE // cell + 8, 3), np.float32)
        total += weight * cv2.resize(grid, total.shape[1::-1], interpolation=cv2.INTER_CUBIC)
    return np.clip(0.05 + 0.25 * total, 0.04, 0.75)


def plates() -> list[Float32]:
    """Three frames of a slow pan in linear light, each with grain and its own dirt."""
    rng, wide = np.random.default_rng(22), scene()
    frames = []
    for n in range(3):
        plate = wide[4 + n : 4 + n + SIZE, 4 + 3 * n : 4 + 3 * n + SIZE]
        grain = cv2.GaussianBlur(rng.standard_normal(plate.shape).astype(np.float32), (0, 0), 0.7)
        plate = plate * np.exp2(0.12 * grain)
        for _ in range(14):
            centre, axes = rng.integers(12, SIZE - 12, 2), rng.integers(2, 7, 2)
            value = (0.02, 0.02, 0.02) if rng.random() < 0.5 else (0.85, 0.82, 0.8)
            cv2.ellipse(plate, centre.tolist(), axes.tolist(), float(rng.uniform(0, 180)), 0, 360, value, -1)
        frames.append(plate.astype(np.float32))
    return frames


@pytest.fixture(scope="module")
def mattes() -> dict[str, np.ndarray]:
    """What is repaired in the middle frame, by source encoding."""
    route = ColourRoute(load())
    encoded = [route.to_model("Linear Rec.709 (sRGB)")(plate) for plate in plates()]
    found = {}
    for space in SPACES:
        frames = [codes_of(route, plate, space, n) for n, plate in enumerate(encoded)]
        with build(None, "cpu", None, space) as pipeline:
            window = FrameWindow(tuple(pipeline.prepare(frame) for frame in frames))
            found[space] = pipeline.detect(window, Settings()).coverage > 0
    return found


def codes_of(route: ColourRoute, encoded: Float32, space: str, number: int) -> Frame:
    rgb = route.from_model(space)(encoded)
    assert rgb.min() > -1e-3, f"{space} cannot hold the test plate"
    assert rgb.max() < 1.001, f"{space} cannot hold the test plate"
    codes = np.clip(np.rint(rgb * 1023), 0, 1023).astype(np.uint16)
    return Frame(number, Codes((codes,), LAYOUT))


def test_there_is_something_to_agree_on(mattes: dict[str, np.ndarray]) -> None:
    assert 0.005 < mattes["ACEScct"].mean() < 0.1


@pytest.mark.parametrize("space", [s for s in SPACES if s != "ACEScct"])
def test_mattes_agree_between_encodings(mattes: dict[str, np.ndarray], space: str) -> None:
    ours, reference = mattes[space], mattes["ACEScct"]
    overlap = (ours & reference).sum() / (ours | reference).sum()
    assert overlap >= 0.95, f"{space} and ACEScct agree by IoU {overlap:.3f} only"
