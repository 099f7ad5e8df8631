"""Decisions: what they mark, which of them wins, and what is refused, in words."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.decisions import Decisions, decisions_of, read_decisions
from engine.audit.schema_check import first_fault, schema
from engine.audit.shapes import encoded_mask
from engine.errors import (
    CorruptSource,
    InconsistentFrames,
    SourceNotFound,
    UnsupportedFormat,
)
from engine.matte.inputs import MatteInputs
from engine.types import CodeLayout, Codes, Frame

HEIGHT, WIDTH = 30, 41
SIZE = (HEIGHT, WIDTH)
RGB = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)


def frame(number: int, size: tuple[int, int] = SIZE) -> Frame:
    return Frame(number, Codes((np.zeros((*size, 3), np.uint16),), RGB))


def document(*decisions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format": "reelmend-decisions", "version": 1, **more, "decisions": list(decisions)}


def made(*decisions: dict[str, Any], **more: Any) -> Decisions:
    return decisions_of(document(*decisions, **more), SIZE, "d", "d.json")


def one(verdict: str, shape: dict[str, Any] | None = None, frames: str = "7", **more: Any) -> dict[str, Any]:
    return {"verdict": verdict, "frames": frames, **({"shape": shape} if shape else {}), **more}


def box(*corners: int) -> dict[str, Any]:
    return {"box": list(corners)}


def marked(*corners: int) -> np.ndarray:
    plane = np.zeros(SIZE, bool)
    plane[corners[0] : corners[2], corners[1] : corners[3]] = True
    return plane


def test_a_box_a_mask_and_a_polygon_of_the_same_pixels_agree() -> None:
    inside = np.ones((5, 11), bool)
    mask = {"mask": {"box": [3, 4, 8, 15], "bits": encoded_mask(inside)}}
    polygon = {"polygon": [[3, 4], [3, 15], [8, 15], [8, 4]]}
    for shape in (box(3, 4, 8, 15), mask, polygon):
        added = made(one("add", shape)).added(frame(7))
        np.testing.assert_array_equal(added, marked(3, 4, 8, 15))


@given(
    points=st.lists(st.tuples(st.floats(-5, 35), st.floats(-5, 46)), min_size=3, max_size=9),
)
def test_a_polygon_takes_the_pixels_whose_centre_is_inside(points: list[tuple[float, float]]) -> None:
    shape = {"polygon": [list(point) for point in points]}
    added = made(one("add", shape)).added(frame(7))
    assert added is not None
    for row, column in ((0, 0), (10, 20), (HEIGHT - 1, WIDTH - 1), (15, 3), (3, 30)):
        assert added[row, column] == _inside(points, row + 0.5, column + 0.5)


def _inside(points: list[tuple[float, float]], y: float, x: float) -> bool:
    """The textbook's even-odd rule, a point at a time."""
    inside = False
    for (y1, x1), (y2, x2) in zip(points, points[1:] + points[:1], strict=True):
        if (y1 <= y) != (y2 <= y) and x1 + (y - y1) / (y2 - y1) * (x2 - x1) <= x:
            inside = not inside
    return inside


@given(st.integers(0, 2**32 - 1), st.integers(1, 20), st.integers(1, 30))
def test_a_mask_comes_back_as_it_was(seed: int, height: int, width: int) -> None:
    inside = np.random.default_rng(seed).random((height, width)) > 0.5
    mask = {"mask": {"box": [2, 5, 2 + height, 5 + width], "bits": encoded_mask(inside)}}
    added = made(one("add", mask)).added(frame(7))
    assert added is not None
    np.testing.assert_array_equal(added[2 : 2 + height, 5 : 5 + width], inside)
    assert added.sum() == inside.sum()


