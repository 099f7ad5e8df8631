"""A long reel with a great many defects: the timeline and the list stay right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.decisions import Decision, decisions_of
from engine.audit.records import AuditedRegion
from engine.media.contract import ClipInfo, ColourTags
from engine.review.defects import Query, counts_of, place_of, query_from, sifted
from engine.review.index import FrameIndex
from engine.review.refusals import BadRequest, NotThere
from engine.review.rows import (
    CUT,
    FAILED,
    LEFT_ALONE,
    LOW_CONFIDENCE,
    MISSING,
    ROW,
    frame_flags,
    id_of,
    rows_of,
)
from engine.review.ruling import RuledBy
from engine.review.timeline import next_of, timeline
from engine.types import Box, CodeLayout

LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
NOBODY = RuledBy((), ())


def index_of(frames: range, gaps: tuple[int, ...] = ()) -> FrameIndex:
    there = [number for number in frames if number not in gaps]
    info = ClipInfo(
        Path("s.####.dpx"), "sequence", "DPX", 64, 48, LAYOUT, there, gaps, 24.0, ColourTags(".dpx")
    )
    return FrameIndex(info)


def filled(frames: range, count: int, seed: int = 1) -> FrameIndex:
    """`count` regions on random frames."""
    rng = np.random.default_rng(seed)
    index = index_of(frames)
    table = np.zeros(count, ROW)
    table["frame"] = rng.integers(frames[0], frames[-1] + 1, count)
    table["top"], table["left"] = rng.integers(0, 1000, count), rng.integers(0, 1000, count)
    table["bottom"], table["right"] = table["top"] + 9, table["left"] + 9
    table["area"], table["confidence"] = rng.integers(1, 900, count), rng.random(count)
    for number in np.unique(table["frame"]):
        index.put(int(number), table[table["frame"] == number], 0.01)
    return index


def test_a_bin_tells_of_all_its_frames_and_of_no_other() -> None:
    index = filled(range(1, 200_001), 10_000)
    index.mark([777], CUT)
    index.fail(150_000)
    line = timeline(index, 1, 200_000, 1200)
    assert line["bins"] == 1200
    assert sum(line["regions"]) == 10_000
    assert line["known"] == len(np.unique(index.rows()["frame"]))
    flags = np.array(line["flags"])
    starts = np.array(line["start"])
    assert starts[np.flatnonzero(flags & CUT)][0] <= 777
    assert np.count_nonzero(flags & FAILED) == 1
    part = timeline(index, 100, 149, 4096)
    assert part["start"] == list(range(100, 150))
    assert part["density"] == [0.01 if index.knows(n) else -1.0 for n in range(100, 150)]


def test_gaps_are_shown_and_a_range_beyond_the_clip_is_refused() -> None:
    index = index_of(range(1, 11), gaps=(4, 5))
    assert [bool(flag & MISSING) for flag in timeline(index, 1, 10, 99)["flags"]] == [
        n in (4, 5) for n in range(1, 11)
    ]
    with pytest.raises(BadRequest):
        timeline(index, 50, 60, 10)


@given(
    st.sampled_from(["frame", "area", "confidence"]),
    st.booleans(),
    st.integers(0, 900),
    st.integers(1, 100),
)
def test_the_list_is_what_a_plain_sort_gives(sort: str, descending: bool, least: int, last: int) -> None:
    index = filled(range(1, 101), 300)
    rows = index.rows()
    places = sifted(rows, NOBODY, Query(sort, descending, least={"area": least}, most={"frame": last}))
    plain = [n for n, row in enumerate(rows) if row["area"] >= least and row["frame"] <= last]
    plain.sort(key=lambda n: rows[sort][n], reverse=descending)
    assert rows[sort][places].tolist() == rows[sort][plain].tolist()
    assert sorted(places.tolist()) == sorted(plain)


def test_a_row_keeps_its_place_in_the_list_when_it_is_left_alone() -> None:
    """A report names what was left alone last."""
    index = index_of(range(1, 4))
    boxes = [Box(top, left, top + 2, left + 2) for top, left in ((1, 9), (1, 30), (7, 2), (20, 5))]
    found = [AuditedRegion(n, box, 4, "blotch", 0.9, "temporal", "repaired") for n, box in enumerate(boxes)]
    alone = replace(found[0], fill="none", state="left alone")
    for regions in (found, [*found[1:], alone]):
        index.put(2, rows_of(2, regions, (48, 64)), 0.01)
        rows = index.rows()
        assert [(row["top"], row["left"]) for row in rows] == [(box.top, box.left) for box in boxes]


def test_what_is_worth_a_look_comes_first() -> None:
    index = index_of(range(1, 4))
    plain = AuditedRegion(1, Box(1, 1, 3, 3), 4, "blotch", 0.99, "temporal", "repaired")
    doubtful = AuditedRegion(1, Box(1, 1, 3, 3), 4, "blotch", 0.4, "temporal", "repaired")
    spared = AuditedRegion(1, Box(5, 5, 7, 7), 4, "hair", 0.99, "none", "repaired")
    for number, regions in ((1, [plain]), (2, [doubtful, spared]), (3, [plain])):
        index.put(number, rows_of(number, regions, (48, 64)), 0.01)
    rows = index.rows()
    assert rows["flags"][1] == LOW_CONFIDENCE
    assert rows["flags"][2] & LEFT_ALONE
    order = sifted(rows, NOBODY, Query("worth"))
    assert set(order[:2].tolist()) == {1, 2}
    assert next_of(index, NOBODY, 1, 1, "worth")["frame"] == 2
    assert next_of(index, NOBODY, 3, -1, "worth")["frame"] == 2
    assert next_of(index, NOBODY, 2, 1, "worth")["frame"] is None


def test_every_defect_is_found_by_its_id_and_ruled_by_its_decision() -> None:
    rows = filled(range(1, 50), 400).rows()
    made = [
        {"id": f"d{n}", "verdict": verdict, "frames": str(rows[n]["frame"]), "defect": id_of(rows[n]),
         "shape": {"box": [int(rows[n][c]) for c in ("top", "left", "bottom", "right")]}}
        for n, verdict in ((3, "veto"), (77, "accept"), (399, "protect"))
    ]  # fmt: skip
    made.append({"id": "d900", "verdict": "protect", "frames": "20-30"})
    document = {"format": "reelmend-decisions", "version": 1, "decisions": made}
    decisions: tuple[Decision, ...] = tuple(decisions_of(document, (1009, 1009), "t", "t").decisions)
    ruled = RuledBy(made, decisions)
    places = ruled.of(rows)
    assert (places[3], places[77], places[399]) == (1, 0, 2)
    within = (rows["frame"] >= 20) & (rows["frame"] <= 30)
    own = np.isin(np.arange(rows.size), [3, 77, 399])
    assert (places[within & ~own] == 2).all()
    assert (places[~within & ~own] == -1).all()
    for n in (3, 77, 399):
        assert place_of(rows, id_of(rows[n])) == n
        told = ruled.told(rows[n])
        assert told is not None
        assert told["id"] == f"d{n}"
    counts = counts_of(rows, ruled, np.arange(rows.size))["decision"]
    assert counts["none"] == int((places < 0).sum())
    with pytest.raises(NotThere):
        place_of(rows, "1.2.3.4")


@pytest.mark.parametrize("given", [{"sort": "x"}, {"order": "up"}, {"area_min": "x"}, {"box": "1,2"}])
def test_a_query_that_makes_no_sense_is_refused(given: dict[str, str]) -> None:
    with pytest.raises(BadRequest):
        query_from(given)


def test_a_frame_of_which_much_is_likely_damaged_and_left_is_worth_a_look() -> None:
    index = index_of(range(1, 4))
    for number, suspected in ((1, 0.009), (2, 0.011), (3, 0.0)):
        index.put(number, rows_of(number, [], (48, 64)), 0.0, frame_flags(False, suspected))
    found = next_of(index, NOBODY, 0, 1, "worth")
    assert (found["frame"], found["defect"], found["why"]) == (2, None, "likely damage left")
    index.put(2, rows_of(2, [], (48, 64)), 0.0, frame_flags(False, 0.0))
    assert next_of(index, NOBODY, 0, 1, "worth")["frame"] is None
