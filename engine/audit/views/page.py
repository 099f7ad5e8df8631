"""The HTML page: one file that asks nothing of any network, with a timeline of 200,000 frames and more.

What the page shows of each frame lies in it as packed numbers; the regions are there for the frames with
most damage.
"""

from __future__ import annotations

import base64
import heapq
import json
from array import array
from collections import Counter
from importlib import resources
from typing import IO, Any

import numpy as np
import numpy.typing as npt

from engine.audit.records import AuditedClip, AuditedFrame, AuditedRegion
from engine.audit.views.clock import FrameClock

WORST_FRAMES = 400
REGIONS_EACH = 200
FAILURES = 200
MAP_SIZE = (54, 96)
"""Rows and columns of the map that shows where on the frame damage lies."""


class PageView:
    def __init__(self, stream: IO[str], clip: AuditedClip, clock: FrameClock) -> None:
        self._stream, self._clip, self._clock = stream, clip, clock
        self._numbers = array("i")
        self._damaged = array("f")
        self._repaired = array("H")
        self._spared = array("H")
        self._failed = array("B")
        self._seconds = array("f")
        self._classes: Counter[str] = Counter()
        self._fills: Counter[str] = Counter()
        self._reasons: Counter[str] = Counter()
        self._worst: list[tuple[float, int, AuditedFrame]] = []
        self._failures: list[tuple[int, str]] = []
        self._map = np.zeros(MAP_SIZE, np.float64)
        height, width = clip.header["source"]["size"]
        self._size = int(height), int(width)

    def add(self, frame: AuditedFrame) -> None:
        spared = sum(region.state == "left alone" for region in frame.regions)
        self._numbers.append(min(frame.number, 2**31 - 1))
        self._damaged.append(frame.damaged)
        self._repaired.append(min(len(frame.regions) - spared, 65535))
        self._spared.append(min(spared, 65535))
        self._failed.append(bool(frame.failure))
        self._seconds.append(frame.seconds)
        if frame.failure and len(self._failures) < FAILURES:
            self._failures.append((frame.number, frame.failure))
        for region in frame.regions:
            self._count(region)
        if frame.regions:
            self._keep(frame)

    def _keep(self, frame: AuditedFrame) -> None:
        entry = (frame.damaged, -frame.number, frame)
        if len(self._worst) < WORST_FRAMES:
            heapq.heappush(self._worst, entry)
        else:
            heapq.heappushpop(self._worst, entry)

    def _count(self, region: AuditedRegion) -> None:
        if region.state == "left alone":
            self._reasons[region.why or "left alone"] += 1
            return
        self._classes[region.damage_class] += 1
        self._fills[region.fill or "not filled"] += 1
        (height, width), (rows, columns), box = self._size, MAP_SIZE, region.box
        first, last = box.top * rows // height, max(box.top, box.bottom - 1) * rows // height
        left, right = box.left * columns // width, max(box.left, box.right - 1) * columns // width
        cells = self._map[first : last + 1, left : right + 1]
        if cells.size:
            cells += region.area / cells.size

    def finish(self) -> None:
        template = resources.files("engine.audit.views").joinpath("page.html").read_text(encoding="utf-8")
        before, after = template.split("/*AUDIT*/", 1)
        self._stream.write(before)
        # "<" would let a file name end the script element.
        self._stream.write(json.dumps(self._told(), ensure_ascii=False).replace("<", "\\u003c"))
        self._stream.write(after)

    def _told(self) -> dict[str, Any]:
        clip = self._clip
        # A render that went on has its frames in the order in which they were made.
        order = np.argsort(np.array(self._numbers), kind="stable")
        return {
            "name": clip.name,
            "header": clip.header,
            "summary": dict(clip.summary) or None,
            "rate": float(clip.rate),
            "clock": {"start": self._clock.start, "first": self._clock.first},
            "count": len(self._numbers),
            "numbers": _packed(self._numbers, order),
            "damaged": _packed(self._damaged, order),
            "repaired": _packed(self._repaired, order),
            "spared": _packed(self._spared, order),
            "failed": _packed(self._failed, order),
            "seconds": _packed(self._seconds, order),
            "classes": dict(self._classes),
            "fills": dict(self._fills),
            "reasons": dict(self._reasons),
            "failures": self._failures,
            "map": {"size": MAP_SIZE, "cells": [round(float(cell), 1) for cell in self._map.ravel()]},
            "worst": [
                _worst(frame) for _, _, frame in sorted(self._worst, key=lambda entry: entry[:2])[::-1]
            ],
        }


def _worst(frame: AuditedFrame) -> dict[str, Any]:
    return {
        "number": frame.number,
        "count": len(frame.regions),
        "regions": [
            [
                region.id, region.box.top, region.box.left, region.box.bottom, region.box.right, region.area,
                region.damage_class, region.confidence, region.fill, region.state, region.why,
            ]
            for region in sorted(frame.regions, key=lambda region: -region.area)[:REGIONS_EACH]
        ],
    }  # fmt: skip


def _packed(values: array[Any], order: npt.NDArray[np.intp]) -> str:
    """Base64 of the numbers, little-endian."""
    found = np.array(values)[order]
    return base64.b64encode(found.astype(found.dtype.newbyteorder("<")).tobytes()).decode("ascii")
