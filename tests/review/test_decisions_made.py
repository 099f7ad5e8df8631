"""What is decided on the page: what it writes, what it does to the picture, and how it is undone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np

from engine.audit.decisions import read_decisions
from engine.audit.schema_check import first_fault, schema
from engine.types import CodeLayout, Codes, Frame
from tests.review.conftest import SIZE, Review, box_of, damage_of, id_of


def drawn(review: Review, verdict: str, number: int) -> np.ndarray:
    """The pixels of a verdict, as `render` reads them from the decisions file."""
    decisions = read_decisions(review.out / "scan.decisions.json", SIZE)
    layout = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
    frame = Frame(number, Codes((np.zeros((*SIZE, 3), np.uint16),), layout))
    plane = decisions.drawn(frame, verdict)  # pyright: ignore[reportArgumentType]
    return np.zeros(SIZE, bool) if plane is None else plane


def inside(number: int) -> np.ndarray:
    plane = np.zeros(SIZE, bool)
    plane[damage_of(number)] = True
    return plane


def file_of(review: Review) -> dict[str, Any]:
    document = json.loads((review.out / "scan.decisions.json").read_text("utf-8"))
    assert first_fault(document, schema("decisions-1")) == ""
    return document


def state_of(review: Review) -> Any:
    rows = file_of(review)["decisions"]
    return [{name: row[name] for name in sorted(row)} for row in rows]


def test_a_veto_is_written_down_and_shown_at_once(review: Review) -> None:
    review.get("/frames/1003")
    answer = review.post("/decisions", action="decide", verdict="veto", defects=[id_of(1003)], note="a bird")
    assert (answer["revision"], answer["frames"], answer["can_undo"]) == (1, "1003", True)
    np.testing.assert_array_equal(drawn(review, "veto", 1003), inside(1003))
    np.testing.assert_array_equal(review.picture(1003, "after"), review.picture(1003, "before"))
    region = review.get("/frames/1003")["regions"][0]
    assert (region["state"], region["why"]) == ("left alone", "vetoed")
    assert region["decision"] == {"id": "d1", "verdict": "veto", "fill": ""}
    assert file_of(review)["decisions"][0]["note"] == "a bird"
    listed = review.get("/defects", decision="veto")
    assert [row["id"] for row in listed["rows"]] == [id_of(1003)]
    assert review.get("/defects", decision="none")["total"] == 0


def test_the_later_decision_on_a_defect_replaces_the_earlier(review: Review) -> None:
    review.get("/frames/1003")
    for verdict in ("accept", "veto", "protect"):
        review.post("/decisions", action="decide", verdict=verdict, defects=[id_of(1003)])
    assert [row["verdict"] for row in file_of(review)["decisions"]] == ["protect"]
    answer = review.post("/decisions", action="decide", verdict="none", defects=[id_of(1003)])
    assert (answer["removed"], file_of(review)["decisions"]) == (["d3"], [])


def test_many_are_decided_in_one_step(review: Review) -> None:
    review.ended(review.post("/scan"))
    names = review.get("/defects/ids")["ids"]
    answer = review.post("/decisions", action="decide", verdict="veto", defects=names)
    assert (answer["frames"], answer["undo"]) == ("1002-1007", "veto 6 regions")
    assert review.get("/defects", decision="veto")["total"] == 6
    review.post("/undo")
    assert review.get("/defects", decision="none")["total"] == 6


def test_another_fill_is_honoured(review: Review) -> None:
    from_neighbour = review.picture(1004, "after", view="codes")
    assert review.get("/frames/1004")["regions"][0]["fill"] == "temporal"
    answer = review.post("/decisions", action="decide", verdict="fill", fill="spatial", defects=[id_of(1004)])
    assert answer["put"][0]["fill"] == "spatial"
    region = review.get("/frames/1004")["regions"][0]
    assert (region["fill"], region["decision"]["fill"]) == ("spatial", "spatial")
    after = review.picture(1004, "after", view="codes")
    assert (after != from_neighbour).any(axis=2)[inside(1004)].mean() > 0.5
    assert not (after != from_neighbour)[~inside(1004)].any()
    assert set(review.picture(1004, "matte")[..., 2][inside(1004)]) == {4}


def test_the_original_may_be_asked_for(review: Review) -> None:
    review.get("/frames/1004")
    review.post("/decisions", action="decide", verdict="fill", fill="original", defects=[id_of(1004)])
    np.testing.assert_array_equal(review.picture(1004, "after"), review.picture(1004, "before"))


def test_a_region_is_protected_through_its_shot(review: Review) -> None:
    answer = review.post(
        "/decisions",
        action="region",
        verdict="protect",
        frame=1004,
        scope="shot",
        shape={"box": [0, 0, 48, 64]},
    )
    assert answer["frames"] == "1001-1008"
    for number in (1002, 1007):
        assert review.get(f"/frames/{number}")["regions"][0]["why"] == "protected"


def test_painted_damage_is_repaired_and_erased_again(review: Review) -> None:
    stroke = {"stroke": {"points": [[40.5, 10.5], [40.5, 20.5, 3]], "radius": 2}}
    review.post("/decisions", action="paint", frame=1003, shape=stroke, **{"class": "hair"})
    painted = drawn(review, "add", 1003)
    assert painted[40, 10]
    assert painted[40, 20]
    assert painted[42, 20]
    assert not painted[40, 30]
    assert not painted[:, ::][30].any()
    changed = (review.picture(1003, "after") != review.picture(1003, "before")).any(axis=2)
    assert not changed[~(painted | inside(1003))].any()
    assert set(review.picture(1003, "matte")[..., 2][painted]) == {3}
    kinds = {region["class"] for region in review.get("/frames/1003")["regions"]}
    assert "hair" in kinds

    rub = {"box": [36, 16, 48, 40]}
    review.post("/decisions", action="erase", frame=1003, shape=rub)
    gone = np.zeros(SIZE, bool)
    gone[36:48, 16:40] = True
    np.testing.assert_array_equal(drawn(review, "add", 1003), painted & ~gone)
    changed = (review.picture(1003, "after") != review.picture(1003, "before")).any(axis=2)
    assert not changed[gone].any()
    review.post("/undo")
    np.testing.assert_array_equal(drawn(review, "add", 1003), painted)


def test_what_is_erased_from_a_range_stays_on_its_other_frames(review: Review) -> None:
    shape = {"box": [40, 40, 44, 44]}
    review.post("/decisions", action="region", verdict="add", scope="range", frames="1002-1005", shape=shape)
    review.post("/decisions", action="erase", frame=1004, shape={"box": [40, 40, 48, 42]})
    assert drawn(review, "add", 1003).sum() == 16
    assert drawn(review, "add", 1004).sum() == 8
    assert drawn(review, "add", 1005).sum() == 16


def test_a_box_finds_what_was_missed_and_repairs_it_at_once(review: Review) -> None:
    review.client.put("/api/clips/1/settings", json={"values": {"minimum_area": 500}})
    assert review.get("/frames/1003")["regions"] == []
    top, left, bottom, right = box_of(1003)
    answer = review.post("/frames/1003/detect", box=[top - 3, left - 3, bottom + 3, right + 3])
    assert [found["box"] for found in answer["found"]] == [box_of(1003)]
    np.testing.assert_array_equal(drawn(review, "add", 1003), inside(1003))
    patch = review.client.get(answer["patch"]["picture"], params={"view": "codes"})
    width, height, _ = map(int, patch.headers["x-reelmend-size"].split())
    shown = np.frombuffer(patch.content, np.uint8).reshape(height, width, 3)
    after = review.picture(1003, "after", view="codes", box=",".join(map(str, answer["patch"]["box"])))
    np.testing.assert_array_equal(shown, after)
    assert (shown < 250).all()
    nothing = review.post("/frames/1003/detect", box=[40, 0, 48, 6])
    assert (nothing["put"], nothing["patch"], nothing["revision"]) == ([], None, answer["revision"])


def test_undo_and_redo_have_no_end_and_survive(review: Review) -> None:
    review.get("/frames/1003")
    states = [state_of(review)]
    for n in range(30):
        review.post("/decisions", action="paint", frame=1003, shape={"box": [n, 50, n + 1, 52]})
        states.append(state_of(review))
    for expected in reversed(states[:-1]):
        review.post("/undo")
        assert state_of(review) == expected
    assert review.post("/undo", 409)["error"]["kind"] == "NothingLeft"
    for expected in states[1:]:
        review.post("/redo")
        assert state_of(review) == expected
    assert review.post("/redo", 409)["error"]["kind"] == "NothingLeft"
    review.post("/undo")
    review.post("/decisions", action="paint", frame=1004, shape={"box": [1, 50, 2, 52]})
    assert review.post("/redo", 409)["error"]["kind"] == "NothingLeft"


def test_two_pages_do_not_overwrite_each_other(review: Review) -> None:
    shape = {"box": [1, 2, 3, 4]}
    review.post("/decisions", action="paint", frame=1003, shape=shape, revision=0)
    told = review.post("/decisions", 409, action="paint", frame=1003, shape=shape, revision=0)
    assert told["error"]["kind"] == "Conflict"


WRONG: tuple[tuple[int, dict[str, Any]], ...] = (
    (400, {"action": "decide", "verdict": "burn", "defects": ["1003.1.1.2.2"]}),
    (400, {"action": "decide", "verdict": "fill", "defects": ["1003.1.1.2.2"]}),
    (400, {"action": "decide", "verdict": "veto", "defects": []}),
    (404, {"action": "decide", "verdict": "veto", "defects": ["9.1.1.2.2"]}),
    (404, {"action": "decide", "verdict": "veto", "defects": ["x"]}),
    (400, {"action": "region", "verdict": "add", "frame": 1003}),
    (400, {"action": "region", "verdict": "veto", "scope": "range", "frames": "x"}),
    (404, {"action": "paint", "frame": 3, "shape": {"box": [1, 1, 2, 2]}}),
    (400, {"action": "paint", "frame": 1003}),
    (400, {"action": "paint", "frame": 1003, "shape": {"box": [2, 2, 2, 2]}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"circle": 3}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"stroke": {"points": []}}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"stroke": {"points": [["a", 1]]}}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"stroke": {"points": [[1, 1, -4]]}}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"stroke": {"points": [[900, 900]], "radius": 3}}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"mask": {"box": [0, 0, 4, 4], "bits": "?"}}}),
    (400, {"action": "paint", "frame": 1003, "shape": {"box": [1, 1, 2, 2]}, "class": "gum"}),
    (404, {"action": "remove", "ids": ["d99"]}),
    (404, {"action": "note", "id": "d99", "note": "x"}),
)


def test_what_makes_no_sense_changes_nothing(review: Review) -> None:
    for status, body in WRONG:
        answer = review.client.post("/api/clips/1/decisions", json=body)
        assert answer.status_code == status, (body, answer.text)
        assert "message" in answer.json()["error"]
    assert review.get("/decisions")["revision"] == 0
    assert file_of(review)["decisions"] == []
