"""The parts of an audit file as JSON; `schemas/audit-1.schema.json` is the format, docs/audit.md tells it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.audit.records import AuditedRegion
from engine.media.contract import ClipInfo
from engine.media.movie_clock import exact_rate
from engine.media.ranges import format_frames
from engine.report.summary import FrameFailure, RenderSummary
from engine.types import FrameNumber, FrameReport

JsonObject = dict[str, Any]
FORMAT, VERSION = "reelmend-audit", 1


def source_object(info: ClipInfo) -> JsonObject:
    """What the header says of the source."""
    layout, tags = info.layout, info.tags
    return {
        "path": str(info.path),
        "kind": info.kind,
        "format": info.format,
        "size": [info.height, info.width],
        "frames": format_frames(info.frames),
        "gaps": format_frames(info.gaps),
        "rate": str(exact_rate(info)) if info.rate else "",
        "timecode": info.extras.get("timecode", ""),
        "codes": {
            "model": layout.model,
            "channels": list(layout.channels),
            "kind": layout.kind,
            "bits": layout.bits,
            "subsampling": list(layout.subsampling),
            "matrix": layout.matrix if layout.model == "ycbcr" else "",
            "full_range": layout.full_range,
        },
        "tags": {
            name: told
            for name in ("transfer", "colorimetric", "primaries", "matrix", "named_space")
            if (told := getattr(tags, name))
        },
    }


def models_of(identity: Mapping[str, str]) -> list[JsonObject]:
    """The nets that `identity` names: id, version and sha256 of their files."""
    found: list[JsonObject] = []
    for role, told in identity.items():
        name, marked, digest = told.rpartition(" sha256:")
        if marked and len(digest) == 64:
            model, _, version = name.partition(" ")
            found.append({"role": role, "id": model, "version": version, "sha256": digest})
    return found


def frame_object(
    report: FrameReport, regions: Iterable[AuditedRegion], checksums: Mapping[str, Mapping[str, str]]
) -> JsonObject:
    """One written frame. `checksums` is {"source": {algorithm: digits}, "output": ...}."""
    told: JsonObject = {
        "number": report.number,
        "status": "written",
        "damaged": round(report.damaged, 8),
        "suspected": round(report.suspected, 8),
        "regions": [_region(region) for region in regions],
        "neighbours": list(report.neighbours),
        "seconds": {stage: round(spent, 4) for stage, spent in report.seconds.items()},
        "checksums": {role: dict(digests) for role, digests in checksums.items()},
    }
    copies = {"duplicate_of": report.duplicate_of, "copy_of": report.copy_of}
    return {**told, **{name: number for name, number in copies.items() if number is not None}}


def failure_object(failure: FrameFailure) -> JsonObject:
    """One frame that was not written."""
    return {
        "number": failure.number,
        "status": "failed",
        "kind": failure.kind,
        "message": failure.message,
    }


def summary_object(
    summary: RenderSummary, ended: str, left_alone: int, verified: JsonObject | None
) -> JsonObject:
    """How it ended; `verified` is what `verify` found, None where it was not asked."""
    tally = summary.tally
    failed: list[FrameNumber] = [failure.number for failure in summary.failures]
    return {
        "outcome": summary.outcome,
        "exit_code": summary.exit_code,
        "cause": summary.cause,
        "ended": ended,
        "frames": {"expected": summary.expected, "written": len(tally.written), "failed": failed},
        "damaged": round(tally.damaged, 8),
        "regions": tally.regions,
        "left_alone": left_alone,
        "seconds": round(tally.seconds, 3),
        "stages": {stage: round(spent, 3) for stage, spent in tally.stages.items()},
        "outputs": dict(summary.outputs),
        "notes": list(summary.notes),
        "verified": verified,
    }


def _region(region: AuditedRegion) -> JsonObject:
    box = region.box
    told: JsonObject = {
        "id": region.id,
        "box": [box.top, box.left, box.bottom, box.right],
        "area": region.area,
        "class": region.damage_class,
        "state": region.state,
    }
    if region.confidence is not None:
        told["confidence"] = region.confidence
    optional = {"fill": region.fill, "why": region.why, "decision": region.decision}
    return {**told, **{name: value for name, value in optional.items() if value}}
