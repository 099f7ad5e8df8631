"""Renders from the page: vetoed regions are the source's bits, painted ones are repaired; and the exports."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.audit.read import open_audit
from engine.cli import main
from engine.media.open import open_source
from engine.review.jobs import Job
from tests.conftest import assert_same_codes
from tests.review.conftest import FRAMES, Review, damage_of, id_of, opened

PAINTED = (slice(40, 44), slice(4, 9))
STROKE = {"box": [40, 4, 44, 9]}


@pytest.fixture
def decided(review: Review) -> Review:
    """Frame 1003's dirt is vetoed, and something is painted on 1005."""
    review.get("/frames/1003")
    review.post("/decisions", action="decide", verdict="veto", defects=[id_of(1003)])
    review.post("/decisions", action="paint", frame=1005, shape=STROKE)
    return review


def codes_of(folder: Path, number: int) -> np.ndarray:
    with open_source(str(folder / "scan.####.dpx")) as source:
        return source.read(number).codes.planes[0]


def test_vetoed_regions_keep_every_bit_and_painted_ones_are_repaired(decided: Review) -> None:
    job = decided.ended(decided.post("/renders", verify=True, patches=True))
    assert (job["done"], job["failed"]) == (len(FRAMES), 0)
    result = decided.out / "restored"
    assert_same_codes(codes_of(result, 1003), codes_of(decided.folder / "scan", 1003))
    repaired = codes_of(result, 1005)
    changed = (repaired != codes_of(decided.folder / "scan", 1005)).any(axis=2)
    expected = np.zeros(changed.shape, bool)
    expected[PAINTED] = expected[damage_of(1005)] = True
    assert not changed[~expected].any()
    assert changed[damage_of(1005)].all()
    assert changed[PAINTED].mean() > 0.5, "the neighbour's codes differ by chance nearly everywhere"
    with open_audit(decided.out / "restored.reelmend.json") as audit:
        told = {frame.number: frame.regions for frame in audit.frames()}
    assert [region.why for region in told[1003]] == ["vetoed"]
    assert [region.decision for region in told[1005]] == ["", "add d2"]


def test_the_command_line_gives_the_very_same_result(decided: Review, tmp_path: Path) -> None:
    decided.ended(decided.post("/renders"))
    target = tmp_path / "cli"
    decisions = str(decided.out / "scan.decisions.json")
    source = str(decided.folder / "scan" / "scan.####.dpx")
    assert main(["render", source, str(target / "scan.####.dpx"), "--decisions", decisions, "--quiet"]) == 0
    for number in FRAMES:
        assert_same_codes(codes_of(target, number), codes_of(decided.out / "restored", number))


def test_after_a_render_its_frames_are_shown_until_something_changes(decided: Review) -> None:
    live = {number: decided.picture(number, "after") for number in FRAMES}
    assert not decided.get("")["rendered"]
    decided.ended(decided.post("/renders"))
    facts = decided.get("")
    assert (facts["rendered"], facts["audit"]) == (True, "restored.reelmend.json")
    for number in FRAMES:
        assert decided.get(f"/frames/{number}")["after"] == "render"
        np.testing.assert_array_equal(decided.picture(number, "after", source="render"), live[number])
    decided.post("/decisions", action="paint", frame=1008, shape=STROKE)
    assert decided.get("/frames/1003")["after"] == "render"
    assert decided.get("/frames/1008")["after"] == "live"
    decided.client.put("/api/clips/1/settings", json={"values": {"radius": 1}})
    assert decided.get("/frames/1003")["after"] == "live"


def test_a_server_started_anew_takes_up_render_and_decisions(
    decided: Review, reel: dict[int, np.ndarray]
) -> None:
    decided.ended(decided.post("/renders"))
    before = decided.get("/defects")
    decided.place.close()
    for again in opened(decided.folder, reel):
        assert again.get("/decisions")["decisions"] == list(decided.bench.clip.desk.rows)
        listed = again.get("/defects")
        assert [row["id"] for row in listed["rows"]] == [row["id"] for row in before["rows"]]
        assert again.get("/frames/1003")["after"] == "render"
        assert again.get("/decisions")["can_undo"]


@pytest.mark.usefixtures("_fake_engine")
def test_an_audit_of_another_clip_is_told_and_passed_over(
    tmp_path: Path, reel: dict[int, np.ndarray]
) -> None:
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}", "utf-8")
    for review in opened(tmp_path, reel, audit=wrong):
        assert review.get("/timeline")["known"] == 0


