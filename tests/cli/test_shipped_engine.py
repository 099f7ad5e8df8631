"""The command line with the engine as it ships: network, motion and all."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli import main
from engine.media.open import open_source
from tests.cli.conftest import digest
from tests.render.fake_engine import write_dpx

FRAMES = range(1, 6)
DIRT = (slice(60, 74), slice(80, 92))
DIRTY = 3


@pytest.fixture(scope="module")
def rendered(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[int, np.ndarray]]:
    """A panning plate of chromatic texture with one patch of dirt, restored; its folder and codes."""
    folder = tmp_path_factory.mktemp("shipped")
    (folder / "scan").mkdir()
    rng = np.random.default_rng(11)
    coarse = rng.uniform(250, 620, (18, 26, 3)).astype(np.float32)
    plate = cv2.resize(coarse, (260, 180), interpolation=cv2.INTER_CUBIC)
    plate += cv2.resize(rng.normal(0, 25, (90, 130, 3)).astype(np.float32), (260, 180))
    codes: dict[int, np.ndarray] = {}
    for number in FRAMES:
        seen = plate[10:154, 4 * number : 4 * number + 192] + rng.normal(0, 4, (144, 192, 3))
        codes[number] = np.clip(seen, 0, 1023).astype(np.uint16)
        if number == DIRTY:
            codes[number][DIRT] = 960
        write_dpx(folder / "scan" / f"scan.{number:04d}.dpx", codes[number])
    before = digest(folder / "scan")
    arguments = ["render", str(folder / "scan" / "scan.####.dpx"), str(folder / "out" / "r.####.dpx")]
    matte, report = str(folder / "matte" / "m.####.png"), str(folder / "r.jsonl")
    assert main([*arguments, "--matte-out", matte, "--report", report, "--device", "cpu", "--quiet"]) == 0
    assert digest(folder / "scan") == before
    return folder, codes


def plane(pattern: Path, number: int) -> np.ndarray:
    with open_source(str(pattern)) as source:
        return source.read(number).codes.planes[0]


def test_codes_outside_the_matte_are_the_sources_own(rendered: tuple[Path, dict[int, np.ndarray]]) -> None:
    folder, codes = rendered
    for number in FRAMES:
        outside = plane(folder / "matte" / "m.####.png", number)[..., 0] == 0
        assert outside.mean() > 0.5
        restored = plane(folder / "out" / "r.####.dpx", number)
        np.testing.assert_array_equal(restored[outside], codes[number][outside])


def test_plain_dirt_is_found_and_repaired(rendered: tuple[Path, dict[int, np.ndarray]]) -> None:
    folder, codes = rendered
    assert (plane(folder / "matte" / "m.####.png", DIRTY)[DIRT] > 0).mean() > 0.9
    restored = plane(folder / "out" / "r.####.dpx", DIRTY)[DIRT].astype(float)
    # Four pixels of pan a frame: what the dirt hides is four columns further left in the next one.
    rows, columns = DIRT
    truth = codes[DIRTY + 1][rows, columns.start - 4 : columns.stop - 4].astype(float)
    assert np.abs(restored - truth).mean() < 0.1 * np.abs(codes[DIRTY][DIRT] - truth).mean()


def test_the_report_says_what_was_done(rendered: tuple[Path, dict[int, np.ndarray]]) -> None:
    folder, _ = rendered
    lines = [json.loads(line) for line in (folder / "r.jsonl").read_text("utf-8").splitlines()]
    dirty = next(line for line in lines if line.get("number") == DIRTY)
    box = max(dirty["regions"], key=lambda region: region["area"])["box"]
    assert box[0] <= DIRT[0].start + 2
    assert box[3] >= DIRT[1].stop - 2
    assert dirty["neighbours"] == [-1, 1, -2, 2]
    assert "sha256" in lines[-1]["identity"]["detector"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--model", "none-such"], "the models are"),
        (["--model", "{tmp}/gone.onnx"], "gone.onnx"),
        (["--model", "{tmp}/words.onnx"], "words.onnx"),
        (["--device", "directml"], "directml"),
    ],
)
def test_a_model_or_device_that_is_not_there(
    arguments: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "words.onnx").write_text("no model")
    write_dpx(tmp_path / "scan.0001.dpx", np.full((20, 30, 3), 400, np.uint16))
    given = [argument.format(tmp=tmp_path) for argument in arguments]
    assert main(["render", str(tmp_path / "scan.0001.dpx"), str(tmp_path / "o" / "r.dpx"), *given]) == 1
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert not (tmp_path / "o").exists()


def test_the_installation_is_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models"]) == 0
    assert "sha256" in capsys.readouterr().out
    assert main(["doctor", "--device", "cpu"]) == 0
