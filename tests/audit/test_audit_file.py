"""The audit file and what is made of it: streamed, readable when torn, refused when altered."""

from __future__ import annotations

import base64
import csv
import json
import os
import re
from pathlib import Path
from typing import Any, get_args

import numpy as np
import psutil
import pytest

from engine.audit.file import AuditFile, audit_path
from engine.audit.read import open_audit
from engine.audit.schema_check import first_fault, schema
from engine.cli import main
from engine.errors import CorruptSource, OutputExists, SourceNotFound, UnsupportedFormat, UsageError
from engine.media.memory import MemorySource
from engine.types import DAMAGE_CLASSES, Fill, Frame
from tests.codes.layouts import LAYOUTS, random_codes

HEADER: dict[str, Any] = {
    "started": "2026-01-02T03:04:05Z",
    "versions": {"reelmend": "1"},
    "source": {
        "path": "reel/scan.####.dpx", "kind": "sequence", "format": "DPX", "size": [1080, 1920],
        "frames": "1001-1900", "gaps": "", "rate": "24", "timecode": "01:00:00:00",
        "codes": {
            "model": "rgb", "channels": ["R", "G", "B"], "kind": "integer", "bits": 10,
            "subsampling": [1, 1], "matrix": "", "full_range": True,
        },
        "tags": {},
    },
    "outputs": {"picture": "</script>"}, "settings": {"radius": 2}, "identity": {"detector": "d"},
    "models": [], "colour": {
        "space": "ADX10", "reason": "", "config": "", "config_id": "", "model_encoding": "ACEScct",
    },
    "checksums": {"algorithms": ["xxh3"], "source": "file", "output": "file"},
}  # fmt: skip
SUMMARY: dict[str, Any] = {
    "outcome": "complete", "exit_code": 0, "cause": "", "ended": "", "damaged": 0.1, "regions": 3,
    "frames": {"expected": 3, "written": 3, "failed": []}, "left_alone": 0, "seconds": 1.0, "notes": [],
    "verified": None,
}  # fmt: skip


def region(number: int, **more: Any) -> dict[str, Any]:
    return {
        "id": number, "box": [10, 20, 30, 60], "area": 300, "class": "scratch", "state": "repaired",
        "confidence": 0.9, "fill": "temporal", **more,
    }  # fmt: skip


def frame(number: int, *regions: dict[str, Any]) -> dict[str, Any]:
    return {
        "number": number, "status": "written", "damaged": 0.01 * len(regions), "regions": list(regions),
        "neighbours": [-1, 1], "seconds": {"detect": 0.1}, "checksums": {"source": {"xxh3": "0" * 32}},
    }  # fmt: skip


def failure(number: int) -> dict[str, Any]:
    return {"number": number, "status": "failed", "kind": "CorruptSource", "message": "=torn | café"}


FRAMES = [frame(1001), frame(1002, region(1), region(2, state="left alone", why="vetoed")), failure(1003)]


def written(path: Path, frames: list[dict[str, Any]] = FRAMES, finish: bool = True) -> Path:
    with AuditFile(path, HEADER, overwrite=True) as audit:
        for one in frames:
            audit.write(one)
        if finish:
            audit.finish(SUMMARY)
    return path if finish else path.with_name(f"{path.name}.partial")


def test_it_is_one_json_document_of_the_schema(tmp_path: Path) -> None:
    for frames in (FRAMES, [], FRAMES[:1]):
        document = json.loads(written(tmp_path / "a.json", frames).read_text("utf-8"))
        assert first_fault(document, schema("audit-1")) == ""
        assert document["frames"] == frames
    assert not list(tmp_path.glob("*.partial"))


def test_a_torn_file_is_read_up_to_the_tear(tmp_path: Path) -> None:
    content = written(tmp_path / "a.json").read_bytes()
    opening = content.index(b"[\n{") + 2
    for length in (*range(opening, len(content), 7), *range(len(content) - 9, len(content))):
        (tmp_path / "torn").write_bytes(content[:length])
        with open_audit(tmp_path / "torn") as reader:
            numbers = [found.number for found in reader.frames()]
            assert not reader.clip().whole
        assert numbers == [1001, 1002, 1003][: len(numbers)]
        assert len(numbers) >= content[:length].count(b"\n") - 1 - content[:length].count(b"\n]")
    with open_audit(written(tmp_path / "b.json", finish=False)) as reader:
        assert [found.number for found in reader.frames()] == [1001, 1002, 1003]


def read_all(path: Path) -> None:
    with open_audit(path) as reader:
        list(reader.frames())
        reader.clip()


def test_what_is_no_audit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    content = written(path).read_text("utf-8")
    for broken, told in (
        ("", "no audit file"),
        ("[]", "no audit file"),
        (content.replace('"started"', '"begun"'), "lacks started"),
        (content.replace('"damaged":0.02', '"damaged":2'), r"frames\[1\]: damaged must be from 0 to 1"),
        (content.replace('"class":"scratch"', '"class":"dust"'), r"regions\[0\].class must be one of"),
        (content.replace('{"number":1002', '{"number":'), "is not JSON"),
        (content.replace('"outcome":"complete"', '"outcome":"fine"'), "outcome must be one of"),
    ):
        path.write_text(broken, "utf-8")
        with pytest.raises(CorruptSource, match=told):
            read_all(path)
    path.write_text(content.replace('"version":1', '"version":2', 1), "utf-8")
    with pytest.raises(UnsupportedFormat, match="update"), open_audit(path):
        pass
    path.write_bytes(b"\xff\xfe" + content.encode())
    with pytest.raises(CorruptSource), open_audit(path) as reader:
        list(reader.frames())
    with pytest.raises(SourceNotFound), open_audit(tmp_path / "none"):
        pass


