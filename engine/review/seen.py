"""What is kept of a frame that was repaired for the page: little, and enough to make every picture again."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from engine.types import (
    DAMAGE_CLASSES,
    AnyArray,
    Bool,
    Codes,
    DamageMatte,
    Float32,
    Frame,
    FrameNumber,
    FrameReport,
)

NONE, REPAIRED, LEFT_ALONE, ADDED, CHOSEN = range(5)
"""The states in the third channel of the overlay."""

Overlay = npt.NDArray[np.uint8]
"""(H, W, 3): coverage, class (0 none, then DAMAGE_CLASSES from 1), state."""


@dataclass(frozen=True, eq=False)
class Changes:
    """The samples of one plane that differ: `places` in the flattened plane, and the new `values`."""

    places: npt.NDArray[np.int64]
    values: AnyArray


@dataclass(frozen=True, eq=False)
class Seen:
    """A frame as it was repaired at one `version`. `packed` is its overlay.

    `patch` are the codes of the `pixels` that changed, as a picture one pixel high, with their places in
    the flattened frame; None where one sample belongs to several pixels.
    """

    number: FrameNumber
    version: str
    report: FrameReport
    changes: Sequence[Changes]
    pixels: npt.NDArray[np.int64]
    patch: Codes | None
    packed: bytes
    size: tuple[int, int]

    @property
    def nbytes(self) -> int:
        own = self.pixels.nbytes + len(self.packed) + 256 * len(self.report.regions)
        arrays = [part for change in self.changes for part in (change.places, change.values)]
        arrays += self.patch.planes if self.patch is not None else ()
        return own + sum(part.nbytes for part in arrays)

    def overlay(self) -> Overlay:
        return np.frombuffer(zlib.decompress(self.packed), np.uint8).reshape(*self.size, 3)

    def after(self, source: Frame) -> Frame:
        """The repaired frame, from its source."""
        planes = [plane.copy() for plane in source.codes.planes]
        for plane, change in zip(planes, self.changes, strict=True):
            plane.reshape(-1)[change.places] = change.values
        return replace(source, codes=Codes(tuple(planes), source.codes.layout))


def seen_of(version: str, source: Frame, result: Frame, report: FrameReport, overlay: Overlay) -> Seen:
    """Keep what differs between `source` and `result`, and the `overlay`."""
    planes = zip(source.codes.planes, result.codes.planes, strict=True)
    changes = tuple(_changes(before, after) for before, after in planes)
    size = source.codes.height, source.codes.width
    pixels, patch = np.zeros(0, np.int64), None
    if source.codes.layout.model != "ycbcr":
        plane = result.codes.planes[0]
        pixels = np.unique(changes[0].places // plane.shape[2])
        patch = Codes((plane.reshape(1, -1, plane.shape[2])[:, pixels],), result.codes.layout)
    packed = zlib.compress(np.ascontiguousarray(overlay).tobytes(), 1)
    return Seen(source.number, version, report, changes, pixels, patch, packed, size)


def overlay_of(
    repaired: DamageMatte, found: DamageMatte, added: Bool | None, chosen: Sequence[Bool]
) -> Overlay:
    """What the page paints over the plate.

    `repaired` is the matte that was composited with, `found` all that there was before anybody had
    something left alone; `added` and `chosen` (H, W) what a person added, and gave a fill.
    """
    spared = (found.coverage > 0) & ~(repaired.coverage > 0)
    coverage = np.where(spared, found.coverage, repaired.coverage)
    overlay = np.zeros((*coverage.shape, 3), np.uint8)
    overlay[..., 0] = np.ceil(np.clip(coverage, 0, 1) * np.float32(255)).astype(np.uint8)
    overlay[..., 1] = _classes(repaired, found, overlay[..., 0] > 0)
    state = np.where(repaired.coverage > 0, np.uint8(REPAIRED), np.uint8(NONE))
    state[spared] = LEFT_ALONE
    for plane, value in ((added, ADDED), *((plane, CHOSEN) for plane in chosen)):
        if plane is not None:
            state[plane & (state == REPAIRED)] = value
    overlay[..., 2] = state
    return overlay


def _classes(repaired: DamageMatte, found: DamageMatte, marked: Bool) -> npt.NDArray[np.uint8]:
    places = np.flatnonzero(marked)
    best: Float32 = np.full(places.size, -1, np.float32)
    kind = np.zeros(marked.size, np.uint8)
    for n, name in enumerate(DAMAGE_CLASSES, start=1):
        planes = [matte.classes[name] for matte in (repaired, found) if name in matte.classes]
        if planes:
            likely = np.maximum.reduce([plane.reshape(-1)[places] for plane in planes])
            kind[places[likely > best]] = n
            best = np.maximum(best, likely)
    kind[places[kind[places] == 0]] = 1
    return kind.reshape(marked.shape)


def _changes(before: AnyArray, after: AnyArray) -> Changes:
    if before is after:
        return Changes(np.zeros(0, np.int64), before.reshape(-1)[:0])
    bits = [
        np.ascontiguousarray(plane).view(f"u{plane.dtype.itemsize}").reshape(-1) for plane in (before, after)
    ]
    places = np.flatnonzero(bits[0] != bits[1])
    return Changes(places, after.reshape(-1)[places])
