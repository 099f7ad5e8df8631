"""The journal: what is whole counts, whatever happened to the rest."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import OutputExists, SinkError
from engine.media.movie_salvage import PacketMark
from engine.render.journal import Journal, encoded, entries
from engine.render.marks import FileMark, frame_line, frame_report, packet_line, read_journal
from engine.render.stamps import Stamp
from engine.report.lines import frame_line as report_line
from engine.types import Box, DamageRegion, FrameReport

START = {"type": "start", "schema": 1, "frames": {"wanted": "1-9"}}
REPORT = FrameReport(
    number=-3, damaged=0.125,
    regions=(DamageRegion(Box(1, 2, 3, 4), 5, "hair", 0.75, "mixed"),),
    neighbours=(-1, 2), seconds={"detect": 0.5}, duplicate_of=-4, suspected=0.25,
)  # fmt: skip
READ = {("source", -3): Stamp(10, 20, "ab"), ("source", -2): None}
FRAME = frame_line(report_line(REPORT), {"picture": FileMark(7, "cd")}, READ, 1.5)
MEMBERS = sorted({*FRAME, *packet_line("r", 0, PacketMark(1, ""))})
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def write(path: Path, *lines: dict) -> Path:
    path.write_bytes(b"".join(map(encoded, lines)))
    return path


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    lines = [START, packet_line("picture", 0, PacketMark(3, "ef")), FRAME]
    with Journal(path) as journal:
        for line in lines:
            journal.append(line)
    assert [entry.line for entry in entries(path)] == lines
    found = read_journal(path)
    assert found is not None
    assert found.length == path.stat().st_size
    assert found.frames[-3].files == {"picture": FileMark(7, "cd")}
    assert found.packets == {"picture": [PacketMark(3, "ef")]}
    assert found.read == READ
    assert found.seconds == 1.5
    assert frame_report(FRAME) == REPORT


def test_a_packet_put_again_voids_those_behind_it(tmp_path: Path) -> None:
    marks = [PacketMark(size, "x") for size in range(5)]
    lines = [packet_line("picture", place, mark) for place, mark in enumerate(marks)]
    path = write(tmp_path / "j", START, *lines, packet_line("picture", 2, PacketMark(9, "y")))
    found = read_journal(path)
    assert found is not None
    assert found.packets["picture"] == [*marks[:2], PacketMark(9, "y")]


def test_going_on_cuts_the_torn_end_off(tmp_path: Path) -> None:
    path = write(tmp_path / "j", START, FRAME)
    whole = path.stat().st_size
    path.write_bytes(path.read_bytes() + encoded(FRAME)[:-5])
    found = read_journal(path)
    assert found is not None
    assert found.length == whole
    with Journal(path, found.length) as journal:
        journal.append(FRAME)
    assert len(list(entries(path))) == 3


def test_a_journal_is_held_by_one(tmp_path: Path) -> None:
    with Journal(tmp_path / "j") as journal:
        journal.append(START)
        with pytest.raises(OutputExists, match="is locked"):
            Journal(tmp_path / "j")
    assert len(list(entries(tmp_path / "j"))) == 1
    Journal(tmp_path / "j").close()


def test_a_journal_that_is_no_longer_there_is_an_error(tmp_path: Path) -> None:
    with Journal(tmp_path / "o" / "j") as journal:
        (tmp_path / "o").rename(tmp_path / "away")
        with pytest.raises(SinkError, match="cannot be written"):
            journal.append(START)
        (tmp_path / "o").mkdir()
        (tmp_path / "o" / "j").touch()
        with pytest.raises(SinkError, match="no longer the one"):
            journal.append(START)


@pytest.mark.parametrize("content", [b"", b"\0" * 500, b"{}\n", encoded(FRAME), encoded({"type": "start"})])
def test_a_journal_without_a_beginning_tells_of_nothing(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "j").write_bytes(content)
    assert read_journal(tmp_path / "j") is None
    assert read_journal(tmp_path / "none") is None


@given(seed=st.integers(0, 2**32))
def test_damage_only_costs_what_lies_behind_it(seed: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.getbasetemp() / "journal-damage"
    lines = [START, *({**FRAME, "number": number} for number in range(6))]
    whole = [len(encoded(line)) for line in lines]
    content = bytearray(b"".join(map(encoded, lines)))
    rng = random.Random(seed)
    place = rng.randrange(len(content))
    content[place] ^= rng.randrange(1, 256)
    if rng.random() < 0.5:
        del content[place:]
    path.write_bytes(content)
    kept = next(count for count in range(len(whole) + 1) if sum(whole[: count + 1]) > place)
    found = read_journal(path)
    assert list(found.frames if found else ()) == list(range(max(kept - 1, 0)))
    assert (found.length if found else 0) == sum(whole[:kept])


@given(lines=st.lists(st.dictionaries(st.sampled_from(MEMBERS), json_values, max_size=6), max_size=4))
def test_lines_of_any_content_are_taken_or_end_the_journal(
    lines: list[dict], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "journal-content"
    typed = [{**line, "type": kind} for line in lines for kind in ("frame", "packet", "other")]
    found = read_journal(write(path, START, *typed))
    assert found is not None
    assert found.length <= path.stat().st_size
