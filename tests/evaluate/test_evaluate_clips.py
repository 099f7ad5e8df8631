import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli import main
from engine.errors import InconsistentFrames, SourceNotFound, UsageError
from engine.evaluate.clips import ComparedClips
from engine.evaluate.compare import Rule, compared, summed
from engine.evaluate.plates import changed
from engine.types import CodeLayout, Codes

FRAMES = (1001, 1002, 1003)
SIZE = (32, 48)
Write = Callable[[str, dict[int, np.ndarray]], str]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes 8-bit frames as NAME.####.png; gives the pattern."""

    def written(name: str, frames: dict[int, np.ndarray]) -> str:
        for number, plane in frames.items():
            assert cv2.imwrite(str(tmp_path / f"{name}.{number}.png"), plane)
        return str(tmp_path / f"{name}.####.png")

    return written


def matte(*boxes: tuple[int, int], side: int = 4, size: tuple[int, int] = SIZE) -> np.ndarray:
    plane = np.zeros(size, np.uint8)
    for row, column in boxes:
        plane[row : row + side, column : column + side] = 255
    return plane


def mattes(*boxes: tuple[int, int]) -> dict[int, np.ndarray]:
    return dict.fromkeys(FRAMES, matte(*boxes))


def test_a_perfect_matte_scores_perfectly(write: Write) -> None:
    truth = write("truth", mattes((4, 4), (20, 30)))
    with ComparedClips({"RESULT": truth, "TRUTH": truth}) as clips:
        score = summed([score for score, _ in compared(clips, Rule())])
    assert (score.frames, score.strict.dice, score.strict.iou, score.strict.accuracy) == (3, 1, 1, 1)
    assert (score.emd, score.false_alarms, score.missed, score.marks) == (0, 0, 0, 2)


def test_false_alarms_misses_and_distance_are_counted_per_frame(write: Write) -> None:
    result = write("result", {1001: matte((4, 4)), 1002: matte((4, 4), (20, 40)), 1003: matte()})
    truth = write("truth", mattes((4, 7)))
    with ComparedClips({"RESULT": result, "TRUTH": truth}) as clips:
        scores = [score for score, _ in compared(clips, Rule(tolerance=2))]
    assert [(s.number, s.false_alarms, s.missed) for s in scores] == [
        (1001, 0, 0),
        (1002, 1, 0),
        (1003, 0, 1),
    ]
    assert scores[0].strict.dice == pytest.approx(0.25)
    assert scores[0].emd == pytest.approx(3)
    assert scores[2].emd is None


def test_damage_that_cannot_be_seen_counts_neither_way(write: Write) -> None:
    result, truth = write("result", mattes((4, 4), (20, 20))), write("truth", mattes((4, 4)))
    present = write("present", mattes((4, 4), (20, 20)))
    with ComparedClips({"RESULT": result, "TRUTH": truth, "--present": present}) as clips:
        score = summed([score for score, _ in compared(clips, Rule())])
    assert (score.strict.dice, score.false_alarms, score.emd) == (1, 0, 0)


