"""The API as the page relies on it: API.md, checked against the server."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine import pipeline
from engine.parameters import PARAMETERS
from engine.review import app
from tests.review.conftest import EVENTS, FRAMES, SIZE, Review, box_of, damage_of, id_of

DOCUMENT = Path(app.__file__).with_name("API.md").read_text(encoding="utf-8")


def test_the_session_tells_clips_and_parameters(review: Review) -> None:
    session = review.client.get("/api/session").json()
    clip = session["clips"][0]
    assert (clip["width"], clip["height"], clip["bits"]) == (SIZE[1], SIZE[0], 10)
    assert (clip["first"], clip["last"], clip["count"]) == (FRAMES[0], FRAMES[-1], len(FRAMES))
    assert clip["view"] == "view:0"
    assert [one["id"] for one in session["parameters"]] == [one.id for one in PARAMETERS]
    assert clip["settings"] == review.get("/settings")["values"]
    assert clip == review.get("")


@pytest.mark.parametrize("what", ["clip", "defect", "frame"])
def test_every_member_that_the_document_names_is_there(review: Review, what: str) -> None:
    """The example objects of API.md and the answers have the same members."""
    facts = review.get("/frames/1003")
    answers = {"clip": review.get(""), "frame": facts, "defect": facts["regions"][0]}
    begins = {"clip": "Clip (also", "defect": "\nDefect:", "frame": "`?wait=0` to get"}
    example = DOCUMENT.partition(begins[what])[2].partition("\n    {")[2].partition("\n\n")[0]
    depth_free = re.sub(r"\{[^{}]*\}", "{}", re.sub(r"\[[^\[\]]*\]", "[]", example))
    named = set(re.findall(r'"(\w+)": ', depth_free))
    assert named
    assert named <= answers[what].keys(), named - answers[what].keys()


def test_a_frame_tells_what_was_found(review: Review) -> None:
    assert not review.get("/frames/1003", wait=0)["known"]
    facts = review.get("/frames/1003")
    assert facts["known"]
    assert [region["id"] for region in facts["regions"]] == [id_of(1003)]
    region = facts["regions"][0]
    assert region["box"] == box_of(1003)
    assert (region["state"], region["fill"], region["decision"]) == ("repaired", "temporal", None)
    assert review.get("/frames/9999", 404)["error"]["kind"] == "NotThere"
    assert review.get("/frames/x", 400)["error"]["kind"] == "BadRequest"


def test_pictures_are_the_plate_before_and_after(review: Review) -> None:
    before, after = (review.picture(1003, kind, view="codes") for kind in ("before", "after"))
    expected = review.codes[1003].astype(np.float64) / 1023 * 255
    assert np.abs(before - expected).max() <= 0.51
    changed = (before != after).any(axis=2)
    inside = np.zeros(SIZE, bool)
    inside[damage_of(1003)] = True
    assert not changed[~inside].any()
    assert changed[inside].all()
    np.testing.assert_array_equal(review.picture(1003, "composite", view="codes"), after)
    assert (review.picture(1003, "difference") > 0)[inside].all()
    assert not (review.picture(1003, "difference") > 0)[~inside].any()


def test_the_matte_tells_class_and_state(review: Review) -> None:
    inside = np.zeros(SIZE, bool)
    inside[damage_of(1003)] = True
    matte = review.picture(1003, "matte")
    np.testing.assert_array_equal(matte[..., 0], np.where(inside, 255, 0))
    np.testing.assert_array_equal(matte[..., 1] > 0, inside)
    np.testing.assert_array_equal(matte[..., 2], np.where(inside, 1, 0))
    review.post("/decisions", action="decide", verdict="veto", defects=[id_of(1003)])
    np.testing.assert_array_equal(review.picture(1003, "matte")[..., 2], np.where(inside, 2, 0))


@pytest.mark.parametrize("form", ["png", "jpeg"])
def test_a_picture_is_cut_shrunk_and_packed(review: Review, form: str) -> None:
    whole = review.picture(1003, "before", box="8,16,40,64", scale=2)
    assert whole.shape == (16, 24, 3)
    answer = review.client.get(
        "/api/clips/1/frames/1003/picture/before", params={"box": "8,16,40,64", "scale": 2, "format": form}
    )
    assert answer.headers["content-type"] == f"image/{form}"
    assert answer.headers["x-reelmend-box"] == "8 16 40 64"
    decoded = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    if form == "png":
        np.testing.assert_array_equal(decoded, whole)
    assert decoded.shape == whole.shape


def test_every_step_of_the_walk_has_its_pictures(review: Review) -> None:
    walk = review.get("/frames/1004/walk")
    steps = [step["id"] for step in walk["steps"]]
    assert steps == ["decode", "alignment", "difference", "probability", "matte", "candidates", "fill",
                     "grain", "composite"]  # fmt: skip
    for step in walk["steps"]:
        assert step["pictures"]
        for picture in step["pictures"]:
            assert review.picture(1004, picture["kind"], **picture["query"]).shape[:2] == SIZE


def test_pictures_that_make_no_sense_are_refused(review: Review) -> None:
    for path, status in (
        ("/frames/1003/picture/selfie", 404),
        ("/frames/1003/picture/infrared", 404),
        ("/frames/1003/picture/truth", 404),
        ("/frames/1003/picture/neighbour?offset=9", 400),
        ("/frames/1001/picture/neighbour?offset=-1", 404),
        ("/frames/1003/picture/before?scale=3", 400),
        ("/frames/1003/picture/before?box=9,9,9,9", 400),
        ("/frames/1003/picture/before?view=view:999", 400),
        ("/frames/1003/picture/before?exposure=nan", 400),
        ("/frames/1003/picture/after?source=render", 404),
        ("/frames/1003/proxy/after", 404),
        ("/frames/1003/proxy/before?size=7", 400),
        ("/nonsense", 404),
    ):
        assert "message" in review.get(path, status)["error"], path


def test_an_answer_with_a_version_may_be_kept(review: Review) -> None:
    version = review.get("/frames/1003")["version"]
    address = "/api/clips/1/frames/1003/picture/after"
    kept = review.client.get(address, params={"v": version})
    assert "immutable" in kept.headers["cache-control"]
    loose = review.client.get(address)
    assert "no-cache" in loose.headers["cache-control"]
    again = review.client.get(address, headers={"if-none-match": loose.headers["etag"]})
    assert again.status_code == 304
    review.post("/decisions", action="decide", verdict="veto", defects=[id_of(1003)])
    assert review.get("/frames/1003")["version"] != version
    assert review.client.get(address, headers={"if-none-match": loose.headers["etag"]}).status_code == 200


def test_settings_count_at_once(review: Review) -> None:
    before = review.get("/frames/1003")
    answer = review.client.put("/api/clips/1/settings", json={"values": {"minimum_area": 1000}})
    assert answer.json()["values"]["minimum_area"] == 1000
    after = review.get("/frames/1003")
    assert after["version"] != before["version"]
    assert (before["regions"], after["regions"])[1] == []
    np.testing.assert_array_equal(review.picture(1003, "after"), review.picture(1003, "before"))
    wrong = review.client.put("/api/clips/1/settings", json={"values": {"sensitivity": 7}})
    assert (wrong.status_code, wrong.json()["error"]["kind"]) == (400, "ParameterError")
    assert review.post("/settings/reset")["values"]["minimum_area"] == 2
    assert len(review.get("/frames/1003")["regions"]) == 1


def test_a_quality_whose_net_is_not_there_is_refused_and_nothing_changes(review: Review) -> None:
    put = review.client.put("/api/clips/1/settings", json={"values": {"quality": "best"}})
    assert put.status_code == 422
    assert put.json()["error"]["kind"] == "ModelError"
    assert "quality fast" in put.json()["error"]["message"]
    assert review.get("/settings")["values"]["quality"] == "fast"


@pytest.mark.parametrize(("net", "offered"), [("detect-unet", True), ("none-such", False)])
def test_diffusion_is_offered_where_its_net_is_installed(
    net: str, offered: bool, review: Review, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "DEFAULT_PAINTER", net)
    fills = review.client.get("/api/session").json()["fills"]
    assert fills[:4] == ["previous", "next", "spatial", "original"]
    assert fills[4:] == (["diffusion"] if offered else [])


def test_a_scan_fills_timeline_and_list(review: Review) -> None:
    empty = review.get("/timeline")
    assert set(empty["density"]) == {-1.0}
    review.ended(review.post("/scan", repair=True))
    line = review.get("/timeline", bins=4)
    assert (line["bins"], line["start"]) == (4, [1001, 1003, 1005, 1007])
    assert line["regions"] == [1, 2, 2, 1]
    assert line["known"] == len(FRAMES)
    listed = review.get("/defects", limit=2, offset=1)
    assert listed["total"] == 6
    assert [row["frame"] for row in listed["rows"]] == [1003, 1004]
    assert listed["counts"]["state"] == {"repaired": 6}
    assert review.get("/defects", around=id_of(1006), limit=2)["offset"] == 4
    assert review.get("/defects/ids", first=1005)["ids"] == [id_of(n) for n in (1005, 1006, 1007)]
    assert review.get("/next", **{"from": 1003, "what": "defect"})["frame"] == 1004
    assert review.get("/next", **{"from": 1007, "what": "defect"})["frame"] is None
    assert review.get("/shot", frame=1004) == {"first": 1001, "last": 1008}
    proxy = review.client.get("/api/clips/1/frames/1003/proxy/after")
    assert proxy.headers["content-type"] == "image/jpeg"
    assert proxy.content[:2] == b"\xff\xd8"
    assert review.get("")["scan"] == {"state": "complete", "done": 8, "of": 8}


def test_thumbnails_show_both_sides(review: Review) -> None:
    review.get("/frames/1003")
    shown = {}
    for side in ("before", "after", "both"):
        answer = review.client.get(f"/api/clips/1/defects/{id_of(1003)}/thumbnail/{side}?size=64")
        assert answer.status_code == 200
        shown[side] = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_COLOR)
    assert shown["before"].shape == shown["after"].shape == (64, 64, 3)
    assert shown["both"].shape == (64, 128, 3)
    assert np.abs(shown["before"].astype(int) - shown["after"]).max() > 60
    assert review.get("/defects/1003.1.1.2.2/thumbnail/after", 404)["error"]["kind"] == "NotThere"


def test_pages_hear_what_happens(review: Review) -> None:
    with review.client.websocket_connect(EVENTS) as socket:
        assert socket.receive_json()["type"] == "hello"
        socket.send_json({"type": "ping"})
        assert socket.receive_json() == {"type": "pong"}
        review.get("/frames/1003")
        heard = socket.receive_json()
        assert (heard["type"], heard["frame"]) == ("known", 1003)
        review.post("/decisions", action="decide", verdict="accept", defects=[id_of(1003)])
        heard = socket.receive_json()
        assert (heard["type"], heard["frames"], heard["revision"]) == ("changed", "1003", 1)


def test_what_is_sent_must_be_what_is_told(review: Review) -> None:
    post = review.client.post
    assert post("/api/clips/1/decisions", content=b"{").status_code == 400
    assert post("/api/clips/1/decisions", content=b"[1]").status_code == 400
    assert post("/api/clips/1/decisions", json={"action": "explode"}).status_code == 400
    assert post("/api/clips/7/decisions", json={}).status_code == 404
    assert post("/api/clips/1/decisions", content=b" " * (33 * 2**20)).status_code == 413
    assert review.client.delete("/api/session").status_code == 405


def test_playing_reads_ahead(review: Review) -> None:
    answer = review.client.post(
        "/api/clips/1/play", json={"from": 1008, "to": 1001, "direction": -1, "size": 320}
    )
    assert answer.status_code == 204
    assert review.client.post("/api/clips/1/play", json={"stop": True}).status_code == 204
    assert review.client.post("/api/clips/1/play", json={"from": 1}).status_code == 400
    assert review.client.get("/api/clips/1/frames/1008/proxy/before?size=320").status_code == 200