def test_names_and_refusals_of_paths(tmp_path: Path) -> None:
    info = MemorySource([Frame(1, random_codes(LAYOUTS[1], 4, 4))], "scans/reel_03.####.dpx").info
    assert audit_path(f"{tmp_path}/", info) == tmp_path / "reel_03.reelmend.json"
    assert audit_path(str(tmp_path), info) == tmp_path / "reel_03.reelmend.json"
    assert audit_path("x.json", info) == Path("x.json")
    with pytest.raises(UsageError):
        AuditFile(tmp_path, HEADER, overwrite=True)
    (tmp_path / "there").touch()
    with pytest.raises(OutputExists):
        AuditFile(tmp_path / "there", HEADER, overwrite=False)


def test_a_render_that_goes_on_takes_over_what_is_done(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    written(path, finish=False)
    with AuditFile(path, HEADER, True, done={1001, 1002}) as audit:
        audit.write(frame(1003))
        audit.finish(SUMMARY)
    with open_audit(path) as reader:
        found = list(reader.frames())
    assert [(one.number, len(one.regions), one.failure) for one in found] == [
        (1001, 0, ""), (1002, 2, ""), (1003, 0, "")
    ]  # fmt: skip
    assert sorted(place.name for place in tmp_path.iterdir()) == ["a.json"]


def test_every_view_is_made_in_one_walk(tmp_path: Path) -> None:
    written(tmp_path / "reel.reelmend.json")
    views = ["--csv", "--edl", "--otio", "--html"]
    assert main(["report", str(tmp_path / "reel.reelmend.json"), *views, "--out", str(tmp_path / "v")]) == 0
    assert main(["report", str(tmp_path / "reel.reelmend.json"), *views, "--out", str(tmp_path / "v")]) == 2
    made = {place.name: place.read_text("utf-8") for place in (tmp_path / "v").iterdir()}
    assert set(made) == {f"reel.{name}" for name in ("regions.csv", "frames.csv", "edl", "otio", "html")}
    rows = list(csv.DictReader(made["reel.regions.csv"].splitlines()))
    assert [(row["frame"], row["timecode"], row["state"]) for row in rows] == [
        ("1002", "01:00:00:01", "repaired"), ("1002", "01:00:00:01", "left alone")
    ]  # fmt: skip
    frames = list(csv.DictReader(made["reel.frames.csv"].splitlines()))
    assert [row["left_alone"] for row in frames] == ["0", "1", "0"]
    assert made["reel.edl"].splitlines()[3:5] == [
        "001  001      V     C        01:00:00:01 01:00:00:02 01:00:00:01 01:00:00:02",
        " |C:ResolveColorPurple |M:1 region, 1 left alone, 2.000 % |D:1",
    ]
    timeline = json.loads(made["reel.otio"])
    clip = timeline["tracks"]["children"][0]["children"][0]
    assert [marker["marked_range"]["start_time"]["value"] for marker in clip["markers"]] == [86401, 86402]
    assert clip["media_references"]["DEFAULT_MEDIA"]["frame_zero_padding"] == 4
    assert clip["source_range"]["duration"]["value"] == 3


def test_the_page_asks_nothing_of_any_network_and_holds_every_frame(tmp_path: Path) -> None:
    written(tmp_path / "reel.reelmend.json")
    assert main(["report", str(tmp_path / "reel.reelmend.json"), "--html"]) == 0
    page = (tmp_path / "reel.html").read_text("utf-8")
    assert not re.search(r"""(?:src|href)\s*=|https?://|url\(|@import|fetch\(|XMLHttp""", page)
    assert "default-src 'none'" in page
    assert page.count("</script>") == 2, "a name in the audit must not end the script"
    told = json.loads(re.search(r'id="audit">(.*?)</script>', page, re.DOTALL)[1])
    numbers = np.frombuffer(base64.b64decode(told["numbers"]), "<i4")
    np.testing.assert_array_equal(numbers, [1001, 1002, 1003])
    assert told["header"]["outputs"]["picture"] == "</script>"


def test_an_edl_holds_no_more_events_than_its_three_digits_count(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    frames = [frame(n, *[region(1)] * (1 + (n % 7 == 0))) for n in range(1, 1500)]
    written(tmp_path / "reel.reelmend.json", frames)
    assert main(["report", str(tmp_path / "reel.reelmend.json"), "--edl"]) == 0
    text = (tmp_path / "reel.edl").read_text("ascii")
    events = re.findall(r"^(\d{3})  001 ", text, re.MULTILINE)
    assert (len(events), events[-1]) == (999, "999")
    assert text.count("2 regions") == sum(n % 7 == 0 for n in range(1, 1500))
    assert "999 FRAMES WITH MOST DAMAGE OF 1499" in text


@pytest.mark.slow
def test_twenty_thousand_frames_need_no_more_memory_than_two_thousand(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    process = psutil.Process()
    grown = []
    with AuditFile(tmp_path / "a.json", HEADER, True) as audit:
        for number in range(1, 20_001):
            audit.write(frame(number, *(region(n + 1) for n in range(8))))
            if number in (2_000, 20_000):
                grown.append(process.memory_info().rss)
        audit.finish(SUMMARY)
    with open_audit(tmp_path / "a.json") as reader:
        assert sum(1 for _ in reader.frames()) == 20_000
    assert grown[1] - grown[0] < 4 * 2**20
    assert process.memory_info().rss - grown[1] < 32 * 2**20


def test_the_schema_knows_every_fill_and_class_there_is() -> None:
    text = json.dumps(schema("audit-1"))
    assert json.dumps(list(get_args(Fill))) in text
    assert json.dumps(list(DAMAGE_CLASSES)) in text
