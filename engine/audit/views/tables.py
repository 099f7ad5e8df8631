"""CSV for spreadsheets (RFC 4180): a row per region, and a row per frame."""

from __future__ import annotations

import csv
from typing import IO

from engine.audit.records import AuditedFrame
from engine.audit.views.clock import FrameClock

REGION_COLUMNS = (
    "frame", "timecode", "region", "top", "left", "bottom", "right", "area", "class", "confidence", "fill",
    "state", "why", "decision",
)  # fmt: skip
FRAME_COLUMNS = (
    "frame", "timecode", "damaged_percent", "repaired", "left_alone", "seconds", "failure", "source_xxh3",
    "output_xxh3", "source_sha256", "output_sha256",
)  # fmt: skip


class RegionTable:
    def __init__(self, stream: IO[str], clock: FrameClock) -> None:
        self._rows = csv.writer(stream)
        self._clock = clock
        self._rows.writerow(REGION_COLUMNS)

    def add(self, frame: AuditedFrame) -> None:
        timecode = self._clock.timecode(frame.number)
        for region in frame.regions:
            box = region.box
            self._rows.writerow([
                frame.number, timecode, region.id, box.top, box.left, box.bottom, box.right, region.area,
                region.damage_class, "" if region.confidence is None else region.confidence, region.fill,
                region.state, _safe(region.why), _safe(region.decision),
            ])  # fmt: skip

    def finish(self) -> None: ...


class FrameTable:
    def __init__(self, stream: IO[str], clock: FrameClock) -> None:
        self._rows = csv.writer(stream)
        self._clock = clock
        self._rows.writerow(FRAME_COLUMNS)

    def add(self, frame: AuditedFrame) -> None:
        spared = sum(region.state == "left alone" for region in frame.regions)
        digests = [
            frame.checksums.get(role, {}).get(name, "")
            for name in ("xxh3", "sha256")
            for role in ("source", "output")
        ]
        self._rows.writerow([
            frame.number, self._clock.timecode(frame.number), round(100 * frame.damaged, 6),
            len(frame.regions) - spared, spared, round(frame.seconds, 3), _safe(frame.failure), *digests,
        ])  # fmt: skip

    def finish(self) -> None: ...


def _safe(text: str) -> str:
    """A cell that a spreadsheet would take for a formula is marked as text."""
    return f"'{text}" if text[:1] in "=+-@\t\r" and text else text
