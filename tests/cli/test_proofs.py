"""Renders that prove what they did: audit, patches, verification, decisions; and the same bytes each time."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.audit.read import open_audit
from engine.audit.schema_check import first_fault, schema
from engine.cli import main
from engine.media.open import open_source
from engine.pipeline import Pipeline
from engine.types import Codes, RepairResult
from tests.cli.conftest import FRAMES, Scan, damage_of, digest
from tests.cli.killing import film, start

pytestmark = pytest.mark.usefixtures("_fake_engine")


def render(source: str, out: Path, *options: str, name: str = "r.####.dpx") -> int:
    proofs = ["--audit", str(out / "a.json"), "--patches", str(out / "p.rmp")]
    return main(["render", source, str(out / name), *proofs, "--quiet", *options])


def audit_of(out: Path) -> dict[str, Any]:
    document = json.loads((out / "a.json").read_text("utf-8"))
    assert first_fault(document, schema("audit-1")) == ""
    return document


def pictures(out: Path) -> dict[str, str]:
    return {name: told for name, told in digest(out).items() if name.endswith(".dpx")}


def decided(path: Path, *rows: dict[str, Any]) -> list[str]:
    path.write_text(json.dumps({"format": "reelmend-decisions", "version": 1, "decisions": rows}), "utf-8")
    return ["--decisions", str(path)]


def box_of(number: int) -> list[int]:
    rows, columns = damage_of(number)
    return [rows.start - 1, columns.start - 1, rows.stop + 1, columns.stop + 1]


def test_the_audit_is_of_its_schema_and_names_every_file(scan: Scan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert render(scan.pattern, out, "--sha256", "--verify") == 0
    document = audit_of(out)
    sources, outputs = digest(scan.folder), digest(out)
    assert [frame["number"] for frame in document["frames"]] == list(FRAMES)
    for frame in document["frames"]:
        number = frame["number"]
        assert frame["checksums"]["source"]["sha256"] == sources[f"scan.{number}.dpx"]
        assert frame["checksums"]["output"]["sha256"] == outputs[f"r.{number}.dpx"]
    assert document["summary"]["verified"]["identical"]
    assert document["header"]["colour"]["config_id"]
    assert document["header"]["settings"]["radius"] == 2
    with open_audit(out / "a.json") as reader:
        assert reader.clip().whole
        assert sum(len(frame.regions) for frame in reader.frames()) == 4


@pytest.mark.usefixtures("_source_untouched")
def test_a_render_is_undone_file_by_file(scan: Scan, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    assert render(scan.pattern, out) == 0
    assert pictures(out).values() != pictures(scan.folder).values()
    assert main(["revert", str(out / "r.####.dpx"), str(out / "p.rmp"), str(back / "scan.####.dpx")]) == 0
    assert pictures(back) == pictures(scan.folder)


def test_one_region_is_put_back_alone(scan: Scan, tmp_path: Path) -> None:
    out, back = tmp_path / "out", tmp_path / "back"
    assert render(scan.pattern, out) == 0
    arguments = [str(out / "r.####.dpx"), str(out / "p.rmp"), str(back / "r.####.dpx")]
    assert main(["revert", *arguments, "--regions", "1003:1"]) == 0
    restored, before = pictures(back), pictures(out)
    assert restored["r.1003.dpx"] == pictures(scan.folder)["scan.1003.dpx"]
    assert [name for name in before if before[name] != restored[name]] == ["r.1003.dpx"]
    assert main(["revert", *arguments, "--regions", "1003:9", "--overwrite"]) == 1
    assert main(["revert", *arguments, "--regions", "x", "--overwrite"]) == 2


def test_a_movie_is_undone_code_by_code(tmp_path: Path) -> None:
    source, out = film(tmp_path / "scan.mkv", 7), tmp_path / "out"
    space = ["--colour-space", "Rec.1886 Rec.709 - Display"]
    assert render(str(source), out, "--verify", *space, name="r.mkv") == 0
    assert audit_of(out)["summary"]["verified"]["packets"] > 0
    assert main(["verify", str(source), str(out / "r.mkv")]) == 1
    assert main(["revert", str(out / "r.mkv"), str(out / "p.rmp"), str(tmp_path / "b.mkv")]) == 0
    assert main(["verify", str(source), str(tmp_path / "b.mkv")]) == 0


def test_decisions_are_obeyed_and_told(scan: Scan, tmp_path: Path) -> None:
    rows = [
        {"id": "v", "verdict": "veto", "frames": "1003", "shape": {"box": box_of(1003)}},
        {"id": "a", "verdict": "add", "frames": "1004", "class": "hair", "shape": {"box": [40, 50, 44, 56]}},
        {"id": "p", "verdict": "protect", "frames": "1005-1006", "scope": "shot"},
        {"id": "c", "verdict": "accept", "frames": "1002", "shape": {"box": box_of(1002)}},
    ]
    out = tmp_path / "out"
    assert render(scan.pattern, out, "--verify", *decided(tmp_path / "d.json", *rows)) == 0
    restored = pictures(out)
    same = [n for n in FRAMES if restored[f"r.{n}.dpx"] == pictures(scan.folder)[f"scan.{n}.dpx"]]
    assert same == [1001, 1003, 1005, 1006]
    told = {frame["number"]: frame["regions"] for frame in audit_of(out)["frames"]}
    assert [(r["state"], r.get("decision")) for r in told[1002]] == [("repaired", "accept c")]
    assert [(r["state"], r["why"], r["decision"]) for r in told[1003]] == [("left alone", "vetoed", "veto v")]
    assert [(r["class"], r.get("decision")) for r in told[1004]] == [("blotch", None), ("hair", "add a")]
    assert [r["why"] for r in told[1005]] == ["protected"]
    with open_source(str(out / "r.1004.dpx")) as result:
        added = result.read(1004).codes.planes[0][40:44, 50:56]
    assert (added != scan.codes[1004][40:44, 50:56]).any()


def test_what_is_held_out_is_told_as_left_alone(scan: Scan, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "mask.png"), np.full((48, 64), 255, np.uint8))
    assert render(scan.pattern, tmp_path / "out", "--hold-out", str(tmp_path / "mask.png")) == 0
    document = audit_of(tmp_path / "out")
    states = {(r["state"], r["why"]) for frame in document["frames"] for r in frame["regions"]}
    assert states == {("left alone", "held out")}
    assert document["summary"]["left_alone"] == 4


def test_bad_decisions_stop_the_render_before_it_writes(
    scan: Scan, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = decided(tmp_path / "d.json", {"verdict": "veto"})
    assert render(scan.pattern, tmp_path / "out", *options) == 1
    assert "decisions[0] lacks frames" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_a_result_that_strays_from_its_matte_fails_the_render(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    process = Pipeline.process

    def astray(self: Pipeline, *given: Any) -> RepairResult:
        result = process(self, *given)
        if result.frame.number == 1004:
            plane = result.frame.codes.planes[0].copy()
            plane[0, 63, 1] ^= 1
            object.__setattr__(result.frame, "codes", Codes((plane,), result.frame.codes.layout))
        return result

    monkeypatch.setattr(Pipeline, "process", astray)
    assert render(scan.pattern, tmp_path / "out", "--verify") == 1
    assert "frame 1004" in capsys.readouterr().err
    verified = audit_of(tmp_path / "out")["summary"]["verified"]
    assert not verified["identical"]
    assert verified["differences"]["pixel"] == 1


def test_the_same_inputs_give_the_same_bytes(
    scan: Scan, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the threads, and however often it starts anew."""
    options = decided(
        tmp_path / "d.json",
        {"verdict": "add", "frames": "1001-1006", "shape": {"polygon": [[30, 40], [44, 60], [40, 42]]}},
    )
    results = []
    for run, (at_once, threads) in enumerate([(2, 2), (1, 1), (2, 1)]):
        monkeypatch.setattr("engine.render.loop.AT_ONCE", at_once)
        cv2.setNumThreads(threads)
        out = tmp_path / str(run)
        assert render(scan.pattern, out, *options) == 0
        results.append((pictures(out), (out / "p.rmp").read_bytes()))
    cv2.setNumThreads(2)
    assert results[0] == results[1] == results[2]
    part = tmp_path / "part"
    for frames in ("1001-1003", "1004-1006"):
        report = ["--frames", frames, "--quiet", *options]
        assert main(["render", scan.pattern, str(part / "r.####.dpx"), *report]) == 0
    assert pictures(part) == results[0][0]