def test_protected_wins_over_added_and_added_over_vetoed_in_any_order() -> None:
    rows = [
        one("veto", box(0, 0, 20, 20)),
        one("add", box(5, 5, 15, 15)),
        one("protect", box(10, 10, 30, 41), "1-9"),
    ]
    for order in (rows, rows[::-1]):
        decisions = made(*order)
        added, kept, vetoed = (
            decisions.added(frame(7)), decisions.kept(frame(7)), decisions.vetoed(frame(7))
        )  # fmt: skip
        assert added is not None
        assert kept is not None
        assert vetoed is not None
        np.testing.assert_array_equal(added, marked(5, 5, 15, 15) & ~marked(10, 10, 30, 41))
        expected = (marked(0, 0, 20, 20) & ~marked(5, 5, 15, 15)) | marked(10, 10, 30, 41)
        np.testing.assert_array_equal(kept, expected)
        np.testing.assert_array_equal(vetoed, marked(0, 0, 20, 20) & ~marked(5, 5, 15, 15))


def test_only_the_frames_named_are_touched_and_a_protected_shot_is_whole() -> None:
    decisions = made(one("protect", None, "1001-1048", scope="shot"), one("veto", box(0, 0, 1, 1), "7,9-12"))
    kept = decisions.kept(frame(1024))
    assert kept is not None
    assert kept.all()
    assert decisions.kept(frame(1049)) is None
    assert [number for number in range(6, 14) if decisions.kept(frame(number)) is not None] == [
        7, 9, 10, 11, 12
    ]  # fmt: skip


def test_what_is_accepted_changes_nothing() -> None:
    decisions = made(one("accept", box(0, 0, 5, 5)))
    assert decisions.added(frame(7)) is None
    assert decisions.kept(frame(7)) is None
    assert decisions.key(7) == ()
    assert decisions.vetoed(frame(7)) is None


def test_shapes_beyond_the_frame_are_cut() -> None:
    added = made(one("add", box(25, 30, 1000, 1000))).added(frame(7))
    np.testing.assert_array_equal(added, marked(25, 30, HEIGHT, WIDTH))
    nothing = made(one("add", box(500, 500, 600, 600))).added(frame(7))
    assert nothing is not None
    assert not nothing.any()


def test_they_enter_the_given_mattes() -> None:
    decisions = made(one("add", box(1, 1, 3, 3)), one("veto", box(20, 20, 22, 22)))
    inputs = MatteInputs(decisions=decisions)
    added, vetoed, kept = inputs.added(frame(7)), inputs.vetoed(frame(7)), inputs.kept(frame(7))
    assert added is not None
    assert vetoed is not None
    assert kept is not None
    np.testing.assert_array_equal(added, marked(1, 1, 3, 3))
    np.testing.assert_array_equal(vetoed, marked(20, 20, 22, 22))
    np.testing.assert_array_equal(kept, marked(20, 20, 22, 22))
    assert inputs.added(frame(8)) is None
    assert inputs.coverage(frame(7)) is None
    assert inputs.key(8) == ()
    assert inputs.key(7) == ("d", 7)
    assert inputs.identity == {"decisions": "d"}
    assert inputs.found_alone.kept(frame(7)) is None
    assert inputs.found_alone.vetoed(frame(7)) is None
    assert inputs.found_alone.added(frame(7)) is not None
    assert inputs.found_alone.key(7) == inputs.key(7)


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"verdict": "veto"}, "decisions[0] lacks frames"),
        (one("vetoe"), "must be one of accept, veto, add, protect"),
        (one("veto", frames="9-7"), "backwards"),
        (one("veto", frames="7\n"), "frames must look like"),
        (one("veto", frames="a"), "frames must look like"),
        (one("add"), "has no shape"),
        (one("add", box(4, 4, 4, 9)), "empty"),
        (one("add", box(4, 4, 4)), "fits none of its forms"),
        (one("add", {"polygon": [[0, 0], [1, 1]]}), "fits none of its forms"),
        (one("add", {"mask": {"box": [0, 0, 4, 4], "bits": "!"}}), "base64"),
        (one("add", {"mask": {"box": [0, 0, 4, 4], "bits": "AAAA"}}), "zlib"),
        (one("add", {"mask": {"box": [0, 0, 9, 9], "bits": encoded_mask(np.ones((4, 4), bool))}}), "fit"),
        (one("add", {"mask": {"box": [0, 0, 99, 4], "bits": ""}}), "beyond the frame"),
        (one("veto", colour="red"), "colour is not known"),
        (one("veto", **{"class": "dust"}), "must be one of blotch"),
        (one("veto", note=3), "must be string"),
    ],
)
def test_faults_are_told_with_their_place(row: dict[str, Any], told: str) -> None:
    with pytest.raises(CorruptSource) as caught:
        made(row)
    assert told in str(caught.value)
    assert "d.json" in str(caught.value)


