"""The small commands, the help, and the progress."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from engine.cli import main, progress
from engine.cli.progress import BarProgress, JsonProgress, PlainProgress, QuietProgress, choose_progress
from engine.parameters import PARAMETERS
from engine.report.summary import FrameFailure
from engine.types import FrameReport
from engine.version import __version__
from tests.cli.conftest import Scan
from tests.render.fake_engine import write_dpx


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"engine-cli {__version__}\n"


@pytest.mark.parametrize("command", ["render", "detect"])
def test_the_help_lists_every_parameter(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    for parameter in PARAMETERS:
        assert "--" + parameter.id.replace("_", "-") in told
        assert parameter.hint in told
        assert f"default {parameter.default_text}" in told


def test_params_for_machines_hold_the_whole_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params", "--json"]) == 0
    table = json.loads(capsys.readouterr().out)
    assert table["schema"] == 1
    assert [row["id"] for row in table["parameters"]] == [parameter.id for parameter in PARAMETERS]
    for row, parameter in zip(table["parameters"], PARAMETERS, strict=True):
        assert (row["default"], row["minimum"], row["maximum"]) == (
            parameter.default, parameter.minimum, parameter.maximum
        )  # fmt: skip
        assert row["display"] == list(parameter.display)
        assert row["choices"] == list(parameter.choices)


def test_params_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["params"]) == 0
    told = capsys.readouterr().out
    assert "--minimum-area" in told
    assert "from 0 to 1000000 px²" in told
    assert "one of union, intersect, replace" in told


def test_info_says_what_it_sees_and_why(scan: Scan, capsys: pytest.CaptureFixture[str]) -> None:
    scan.path(1003).unlink()
    assert main(["info", scan.pattern]) == 0
    told = capsys.readouterr().out
    for word in ("10-bit", "64 x 48", "Cineon Film Log", "printing density", "1001-1002,1004-1006", "gaps"):
        assert word in told
    assert main(["info", scan.pattern, "--json"]) == 0
    known = json.loads(capsys.readouterr().out)
    assert known["size"] == [64, 48]
    assert known["codes"]["bits"] == 10
    assert known["gaps"] == [1003]
    assert known["frame_count"] == 5
    assert known["colour"]["space"] == "Cineon Film Log"


def test_info_of_a_clip_that_does_not_say_its_colour(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dpx(tmp_path / "scan.0001.dpx", np.full((20, 30, 3), 400, np.uint16), transfer="User defined")
    assert main(["info", str(tmp_path / "scan.0001.dpx")]) == 0
    told = capsys.readouterr().out
    assert "not known" in told
    assert "ADX10" in told
    assert main(["info", str(tmp_path / "scan.0001.dpx"), "--colour-space", "ADX10", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["colour"]["space"] == "ADX10"


def test_a_missing_package_is_told_without_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "av.py").write_text("raise ImportError(\"No module named 'av'\")")
    ran = subprocess.run(
        [sys.executable, "-c", "import sys; from engine.cli import main; sys.exit(main(['doctor']))"],
        env={"PYTHONPATH": f"{tmp_path}:{Path(__file__).resolve().parents[2]}"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 1
    assert "No module named 'av'" in ran.stderr
    assert "pip install" in ran.stderr
    assert "Traceback" not in ran.stderr


def report(number: int) -> FrameReport:
    return FrameReport(number, 0.01, (), (-1, 1), {"detect": 0.1})


def test_which_progress_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(choose_progress(as_json=True, quiet=True, verb="Restoring"), JsonProgress)
    assert isinstance(choose_progress(as_json=False, quiet=True, verb="Restoring"), QuietProgress)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False, raising=False)
    assert isinstance(choose_progress(as_json=False, quiet=False, verb="Restoring"), PlainProgress)
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    assert isinstance(choose_progress(as_json=False, quiet=False, verb="Restoring"), BarProgress)


def test_a_line_now_and_then(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [0.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: clock[0])
    with PlainProgress("Restoring") as shown:
        shown.started(100)
        for number in range(1, 31):
            clock[0] += 1.0
            shown.written(report(number))
    told = capsys.readouterr().err.splitlines()
    assert told[0] == "engine-cli: restoring 100 frames"
    assert told[1] == "engine-cli: frame 10: 10 of 100, 1.00 fps, damage 1.000 %, 0 regions, 90 s left"
    assert len(told) == 4


def test_the_bar_shows_frames_speed_and_damage(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setenv("COLUMNS", "120")
    with BarProgress("Restoring") as shown:
        shown.started(2)
        shown.written(report(1))
        shown.failed(FrameFailure(2, "CorruptSource", "scan.[2].dpx is cut short"))
    told = screen.getvalue()
    for word in ("Restoring", "2/2", "fps", "damage 1.000 %", "scan.[2].dpx is cut short"):
        assert word in told
