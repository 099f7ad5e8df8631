"""The whole table on a clip made here: same damage for all, and a fill that knows the truth wins."""

import json
from math import inf, isnan
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.motion.estimator import MotionEstimator
from engine.types import DamageMatte
from engine.window.window import FrameWindow
from export.evaluate import protocol
from export.evaluate.protocol import FRAMES, PEAK
from export.evaluate.repair import main
from export.evaluate.repair_conditions import RepairClip
from export.evaluate.repair_judging import Bench, Judged, judge, motions_of
from export.evaluate.repair_scores import FIGURES, RepairScores
from export.evaluate.repair_sheets import SIDE, around_largest, crops
from export.evaluate.repair_tables import Row, read, table
from export.evaluate.row_file import add_rows
from export.evaluate.watching import pipeline_of

SHAPE = (110, 140)
METHODS = ("input", "telea", "mc", "srod+mc", "ours-smooth", "ours")


class SpotDetector:
    """Finds what is white, as the spots here are and nothing else."""

    radius = 1
    identity = "spots"

    def detect(self, window: FrameWindow) -> DamageMatte:
        codes = window.centre.frame.codes.planes[0]
        return DamageMatte((codes == PEAK).all(2).astype(np.float32))


def plate(number: int) -> np.ndarray:
    coarse = np.random.default_rng(4).integers(150, 800, (12, 20, 3)).astype(np.float32)
    wide = cv2.resize(coarse, (SHAPE[1] + 60, SHAPE[0]), interpolation=cv2.INTER_CUBIC)
    grain = np.random.default_rng(number).normal(0, 8, (*SHAPE, 3))
    left = 2 * number
    return np.clip(wide[:, left : left + SHAPE[1]] + grain, 0, PEAK - 1).astype(np.uint16)


def frame(number: int) -> protocol.TestFrame:
    spot = np.zeros(SHAPE, np.uint8)
    cv2.circle(spot, (30 + 17 * (number % 5), 40 + 9 * (number % 3)), 7, 1, -1)
    hurt = spot > 0
    clean = plate(number)
    return protocol.TestFrame(number, clean, np.where(hurt[..., None], np.uint16(PEAK), clean), hurt, hurt)


@pytest.fixture(scope="module")
def clip() -> RepairClip:
    return RepairClip("pan", "spots", [frame(number) for number in range(7)], [2, 3, 4])


@pytest.fixture(scope="module")
def judged(clip: RepairClip) -> dict[str, Judged]:
    with pipeline_of(SpotDetector(), MotionEstimator()) as pipeline:
        bench = Bench(pipeline, METHODS)
        motions = motions_of(pipeline, clip)
        assert set(motions) == {(2, 3), (3, 2), (3, 4), (4, 3)}
        return {kind: judge(bench, clip, kind, motions) for kind in ("true", "own")}


@pytest.mark.parametrize("kind", ["true", "own"])
def test_every_method_repairs_and_none_alters_sound_picture(kind: str, judged: dict[str, Judged]) -> None:
    scores = judged[kind].scores
    assert list(scores) == [name for name in METHODS if kind == "own" or name != "srod+mc"]
    for name in scores:
        if name != "input":
            assert scores[name].masked > scores["input"].masked + 5
        if name != "srod+mc":
            assert scores[name].altered == 0
    assert scores["mc"].structure > scores["telea"].structure
    assert scores["ours"].structure > scores["telea"].structure


def test_told_and_blind_agree_where_the_detector_finds_just_the_truth(judged: dict[str, Judged]) -> None:
    for name in ("telea", "mc"):
        told, blind = (judged[kind].results[name] for kind in ("true", "own"))
        assert all((a.codes == b.codes).all() for a, b in zip(told, blind, strict=True))


def test_grain_is_missing_before_regrain_and_there_after(judged: dict[str, Judged]) -> None:
    scores = judged["true"].scores
    assert abs(np.log(scores["ours"].grain)) < abs(np.log(scores["telea"].grain))
    assert isnan(scores["input"].grain)


def test_crops_show_truth_input_and_the_results_around_the_largest_mark(judged: dict[str, Judged]) -> None:
    results = [judged[kind].results["ours"][0] for kind in ("true", "own")]
    sheet = crops(results)
    side = min(SIDE, SHAPE[0])
    assert sheet.shape == (2 * side, 4 * 2 * min(SIDE, SHAPE[1]) + 3 * 6, 3)
    wide = np.zeros((600, 900), np.bool_)
    wide[400:420, 800:860] = wide[10, 10] = True
    place = around_largest(wide)
    assert (place[0].start, place[1].start) == (309, 700)


def test_rows_come_back_as_they_were_written_and_the_last_of_a_name_counts(tmp_path: Path) -> None:
    def row(masked: float) -> Row:
        figures = {**dict.fromkeys(FIGURES, 1.0), "masked": masked, "flicker": float("nan")}
        return Row("mixed", "true", "a", "ours", RepairScores(**figures))

    path = tmp_path / "rows.jsonl"
    add_rows(path, [row(20.0), row(inf)])
    add_rows(path, [row(25.0)])
    assert all(json.loads(line) for line in path.read_text().splitlines())
    (back,) = read(path)
    assert back.scores.masked == 25.0
    assert isnan(back.scores.flicker)
    shown = table([back])
    assert "*mixed, true matte*" in shown
    assert "| ours | 25.0 |" in shown
    assert "unchanged" in table([row(inf)])


def test_stored_tables_are_printed_without_any_material(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = RepairScores(**dict.fromkeys(FIGURES, 2.0))
    add_rows(tmp_path / "rows.jsonl", [Row("lines", "own", "a", "telea", figures)])
    assert main([str(tmp_path), "--tables", str(tmp_path / "rows.jsonl")]) == 0
    assert "*lines, own matte*" in capsys.readouterr().out
    assert FRAMES == 12
