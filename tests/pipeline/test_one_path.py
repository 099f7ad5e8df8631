"""The command line, threads and caches and all, gives the codes that `Pipeline.process` gives."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli import main
from engine.media.open import open_source
from engine.parameters import Settings
from engine.pipeline import Pipeline, build
from engine.types import Codes, WorkingFrame
from engine.window.window import FrameWindow
from ocio.tagging import CINEON
from tests.conftest import assert_same_codes
from tests.render.fake_engine import write_dpx

FRAMES = range(1001, 1007)
HEIGHT, WIDTH = 133, 171


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A panning plate of chromatic texture with its own dirt in every frame, of odd size."""
    folder = tmp_path_factory.mktemp("one_path") / "scan"
    folder.mkdir()
    rng = np.random.default_rng(31)
    coarse = rng.uniform(250, 620, (18, 26, 3)).astype(np.float32)
    plate = cv2.resize(coarse, (260, 180), interpolation=cv2.INTER_CUBIC)
    for number in FRAMES:
        start = 4 * (number - FRAMES[0])
        seen = plate[10 : 10 + HEIGHT, start : start + WIDTH] + rng.normal(0, 4, (HEIGHT, WIDTH, 3))
        codes = np.clip(seen, 0, 1023).astype(np.uint16)
        row, column = rng.integers(10, HEIGHT - 20), rng.integers(10, WIDTH - 20)
        codes[row : row + 9, column : column + 11] = 960
        write_dpx(folder / f"scan.{number}.dpx", codes)
    return folder / "scan.####.dpx"


def windows(engine: Pipeline, scan: Path, reach: int) -> dict[int, FrameWindow]:
    with open_source(str(scan)) as source:
        ready = {number: engine.prepare(source.read(number)) for number in source.info.frames}

    def place(number: int) -> WorkingFrame | None:
        return ready.get(number)

    return {n: FrameWindow(tuple(place(n + k) for k in range(-reach, reach + 1))) for n in ready}


@pytest.fixture(scope="module")
def expected(scan: Path) -> dict[int, Codes]:
    """Every frame by a pipeline that has seen nothing else."""
    settings, found = Settings(), {}
    for number in FRAMES:
        with build(None, "cpu", None, CINEON) as engine:
            window = windows(engine, scan, engine.reach(settings))[number]
            found[number] = engine.process(window, settings).frame.codes
    return found


@pytest.mark.parametrize("frames", ["1001-1006", "1002-1006x2", "1004"])
def test_a_render_gives_the_codes_of_the_pipeline(
    frames: str, scan: Path, expected: dict[int, Codes], tmp_path: Path
) -> None:
    out = tmp_path / "r.####.dpx"
    assert main(["render", str(scan), str(out), "--frames", frames, "--device", "cpu", "--quiet"]) == 0
    with open_source(str(out)) as rendered, open_source(str(scan)) as source:
        for number in rendered.info.frames:
            codes = rendered.read(number).codes
            assert_same_codes(codes, expected[number])
            assert codes.planes[0].tobytes() != source.read(number).codes.planes[0].tobytes()
