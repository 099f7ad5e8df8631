"""What the stages of a frame took, out of the spans of both processes."""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from export.overhead.clock import CUTS, PREPARE, PROCESS, TAKE, Span, within
from export.overhead.ways import ENDED, FETCHED, Taken

BOTH = (PREPARE, CUTS, PROCESS)
NODE = (
    "host gives its pictures",
    "node names them and copies what is new",
    "engine asks",
    "node copies what else is lacking",
    TAKE,
    *BOTH,
    "engine, all else",
    "node has the output",
    "node, beside the engine",
)


@dataclass(frozen=True)
class Cost:
    """Seconds by the clock, and of the processors; 0 where that is not told apart."""

    seconds: float
    processor: float = 0.0


def read(file: Path) -> list[Span]:
    return [Span(*json.loads(line)) for line in file.read_text("utf-8").splitlines()]


def of_plain(frame: Taken, spans: Iterable[Span]) -> dict[str, Cost]:
    """By stage."""
    there = within(spans, frame.began, frame.ended)
    found = {stage: _sum(there, stage) for stage in BOTH}
    return {**found, "all else": _rest(Cost(frame.seconds, frame.processor), found.values())}


def of_node(frame: Taken, spans: Sequence[Span]) -> dict[str, Cost]:
    """By stage. The seconds add up to the frame's: what the node does beside the engine is in none."""
    there = within(spans, frame.began, frame.ended)
    given = [span for span in there if span.stage == FETCHED]
    asked, done = _first(there, "render"), _first(there, "done")
    lacking = _first(there, "need", asked)
    sent = _first(there, "pixels", lacking)
    ended = next(span for span in spans if span.stage == ENDED and span.began >= frame.ended)
    inside = {stage: _sum(there, stage) for stage in (TAKE, *BOTH)}
    engine = frame.processor - (ended.processor - given[0].processor)
    costs = (
        Cost(given[-1].began - frame.began, given[-1].processor - given[0].processor),
        _between(given[-1], asked),
        Cost(lacking.began - asked.began),
        Cost(sent.began - lacking.began),
        *inside.values(),
        _rest(Cost(done.began - sent.began, engine), inside.values()),
        Cost(frame.ended - done.began, ended.processor - done.processor),
        Cost(0.0, done.processor - asked.processor),
    )
    return dict(zip(NODE, costs, strict=True))


def table(frames: Sequence[Mapping[str, Cost]]) -> str:
    """Medians, the least, and the medians of the processor, in milliseconds; both processes, all threads."""
    rows = ["    median     least  processor"]
    for name in frames[0]:
        seconds = [1e3 * frame[name].seconds for frame in frames]
        worked = 1e3 * statistics.median(frame[name].processor for frame in frames)
        rows.append(f"  {statistics.median(seconds):8.1f}  {min(seconds):8.1f}   {worked:8.1f}  {name}")
    return "\n".join(rows)


def _rest(whole: Cost, parts: Iterable[Cost]) -> Cost:
    known = list(parts)
    return Cost(
        whole.seconds - sum(part.seconds for part in known),
        whole.processor - sum(part.processor for part in known),
    )


def _sum(spans: Iterable[Span], stage: str) -> Cost:
    found = [span for span in spans if span.stage == stage]
    return Cost(sum(span.ended - span.began for span in found), sum(span.processor for span in found))


def _between(one: Span, other: Span) -> Cost:
    """From one moment to another."""
    return Cost(other.began - one.began, other.processor - one.processor)


def _first(spans: Iterable[Span], stage: str, otherwise: Span | None = None) -> Span:
    found = next((span for span in spans if span.stage == stage), otherwise)
    if found is None:
        raise ValueError(f"no {stage!r} came in this frame")
    return found
