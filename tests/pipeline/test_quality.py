"""Quality best: one result whatever the order, traced in report and audit, and the rest untouched."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine import pipeline
from engine.audit.json_file import read_json
from engine.cli import main
from engine.media.open import open_source
from engine.parameters import Settings
from engine.pipeline import build
from engine.types import Codes
from ocio.tagging import CINEON
from tests.conftest import assert_same_codes
from tests.render.fake_engine import write_dpx
from tests.repair.diffusion_nets import denoising_net

FRAMES = range(1001, 1006)
HEIGHT, WIDTH = 133, 171
STATIC = (slice(60, 84), slice(90, 116))
"""Dirt at the same place of every frame: no neighbour shows what it hides, once the picture stands still."""
MATTE = np.zeros((HEIGHT, WIDTH), np.bool_)
MATTE[STATIC] = True
BEST = ["--quality", "best"]
GIVEN = ["--device", "cpu", "--quiet", "--matte-mode", "replace", "--caution", "0", "--colour-space", CINEON]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A standing plate with dirt where it is in every frame, its matte, and a net that adds half a unit."""
    folder = tmp_path_factory.mktemp("quality")
    (folder / "scan").mkdir()
    (folder / "matte").mkdir()
    rng = np.random.default_rng(7)
    coarse = rng.uniform(250, 620, (14, 18, 3)).astype(np.float32)
    plate = cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)
    for number in FRAMES:
        codes = np.clip(plate + rng.normal(0, 4, (HEIGHT, WIDTH, 3)), 0, 1023).astype(np.uint16)
        codes[STATIC] = 960
        write_dpx(folder / "scan" / f"scan.{number}.dpx", codes)
        cv2.imwrite(str(folder / "matte" / f"m.{number}.png"), np.where(MATTE, 255, 0).astype(np.uint8))
    denoising_net(folder / "net.onnx", share=0.5, added=0.5)
    return folder


@pytest.fixture
def _net(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "DEFAULT_PAINTER", str(folder / "net.onnx"))


@pytest.fixture
def _no_net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipeline, "DEFAULT_PAINTER", str(tmp_path / "gone.onnx"))


def render(folder: Path, out: Path, *more: str) -> int:
    matte = ["--matte-in", str(folder / "matte" / "m.####.png")]
    return main(["render", str(folder / "scan" / "scan.####.dpx"), str(out), *matte, *GIVEN, *more])


def planes(pattern: Path) -> dict[int, Codes]:
    with open_source(str(pattern)) as source:
        return {number: source.read(number).codes for number in source.info.frames}


def lines_of(report: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in report.read_text("utf-8").splitlines()]


@pytest.mark.usefixtures("_net")
def test_best_is_the_same_whatever_the_order_and_tells_what_was_painted(folder: Path, tmp_path: Path) -> None:
    whole, report, audit = tmp_path / "r.####.dpx", tmp_path / "r.jsonl", tmp_path / "a.json"
    assert render(folder, whole, *BEST, "--report", str(report), "--audit", str(audit), "--verify") == 0
    source, best = planes(folder / "scan" / "scan.####.dpx"), planes(whole)
    for number in FRAMES:
        before, after = (plate[number].planes[0] for plate in (source, best))
        np.testing.assert_array_equal(before[~MATTE], after[~MATTE])
        assert (before[MATTE] != after[MATTE]).any(-1).mean() > 0.9
        one = tmp_path / f"one{number}" / "r.####.dpx"
        assert render(folder, one, *BEST, "--frames", str(number)) == 0
        assert_same_codes(planes(one)[number], best[number])
    *frames, summary = lines_of(report)[1:]
    assert {region["fill"] for frame in frames for region in frame["regions"]} == {"diffusion"}
    assert summary["identity"]["diffusion"].startswith("known-diffusion 1.0 sha256:")
    assert summary["settings"]["quality"] == "best"
    audited = read_json(audit, "audit")
    assert [net["id"] for net in audited["header"]["models"] if net["role"] == "diffusion"] == [
        "known-diffusion"
    ]
    assert {r["fill"] for frame in audited["frames"] for r in frame["regions"]} == {"diffusion"}


@pytest.mark.usefixtures("_net")
def test_fast_needs_no_net_and_is_another_result(folder: Path, tmp_path: Path) -> None:
    fast, best, report = tmp_path / "f" / "r.####.dpx", tmp_path / "b" / "r.####.dpx", tmp_path / "f.jsonl"
    assert render(folder, fast, "--report", str(report)) == 0
    assert render(folder, best, *BEST) == 0
    one, two = planes(fast), planes(best)
    assert (one[1003].planes[0] != two[1003].planes[0])[MATTE].mean() > 0.5
    assert "diffusion" not in lines_of(report)[-1]["identity"]


@pytest.mark.usefixtures("_no_net")
def test_without_the_net_best_is_an_error_that_says_what_to_do(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "o" / "r.####.dpx"
    assert render(folder, out, *BEST) == 1
    told = capsys.readouterr().err
    assert "gone.onnx" in told
    assert "quality fast" in told
    assert not out.parent.exists()
    assert render(folder, out) == 0


@pytest.mark.usefixtures("_no_net")
def test_a_decision_for_diffusion_needs_the_net_too(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    decided = tmp_path / "d.json"
    decided.write_text(json.dumps(document("diffusion")))
    assert render(folder, tmp_path / "o" / "r.####.dpx", "--decisions", str(decided)) == 1
    assert "the fill diffusion" in capsys.readouterr().err


def document(fill: str) -> dict[str, Any]:
    made = {"id": "d1", "verdict": "fill", "frames": "1003", "shape": {"box": [0, 0, 80, 171]}, "fill": fill}
    return {"format": "reelmend-decisions", "version": 1, "clip": "scan", "decisions": [made]}


@pytest.mark.usefixtures("_net")
def test_a_person_has_it_painted_where_the_rest_is_fast(folder: Path, tmp_path: Path) -> None:
    decided, report = tmp_path / "d.json", tmp_path / "r.jsonl"
    decided.write_text(json.dumps(document("diffusion")))
    given = ["--decisions", str(decided), "--report", str(report)]
    assert render(folder, tmp_path / "d" / "r.####.dpx", *given) == 0
    assert render(folder, tmp_path / "f" / "r.####.dpx") == 0
    with_it, without = (planes(tmp_path / name / "r.####.dpx") for name in ("d", "f"))
    assert_same_codes(with_it[1002], without[1002])
    changed = (with_it[1003].planes[0] != without[1003].planes[0]).any(2)
    asked = MATTE.copy()
    asked[80:] = False
    assert changed[asked].mean() > 0.9
    *frames, summary = lines_of(report)[1:]
    fills = {frame["number"]: [region["fill"] for region in frame["regions"]] for frame in frames}
    assert fills[1003] in (["mixed"], ["diffusion"])
    assert fills[1002] != fills[1003]
    assert "diffusion" in summary["identity"]


@pytest.fixture
def engine(_net: None) -> Iterator[pipeline.Pipeline]:
    with build(None, "cpu", None, CINEON) as built:
        yield built


def test_the_net_is_opened_only_where_best_is_asked_for(
    engine: pipeline.Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[int] = []
    made = pipeline._painter
    monkeypatch.setattr(pipeline, "_painter", lambda *given: opened.append(1) or made(*given))
    assert "diffusion" not in engine.identity_for(Settings())
    assert not opened
    for _ in range(2):
        assert "diffusion" in engine.identity_for(Settings.of({"quality": "best"}))
    assert opened == [1]
