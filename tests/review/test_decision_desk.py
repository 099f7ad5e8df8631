"""Decisions are made on one thread while pictures ask for them on others."""

from __future__ import annotations

import threading
from pathlib import Path

from engine.review.decision_desk import DecisionDesk
from engine.review.decision_log import DecisionLog, Step


def _veto(log: DecisionLog) -> Step:
    return Step("veto", (), [{"id": log.new_id(), "verdict": "veto", "frames": "1"}])


def test_decisions_can_be_asked_for_while_others_are_made(tmp_path: Path) -> None:
    ended = threading.Event()
    counts, seen = [], []
    with DecisionDesk(tmp_path / "d.json", tmp_path / ".log", "scan", (48, 64)) as desk:

        def ask() -> None:
            try:
                while not ended.is_set():
                    counts.append(len(desk.rows_on(1)))
            except RuntimeError as error:
                seen.append(error)

        asking = threading.Thread(target=ask)
        asking.start()
        for _ in range(150):
            desk.change(_veto)
        ended.set()
        asking.join()
        assert not seen
        assert counts == sorted(counts)
        assert len(desk.rows_on(1)) == 150
