"""Sequences as they are: gaps, repeated frames, cuts from a list, numbers and names of any kind."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine.cli import main
from engine.media.open import open_source
from tests.cli.conftest import Scan, shown
from tests.render.fake_engine import write_dpx

pytestmark = pytest.mark.usefixtures("_fake_engine")


def codes_of(target: Path, number: int) -> np.ndarray:
    with open_source(str(target)) as source:
        return source.read(number).codes.planes[0]


def lines_of(report: Path) -> list[dict]:
    return [json.loads(line) for line in report.read_text("utf-8").splitlines()]


def test_a_gap_is_held_by_the_frame_before(scan: Scan, tmp_path: Path) -> None:
    scan.path(1003).unlink()
    scan.path(1004).unlink()
    out, report = tmp_path / "o" / "r.####.dpx", tmp_path / "r.jsonl"
    arguments = ["render", scan.pattern, str(out), "--missing", "hold", "--report", str(report), "--quiet"]
    assert main(arguments) == 0
    assert shown(out.parent) == [f"r.{number}.dpx" for number in range(1001, 1007)]
    for number in (1003, 1004):
        np.testing.assert_array_equal(codes_of(out, number), codes_of(out, 1002))
    lines = lines_of(report)
    assert [line.get("copy_of") for line in lines[1:-1]] == [None, None, 1002, 1002, None, None]
    assert any("1003-1004" in note and "copy" in note for note in lines[-1]["notes"])


def test_a_movie_holds_gaps_too(scan: Scan, tmp_path: Path) -> None:
    scan.path(1003).unlink()
    assert main(["render", scan.pattern, str(tmp_path / "r.mkv"), "--missing", "hold", "--quiet"]) == 0
    with open_source(str(tmp_path / "r.mkv")) as movie:
        assert len(movie.info.frames) == 6
        two, three = (movie.read(place).codes.planes for place in (2, 3))
        assert all(np.array_equal(a, b) for a, b in zip(two, three, strict=True))


def test_a_range_that_begins_in_a_gap_is_held_by_what_comes_before_it(scan: Scan, tmp_path: Path) -> None:
    scan.path(1003).unlink()
    out = tmp_path / "o" / "r.####.dpx"
    main(["render", scan.pattern, str(tmp_path / "all.####.dpx"), "--missing", "hold", "--quiet"])
    arguments = ["render", scan.pattern, str(out), "--missing", "hold", "--frames", "1003-1004", "--quiet"]
    assert main(arguments) == 0
    assert shown(out.parent) == ["r.1003.dpx", "r.1004.dpx"]
    np.testing.assert_array_equal(codes_of(out, 1003), codes_of(tmp_path / "all.####.dpx", 1002))


def test_a_gap_is_left_where_it_is_to_be_skipped(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scan.path(1004).unlink()
    out = tmp_path / "o" / "r.####.dpx"
    assert main(["render", scan.pattern, str(out), "--missing", "skip"]) == 0
    assert shown(out.parent) == [f"r.{number}.dpx" for number in (1001, 1002, 1003, 1005, 1006)]
    assert "left out: 1004" in capsys.readouterr().out


def test_a_repeated_frame_is_flagged(scan: Scan, tmp_path: Path) -> None:
    scan.path(1004).write_bytes(scan.path(1003).read_bytes())
    report = tmp_path / "r.jsonl"
    assert main(["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx"), "--report", str(report)]) == 0
    lines = lines_of(report)
    assert [line.get("duplicate") for line in lines[1:-1]] == [None, None, None, 1003, None, None]
    assert "The same picture as the frame before: 1004." in lines[-1]["notes"]


def test_an_edit_list_ends_the_neighbours(scan: Scan, tmp_path: Path) -> None:
    edl, report = tmp_path / "reel.edl", tmp_path / "r.jsonl"
    edl.write_text(
        "TITLE: reel\n"
        "001 A V C 01:00:00:00 01:00:00:03 01:00:00:00 01:00:00:03\n"
        "002 A V C 01:00:00:03 01:00:00:06 01:00:00:03 01:00:00:06\n"
    )
    arguments = ["render", scan.pattern, str(tmp_path / "o" / "r.####.dpx"), "--report", str(report)]
    assert main([*arguments, "--cuts", str(edl)]) == 0
    neighbours = {line["number"]: line["neighbours"] for line in lines_of(report)[1:-1]}
    assert neighbours[1003] == [-1, -2]
    assert neighbours[1004] == [1, 2]


def test_a_list_of_cuts_that_is_none_is_refused(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.edl").write_text("Lorem ipsum")
    assert (
        main(["render", scan.pattern, str(tmp_path / "r.####.dpx"), "--cuts", str(tmp_path / "no.edl")]) == 2
    )
    assert "lists no picture events" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["Rolle Ä 1/Bild #2/Ünïcode", "映画/第一巻", "Scan A [v01] {x}/FILM.v2"])
def test_names_of_any_kind(name: str, scan: Scan, tmp_path: Path) -> None:
    folder = (tmp_path / name).parent
    folder.mkdir(parents=True)
    stem = Path(name).name
    for number in scan.codes:
        write_dpx(folder / f"{stem}.{number}.DPX", scan.codes[number])
    (tmp_path / "link").symlink_to(folder)
    for path in folder.iterdir():
        path.chmod(0o444)
    out = tmp_path / f"out {stem}"
    assert (
        main(
            ["render", str(tmp_path / "link" / f"{stem}.####.DPX"), str(out / f"{stem}.####.dpx"), "--quiet"]
        )
        == 0
    )
    assert len(shown(out)) == 6
