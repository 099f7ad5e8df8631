"""What a person decided about the damage of a clip, as the matte needs it.

The format is `schemas/decisions-1.schema.json`, told in docs/audit.md. The order of the decisions never
counts: what is protected stays protected; what is added wins over a veto; a veto wins over the detector.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, cast

import numpy as np
import xxhash

from engine.audit.json_file import read_json
from engine.audit.schema_check import first_fault, schema
from engine.audit.shapes import WHOLE_FRAME, Shape, shape_of
from engine.errors import CorruptSource, InconsistentFrames, UnsupportedFormat
from engine.types import ASKED_FILLS, AskedFill, Bool, DamageClass, Frame, FrameNumber

VERSION = 1
_KEPT_PLANES = 12

Verdict = Literal["accept", "veto", "add", "protect", "fill"]
Span = tuple[FrameNumber, FrameNumber]
"""First and last frame, both included."""


@dataclass(frozen=True, eq=False)
class Decision:
    """One decision: on which frames, on which pixels, what."""

    verdict: Verdict
    spans: tuple[Span, ...]
    shape: Shape
    damage_class: DamageClass = "blotch"
    id: str = ""
    note: str = ""
    fill: AskedFill | None = None

    def holds_for(self, number: FrameNumber) -> bool:
        return any(first <= number <= last for first, last in self.spans)


@dataclass(frozen=True, eq=False)
class Decisions:
    """The decisions of one file. Implements `engine.matte.contract.DecisionSource`; thread-safe."""

    identity: str
    decisions: Sequence[Decision]
    size: tuple[int, int] | None = None
    _single: Mapping[FrameNumber, Sequence[Decision]] = field(init=False)
    _long: Sequence[Decision] = field(init=False)
    _planes: OrderedDict[tuple[FrameNumber, str, tuple[int, int]], Bool | None] = field(
        init=False, default_factory=lambda: OrderedDict()
    )
    _lock: threading.Lock = field(init=False, default_factory=threading.Lock)

    def __post_init__(self) -> None:
        single: dict[FrameNumber, list[Decision]] = {}
        long: list[Decision] = []
        for decision in self.decisions:
            first, last = decision.spans[0]
            if len(decision.spans) == 1 and first == last:
                single.setdefault(first, []).append(decision)
            else:
                long.append(decision)
        object.__setattr__(self, "_single", single)
        object.__setattr__(self, "_long", tuple(long))

    def key(self, number: FrameNumber) -> tuple[object, ...]:
        """What the found damage of a frame depends on; () where nothing is added to it."""
        return (self.identity, number) if next(self.on(number, "add"), None) is not None else ()

    def on(self, number: FrameNumber, *verdicts: Verdict) -> Iterator[Decision]:
        """The decisions on a frame that are one of `verdicts`, in the order of the file."""
        for decision in (*self._single.get(number, ()), *self._long):
            if decision.verdict in verdicts and decision.holds_for(number):
                yield decision

    def added(self, frame: Frame) -> Bool | None:
        """Pixels (H, W) of damage that a person added to this frame; None where there are none."""
        return self._plane(frame, "added", lambda: self._added(frame))

    def vetoed(self, frame: Frame) -> Bool | None:
        """Pixels (H, W) of this frame that a person says are picture; None where there are none."""
        return self._plane(frame, "vetoed", lambda: self._vetoed(frame))

    def kept(self, frame: Frame) -> Bool | None:
        """Pixels (H, W) that a person had left alone in this frame; None where there are none."""
        return self._plane(frame, "kept", lambda: self._kept(frame))

    @property
    def fills(self) -> frozenset[AskedFill]:
        """The fills that a person asks for on any frame."""
        return frozenset(made.fill for made in self.decisions if made.fill is not None)

    def asked(self, frame: Frame) -> Mapping[AskedFill, Bool]:
        """Fill to the pixels (H, W) that a person wants filled so; the later of two decisions holds."""
        decisions = [made for made in self.on(frame.number, "fill", "add") if made.fill is not None]
        planes: dict[AskedFill, Bool] = {}
        for decision in decisions:
            here = self._canvas(frame)
            decision.shape.draw(here)
            for plane in planes.values():
                plane &= ~here
            assert decision.fill is not None
            planes[decision.fill] = planes.get(decision.fill, np.False_) | here
        return {name: planes[name] for name in ASKED_FILLS if name in planes and planes[name].any()}

    def _plane(self, frame: Frame, kind: str, draw: Callable[[], Bool | None]) -> Bool | None:
        key = (frame.number, kind, _size(frame))
        with self._lock:
            if key in self._planes:
                return self._planes[key]
        plane = draw()
        if plane is not None:
            plane.flags.writeable = False
        with self._lock:
            self._planes[key] = plane
            while len(self._planes) > _KEPT_PLANES:
                self._planes.popitem(last=False)
        return plane

    def _added(self, frame: Frame) -> Bool | None:
        added = self.drawn(frame, "add")
        protected = self.drawn(frame, "protect")
        return added & ~protected if added is not None and protected is not None else added

    def _vetoed(self, frame: Frame) -> Bool | None:
        vetoed, added = self.drawn(frame, "veto"), self.drawn(frame, "add")
        return vetoed & ~added if vetoed is not None and added is not None else vetoed

    def _kept(self, frame: Frame) -> Bool | None:
        planes = (self.vetoed(frame), self.drawn(frame, "protect"), self.asked(frame).get("original"))
        kept = [plane for plane in planes if plane is not None]
        return np.logical_or.reduce(kept) if kept else None

    def drawn(self, frame: Frame, verdict: Verdict) -> Bool | None:
        """All pixels (H, W) of one verdict; None where no decision has it. Raises InconsistentFrames."""
        decisions = tuple(self.on(frame.number, verdict))
        if not decisions:
            return None
        plane = self._canvas(frame)
        for decision in decisions:
            decision.shape.draw(plane)
        return plane

    def _canvas(self, frame: Frame) -> Bool:
        """An empty plane (H, W) to draw on. Raises InconsistentFrames."""
        if self.size is not None and self.size != _size(frame):
            raise InconsistentFrames(
                f"The decisions {self.identity} are for {self.size[1]} x {self.size[0]}, and frame "
                f"{frame.number} is {frame.codes.width} x {frame.codes.height}; give those of this clip."
            )
        return np.zeros(_size(frame), np.bool_)


def read_decisions(path: Path, size: tuple[int, int]) -> Decisions:
    """The decisions file `path` for a clip of `size` (height, width).

    Raises SourceNotFound, SourceError, CorruptSource (not JSON, or not of the schema),
    UnsupportedFormat (a newer version) and InconsistentFrames (made for another size).
    """
    document: Any = read_json(path, "decisions file")
    digest = xxhash.xxh3_128_hexdigest(path.read_bytes())
    return decisions_of(document, size, f"{path} xxh3:{digest}", str(path))


def decisions_of(document: Any, size: tuple[int, int], identity: str, name: str) -> Decisions:
    """The decisions in `document`; `name` is what messages call it. Raises as `read_decisions`."""
    members = cast(dict[str, Any], document) if isinstance(document, dict) else {}
    version = members.get("version")
    if members.get("format") == "reelmend-decisions" and isinstance(version, int) and version > VERSION:
        raise UnsupportedFormat(
            f"{name} has decisions of version {version}, and this program knows {VERSION}; update Reelmend."
        )
    fault = first_fault(document, schema("decisions-1"))
    if fault:
        raise CorruptSource(f"{name} is no valid decisions file: {fault}.")
    stated = None if "size" not in members else (int(members["size"][0]), int(members["size"][1]))
    if stated is not None and stated != size:
        raise InconsistentFrames(
            f"The decisions {name} are for {stated[1]} x {stated[0]}, and the clip is {size[1]} x {size[0]}; "
            "give those of this clip."
        )
    rows = cast(Sequence[dict[str, Any]], members["decisions"])
    found = tuple(_decision(row, place, size, name) for place, row in enumerate(rows))
    return Decisions(identity, found, stated)


def _decision(row: dict[str, Any], place: int, size: tuple[int, int], name: str) -> Decision:
    verdict = cast(Verdict, row["verdict"])
    if "shape" not in row and verdict in ("add", "accept", "fill"):
        raise CorruptSource(
            f"{name} is no valid decisions file: decisions[{place}] is to {verdict} and has no shape; only "
            "veto and protect hold for whole frames."
        )
    fill = cast(AskedFill | None, row.get("fill"))
    if (fill is None and verdict == "fill") or (fill is not None and verdict not in ("fill", "add")):
        raise CorruptSource(
            f"{name} is no valid decisions file: decisions[{place}] is to {verdict} and "
            f"{'says no fill' if fill is None else f'names the fill {fill}, which only fill and add may'}."
        )
    try:
        spans = tuple(_span(part) for part in str(row["frames"]).split(","))
        shape = shape_of(row["shape"], size) if "shape" in row else WHOLE_FRAME
    except CorruptSource as error:
        raise CorruptSource(f"{name} is no valid decisions file: decisions[{place}]: {error}.") from error
    damage_class = cast(DamageClass, row.get("class", "blotch"))
    told = str(row.get("id", "")), str(row.get("note", ""))
    return Decision(verdict, spans, shape, damage_class, *told, fill)


def _span(part: str) -> Span:
    first, _, last = part.partition("-")
    if last and int(last) < int(first):
        raise CorruptSource(f"the frames {part} run backwards")
    return int(first), int(last or first)


def _size(frame: Frame) -> tuple[int, int]:
    return frame.codes.height, frame.codes.width
