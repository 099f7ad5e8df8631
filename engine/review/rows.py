"""Regions of damage as rows of a table: small enough to hold every one of a reel, quick to sift."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from engine.audit.records import AuditedRegion
from engine.report.summary import MUCH
from engine.types import DAMAGE_CLASSES, Box, FrameNumber

Rows: TypeAlias = npt.NDArray[np.void]
"""(n,) of `ROW`."""

ROW = np.dtype(
    [
        ("frame", np.int64), ("region", np.int32),
        ("top", np.int32), ("left", np.int32), ("bottom", np.int32), ("right", np.int32),
        ("area", np.int32), ("confidence", np.float32), ("class", np.uint8), ("fill", np.uint8),
        ("state", np.uint8), ("why", np.uint8), ("flags", np.uint16),
    ]
)  # fmt: skip
CLASSES = DAMAGE_CLASSES
FILLS = ("", "temporal", "spatial", "through", "mixed", "none", "diffusion")
STATES = ("repaired", "left alone", "marked")
REASONS = ("", "vetoed", "protected", "left as it is", "held out", "no fill could be trusted", "other")

LEFT_ALONE, LOW_CONFIDENCE, LARGE, EMULSION, FAILED, DECIDED, DUPLICATE, MISSING, CUT, SUSPECTED = (
    1 << bit for bit in range(10)
)
FLAG_NAMES: Mapping[int, str] = {
    LEFT_ALONE: "left alone", LOW_CONFIDENCE: "low confidence", LARGE: "large area",
    EMULSION: "emulsion loss", FAILED: "failed", DECIDED: "decided by hand", DUPLICATE: "duplicate",
    MISSING: "missing", CUT: "shot cut", SUSPECTED: "likely damage left",
}  # fmt: skip

_LOW = 0.6
"""Below this confidence a region is worth a look."""
_LARGE = 0.002
"""Of the picture; a region larger than this shows where it goes wrong."""
_LOST = 0.01
"""Of the picture: damage of no named kind that large is mostly lost emulsion, a tear or a splice."""
BOX = ("top", "left", "bottom", "right")


def rows_of(frame: FrameNumber, regions: Sequence[AuditedRegion], size: tuple[int, int]) -> Rows:
    """The table of one frame of `size` (height, width)."""
    rows = np.zeros(len(regions), ROW)
    pixels = size[0] * size[1]
    for row, region in zip(rows, regions, strict=True):
        box = region.box
        row["frame"], row["region"], row["area"] = frame, region.id, region.area
        row["top"], row["left"], row["bottom"], row["right"] = box.top, box.left, box.bottom, box.right
        row["confidence"] = np.nan if region.confidence is None else region.confidence
        row["class"] = _place(CLASSES, region.damage_class, len(CLASSES) - 1)
        row["fill"] = _place(FILLS, region.fill, 0)
        row["state"] = _place(STATES, region.state, 0)
        row["why"] = _reason(region)
        row["flags"] = _flags(region, pixels)
    return rows


def frame_flags(duplicate: bool, suspected: float) -> int:
    """The bits of a frame that is a `duplicate` or not, and of which the fraction `suspected` was left."""
    return DUPLICATE * duplicate | SUSPECTED * (suspected > MUCH)


def flag_names(bits: int) -> list[str]:
    return [name for bit, name in FLAG_NAMES.items() if bits & bit]


def id_of(row: np.void) -> str:
    """Stable for as long as the region is found in the same place."""
    return ".".join(str(int(row[name])) for name in ("frame", *BOX))


def parts_of(name: str) -> tuple[FrameNumber, Box] | None:
    """Frame and box of a defect's id, None where it is none."""
    parts = name.split(".")
    try:
        frame, top, left, bottom, right = (int(part) for part in parts)
    except ValueError:
        return None
    return frame, Box(top, left, bottom, right)


def told(row: np.void, decision: Mapping[str, Any] | None) -> dict[str, Any]:
    """A row as the page gets it."""
    confidence = float(row["confidence"])
    return {
        "id": id_of(row),
        "frame": int(row["frame"]),
        "region": int(row["region"]),
        "box": [int(row[name]) for name in BOX],
        "area": int(row["area"]),
        "class": CLASSES[row["class"]],
        "confidence": None if np.isnan(confidence) else round(confidence, 4),
        "fill": FILLS[row["fill"]],
        "state": STATES[row["state"]],
        "why": REASONS[row["why"]],
        "flags": int(row["flags"]),
        "decision": None
        if decision is None
        else {"id": decision["id"], "verdict": decision["verdict"], "fill": decision.get("fill", "")},
    }


def flags_of(rows: Rows) -> int:
    """The bits of all rows of a frame."""
    return int(np.bitwise_or.reduce(rows["flags"])) if rows.size else 0


def joined(tables: Iterable[Rows]) -> Rows:
    parts = list(tables)
    return np.concatenate(parts) if parts else np.zeros(0, ROW)


def _flags(region: AuditedRegion, pixels: int) -> int:
    large = region.area > _LARGE * pixels
    return (
        LEFT_ALONE * (region.state == "left alone" or region.fill == "none")
        | LOW_CONFIDENCE * (region.confidence is not None and region.confidence < _LOW)
        | LARGE * large
        | EMULSION * (region.damage_class == "other" and region.area > _LOST * pixels)
        | DECIDED * bool(region.decision)
    )


def _reason(region: AuditedRegion) -> int:
    if region.fill == "none" and not region.why:
        return REASONS.index("no fill could be trusted")
    # Several reasons may be told; the first is the page's.
    return _place(REASONS, region.why.split(", ")[0], len(REASONS) - 1)


def _place(words: Sequence[str], word: str, otherwise: int) -> int:
    return words.index(word) if word in words else otherwise