def test_a_render_is_paused_resumed_and_cancelled(review: Review, monkeypatch: pytest.MonkeyPatch) -> None:
    held = {"job": None}
    step = Job.step

    def pausing(job: Job, frame: int, failed: bool = False) -> None:
        if job.done == 1:
            held["job"] = job
            job.pause()
        step(job, frame, failed)

    monkeypatch.setattr(Job, "step", pausing)
    job = review.post("/renders")
    paused = review.until(job, "paused")
    assert paused["done"] == 2
    assert review.post("/renders", 409)["error"]["kind"] == "Conflict"
    assert review.client.post(f"/api/jobs/{job['id']}/pause").status_code == 409
    assert review.client.post(f"/api/jobs/{job['id']}/resume").json()["state"] == "running"
    assert review.ended(job)["done"] == len(FRAMES)

    job = review.post("/renders", name="second")
    review.until(job, "paused")
    assert review.client.post(f"/api/jobs/{job['id']}/cancel").status_code == 200
    review.ended(job, "cancelled")
    there = {path.name for path in (review.out / "second").glob("scan.*.dpx")}
    assert 2 <= len(there) < len(FRAMES)
    monkeypatch.setattr(Job, "step", step)
    refused = review.ended(review.post("/renders", name="second"), "failed")
    assert "--resume" in refused["message"]
    review.ended(review.post("/renders", name="second", resume=True))
    for number in FRAMES:
        assert_same_codes(codes_of(review.out / "second", number), codes_of(review.out / "restored", number))


def test_what_is_there_is_not_overwritten_unasked(review: Review) -> None:
    review.ended(review.post("/renders", frames="1002-1003", matte=False))
    failed = review.ended(review.post("/renders", frames="1002-1003", matte=False), "failed")
    assert "--overwrite" in failed["message"]
    review.ended(review.post("/renders", frames="1002-1003", matte=False, overwrite=True))
    assert review.post("/renders", 400, format=".exe")["error"]["kind"] == "BadRequest"
    assert review.post("/renders", 400, verify="yes")["error"]["kind"] == "BadRequest"


def test_the_client_gets_reports_stills_and_a_wipe(review: Review) -> None:
    assert review.post("/exports", 409, kind="report")["error"]["kind"] == "Conflict"
    review.ended(review.post("/renders"))
    orders = {
        "report": {"forms": ["csv", "edl", "otio", "html"]},
        "stills": {"frames": "1003,1004", "sides": ["before", "after", "difference", "wipe"]},
        "wipe": {"frames": "1001-1006", "size": 64, "seconds": 1},
        "sheet": {"limit": 2},
        "decisions": {},
    }
    counts = {"report": 5, "stills": 8, "wipe": 1, "sheet": 1, "decisions": 1}
    for kind, order in orders.items():
        job = review.ended(review.post("/exports", kind=kind, **order))
        assert len(job["files"]) == counts[kind]
        for file in job["files"]:
            answer = review.client.get(f"/api/jobs/{job['id']}/files/{file['name']}")
            assert len(answer.content) == file["bytes"] > 0
            if file["name"].endswith("1003.wipe.png"):
                picture = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
                assert picture.shape == (48, 64, 3)
            if file["name"].endswith(".mp4"):
                (review.folder / "w.mp4").write_bytes(answer.content)
                capture = cv2.VideoCapture(str(review.folder / "w.mp4"))
                assert int(capture.get(cv2.CAP_PROP_FRAME_COUNT)) == 6
        assert review.client.get(f"/api/jobs/{job['id']}/files/other").status_code == 404
    assert review.post("/exports", 400, kind="poem")["error"]["kind"] == "BadRequest"


@pytest.mark.usefixtures("_fake_engine")
def test_a_truth_matte_is_held_against_what_was_found(tmp_path: Path, reel: dict[int, np.ndarray]) -> None:
    folder = tmp_path / "truth"
    folder.mkdir()
    for number in FRAMES:
        plane = np.zeros((48, 64), np.uint8)
        plane[damage_of(number)] = 255
        plane[45:47, 2:4] = 255
        cv2.imwrite(str(folder / f"truth.{number}.png"), plane)
    for review in opened(tmp_path, reel, truth=str(folder / "truth.####.png")):
        shown = review.picture(1003, "truth")
        found = shown[damage_of(1003)]
        assert (found[..., 0] == 255).all()
        assert (found[..., 1] == 255).all()
        assert (shown[45:47, 2:4] == (255, 0, 0)).all()
        assert review.get("")["truth"]