def test_a_bomb_of_a_mask_is_not_unpacked() -> None:
    bomb = encoded_mask(np.zeros((4000, 8000), bool))
    with pytest.raises(CorruptSource, match="do not fit"):
        made(one("add", {"mask": {"box": [0, 0, 2, 8], "bits": bomb}}))


def test_another_size_or_a_newer_version_is_refused() -> None:
    with pytest.raises(InconsistentFrames, match="640 x 480"):
        made(size=[480, 640])
    with pytest.raises(InconsistentFrames, match="frame 7 is 5 x 4"):
        made(one("veto"), size=list(SIZE)).kept(frame(7, (4, 5)))
    with pytest.raises(UnsupportedFormat, match="update Reelmend"):
        decisions_of({"format": "reelmend-decisions", "version": 2}, SIZE, "d", "d.json")
    with pytest.raises(CorruptSource, match="must be object"):
        decisions_of([], SIZE, "d", "d.json")


def test_files_are_read_and_named_by_their_content(tmp_path: Path) -> None:
    path = tmp_path / "dé.json"
    path.write_text(json.dumps(document(one("veto"))), "utf-8")
    first = read_decisions(path, SIZE)
    path.write_text(json.dumps(document(one("veto", frames="8"))), "utf-8")
    assert read_decisions(path, SIZE).identity != first.identity
    with pytest.raises(SourceNotFound):
        read_decisions(tmp_path / "none.json", SIZE)
    for content in (b"{", b"\xff\xfe\x00", b"[" * 200_000, b'{"a": NaN}', b""):
        path.write_bytes(content)
        with pytest.raises(CorruptSource):
            read_decisions(path, SIZE)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["verdict", "frames", "shape", "box", "polygon", "mask", "bits", "class"])
            | st.text(max_size=4),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["format", "version", "size", "decisions", "clip"]), JSON), JSON)
def test_no_document_crashes_the_reader(top: dict[str, Any], row: Any) -> None:
    for candidate in (top, {**document(), **top}, document(row)):
        try:
            decisions = decisions_of(candidate, SIZE, "d", "d.json")
        except (CorruptSource, InconsistentFrames, UnsupportedFormat):
            continue
        decisions.kept(frame(1))
        decisions.added(frame(1))


def test_a_schema_never_promises_what_nobody_checks() -> None:
    with pytest.raises(ValueError, match="uniqueItems"):
        first_fault([], {"type": "array", "uniqueItems": True})
    assert first_fault(document(one("veto", box(0, 0, 1, 1))), schema("decisions-1")) == ""
    assert first_fault(document(one("veto", {"box": [0, 0, 1, 1]})), schema("decisions-1")) == ""
    assert first_fault(True, {"type": "integer"}) != ""
    assert first_fault(1, {"const": True}) != ""


def test_a_fill_is_asked_for_its_pixels_and_the_later_one_holds() -> None:
    decisions = made(
        one("fill", box(2, 2, 10, 10), fill="previous"),
        one("fill", box(6, 2, 10, 10), fill="spatial"),
        one("add", box(20, 20, 24, 24), fill="next"),
        one("fill", box(2, 30, 4, 34), fill="original"),
    )
    asked = decisions.asked(frame(7))
    np.testing.assert_array_equal(asked["previous"], marked(2, 2, 6, 10))
    np.testing.assert_array_equal(asked["spatial"], marked(6, 2, 10, 10))
    np.testing.assert_array_equal(asked["next"], marked(20, 20, 24, 24))
    np.testing.assert_array_equal(decisions.kept(frame(7)), marked(2, 30, 4, 34))
    assert not decisions.asked(frame(8))


@pytest.mark.parametrize(
    "row",
    [
        one("fill", box(1, 1, 3, 3)),
        one("veto", box(1, 1, 3, 3), fill="next"),
        one("fill", fill="next"),
        one("fill", box(1, 1, 3, 3), fill="guess"),
    ],
)
def test_a_fill_that_makes_no_sense_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(CorruptSource):
        made(row)
