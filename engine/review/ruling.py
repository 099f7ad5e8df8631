"""Which decision rules which region: one made on it, else the latest whose shape holds most of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.audit.decisions import Decision
from engine.review.defects import VERDICTS
from engine.review.rows import BOX, Rows, id_of, parts_of

_MULTIPLIER = 1_000_003
_MOST = 0.5


@dataclass(frozen=True, eq=False)
class RuledBy:
    """The decisions of one revision, `rows` as the file has them and `decisions` as they are drawn.

    `marks` are those of the defects by their id, as far as somebody has kept them (`mark_of`).
    """

    rows: Sequence[Mapping[str, Any]]
    decisions: Sequence[Decision]
    marks: Mapping[str, int | None] = field(default_factory=dict[str, int | None])

    def of(self, rows: Rows) -> npt.NDArray[np.int32]:
        """See `defects.Ruling`."""
        ruling = np.full(rows.size, -1, np.int32)
        for decision in self._general:
            self._hold(decision, rows, ruling)
        marks, verdicts = self._made
        if marks.size and rows.size:
            found = _marks(rows)
            places = np.minimum(np.searchsorted(marks, found), marks.size - 1)
            same = marks[places] == found
            ruling[same] = verdicts[places[same]]
        return ruling

    def told(self, row: np.void) -> Mapping[str, Any] | None:
        """See `defects.Ruling`."""
        made = self._by_defect.get(id_of(row))
        if made is not None:
            return made
        one = np.array([row])
        latest = None
        for decision in self._on(int(row["frame"])):
            if _held(decision, one)[0]:
                latest = decision
        return None if latest is None else self._by_id[latest.id]

    @cached_property
    def _by_defect(self) -> Mapping[str, Mapping[str, Any]]:
        return {row["defect"]: row for row in self.rows if "defect" in row}

    @cached_property
    def _by_id(self) -> Mapping[str, Mapping[str, Any]]:
        return {row["id"]: row for row in self.rows}

    @cached_property
    def _made(self) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.int32]]:
        """The decisions on single regions: their marks, ascending, and the places of their verdicts."""
        kept, places = self.marks, {verdict: place for place, verdict in enumerate(VERDICTS)}
        told = {
            mark: places[row["verdict"]]
            for name, row in self._by_defect.items()
            if (mark := kept[name] if name in kept else mark_of(name)) is not None
        }
        marks = np.fromiter(told, np.uint64, len(told))
        order = np.argsort(marks)
        return marks[order], np.fromiter(told.values(), np.int32, len(told))[order]

    @cached_property
    def _general(self) -> Sequence[Decision]:
        own = {row["id"] for row in self._by_defect.values()}
        return [decision for decision in self.decisions if decision.id not in own]

    def _on(self, frame: int) -> Sequence[Decision]:
        return [decision for decision in self._general if decision.holds_for(frame)]

    def _hold(self, decision: Decision, rows: Rows, ruling: npt.NDArray[np.int32]) -> None:
        for first, last in decision.spans:
            start, stop = np.searchsorted(rows["frame"], [first, last + 1])
            ruling[start:stop][_held(decision, rows[start:stop])] = VERDICTS.index(decision.verdict)


def _held(decision: Decision, rows: Rows) -> npt.NDArray[np.bool_]:
    """Whether the box around the decision's shape holds most of each row's box."""
    box = decision.shape.box
    top, left = np.maximum(rows["top"], box.top), np.maximum(rows["left"], box.left)
    bottom, right = np.minimum(rows["bottom"], box.bottom), np.minimum(rows["right"], box.right)
    shared = np.maximum(bottom - top, 0).astype(np.int64) * np.maximum(right - left, 0)
    whole = (rows["bottom"] - rows["top"]).astype(np.int64) * (rows["right"] - rows["left"])
    return np.asarray(shared > _MOST * whole, np.bool_)


def _marks(rows: Rows) -> npt.NDArray[np.uint64]:
    """A number for each row, the same for the same frame and box."""
    mark = rows["frame"].astype(np.uint64)
    for column in BOX:
        mark = mark * np.uint64(_MULTIPLIER) + rows[column].astype(np.uint64)
    return mark


def mark_of(defect: str) -> int | None:
    """As `_marks`, of a defect's id; None where it is none."""
    parts = parts_of(defect)
    if parts is None:
        return None
    mark, box = parts
    for corner in (box.top, box.left, box.bottom, box.right):
        mark = (mark * _MULTIPLIER + corner) % 2**64
    return mark % 2**64
