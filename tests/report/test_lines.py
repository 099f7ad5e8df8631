"""The report: its schema, and its file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import OutputExists, SinkError
from engine.report.file import ReportFile
from engine.report.lines import as_text, failure_line, frame_line, start_line, summary_line
from engine.report.summary import FrameFailure, Outcome, RenderSummary, RenderTally
from engine.types import Box, DamageRegion, FrameReport


def report() -> FrameReport:
    region = DamageRegion(Box(4, 5, 10, 9), 17, "hair", 0.91237, "temporal")
    return FrameReport(1007, 0.00123, (region,), (-1, 1), {"detect": 0.25}, suspected=0.004)


def summary(outcome: Outcome = "complete") -> RenderSummary:
    return RenderSummary(
        outcome, "in.####.dpx", {"picture": "out.####.dpx"}, 3,
        RenderTally((1, 2), 0.01, 7, 4.0, {"detect": 1.5}), (FrameFailure(3, "CorruptSource", "cut short"),),
        {"radius": 2}, "ADX10", "DPX transfer", {"detector": "x"}, {"reelmend": "0.1.0"},
    )  # fmt: skip


def test_a_frame_line_has_every_member_of_the_schema() -> None:
    assert json.loads(as_text(frame_line(report()))) == {
        "type": "frame",
        "number": 1007,
        "damaged": 0.00123,
        "suspected": 0.004,
        "count": 1,
        "regions": [
            {"box": [4, 5, 10, 9], "area": 17, "class": "hair", "confidence": 0.9124, "fill": "temporal"}
        ],
        "neighbours": [-1, 1],
        "seconds": {"detect": 0.25},
    }


def test_a_start_line_says_how_many_frames_will_come() -> None:
    assert start_line(7) == {"type": "start", "schema": 1, "frames": 7}


def test_a_failure_line_names_frame_kind_and_message() -> None:
    line = failure_line(FrameFailure(3, "CorruptSource", "cut short"))
    assert line == {"type": "failure", "number": 3, "kind": "CorruptSource", "message": "cut short"}


def test_the_summary_line_counts_and_divides() -> None:
    line = json.loads(as_text(summary_line(summary())))
    assert line["frames"] == {"expected": 3, "written": 2, "failed": [3], "first": 1, "last": 2}
    assert line["fps"] == 0.5
    assert line["colour"] == {"space": "ADX10", "reason": "DPX transfer"}
    assert line["settings"] == {"radius": 2}


@pytest.mark.parametrize(
    ("outcome", "code"), [("complete", 0), ("failed", 1), ("frames failed", 3), ("interrupted", 130)]
)
def test_each_outcome_has_its_exit_code(outcome: Outcome, code: int) -> None:
    assert summary_line(summary(outcome))["exit_code"] == code


def test_every_member_of_the_lines_is_in_the_documented_schema() -> None:
    import engine.report.lines as lines

    documented = lines.__doc__ or ""
    for line in (frame_line(report()), summary_line(summary())):
        for member in line:
            assert member in documented, f"{member} is not documented"


def test_the_file_appears_only_when_it_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with ReportFile(path, overwrite=False) as file:
        file.write(frame_line(report()))
        assert not path.exists()
    assert [json.loads(line)["type"] for line in path.read_text("utf-8").splitlines()] == ["frame"]
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_not_overwritten_unasked(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_text("mine")
    with pytest.raises(OutputExists, match=r"report\.json.*--overwrite"):
        ReportFile(path, overwrite=False)
    assert path.read_text() == "mine"


def test_an_unwritable_place_is_a_sink_error(tmp_path: Path) -> None:
    blocked = tmp_path / "a file, not a folder"
    blocked.touch()
    with pytest.raises(SinkError, match=r"report\.json"):
        ReportFile(blocked / "report.json", overwrite=False)
