"""Invariants of the one path: what the matte leaves out keeps its codes, in whatever order frames come."""

import gc
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.spatial_only import SpatialRepairer
from engine.types import Box, CodeLayout, Codes, DamageMatte, FillTile, Frame
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.processor import ColourRoute

ROUTE = ColourRoute(load())
SPACE = "ADX10"
HEIGHT, WIDTH = 72, 96


class BrightSpots:
    """A detector for tests: damage is what a marker code in the red channel says."""

    radius = 1
    identity = "bright spots"

    def __init__(self) -> None:
        self.calls = 0

    def detect(self, window: FrameWindow) -> DamageMatte:
        self.calls += 1
        codes = window.centre.frame.codes.planes[0]
        return DamageMatte((codes[..., 0] == 1023).astype(np.float32))


def frames(count: int = 5, seed: int = 2, damaged: bool = True) -> list[Frame]:
    """Random chromatic 10-bit codes under a slow pan, each frame with its own dirt."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(100, 900, (HEIGHT // 4 + 8, WIDTH // 4 + 8, 3))
    scene = np.kron(coarse, np.ones((4, 4, 1), np.int64))
    result = []
    for n in range(count):
        codes = scene[8 + n : 8 + n + HEIGHT, 8 + 2 * n : 8 + 2 * n + WIDTH]
        codes = np.clip(codes + rng.integers(-20, 21, codes.shape), 0, 1000).astype(np.uint16)
        if damaged:
            row, column = rng.integers(8, HEIGHT - 16), rng.integers(8, WIDTH - 16)
            codes[row : row + 6, column : column + 5] = (1023, 1000, 1010)
        result.append(Frame(1001 + n, Codes((codes,), CodeLayout("rgb", ("R", "G", "B"), "integer", 10))))
    return result


def pipeline(detector: BrightSpots | None = None) -> Pipeline:
    motion = MotionEstimator()
    repairer = MotionCompensatedRepairer(motion)
    return Pipeline(detector or BrightSpots(), repairer, motion, ROUTE, SPACE)


def windows(engine: Pipeline, plates: Sequence[Frame], reach: int) -> dict[int, FrameWindow]:
    working = [engine.prepare(frame) for frame in plates]
    padded = [None] * reach + working + [None] * reach
    return {i: FrameWindow(tuple(padded[i : i + 2 * reach + 1])) for i in range(len(plates))}


def rendered(plates: Sequence[Frame], order: Sequence[int], settings: Settings) -> Mapping[int, np.ndarray]:
    with pipeline() as engine:
        ready = windows(engine, plates, engine.reach(settings))
        return {i: engine.process(ready[i], settings).frame.codes.planes[0] for i in order}


def test_pixels_outside_the_matte_keep_their_codes() -> None:
    plates, settings = frames(), Settings()
    with pipeline() as engine:
        for i, window in windows(engine, plates, engine.reach(settings)).items():
            result = engine.process(window, settings)
            before, after = plates[i].codes.planes[0], result.frame.codes.planes[0]
            outside = result.matte.coverage == 0
            assert (before[outside] == after[outside]).all(), f"frame {plates[i].number}"
            assert (before[~outside] != after[~outside]).any(), f"frame {plates[i].number} was not repaired"


def test_a_clean_frame_comes_back_as_the_very_same_codes() -> None:
    plates, settings = frames(damaged=False), Settings()
    with pipeline() as engine:
        window = windows(engine, plates, engine.reach(settings))[2]
        result = engine.process(window, settings)
        assert result.frame.codes is plates[2].codes
        assert result.report.damaged == 0
        assert result.report.regions == ()
        assert result.report.neighbours == (-1, 1, -2, 2), "those within the radius, as of a repaired frame"


def test_the_dirt_is_gone() -> None:
    dirty, clean = frames(), frames(damaged=False)
    for i, codes in rendered(dirty, range(5), Settings()).items():
        marked = dirty[i].codes.planes[0][..., 0] == 1023
        before = np.abs(dirty[i].codes.planes[0][marked].astype(float) - clean[i].codes.planes[0][marked])
        after = np.abs(codes[marked].astype(float) - clean[i].codes.planes[0][marked])
        assert after.mean() < 0.5 * before.mean()


def test_the_order_of_frames_does_not_matter() -> None:
    plates = frames()
    forward = rendered(plates, [0, 1, 2, 3, 4], Settings())
    scattered = rendered(plates, [3, 0, 4, 1, 2], Settings())
    for i, codes in forward.items():
        assert (codes == scattered[i]).all(), f"frame {plates[i].number} depends on what was rendered before"


@pytest.mark.parametrize("radius", [0, 1, 2, 3])
def test_each_frame_is_detected_once(radius: int) -> None:
    detector, settings = BrightSpots(), Settings.of({"radius": radius})
    with pipeline(detector) as engine:
        for window in windows(engine, frames(), engine.reach(settings)).values():
            engine.process(window, settings)
    assert detector.calls == 5


def test_a_still_is_repaired_from_itself() -> None:
    plate = frames(1)[0]
    with pipeline() as engine:
        result = engine.process(FrameWindow.still(engine.prepare(plate)), Settings())
    assert result.report.neighbours == ()
    assert {region.fill for region in result.report.regions} == {"spatial"}


def test_the_report_names_each_region() -> None:
    plates, settings = frames(), Settings()
    with pipeline() as engine:
        result = engine.process(windows(engine, plates, engine.reach(settings))[2], settings)
    (region,) = result.report.regions
    assert region.area == np.count_nonzero(result.matte.coverage)
    assert region.confidence == 1
    assert result.report.number == 1003
    assert result.report.damaged == pytest.approx(region.area / (HEIGHT * WIDTH))


def test_subsampled_chroma_outside_the_matte_is_kept() -> None:
    rng = np.random.default_rng(5)
    luma = rng.integers(64, 940, (HEIGHT, WIDTH)).astype(np.uint16)
    chroma = [rng.integers(64, 960, (HEIGHT // 2, WIDTH // 2)).astype(np.uint16) for _ in range(2)]
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 10, (2, 2), "bt709", full_range=False)
    plate = Frame(1, Codes((luma, *chroma), layout))
    with Pipeline(OneSpeck(), SpatialRepairer(), MotionEstimator(), ROUTE, "rec709") as engine:
        # In noise no fill can be trusted, and caution would leave the speck alone.
        settings = Settings.of({"caution": 0.0})
        result = engine.process(FrameWindow.still(engine.prepare(plate)), settings)
    outside = result.matte.coverage == 0
    assert (result.frame.codes.planes[0][outside] == luma[outside]).all()
    clean_blocks = outside.reshape(HEIGHT // 2, 2, WIDTH // 2, 2).any((1, 3))
    for before, after in zip(chroma, result.frame.codes.planes[1:], strict=True):
        assert (before[clean_blocks] == after[clean_blocks]).all()
    assert (result.frame.codes.planes[1] != chroma[0]).any()


class OneSpeck:
    radius = 1
    identity = "one speck"

    def detect(self, window: FrameWindow) -> DamageMatte:
        plane = np.zeros(window.centre.size, np.float32)
        plane[21:26, 31:38] = 1
        return DamageMatte(plane)


class Black:
    """A repairer that fills with black, whatever it is asked."""

    identity = "black"

    def repair(self, window: FrameWindow, mattes: Mapping[int, DamageMatte]) -> Sequence[FillTile]:
        height, width = window.centre.size
        shape = (height, width)
        encoded = np.full((*shape, 3), 0.07, np.float32)
        return [FillTile(Box(0, 0, height, width), encoded, np.zeros(shape, np.int8))]


def test_even_a_repairer_that_paints_the_frame_black_changes_nothing_outside_the_matte() -> None:
    plate = frames(1)[0]
    with Pipeline(BrightSpots(), Black(), MotionEstimator(), ROUTE, SPACE) as engine:
        result = engine.process(FrameWindow.still(engine.prepare(plate)), Settings.of({"grain": 0}))
    outside = result.matte.coverage == 0
    assert (result.frame.codes.planes[0][outside] == plate.codes.planes[0][outside]).all()


def test_what_a_frame_needed_goes_with_it() -> None:
    """What is in a reference cycle stays until Python looks for such, and memory grows with the shot."""
    settings = Settings.of({"radius": 2})
    gc.collect()
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        with pipeline() as engine:
            for window in windows(engine, frames(), engine.reach(settings)).values():
                engine.process(window, settings)
        gc.collect()
        left = {type(thing).__name__ for thing in gc.garbage if type(thing).__module__.startswith("engine.")}
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
    assert not left


class HalfSure(BrightSpots):
    """Takes what is bright for damage, and is not sure enough of a corner."""

    identity = "half sure"

    def detect(self, window: FrameWindow) -> DamageMatte:
        found = super().detect(window).coverage
        found[:9, :16] = np.maximum(found[:9, :16], 0.6)
        return DamageMatte(found)


@pytest.mark.parametrize("damaged", [True, False])
def test_what_is_likely_damaged_and_left_is_reported(damaged: bool) -> None:
    settings = Settings.of({})
    with pipeline(HalfSure()) as engine:
        ready = windows(engine, frames(damaged=damaged), engine.reach(settings))
        result = engine.process(ready[2], settings)
    assert (result.report.damaged > 0) == damaged
    covered = np.count_nonzero(result.matte.coverage[:9, :16])
    assert result.report.suspected == pytest.approx((9 * 16 - covered) / (HEIGHT * WIDTH))
