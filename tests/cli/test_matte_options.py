"""Mattes given on the command line: joined, held out, refused in words, and named in the report."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine.cli import main
from engine.media.open import open_source
from tests.cli.conftest import FRAMES, Scan, damage_of

pytestmark = pytest.mark.usefixtures("_fake_engine")

SPOT = (slice(38, 44), slice(50, 58))


def codes_of(target: str | Path, number: int) -> np.ndarray:
    with open_source(str(target)) as source:
        return source.read(number).codes.planes[0]


def mattes(folder: Path, *places: tuple[slice, slice], frames: range = FRAMES) -> str:
    """A sequence of mattes, white on `places`, in every frame."""
    folder.mkdir()
    plane = np.zeros((48, 64), np.uint8)
    for place in places:
        plane[place] = 255
    for number in frames:
        cv2.imwrite(str(folder / f"m.{number:04d}.png"), plane)
    return str(folder / "m.####.png")


def render(scan: Scan, out: Path, *options: str) -> list[dict[str, Any]]:
    """Render with a report; the report's lines."""
    report = out.with_suffix(".jsonl")
    pattern = str(out / "r.####.dpx")
    assert main(["render", scan.pattern, pattern, "--report", str(report), "--quiet", *options]) == 0
    return [json.loads(line) for line in report.read_text("utf-8").splitlines()]


def test_an_imported_matte_is_repaired_and_named(scan: Scan, tmp_path: Path) -> None:
    given = mattes(tmp_path / "m", SPOT)
    lines = render(scan, tmp_path / "out", "--matte-in", given)
    restored = codes_of(tmp_path / "out" / "r.####.dpx", 1003)
    assert (restored[SPOT] != scan.codes[1003][SPOT]).any()
    assert restored[damage_of(1003)].max() < 800
    assert lines[-1]["identity"]["matte"].endswith("m.####.png")
    assert lines[-1]["settings"]["matte_mode"] == "union"


def test_the_modes(scan: Scan, tmp_path: Path) -> None:
    given = mattes(tmp_path / "m", SPOT)
    render(scan, tmp_path / "i", "--matte-in", given, "--matte-mode", "intersect")
    for number in FRAMES:
        assert (codes_of(tmp_path / "i" / "r.####.dpx", number) == scan.codes[number]).all()
    render(scan, tmp_path / "r", "--matte-in", given, "--matte-mode", "replace")
    restored = codes_of(tmp_path / "r" / "r.####.dpx", 1003)
    assert (restored[damage_of(1003)] == scan.codes[1003][damage_of(1003)]).all()
    assert (restored[SPOT] != scan.codes[1003][SPOT]).any()


def test_a_held_out_still_keeps_its_codes_in_every_frame(scan: Scan, tmp_path: Path) -> None:
    plane = np.zeros((48, 64), np.uint8)
    plane[:, :30] = 255
    cv2.imwrite(str(tmp_path / "mask.png"), plane)
    lines = render(scan, tmp_path / "out", "--hold-out", str(tmp_path / "mask.png"))
    for number in FRAMES:
        restored = codes_of(tmp_path / "out" / "r.####.dpx", number)
        np.testing.assert_array_equal(restored[:, :30], scan.codes[number][:, :30])
    assert lines[-1]["identity"]["hold_out"].endswith("mask.png")
    assert any(line.get("damaged", 0) for line in lines[1:-1]), "the rest is repaired as ever"


def test_a_matte_movie_that_detect_wrote_goes_with_the_sequence(scan: Scan, tmp_path: Path) -> None:
    movie = str(tmp_path / "m.mkv")
    assert main(["detect", scan.pattern, movie, "--quiet"]) == 0
    render(scan, tmp_path / "out", "--matte-in", movie, "--matte-mode", "replace")
    assert codes_of(tmp_path / "out" / "r.####.dpx", 1003)[damage_of(1003)].max() < 800


def exr_scan(folder: Path, infrared: str) -> str:
    """Six frames of half-float R, G, B, IR; "dust": dark at SPOT in frame 3; "silver": the picture."""
    folder.mkdir()
    rng = np.random.default_rng(8)
    light = cv2.resize(rng.uniform(0.02, 0.9, (12, 16, 3)).astype(np.float32), (64, 48))
    for number in range(1, 7):
        plate = light * np.exp2(rng.normal(0, 0.05, light.shape))
        channel = plate.mean(2) if infrared == "silver" else rng.normal(0.8, 0.004, (48, 64))
        if number == 3:
            plate[SPOT], channel[SPOT] = 0.01, 0.1
        planes = np.dstack([plate, channel]).astype(np.float16)
        spec = oiio.ImageSpec(64, 48, 4, "half")
        spec.channelnames = ("R", "G", "B", "IR")
        sink: Any = oiio.ImageOutput.create("x.exr")
        assert sink.open(str(folder / f"scan.{number:04d}.exr"), spec)
        assert sink.write_image(planes)
        sink.close()
    return str(folder / "scan.####.exr")


