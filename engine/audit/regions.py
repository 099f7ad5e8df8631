"""The regions of a frame as the audit lists them: repaired, or found and left alone, and why."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from engine.audit.decisions import Decision, Decisions
from engine.audit.records import AuditedRegion
from engine.matte.contract import DecisionSource
from engine.report.regions import labelled, likeliest_class
from engine.types import Bool, Box, DamageMatte, DamageRegion, Frame, FrameReport

NEAR = 0.5
"""A decision is about a region where it covers more than this share of it."""


def repaired_regions(
    report: FrameReport, matte: DamageMatte, frame: Frame, decisions: Decisions | None, repairs: bool
) -> tuple[AuditedRegion, ...]:
    """The regions of `report`, numbered from 1 as it lists them; `repairs` False where only marked."""
    state = "repaired" if repairs else "marked"
    found = tuple(_audited(n, region, state, repairs) for n, region in enumerate(report.regions, start=1))
    if decisions is None or not found:
        return found
    labels, _ = labelled(matte.coverage > 0)
    return tuple(_decided(region, labels == region.id, frame, decisions) for region in found)


def left_alone_regions(
    found: DamageMatte, matte: DamageMatte, frame: Frame, decisions: Decisions | None, first: int
) -> tuple[AuditedRegion, ...]:
    """Regions of what was found that no pixel of `matte` repairs, numbered from `first`."""
    spared = (found.coverage > 0) & ~(matte.coverage > 0)
    if not spared.any():
        return ()
    labels, boxes = labelled(spared)
    return tuple(
        _spared(first + n, box, labels[box.slices] == n + 1, found, frame, decisions)
        for n, box in enumerate(boxes)
    )


def with_decided_class(
    report: FrameReport, matte: DamageMatte, frame: Frame, decisions: DecisionSource | None
) -> FrameReport:
    """`report` with the class that a person gave to what was added."""
    if not isinstance(decisions, Decisions) or not report.regions or decisions.added(frame) is None:
        return report
    labels, _ = labelled(matte.coverage > 0)
    regions: list[DamageRegion] = []
    for n, region in enumerate(report.regions, start=1):
        inside = labels[region.box.slices] == n
        added = next((d for d in decisions.on(frame.number, "add") if _covers(d, region.box, inside)), None)
        regions.append(replace(region, damage_class=added.damage_class) if added else region)
    return replace(report, regions=tuple(regions))


def _audited(number: int, region: DamageRegion, state: str, repairs: bool) -> AuditedRegion:
    confidence = round(region.confidence, 4) if repairs else None
    fill = region.fill if repairs else ""
    return AuditedRegion(number, region.box, region.area, region.damage_class, confidence, fill, state)


def _decided(region: AuditedRegion, where: Bool, frame: Frame, decisions: Decisions) -> AuditedRegion:
    inside = where[region.box.slices]
    made = next(
        (d for d in decisions.on(frame.number, "add", "fill", "accept") if _covers(d, region.box, inside)),
        None,
    )
    return region if made is None else replace(region, decision=_named(made.verdict, made.id))


def _spared(
    number: int, box: Box, inside: Bool, found: DamageMatte, frame: Frame, decisions: Decisions | None
) -> AuditedRegion:
    return AuditedRegion(
        id=number,
        box=box,
        area=int(inside.sum()),
        damage_class=likeliest_class(found, box, inside),
        confidence=round(float(found.coverage[box.slices][inside].max()), 4),
        fill="",
        state="left alone",
        why=", ".join(_reasons(box, inside, frame, decisions)) or "held out",
        decision=", ".join(_decisions_on(box, inside, frame, decisions)),
    )


def _reasons(box: Box, inside: Bool, frame: Frame, decisions: Decisions | None) -> Iterator[str]:
    if decisions is not None:
        verdicts = {d.verdict for d in _leaving(frame, decisions) if _touches(d, box, inside)}
        names = {"veto": "vetoed", "protect": "protected", "fill": "left as it is"}
        yield from (named for verdict, named in names.items() if verdict in verdicts)


def _decisions_on(box: Box, inside: Bool, frame: Frame, decisions: Decisions | None) -> Iterator[str]:
    for made in () if decisions is None else _leaving(frame, decisions):
        if _touches(made, box, inside):
            yield _named(made.verdict, made.id)


def _leaving(frame: Frame, decisions: Decisions) -> Iterator[Decision]:
    """The decisions to leave something of a frame as it is."""
    yield from decisions.on(frame.number, "veto", "protect")
    yield from (made for made in decisions.on(frame.number, "fill", "add") if made.fill == "original")


def _covers(made: Decision, box: Box, inside: Bool) -> bool:
    return float(made.shape.within(box)[inside].mean()) > NEAR


def _touches(made: Decision, box: Box, inside: Bool) -> bool:
    return bool(made.shape.within(box)[inside].any())


def _named(verdict: str, name: str) -> str:
    return f"{verdict} {name}".rstrip()
