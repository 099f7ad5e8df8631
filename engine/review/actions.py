"""From what a person does on the page to a step of the log."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import numpy as np

from engine.audit.schema_check import first_fault, schema
from engine.audit.shapes import shape_of
from engine.errors import UsageError
from engine.media.ranges import format_frames, parse_frames
from engine.review.decision_desk import DecisionDesk
from engine.review.decision_log import DecisionLog, Row, Step
from engine.review.refusals import BadRequest, NotThere
from engine.review.rows import CLASSES, parts_of
from engine.review.strokes import mask_shape, pixels_of, shape_from, tight
from engine.types import ASKED_FILLS, Bool, Box, FrameNumber

_DECIDED = ("accept", "veto", "protect", "fill", "none")
_DRAWN = ("accept", "veto", "protect", "add", "fill")
MOST_AT_ONCE = 100_000

Body = Mapping[str, Any]


class Clip(Protocol):
    """What the actions need to know of the clip."""

    @property
    def size(self) -> tuple[int, int]: ...
    def has(self, number: FrameNumber) -> bool: ...
    def shot(self, number: FrameNumber) -> tuple[FrameNumber, FrameNumber]: ...
    def pixels(self, number: FrameNumber, box: Box) -> Bool | None:
        """Which pixels of `box` belong to the region that fills it, (h, w); None where it is not known."""
        ...


@dataclass(frozen=True, eq=False)
class Actions:
    """Makes the steps for one clip. Every method raises BadRequest and NotThere."""

    clip: Clip
    desk: DecisionDesk

    def take(self, body: Body) -> Step:
        """Do what the page sent: `{"action": ..., ...}`. Raises Conflict and SinkError too."""
        known: Mapping[str, Callable[[Body, DecisionLog], Step]] = {
            "decide": self._decide, "region": self._region, "paint": self._paint, "erase": self._erase,
            "note": self._note, "remove": self._remove,
        }  # fmt: skip
        make = known.get(str(body.get("action")))
        if make is None:
            raise BadRequest(f"There is no action {body.get('action')!r}; there are {', '.join(known)}.")
        revision = body.get("revision")
        if revision is not None and not isinstance(revision, int):
            raise BadRequest(f"The revision is a whole number, not {revision!r}.")
        return self.desk.change(lambda log: make(body, log), revision)

    def add(self, frame: FrameNumber, found: Sequence[tuple[Box, Bool, str]], label: str) -> Step:
        """Add regions of damage, each with its box, its pixels in it and its class."""

        def make(log: DecisionLog) -> Step:
            put = [
                _row(log, "add", str(frame), mask_shape(box, inside), {"class": kind})
                for box, inside, kind in found
            ]
            return Step(label, (), put)

        return self.desk.change(make)

    def _decide(self, body: Body, log: DecisionLog) -> Step:
        verdict = _one_of(body, "verdict", _DECIDED)
        names = body.get("defects")
        if not isinstance(names, list) or not 1 <= len(names) <= MOST_AT_ONCE:
            raise BadRequest(f"The defects are a list of 1 to {MOST_AT_ONCE} ids.")
        wanted = dict.fromkeys(cast(list[str], names))
        removed = [row for row in log.rows.values() if row.get("defect") in wanted]
        more = {"fill": _one_of(body, "fill", ASKED_FILLS)} if verdict == "fill" else {}
        more |= _noted(body)
        put = [] if verdict == "none" else [self._on(log, verdict, str(name), more) for name in wanted]
        if not put and not removed:
            raise BadRequest("Nothing was decided on these, so there is nothing to take back.")
        return Step(_told(verdict, len(wanted)), removed, put)

    def _on(self, log: DecisionLog, verdict: str, name: str, more: Body) -> Row:
        parts = parts_of(name)
        if parts is None or not self.clip.has(parts[0]):
            raise NotThere(f"There is no defect {name!r}; ask for the list again.")
        frame, box = parts
        inside = self.clip.pixels(frame, box)
        shape = {"box": [box.top, box.left, box.bottom, box.right]}
        if inside is not None and inside.any() and not inside.all():
            shape = mask_shape(*tight(box, inside))
        return _row(log, verdict, str(frame), shape, {**more, "defect": name})

    def _region(self, body: Body, log: DecisionLog) -> Step:
        verdict = _one_of(body, "verdict", _DRAWN)
        frames, scope = self._frames(body)
        shape = shape_from(body["shape"], self.clip.size) if body.get("shape") is not None else None
        more: dict[str, Any] = {"scope": scope, **_noted(body)}
        if verdict == "add":
            more["class"] = _one_of(body, "class", CLASSES, "blotch")
        if verdict == "fill" or (verdict == "add" and body.get("fill")):
            more["fill"] = _one_of(body, "fill", ASKED_FILLS)
        row = _row(log, verdict, frames, shape, more)
        return Step(f"{verdict} {'a region' if shape else 'whole frames'}, {frames}", (), [row])

    def _paint(self, body: Body, log: DecisionLog) -> Step:
        frame = self._frame(body)
        shape = shape_from(body.get("shape"), self.clip.size)
        more: dict[str, Any] = {"class": _one_of(body, "class", CLASSES, "blotch")}
        return Step(f"paint on {frame}", (), [_row(log, "add", str(frame), shape, more)])

    def _erase(self, body: Body, log: DecisionLog) -> Step:
        frame = self._frame(body)
        shape = shape_from(body.get("shape"), self.clip.size)
        box, inside = pixels_of(shape_of(shape, self.clip.size), self.clip.size)
        gone: list[Row] = []
        put: list[Row] = []
        for row in self.desk.rows_on(frame):
            if row["verdict"] == "add":
                self._cut(log, row, frame, (box, inside), gone, put)
        put.append(_row(log, "veto", str(frame), shape, {}))
        return Step(f"erase on {frame}", gone, put)

    def _cut(
        self,
        log: DecisionLog,
        row: Row,
        frame: FrameNumber,
        cut: tuple[Box, Bool],
        gone: list[Row],
        put: list[Row],
    ) -> None:
        """Take the pixels `cut` from what `row` adds to `frame`."""
        box, inside = pixels_of(self.desk.decision(row["id"]).shape, self.clip.size)
        left = inside & ~_seen_in(box, *cut)
        if (left == inside).all():
            return
        gone.append(row)
        others = [number for number in parse_frames(row["frames"]) if number != frame]
        if others:
            put.append({**row, "frames": format_frames(others)})
        if left.any():
            name = log.new_id() if others else row["id"]
            put.append({**row, "id": name, "frames": str(frame), "shape": mask_shape(*tight(box, left))})

    def _note(self, body: Body, log: DecisionLog) -> Step:
        row = self._known(log, body.get("id"))
        return Step(
            f"note on {row['id']}", [row], [{**row, **_noted(body), "note": str(body.get("note", ""))}]
        )

    def _remove(self, body: Body, log: DecisionLog) -> Step:
        names = body.get("ids")
        if not isinstance(names, list) or not names:
            raise BadRequest("The ids are a list of at least one decision's id.")
        rows = [self._known(log, name) for name in dict.fromkeys(cast(list[Any], names))]
        return Step(f"remove {len(rows)} decision{'s' * (len(rows) != 1)}", rows, ())

    def _known(self, log: DecisionLog, name: Any) -> Row:
        row = log.rows.get(name) if isinstance(name, str) else None
        if row is None:
            raise NotThere(f"There is no decision {name!r}; ask for the decisions again.")
        return row

    def _frame(self, body: Body) -> FrameNumber:
        frame = body.get("frame")
        if not isinstance(frame, int) or isinstance(frame, bool) or not self.clip.has(frame):
            raise NotThere(f"The clip has no frame {frame!r}.")
        return frame

    def _frames(self, body: Body) -> tuple[str, str]:
        scope = _one_of(body, "scope", ("frame", "shot", "range"), "frame")
        if scope == "frame":
            return str(self._frame(body)), scope
        if scope == "shot":
            first, last = self.clip.shot(self._frame(body))
            return f"{first}-{last}", scope
        try:
            return format_frames(parse_frames(str(body.get("frames", "")))), scope
        except UsageError as error:
            raise BadRequest(str(error)) from error


def _row(log: DecisionLog, verdict: str, frames: str, shape: Any, more: Body) -> Row:
    row: dict[str, Any] = {"id": log.new_id(), "verdict": verdict, "frames": frames}
    row |= {"shape": shape} if shape is not None else {}
    row |= {**more, "when": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")}
    fault = first_fault(row, schema("decisions-1"), "decision")
    if fault:
        raise BadRequest(f"That is no decision: {fault}.")
    if shape is None and verdict not in ("veto", "protect"):
        raise BadRequest(f"To {verdict} needs a shape; only veto and protect hold for whole frames.")
    return row


def _seen_in(box: Box, other: Box, inside: Bool) -> Bool:
    """The pixels `inside` of `other`, as (h, w) of `box`."""
    plane = np.zeros((box.height, box.width), np.bool_)
    top, left = max(box.top, other.top), max(box.left, other.left)
    bottom, right = min(box.bottom, other.bottom), min(box.right, other.right)
    if top < bottom and left < right:
        part = inside[top - other.top : bottom - other.top, left - other.left : right - other.left]
        plane[top - box.top : bottom - box.top, left - box.left : right - box.left] = part
    return plane


def _one_of(body: Body, name: str, words: Sequence[str], otherwise: str | None = None) -> str:
    word = body.get(name, otherwise)
    if word not in words:
        raise BadRequest(f"{name} is one of {', '.join(words)}, not {word!r}.")
    return str(word)


def _noted(body: Body) -> dict[str, Any]:
    return {name: str(body[name]) for name in ("note", "by") if body.get(name)}


def _told(verdict: str, count: int) -> str:
    return f"{'take back' if verdict == 'none' else verdict} {count} region{'s' * (count != 1)}"
