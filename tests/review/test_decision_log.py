"""The log: undo and redo come out right in any order, and a restart finds what was there."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import CorruptSource, UsageError
from engine.review.decision_log import DecisionLog, Step
from engine.review.refusals import NothingLeft


def log_in(folder: Path) -> DecisionLog:
    return DecisionLog(folder / "d.json", folder / ".log", "scan", (48, 64))


def row(log: DecisionLog, frame: int) -> dict[str, object]:
    return {"id": log.new_id(), "verdict": "veto", "frames": str(frame)}


@settings(max_examples=30)
@given(st.lists(st.sampled_from(["add", "change", "remove", "undo", "redo", "restart"]), max_size=20))
def test_it_is_always_what_a_plain_list_of_states_says(
    tmp_path_factory: pytest.TempPathFactory, doings: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("log")
    log = log_in(folder)
    states: list[dict[str, object]] = [{}]
    at = 0
    for doing in doings:
        if doing == "restart":
            log.close()
            log = log_in(folder)
        elif doing in ("undo", "redo"):
            wanted = at + (1 if doing == "redo" else -1)
            if 0 <= wanted < len(states):
                getattr(log, doing)()
                at = wanted
            else:
                with pytest.raises(NothingLeft):
                    getattr(log, doing)()
        elif doing == "add" or not log.rows:
            log.take(Step("add", (), [row(log, 1)]))
            states, at = [*states[: at + 1], dict(log.rows)], at + 1
        else:
            first = next(iter(log.rows.values()))
            put = [{**first, "frames": str(int(str(first["frames"])) + 1)}] if doing == "change" else []
            log.take(Step(doing, [first], put))
            states, at = [*states[: at + 1], dict(log.rows)], at + 1
        assert log.rows == states[at]
        assert list(log.rows) == sorted(log.rows, key=lambda name: int(name[1:]))
        assert json.loads((folder / "d.json").read_text("utf-8"))["decisions"] == list(states[at].values())
    log.close()


def test_a_step_that_was_logged_and_not_yet_written_out_is_kept(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.take(Step("one", (), [row(log, 1)]))
    before = (tmp_path / "d.json").read_bytes()
    log.take(Step("two", (), [row(log, 2)]))
    log.close()
    (tmp_path / "d.json").write_bytes(before)
    log = log_in(tmp_path)
    assert [one["frames"] for one in log.rows.values()] == ["1", "2"]
    assert len(json.loads((tmp_path / "d.json").read_text("utf-8"))["decisions"]) == 2


def test_a_torn_last_line_is_passed_over(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.take(Step("one", (), [row(log, 1)]))
    log.close()
    with (tmp_path / ".log").open("ab") as stream:
        stream.write(b'{"do":"two","removed":[],"put":[{"id":"d')
    log = log_in(tmp_path)
    assert len(log.rows) == 1
    log.take(Step("three", (), [row(log, 3)]))
    log.close()
    assert [one["frames"] for one in log_in(tmp_path).rows.values()] == ["1", "3"]


def test_what_was_edited_by_hand_becomes_a_step(tmp_path: Path) -> None:
    log = log_in(tmp_path)
    log.take(Step("one", (), [row(log, 1)]))
    log.take(Step("two", (), [row(log, 2)]))
    log.close()
    document = json.loads((tmp_path / "d.json").read_text("utf-8"))
    document["decisions"] = [document["decisions"][0], {"verdict": "protect", "frames": "9"}]
    (tmp_path / "d.json").write_text(json.dumps(document), "utf-8")
    log = log_in(tmp_path)
    assert [one["frames"] for one in log.rows.values()] == ["1", "9"]
    assert log.next_undo == "changed outside the page"
    log.undo()
    assert [one["frames"] for one in log.rows.values()] == ["1", "2"]


def test_a_file_that_is_none_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text("[1, 2", "utf-8")
    with pytest.raises(CorruptSource):
        log_in(tmp_path)
    assert (tmp_path / "d.json").read_text("utf-8") == "[1, 2"


@pytest.mark.skipif(sys.platform == "win32", reason="files are not claimed there")
def test_a_log_is_written_by_one_at_a_time(tmp_path: Path) -> None:
    with log_in(tmp_path), pytest.raises(UsageError, match="under review already"):
        log_in(tmp_path)
    log_in(tmp_path).close()
