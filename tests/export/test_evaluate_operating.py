import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.detect.cleanup import sensitivity_of
from engine.detect.cleanup import threshold as limit_of
from engine.motion.estimator import MotionEstimator
from engine.types import DAMAGE_CLASSES, DamageMatte
from engine.window.window import FrameWindow
from export.evaluate import operating, protocol, scores, stills, tally
from export.evaluate import operating_tables as tables
from export.evaluate.watching import Remembering, pipeline_of, watched

SHAPE = (24, 40)


class Bright:
    """Takes what is bright for damage, the more the brighter, and calls it a hair; counts its questions."""

    radius = 1
    identity = "bright"

    def __init__(self) -> None:
        self.asked = 0

    def detect(self, window: FrameWindow) -> DamageMatte:
        self.asked += 1
        probability = window.centre.frame.codes.planes[0][..., 0] / np.float32(1023)
        classes = {name: probability * (name == "hair") for name in DAMAGE_CLASSES}
        return DamageMatte(probability.astype(np.float32), classes, "bright")


def frame(number: int, marks: dict[tuple[int, int], int], truth: bool) -> protocol.TestFrame:
    """Marks of 2 x 2 px, (row, column): code."""
    clean = np.zeros((*SHAPE, 3), np.uint16)
    damaged = clean.copy()
    for (row, column), code in marks.items():
        damaged[row : row + 2, column : column + 2] = code
    visible = (damaged > 0).any(2) & truth
    drawn = np.where(visible, DAMAGE_CLASSES.index("scratch"), -1).astype(np.int8)
    return protocol.TestFrame(number, clean, damaged, visible, visible, drawn)


def clip(kind: protocol.Kind, marks: dict[tuple[int, int], int]) -> protocol.TestClip:
    # Every frame a little different, or they would count as duplicates of each other.
    frames = [frame(n, marks | {(20, 2 * n): 100}, kind in ("mixed", "lines")) for n in range(3)]
    return protocol.TestClip(kind, kind, frames)


@pytest.fixture(scope="module")
def tallies() -> list[tally.ClipTally]:
    told = []
    with pipeline_of(Bright(), MotionEstimator()) as pipeline:
        for kind in ("mixed", "lines"):
            told.append(operating.tallied(pipeline, clip(kind, {(4, 4): 900, (10, 20): 600}), kind))
        told.append(operating.tallied(pipeline, clip("clean", {(4, 4): 700}), "clean"))
    return told


def test_the_threshold_of_the_settings_is_the_one_asked_for() -> None:
    for threshold in tally.CLEANED:
        assert limit_of(sensitivity_of(threshold)) == pytest.approx(threshold)


def test_recall_and_false_alarms_follow_the_threshold(tallies: list[tally.ClipTally]) -> None:
    mixed, clean = tallies[0], tallies[2]
    # Of three marks of 4 px, one is fainter than all thresholds here: 8 of 12 px, then 4 of 12.
    assert mixed.found[0.5].strict.recall == pytest.approx(2 / 3)
    assert mixed.found[0.7].strict.recall == pytest.approx(1 / 3)
    assert clean.found[0.5].false_percent == pytest.approx(100 * 4 / (SHAPE[0] * SHAPE[1]))
    assert clean.alarms(0.5) == pytest.approx(1920 * 1080 / (SHAPE[0] * SHAPE[1]))
    assert clean.found[0.7].alarms == 0


def test_the_operating_point_is_the_lowest_threshold_within_bounds(tallies: list[tally.ClipTally]) -> None:
    assert tables.operating_point(tallies) == 0.7
    assert tables.operating_point(tallies[:2]) is None


def test_the_raw_curve_counts_every_pixel_that_counts(tallies: list[tally.ClipTally]) -> None:
    mixed = tallies[0]
    assert mixed.raw.visible.sum() == 3 * 12
    assert mixed.raw.visible.sum() + mixed.raw.clean.sum() == 3 * SHAPE[0] * SHAPE[1]
    assert (mixed.raw.drawn[DAMAGE_CLASSES.index("scratch")] == mixed.raw.visible).all()
    half = tables.edge_of(0.5)
    assert tally.EDGES[half] == pytest.approx(0.5)
    assert tally.above(mixed.raw.visible, half) == 3 * 8
    hair = DAMAGE_CLASSES.index("hair")
    assert tally.above(mixed.raw.called[1, hair], half) == 3 * 8


