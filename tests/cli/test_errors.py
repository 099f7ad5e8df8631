"""What goes wrong gets one sentence that names the thing and the remedy, and the right exit code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine import pipeline
from engine.cli import main
from engine.errors import ModelError
from tests.cli.conftest import Scan
from tests.render.fake_engine import write_dpx

pytestmark = pytest.mark.usefixtures("_fake_engine")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["render", "{scan}"], 2, "required: OUT"),
        (["render", "{scan}", "{out}", "--colour", "x"], 2, "engine-cli"),
        (["polish", "{scan}"], 2, "invalid choice"),
        (["render", "{scan}", "{out}", "--sensitivity", "2"], 2, "sensitivity is 2; it must be from 0 to 1"),
        (["render", "{scan}", "{out}", "--sensitivity", "nan"], 2, "sensitivity is nan"),
        (["render", "{scan}", "{out}", "--radius", "1.5"], 2, "--radius"),
        (["render", "{scan}", "{out}", "--frames", "900-1001"], 2, "which holds 1001-1006"),
        (["render", "{scan}", "{out}", "--frames", "7-"], 2, "1001-1100"),
        (["render", "{scan}", "{out}", "--colour-space", "ADX11"], 2, "ADX1"),
        (["render", "{scan}", "{out}", "--ocio-config", "{tmp}/none.ocio"], 1, "none.ocio"),
        (["render", "{scan}", "{tmp}/r.jpg"], 1, "r.jpg"),
        (["render", "{scan}", "{tmp}/r.cin"], 2, "r.cin"),
        (["render", "{scan}", "{tmp}/r.####.cin"], 1, "Cineon is written from Cineon sources only"),
        (["render", "{scan}", "{tmp}/r.####.exr"], 1, "cannot hold 10-bit RGB without loss"),
        (["render", "{scan}", "{tmp}/one.dpx"], 2, "one.####.dpx"),
        (["render", "{tmp}/none.####.dpx", "{out}"], 1, "none.####.dpx"),
        (["render", "{tmp}/none.mov", "{out}"], 1, "none.mov"),
        (["render", "{scan}", ""], 2, "empty name"),
        (["render", "", "{out}"], 2, "empty name"),
        (["render", "{scan}", "{out}", "--matte-out", ""], 2, "empty name"),
        (["render", "{scan}", "{out}", "--report", "{tmp}/empty", "--overwrite"], 2, "empty is a folder"),
        (["info", "{tmp}/empty"], 1, "empty"),
        (["info", "{tmp}/words.txt"], 1, "words.txt"),
        (["info", "{tmp}/words.dpx"], 1, "words.dpx"),
        (["info", "{tmp}/words.mov"], 1, "words.mov"),
        (["demo", "--seconds", "0", "--out", "{tmp}/d"], 2, "--seconds is 0"),
        (["demo", "--out", ""], 2, "--out is empty"),
        (["render", "{scan}", "{tmp}/words.txt/r.####.dpx"], 1, "words.txt"),
    ],
)
def test_bad_requests_and_bad_files(
    arguments: list[str], code: int, said: str, scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty").mkdir()
    for name in ("words.txt", "words.dpx", "words.mov"):
        (tmp_path / name).write_text("no picture")
    places = {"scan": scan.pattern, "out": tmp_path / "out" / "r.####.dpx", "tmp": tmp_path}
    assert main([argument.format(**places) for argument in arguments]) == code
    told = capsys.readouterr().err
    assert said in told
    assert "Traceback" not in told
    assert "engine-cli" in told


def test_an_unknown_colour_space_lists_the_likely_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dpx(tmp_path / "scan.0001.dpx", np.full((20, 30, 3), 400, np.uint16), transfer="User defined")
    assert main(["render", str(tmp_path / "scan.####.dpx"), str(tmp_path / "r.####.dpx")]) == 2
    told = capsys.readouterr().err
    assert "--colour-space" in told
    assert "ADX10" in told
    assert (
        main(["render", str(tmp_path / "scan.0001.dpx"), str(tmp_path / "r.dpx"), "--colour-space", "ADX10"])
        == 0
    )


def test_errors_are_json_for_machines(scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", scan.pattern, str(tmp_path / "r.####.dpx"), "--radius", "9", "--json"]) == 2
    told = capsys.readouterr()
    line = json.loads(told.out)
    assert (line["type"], line["kind"], line["exit_code"]) == ("error", "ParameterError", 2)
    assert line["message"] in told.err


def test_a_model_error_ends_the_render_at_once(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def altered(*_: object) -> None:
        raise ModelError("detect.onnx has been altered; install it again.")

    monkeypatch.setattr(pipeline, "build", altered)
    assert main(["render", scan.pattern, str(tmp_path / "r.####.dpx")]) == 1
    assert capsys.readouterr().err == "engine-cli: error: detect.onnx has been altered; install it again.\n"


def test_a_defect_is_told_in_a_line_and_in_full_with_debug(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def defect(*_: object) -> None:
        raise KeyError("planes")

    monkeypatch.setattr(pipeline, "build", defect)
    arguments = ["render", scan.pattern, str(tmp_path / "r.####.dpx")]
    assert main(arguments) == 1
    told = capsys.readouterr().err
    assert told.startswith("engine-cli: error: unexpected KeyError: 'planes'; run again with --debug")
    assert told.count("\n") == 1
    assert main([*arguments, "--debug"]) == 1
    assert "Traceback" in capsys.readouterr().err


def test_a_full_disk_is_told_before_the_start(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("engine.render.room.free_bytes", lambda folder: 1000)
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx")]) == 1
    assert "make room" in capsys.readouterr().err
    assert not (tmp_path / "o").exists()


@pytest.mark.usefixtures("_fake_engine")
def test_an_output_without_an_extension_is_asked_for_one(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", scan.pattern, str(tmp_path / "restored")]) != 0
    told = capsys.readouterr().err
    assert "restored has no extension" in told
    assert "a folder ends in '/'" in told