def test_the_command_judges_a_repair_and_draws_overlays(
    write: Write, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rng = np.random.default_rng(1)
    clean = {number: rng.integers(30, 226, (*SIZE, 3)).astype(np.uint8) for number in FRAMES}
    hole = matte((4, 4)) > 0
    source = {number: np.where(hole[..., None], np.uint8(0), plate) for number, plate in clean.items()}
    restored = {n: np.where(hole[..., None], plate + np.uint8(10), source[n]) for n, plate in clean.items()}
    restored[1002][30, 40] ^= 1
    arguments = ["evaluate", write("result", mattes((4, 5))), write("truth", mattes((4, 4))), "--json"]
    for name, plates in {"source": source, "restored": restored, "clean": clean}.items():
        arguments += [f"--{name}", write(name, plates)]
    assert main([*arguments, "--overlay", str(tmp_path / "drawn")]) == 0
    told = json.loads(capsys.readouterr().out)
    overall = told["overall"]
    assert overall["dice"] == pytest.approx(0.75)
    assert overall["masked_psnr"] == pytest.approx(20 * np.log10(255 / 10), abs=1e-3)
    assert overall["source_masked_psnr"] < 12
    assert overall["altered"] == pytest.approx(100 / (3 * (32 * 48 - 16)))
    assert [frame["number"] for frame in told["frames"]] == list(FRAMES)
    drawn = cv2.imread(str(tmp_path / "drawn" / "overlay.1002.png"))[..., ::-1]
    assert drawn[5, 6].tolist() == [255, 230, 0]
    assert drawn[5, 4].tolist() == [255, 40, 40]
    assert drawn[5, 8].tolist() == [0, 220, 60]
    assert main([*arguments, "--overlay", str(tmp_path / "drawn")]) == 2


def test_figures_without_a_meaning_are_told_as_such(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    nothing = write("nothing", mattes())
    assert main(["evaluate", nothing, write("truth", mattes((4, 4))), "--json"]) == 0
    overall = json.loads(capsys.readouterr().out)["overall"]
    assert (overall["precision"], overall["emd"], overall["recall"]) == (None, None, 0)
    assert main(["evaluate", nothing, nothing]) == 0
    text = capsys.readouterr().out
    assert "1003" in text
    assert "EMD" in text


def test_a_still_is_matched_with_a_sequence_of_one(write: Write, tmp_path: Path) -> None:
    write("one", {1007: matte((4, 4))})
    cv2.imwrite(str(tmp_path / "still.png"), matte((4, 4)))
    targets = {"RESULT": str(tmp_path / "one.####.png"), "TRUTH": str(tmp_path / "still.png")}
    with ComparedClips(targets) as clips:
        assert [score.strict.dice for score, _ in compared(clips, Rule())] == [1]


def test_other_sizes_are_refused(write: Write) -> None:
    small = write("small", dict.fromkeys(FRAMES, matte(size=(16, 16))))
    with pytest.raises(InconsistentFrames, match=r"TRUTH is 16 x 16 .* RESULT is 48 x 32"):
        ComparedClips({"RESULT": write("result", mattes()), "TRUTH": small})


def test_missing_frames_are_named_and_can_be_left_out(write: Write) -> None:
    targets = {"RESULT": write("result", mattes()), "TRUTH": write("truth", {1001: matte(), 1003: matte()})}
    with pytest.raises(SourceNotFound, match="lacks 1002 of RESULT"):
        ComparedClips(targets)
    with ComparedClips(targets, "1001,1003") as clips:
        assert clips.numbers == (1001, 1003)
    with pytest.raises(UsageError, match="1009"):
        ComparedClips(targets, "1001,1009")


@pytest.mark.parametrize(
    "options", [["--tolerance", "-1"], ["--threshold", "1"], ["--restored", "there.png"], ["--overlay"]]
)
def test_a_senseless_request_is_a_usage_error(write: Write, options: list[str]) -> None:
    assert main(["evaluate", write("result", mattes()), write("truth", mattes()), *options]) == 2


def test_a_changed_chroma_sample_speaks_for_all_its_pixels() -> None:
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 8, (2, 2), "bt709", False)
    planes = [np.full((4, 6), 100, np.uint8), np.full((2, 3), 128, np.uint8), np.full((2, 3), 128, np.uint8)]
    after = [plane.copy() for plane in planes]
    after[1][1, 2] = 129
    differs = changed(Codes(tuple(planes), layout), Codes(tuple(after), layout))
    assert np.argwhere(differs).tolist() == [[2, 4], [2, 5], [3, 4], [3, 5]]


def test_plates_of_other_codes_cannot_be_told_apart(write: Write, tmp_path: Path) -> None:
    eight = write("eight", {n: np.zeros((*SIZE, 3), np.uint8) for n in FRAMES})
    sixteen = write("sixteen", {n: np.zeros((*SIZE, 3), np.uint16) for n in FRAMES})
    truth = write("truth", mattes())
    targets = {"RESULT": truth, "TRUTH": truth, "--source": eight, "--restored": sixteen}
    with ComparedClips(targets) as clips, pytest.raises(InconsistentFrames, match="cannot be compared"):
        next(compared(clips, Rule()))


def test_a_missing_truth_is_a_sentence_and_exit_code_1(
    write: Write, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["evaluate", write("result", mattes()), str(tmp_path / "none.####.png")]) == 1
    said = capsys.readouterr().err.strip()
    assert said.count("\n") == 0
    assert "none" in said
