"""`engine-cli render` from arguments to files and exit codes, with an engine that needs no network."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli import main
from engine.codes import to_rgb
from engine.errors import SinkError
from engine.media.open import open_source
from engine.media.sequence import SequenceSink
from engine.types import Frame
from tests.cli.conftest import FRAMES, Scan, damage_of, digest, shown
from tests.render.fake_engine import write_dpx

pytestmark = pytest.mark.usefixtures("_fake_engine")


def codes_of(target: str | Path, number: int) -> np.ndarray:
    with open_source(str(target)) as source:
        return source.read(number).codes.planes[0]


@pytest.mark.usefixtures("_source_untouched")
def test_the_dirt_goes_and_everything_else_keeps_its_codes(scan: Scan, tmp_path: Path) -> None:
    out, matte = tmp_path / "out" / "r.####.dpx", tmp_path / "matte" / "m.####.png"
    assert main(["render", scan.pattern, str(out), "--matte-out", str(matte), "--quiet"]) == 0
    for number in FRAMES:
        restored, coverage = codes_of(out, number), codes_of(matte, number)[..., 0]
        np.testing.assert_array_equal(restored[coverage == 0], scan.codes[number][coverage == 0])
    for number in FRAMES[1:-1]:
        where = damage_of(number)
        assert (codes_of(matte, number)[where] == 65535).all()
        assert (scan.codes[number][where] == 1000).all()
        assert codes_of(out, number)[where].max() < 800


@pytest.mark.usefixtures("_source_untouched")
def test_json_is_one_object_per_line_and_ends_with_the_summary(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "report.jsonl"
    out = str(tmp_path / "r.####.dpx")
    assert main(["render", scan.pattern, out, "--json", "--radius", "1", "--report", str(report)]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["type"] for line in lines] == ["start"] + ["frame"] * 6 + ["summary"]
    assert [line["number"] for line in lines[1:-1]] == list(FRAMES)
    assert lines[0]["frames"] == 6
    summary = lines[-1]
    assert summary["outcome"] == "complete"
    assert summary["frames"] == {"expected": 6, "written": 6, "failed": [], "first": 1001, "last": 1006}
    assert summary["settings"]["radius"] == 1
    assert summary["colour"]["space"] == "Cineon Film Log"
    assert summary["identity"]["detector"] == "spike detector for tests"
    assert summary["outputs"] == {"picture": out, "report": str(report)}
    assert set(summary["stages"]) >= {"detect", "repair", "write", "wait"}
    filed = [json.loads(line) for line in report.read_text("utf-8").splitlines()]
    assert filed == lines


def test_a_summary_for_people(scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", scan.pattern, str(tmp_path / "r.####.dpx")]) == 0
    told = capsys.readouterr()
    for word in ("Done", "6 of 6", "fps", "% of the picture", "regions", "r.####.dpx", "writing"):
        assert word in told.out
    assert "restoring 6 frames" in told.err


def test_quiet_says_nothing(scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["render", scan.pattern, str(tmp_path / "r.####.dpx"), "--quiet"]) == 0
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == ""


def test_only_the_frames_asked_for_are_written(scan: Scan, tmp_path: Path) -> None:
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx"), "--frames", "1002-1006x2"]) == 0
    names = sorted(path.name for path in (tmp_path / "o").iterdir())
    assert names == ["r.1002.dpx", "r.1004.dpx", "r.1006.dpx"]


def test_a_part_of_a_clip_is_repaired_as_in_the_whole(scan: Scan, tmp_path: Path) -> None:
    main(["render", scan.pattern, str(tmp_path / "all.####.dpx"), "--quiet"])
    main(["render", scan.pattern, str(tmp_path / "one.####.dpx"), "--quiet", "--frames", "1003"])
    np.testing.assert_array_equal(
        codes_of(tmp_path / "one.1003.dpx", 1003), codes_of(tmp_path / "all.1003.dpx", 1003)
    )


@pytest.mark.usefixtures("_source_untouched")
def test_a_dry_run_tells_the_plan_and_writes_nothing(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = digest(tmp_path)
    arguments = [
        "render",
        scan.pattern,
        str(tmp_path / "o" / "r.####.dpx"),
        "--dry-run",
        "--frames",
        "1002-1004",
    ]
    assert main(arguments) == 0
    told = capsys.readouterr().out
    for word in (
        "dry run",
        "1002-1004",
        "10-bit RGB",
        "Cineon Film Log",
        "printing density",
        "spike detector",
    ):
        assert word in told
    assert main([*arguments, "--json"]) == 0
    plan = json.loads(capsys.readouterr().out)
    assert plan["type"] == "plan"
    assert plan["frames"] == [1002, 1003, 1004]
    assert plan["neighbours"] == 3
    assert digest(tmp_path) == before
    assert not (tmp_path / "o").exists()


def test_outputs_are_not_overwritten_unasked(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "r.####.dpx"
    (tmp_path / "r.1004.dpx").write_bytes(b"mine")
    assert main(["render", scan.pattern, str(out), "--quiet"]) == 2
    assert "r.1004.dpx is there already" in capsys.readouterr().err
    assert (tmp_path / "r.1004.dpx").read_bytes() == b"mine"
    assert not (tmp_path / "r.1001.dpx").exists()
    assert main(["render", scan.pattern, str(out), "--quiet", "--overwrite"]) == 0
    assert codes_of(out, 1004).shape == (48, 64, 3)


def test_a_folder_takes_picture_and_matte_by_the_sources_name(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = f"{tmp_path / 'o'}/"
    assert main(["render", scan.pattern, folder, "--matte-out", folder, "--frames", "1002", "--json"]) == 0
    outputs = json.loads(capsys.readouterr().out.splitlines()[-1])["outputs"]
    assert outputs["picture"] == str(tmp_path / "o" / "scan.####.dpx")
    assert len(list((tmp_path / "o").iterdir())) == 2


@pytest.mark.usefixtures("_source_untouched")
@pytest.mark.parametrize("overwrite", [[], ["--overwrite"]])
def test_the_source_is_never_an_output(
    scan: Scan, tmp_path: Path, overwrite: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["render", scan.pattern, scan.pattern, *overwrite]) == 2
    assert main(["render", scan.pattern, str(scan.folder / "scan.%04d.dpx"), *overwrite]) == 2
    link = tmp_path / "link"
    link.symlink_to(scan.folder)
    assert main(["render", scan.pattern, str(link / "scan.####.dpx"), *overwrite]) == 2
    assert "Traceback" not in capsys.readouterr().err


@pytest.mark.parametrize("other", ["r.####.dpx", "r.%04d.dpx", "../{here}/r.@@@@.dpx"])
def test_two_outputs_cannot_be_one(
    other: str, scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    matte = str(tmp_path / other.format(here=tmp_path.name))
    assert main(["render", scan.pattern, str(tmp_path / "r.####.dpx"), "--matte-out", matte]) == 2
    assert "give another name" in capsys.readouterr().err
    assert not list(tmp_path.glob("r.*"))


def test_a_dry_run_refuses_what_the_render_would(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("r.1004.dpx", "r.mkv", "report.jsonl"):
        (tmp_path / name).write_bytes(b"mine")
    free, report = str(tmp_path / "o" / "r.####.dpx"), str(tmp_path / "report.jsonl")
    for arguments in ([str(tmp_path / "r.####.dpx")], [str(tmp_path / "r.mkv")], [free, "--report", report]):
        assert main(["render", scan.pattern, *arguments, "--dry-run"]) == 2
        assert "is there already" in capsys.readouterr().err
    assert main(["render", scan.pattern, str(tmp_path / "r.mp4"), "--dry-run"]) == 1
    assert "r.mkv" in capsys.readouterr().err


def test_a_disk_that_fills_up_ends_the_render_and_keeps_what_is_whole(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SequenceSink.write

    def full(sink: SequenceSink, frame: Frame) -> None:
        if frame.number == 1003:
            raise SinkError("r.1003.dpx cannot be written (No space left on device).")
        write(sink, frame)

    monkeypatch.setattr(SequenceSink, "write", full)
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx")]) == 1
    told = capsys.readouterr()
    assert "error: r.1003.dpx cannot be written (No space left on device)." in told.err
    assert "Failed" in told.out
    assert shown(tmp_path / "o") == ["r.1001.dpx", "r.1002.dpx"]


def test_a_broken_frame_is_listed_and_the_others_are_written(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = scan.path(1003)
    broken.write_bytes(broken.read_bytes()[:4000])
    out = tmp_path / "o" / "r.####.dpx"
    assert main(["render", scan.pattern, str(out), "--json"]) == 3
    told = capsys.readouterr()
    summary = json.loads(told.out.splitlines()[-1])
    assert summary["outcome"] == "frames failed"
    assert summary["frames"]["failed"] == [1003]
    failure = next(line for line in map(json.loads, told.out.splitlines()) if line["type"] == "failure")
    assert failure["number"] == 1003
    assert "scan.1003.dpx" in failure["message"]
    assert "frame 1003 failed" in told.err
    assert shown(tmp_path / "o") == [f"r.{number}.dpx" for number in FRAMES if number != 1003]


def test_a_gap_is_a_failed_frame_not_a_shorter_clip(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan.path(1004).unlink()
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx")]) == 3
    told = capsys.readouterr()
    assert "Frame 1004" in told.err
    assert "--frames" in told.err
    assert "failed" in told.out
    assert len(shown(tmp_path / "o")) == 5


def test_when_every_frame_fails_the_render_has_failed(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("a defect")

    monkeypatch.setattr("engine.pipeline.Pipeline.process", fail)
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx")]) == 1
    told = capsys.readouterr()
    assert "No frame could be written" in told.err
    assert "ZeroDivisionError: a defect" in told.err
    assert not list(tmp_path.glob("o/*"))


def test_a_movie_ends_at_a_failed_frame_and_keeps_what_was_good(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = scan.path(1004)
    broken.write_bytes(broken.read_bytes()[:4000])
    assert main(["render", scan.pattern, str(tmp_path / "r.mkv")]) == 1
    assert "Frame 1004 failed and a movie cannot leave one out" in capsys.readouterr().err
    assert not (tmp_path / "r.mkv").exists()
    with open_source(str(tmp_path / "r.partial.mkv")) as movie:
        assert len(movie.info.frames) == 3


def test_a_sequence_becomes_a_movie_code_for_code(scan: Scan, tmp_path: Path) -> None:
    matte = tmp_path / "m.####.png"
    assert main(["render", scan.pattern, str(tmp_path / "r.mkv"), "--matte-out", str(matte), "--quiet"]) == 0
    with open_source(str(tmp_path / "r.mkv")) as movie:
        for number, place in zip(FRAMES, movie.info.frames, strict=True):
            restored = np.rint(to_rgb(movie.read(place).codes) * 1023)
            outside = codes_of(matte, number)[..., 0] == 0
            np.testing.assert_array_equal(restored[outside], scan.codes[number][outside])


def test_frames_of_another_size_are_named(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_dpx(scan.path(1005), np.full((20, 30, 3), 400, np.uint16))
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx")]) == 3
    assert "scan.1005.dpx" in capsys.readouterr().err


def test_a_matte_alone(scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", scan.pattern, str(tmp_path / "m.####.png"), "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines[-1]["outputs"] == {"matte": str(tmp_path / "m.####.png")}
    assert lines[3]["count"] == 1
    assert set(lines[3]["regions"][0]) == {"box", "area", "class"}
    assert (codes_of(tmp_path / "m.1003.png", 1003)[damage_of(1003)] == 65535).all()
    assert sorted(path.name for path in tmp_path.glob("*.*")) == [f"m.{number}.png" for number in FRAMES]