def test_a_render_that_was_killed_goes_on_with_its_proofs(scan: Scan, tmp_path: Path) -> None:
    whole, out = tmp_path / "whole", tmp_path / "out"
    assert render(scan.pattern, whole) == 0
    proofs = ["--audit", str(out / "a.json"), "--patches", str(out / "p.rmp"), "--quiet"]
    arguments = ["render", scan.pattern, str(out / "r.####.dpx"), *proofs]
    process = start(arguments)
    ends = time.monotonic() + 60
    while process.poll() is None and not (out / "r.1003.dpx").exists() and time.monotonic() < ends:
        time.sleep(0.001)
    process.kill()
    process.communicate()
    if (out / "a.json.partial").exists():
        with open_audit(out / "a.json.partial") as reader:
            assert not reader.clip().whole
            list(reader.frames())
    assert main([*arguments, *(["--overwrite"] if (out / "a.json").exists() else []), "--resume"]) == 0
    assert sorted(frame["number"] for frame in audit_of(out)["frames"]) == list(FRAMES)
    assert pictures(out) == pictures(whole)
    back = tmp_path / "back"
    assert main(["revert", str(out / "r.####.dpx"), str(out / "p.rmp"), str(back / "scan.####.dpx")]) == 0
    assert pictures(back) == pictures(scan.folder)
    assert not list(out.glob("*.earlier"))


def test_detect_writes_an_audit_of_marks(scan: Scan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    audit = ["--audit", f"{out}/"]
    assert main(["detect", scan.pattern, str(out / "m.####.png"), *audit, "--quiet"]) == 0
    document = json.loads((out / "scan.reelmend.json").read_text("utf-8"))
    assert first_fault(document, schema("audit-1")) == ""
    assert {r["state"] for frame in document["frames"] for r in frame["regions"]} == {"marked"}
    assert document["header"]["checksums"]["output"] == "none"


def test_proofs_are_not_written_over_unasked(scan: Scan, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "p.rmp").write_bytes(b"mine")
    assert render(scan.pattern, out) == 2
    assert (out / "p.rmp").read_bytes() == b"mine"
    assert render(scan.pattern, out, "--overwrite") == 0
    same = str(out / "x")
    assert main(["render", scan.pattern, str(out / "q.####.dpx"), "--audit", same, "--patches", same]) == 2