def test_calibration_compares_what_is_said_with_what_is_true() -> None:
    reliability = tally.Reliability()
    plane = np.full(SHAPE, 0.25, np.float32)
    some = frame(0, {(2 * row, 2 * column): 1000 for row in range(6) for column in range(10)}, True)
    reliability.add(some, plane)
    assert reliability.error() == pytest.approx(abs(0.25 - 240 / 960), abs=1e-6)
    reliability.add(some, np.full(SHAPE, 0.95, np.float32))
    assert reliability.error() == pytest.approx(0.5 * 0.7, abs=1e-6)
    assert reliability.error(5) == pytest.approx(0.7, abs=1e-6)


def test_the_curve_is_plain_json_and_falls(tallies: list[tally.ClipTally]) -> None:
    points = json.loads(json.dumps(tables.curve("bright", tallies), allow_nan=False))
    recalls = [point["recall"] for point in points["cleaned"]]
    assert recalls == sorted(recalls, reverse=True)
    assert points["operating_threshold"] == 0.7
    assert {"threshold", "precision", "recall", "false_percent", "alarms"} <= points["cleaned"][0].keys()
    assert len(points["raw"]) == len(tally.EDGES)


def test_every_table_has_as_many_cells_in_each_row(tallies: list[tally.ClipTally]) -> None:
    for part in (tables.threshold_table, tables.clip_table, tables.class_table, tables.reliability_table):
        rows = [line for line in part(tallies).splitlines() if line.startswith("|")]
        assert len({row.count("|") for row in rows}) == 1
    assert "threshold 0.7" in tables.summary(tallies)


def test_a_window_is_asked_about_once() -> None:
    detector = Bright()
    with pipeline_of(detector, MotionEstimator()) as pipeline:
        once = list(watched(pipeline, clip("mixed", {(4, 4): 900})))
        asked = detector.asked
        remembering = Remembering(detector)
        window = FrameWindow.still(pipeline.prepare(protocol.frame_of(once[0].frame.damaged, 0)))
        assert remembering.detect(window) is remembering.detect(window)
    assert (asked, detector.asked) == (3, 4)


def test_what_only_detects_has_no_figures_of_repair() -> None:
    one = clip("mixed", {(4, 4): 900}).frames[0]
    told = scores.score([scores.Outcome(one, None, one.visible, 0.1)])
    assert told.f1 == 1
    assert np.isnan([told.masked_psnr, told.ssim, told.altered, told.grain_ratio]).all()
    wrong = scores.score([scores.Outcome(one, one.damaged, ~one.present, 0.1)])
    assert (wrong.clean_hit, wrong.altered) == (100, 0)


def test_a_fast_clip_takes_every_third_frame() -> None:
    frames = np.arange(60, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    faster = protocol.faster(protocol.Clip("long", frames)).frames[:, 0, 0, 0]
    assert faster.tolist() == list(range(10, 46, 3))
    short = protocol.faster(protocol.Clip("short", frames[:20])).frames
    assert len(short) == 12


def test_the_truth_of_a_still_is_three_way(tmp_path: Path) -> None:
    restored = np.full((40, 60, 3), 90, np.uint8)
    damaged = restored.copy()
    damaged[10, 10], damaged[30, 40] = 150, 95
    for name, plane in {"scan_damaged": damaged, "scan_restored": restored}.items():
        cv2.imwrite(str(tmp_path / f"{name}.png"), plane)
    (pair,) = stills.pairs(tmp_path)
    truth = pair.truth()
    assert truth.visible.sum() == 5
    assert truth.present[10, 13]
    assert not truth.present[10, 15]
    assert truth.present[30, 40]
    assert not truth.visible[30, 40]
    (tmp_path / "scan_restored.png").unlink()
    with pytest.raises(FileNotFoundError, match="scan_restored"):
        list(stills.pairs(tmp_path))


def test_without_any_damage_the_tables_of_classes_say_that_there_is_none() -> None:
    """As for lookalikes alone."""
    assert "| hair | 0 | - / - |" in tables.class_table([])
    assert json.dumps(tables.curve("nobody", []))
