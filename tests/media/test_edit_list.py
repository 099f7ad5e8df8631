"""Cuts from CMX3600 edit lists."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ReelmendError, SourceNotFound, UsageError
from engine.media.contract import ClipInfo
from engine.media.edit_list import listed_cuts, parse_events
from engine.media.memory import MemorySource
from engine.types import CodeLayout, Codes, Frame
from tests.media.movie_making import noise

LIST = """TITLE: REEL 3
FCM: NON-DROP FRAME

001  SCAN01   V     C        01:00:00:00 01:00:02:00 01:00:00:00 01:00:02:00
* FROM CLIP NAME: A
002  SCAN01   AA/V  C        01:00:02:00 01:00:03:12 01:00:02:00 01:00:03:12
003  SCAN01   A2    C        01:00:03:00 01:00:04:00 01:00:03:00 01:00:04:00
004  SCAN01   V     C        01:00:03:12 01:00:03:12 01:00:03:12 01:00:03:12
004  SCAN02   V     D    024 01:00:03:12 01:00:05:00 01:00:03:12 01:00:05:00
M2   SCAN02       012.5      01:00:03:12
005  SCAN02   B     C        01:00:05:00 01:00:06:00 01:00:05:00 01:00:06:00
"""


def clip(first: int, count: int, timecode: str = "", rate: float = 24) -> ClipInfo:
    frame = noise("rgb24", 1)
    layout = CodeLayout("rgb", ("R", "G", "B"), "integer", 8)
    plane = frame.to_ndarray(format="rgb24")
    info = MemorySource([Frame(first, Codes((plane,), layout))]).info
    extras = {"timecode": timecode} if timecode else {}
    return replace(info, frames=tuple(range(first, first + count)), rate=rate, extras=extras)


@pytest.fixture
def edl(tmp_path: Path) -> Path:
    path = tmp_path / "Schnittliste é.edl"
    path.write_bytes(b"\xef\xbb\xbf" + LIST.replace("\n", "\r\n").encode())
    return path


def test_the_first_event_begins_with_a_clip_without_timecode(edl: Path) -> None:
    assert listed_cuts(edl, clip(86400, 144)) == (86448, 86520)


def test_a_timecode_places_the_clip_in_the_list(edl: Path) -> None:
    assert listed_cuts(edl, clip(1, 48, "01:00:01:00")) == (25,)
    assert listed_cuts(edl, clip(1001, 200, "00:59:59:00")) == (1025, 1073, 1145)
    assert listed_cuts(edl, clip(1001, 20, "01:00:00:00")) == ()


def test_a_list_of_another_reel_is_refused(edl: Path) -> None:
    with pytest.raises(UsageError, match=r"No event of .* touches the clip"):
        listed_cuts(edl, clip(1, 48, "10:00:00:00"))


def test_drop_frame_counts_as_it_is_written() -> None:
    line = "001 R V C 00:00:59;28 00:01:00;02 00:00:59;28 00:01:00;02"
    (event,) = parse_events(line, Fraction(30000, 1001), Path("a.edl"))
    assert (event.begin, event.end) == (1798, 1800)
    colons = "FCM: DROP FRAME\n" + line.replace(";", ":")
    assert parse_events(colons, Fraction(30000, 1001), Path("a.edl")) == (event,)


def test_what_is_no_edit_list_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="lists no picture events"):
        parse_events("hello", Fraction(24), Path("a.edl"))
    with pytest.raises(UsageError, match=r"a.edl, line 1: the event ends at"):
        parse_events(LIST.splitlines()[3].replace("01:00:02:00", "00:00:02:00"), Fraction(24), Path("a.edl"))
    with pytest.raises(SourceNotFound, match="There is no edit list"):
        listed_cuts(tmp_path / "none.edl", clip(1, 2))


@given(st.one_of(st.text(), st.text(alphabet="0123456789:; VCDWAB\nFCMDROP", max_size=300)))
def test_any_text_is_events_or_a_refusal(text: str) -> None:
    try:
        events = parse_events(text, Fraction(24), Path("a.edl"))
    except ReelmendError:
        return
    assert all(event.begin < event.end for event in events)


@given(st.data())
def test_a_damaged_list_is_events_or_a_refusal(data: st.DataObject) -> None:
    text = list(LIST)
    for place in data.draw(st.lists(st.integers(0, len(text) - 1), max_size=12)):
        text[place] = data.draw(st.characters())
    try:
        parse_events("".join(text), Fraction(25), Path("a.edl"))
    except ReelmendError:
        return
