"""The report as JSON, schema version 1: one object per line.

Every line has `"type"`; readers skip types and members they do not know. Numbers of frames are those
in the file names; pixels count from the top left; fractions are 0 .. 1; times are seconds.

`{"type": "start", "schema": 1, "frames": int}`: how many frames will come; the first line

`{"type": "frame", ...}`: one per written frame, in ascending order

    number      int      the frame
    damaged     float    fraction of the pixels the matte touches
    suspected   float    fraction that is likelier damaged than not and was left as it is
    count       int      how many regions
    regions     list     of {"box": [top, left, bottom, right] (bottom and right exclusive), "area": px²,
                         "class": "blotch" | "hair" | "scratch" | "other", "confidence": float,
                         "fill": "temporal" | "spatial" | "through" | "diffusion" | "mixed" | "none"}; the
                         last two only after a repair; "none" was left alone
    neighbours  list     offsets of the frames that were there to take picture from, e.g. [-1, 1]
    duplicate   int      the frame before, where it holds the same code values; else not there
    copy_of     int      the frame shown in place of one that the clip lacks; else not there
    seconds     object   stage -> float

`{"type": "failure", "number": int, "kind": str, "message": str}`: one per frame that was not written

`{"type": "summary", ...}`: the last line

    schema        int     1
    outcome       str     "complete" | "frames failed" | "failed" | "interrupted"
    exit_code     int     what engine-cli ends with: 0, 3, 1, 130
    cause         str     the error that ended the render early, "" if none
    source        str     path
    outputs       object  role ("picture", "matte", "report") -> path
    frames        object  {"expected", "written": int, "failed": [int, ...], "first", "last": int | null}
    damaged       float   mean over the written frames
    regions       int     over all written frames
    seconds       float   wall time
    fps           float   written frames per second of wall time
    stages        object  stage -> float, summed over the frames
    settings      object  parameter id -> number, or the word of a choice
    colour        object  {"space": OCIO name, "reason": str}
    identity      object  names detector and repairer exactly
    versions      object  name -> version
    notes         list    sentences: what the outputs could not carry over, which frames want a look
"""

from __future__ import annotations

import json
from typing import Any

from engine.report.summary import FrameFailure, RenderSummary
from engine.types import DamageRegion, FrameReport

SCHEMA = 1
JsonObject = dict[str, Any]


def start_line(frames: int) -> JsonObject:
    """The "start" object of a render of so many frames."""
    return {"type": "start", "schema": SCHEMA, "frames": frames}


def frame_line(report: FrameReport, repaired: bool = True) -> JsonObject:
    """The "frame" object of one written frame; `repaired` False where only the matte was made."""
    flags = {"duplicate": report.duplicate_of, "copy_of": report.copy_of}
    return {
        "type": "frame",
        "number": report.number,
        "damaged": round(report.damaged, 8),
        "suspected": round(report.suspected, 8),
        "count": len(report.regions),
        "regions": [_region(region, repaired) for region in report.regions],
        "neighbours": list(report.neighbours),
        **{name: number for name, number in flags.items() if number is not None},
        "seconds": {stage: round(spent, 4) for stage, spent in report.seconds.items()},
    }


def failure_line(failure: FrameFailure) -> JsonObject:
    """The "failure" object of one frame that was not written."""
    return {"type": "failure", "number": failure.number, "kind": failure.kind, "message": failure.message}


def summary_line(summary: RenderSummary) -> JsonObject:
    """The "summary" object."""
    tally = summary.tally
    return {
        "type": "summary",
        "schema": SCHEMA,
        "outcome": summary.outcome,
        "exit_code": summary.exit_code,
        "cause": summary.cause,
        "source": summary.source,
        "outputs": dict(summary.outputs),
        "frames": {
            "expected": summary.expected,
            "written": len(tally.written),
            "failed": [failure.number for failure in summary.failures],
            "first": tally.written[0] if tally.written else None,
            "last": tally.written[-1] if tally.written else None,
        },
        "damaged": round(tally.damaged, 8),
        "regions": tally.regions,
        "seconds": round(tally.seconds, 3),
        "fps": round(tally.fps, 3),
        "stages": {stage: round(spent, 3) for stage, spent in tally.stages.items()},
        "settings": dict(summary.settings),
        "colour": {"space": summary.colour_space, "reason": summary.colour_reason},
        "identity": dict(summary.identity),
        "versions": dict(summary.versions),
        "notes": list(summary.notes),
    }


def as_text(line: JsonObject) -> str:
    """One line of JSON, without the newline."""
    return json.dumps(line, ensure_ascii=False, allow_nan=False)


def _region(region: DamageRegion, repaired: bool) -> JsonObject:
    box = region.box
    found = {
        "box": [box.top, box.left, box.bottom, box.right],
        "area": region.area,
        "class": region.damage_class,
    }
    if not repaired:
        return found
    return {**found, "confidence": round(region.confidence, 4), "fill": region.fill}