def test_infrared_of_a_dye_film_finds_its_dust(tmp_path: Path) -> None:
    source = exr_scan(tmp_path / "scan", "dust")
    report, matte = tmp_path / "r.jsonl", str(tmp_path / "m.####.exr")
    asked = ["--colour-space", "ACEScg", "--infrared", "ir", "--matte-mode", "replace"]
    assert main(["detect", source, matte, *asked, "--report", str(report), "--quiet"]) == 0
    found = codes_of(matte, 3)[..., 0] > 0
    assert found[SPOT].all()
    assert found.sum() == 48
    assert not codes_of(matte, 2).any()
    summary = json.loads(report.read_text("utf-8").splitlines()[-1])
    assert summary["identity"]["infrared"].startswith("channel ir, crosstalk")
    assert summary["notes"] == []


def test_infrared_of_silver_film_is_not_used_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = exr_scan(tmp_path / "scan", "silver")
    out = str(tmp_path / "out" / "r.####.exr")
    asked = ["render", source, out, "--colour-space", "ACEScg", "--infrared", "IR"]
    assert main([*asked, "--dry-run"]) == 0
    assert "silver" in capsys.readouterr().out
    assert main([*asked, "--infrared-refused", "error"]) == 1
    assert "render without --infrared" in capsys.readouterr().err
    assert main([*asked, "--matte-mode", "replace"]) == 2
    assert "matte_mode is replace" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
    assert main(asked) == 0
    told = capsys.readouterr().out
    assert "is not used" in told
    assert codes_of(out, 2)[..., 3].tobytes() == codes_of(source, 2)[..., 3].tobytes()


@pytest.mark.parametrize(
    ("options", "code", "said"),
    [
        (["--matte-in", "{tmp}/none.####.png"], 1, "none.####.png"),
        (["--infrared", "IR"], 1, "none beyond colour"),
        (["--matte-in", ""], 2, "empty name"),
        (["--matte-in", "{small}"], 1, "32 x 24"),
        (["--hold-out", "{early}"], 2, "the clip 1001-1006"),
        (["--matte-mode", "replace"], 2, "give one with --matte-in"),
        (["--matte-mode", "minus"], 2, "one of union, intersect, replace"),
        (["--size-unit", "um", "--dilation", "12"], 2, "pixel_pitch"),
        (["--polarity", "white"], 2, "one of both, dark, bright"),
        (["--maximum-area", "1"], 2, "nothing could be repaired"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(
    options: list[str], code: int, said: str, scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    cv2.imwrite(str(tmp_path / "small.png"), np.zeros((24, 32), np.uint8))
    places = {
        "tmp": tmp_path,
        "small": tmp_path / "small.png",
        "early": mattes(tmp_path / "early", frames=range(1, 7)),
    }
    given = [option.format(**places) for option in options]
    assert main(["render", scan.pattern, str(tmp_path / "out" / "r.####.dpx"), *given]) == code
    told = capsys.readouterr().err
    assert said in told
    assert told.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_frame_without_its_matte_fails_alone(scan: Scan, tmp_path: Path) -> None:
    given = mattes(tmp_path / "m", SPOT)
    (tmp_path / "m" / "m.1004.png").unlink()
    out, report = tmp_path / "out", tmp_path / "r.jsonl"
    arguments = [
        "render",
        scan.pattern,
        str(out / "r.####.dpx"),
        "--matte-in",
        given,
        "--report",
        str(report),
    ]
    assert main([*arguments, "--quiet"]) == 3
    failures = [json.loads(line) for line in report.read_text("utf-8").splitlines() if "failure" in line]
    assert [line["number"] for line in failures if line["type"] == "failure"] == [1004]
    assert "Frame 1004 has no matte" in failures[0]["message"]
    assert not (out / "r.1004.dpx").exists()


def test_no_output_replaces_a_matte_that_is_read(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = mattes(tmp_path / "m", SPOT)
    before = (tmp_path / "m" / "m.1003.png").read_bytes()
    for name in (given, given.replace("####", "%04d")):
        arguments = ["detect", scan.pattern, name, "--matte-in", given, "--overwrite"]
        assert main(arguments) == 2
        assert "is the matte already" in capsys.readouterr().err
    assert (tmp_path / "m" / "m.1003.png").read_bytes() == before


def test_detect_reads_no_frames_for_a_repair(scan: Scan, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["detect", scan.pattern, "m.####.png", "--dry-run", "--json", "--radius", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["neighbours"] == 2, "at the end of a shot two on one side"
    assert main(["render", scan.pattern, "r.####.dpx", "--dry-run", "--json", "--radius", "3"]) == 0
    assert json.loads(capsys.readouterr().out)["neighbours"] == 4


@pytest.mark.parametrize("command", ["render", "detect"])
def test_the_help_lists_the_mattes(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([command, "--help"]) == 0
    told = capsys.readouterr().out
    for flag in ("--matte-in", "--infrared", "--hold-out", "--matte-mode", "--infrared-polarity"):
        assert flag in told
