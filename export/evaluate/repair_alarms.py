"""Mattes put over what is no damage: a limb, a ball, birds. They must come out as they went in."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from engine.evaluate.metrics import grown
from engine.types import Bool
from export.evaluate.hard_negatives import KINDS, hard_negative
from export.evaluate.protocol import FIRST, FRAMES, PEAK, TestFrame, each_clip
from export.evaluate.repair_conditions import MIDDLE, RepairClip
from export.evaluate.repair_metrics import structure
from export.material.clips import Clip
from export.simulate.encoding import VISIBLE

ALARMS = ("alarm-whole", "alarm-pieces")
THINGS = ("passing limb", "ball", "birds")
RIM = 2
PIECE, SHARE = 12.0, 1 / 3
"""Size in px of the pieces, and their share of a thing."""
_LEAST = 20
"""px² below which a thing is not in the frame."""


def alarm_clips(split: Path, cache: Path, count: int) -> Iterator[RepairClip]:
    """Each of `THINGS` on the clip that the hard negatives have it on, under a matte over all of it and
    under one over pieces."""
    clips = list(each_clip(split / "clean", cache))
    for name in THINGS:
        clip = clips[list(KINDS).index(name) % len(clips)]
        for kind in ALARMS:
            yield alarm_clip(clip, name, kind, count)


def alarm_clip(clip: Clip, name: str, kind: str, count: int) -> RepairClip:
    """Judged are the `count` consecutive frames in which most of the thing shows."""
    shown = hard_negative(name, clip).frames
    first = max(0, min(FIRST, len(clip.frames) - FRAMES))
    areas = [thing(frame.clean, clip.frames[first + k]) for k, frame in enumerate(shown)]
    rng = np.random.default_rng((zlib.crc32(name.encode()), zlib.crc32(kind.encode())))
    if kind == "alarm-pieces":
        areas = [area & _pieces((area.shape[0], area.shape[1]), rng) for area in areas]
    frames = [
        TestFrame(frame.number, frame.clean, frame.clean, area, area)
        for frame, area in zip(shown, areas, strict=True)
    ]
    return RepairClip(f"{name} ({clip.name})", kind, frames, _fullest(areas, min(count, len(MIDDLE))))


def thing(plate: np.ndarray, bare: np.ndarray) -> Bool:
    """Where a 10-bit plate differs visibly from the 8-bit frame it was made of, grain smoothed away."""
    shown, empty = (np.asarray(p, np.float32) / np.float32(w) for p, w in ((plate, PEAK), (bare, 255)))
    apart = np.abs(structure(shown) - structure(empty)).max(2)
    seen = np.asarray(apart > 1.5 * VISIBLE, np.uint8)
    opened = cv2.morphologyEx(seen, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)) > 0
    if opened.sum() < _LEAST:
        return np.zeros_like(opened)
    return grown(opened, RIM)


def _pieces(shape: tuple[int, int], rng: np.random.Generator) -> Bool:
    noise = cv2.GaussianBlur(rng.standard_normal(shape).astype(np.float32), (0, 0), PIECE / 3)
    return noise > np.quantile(noise, 1 - SHARE)


def _fullest(areas: list[Bool], count: int) -> list[int]:
    sizes = np.array([np.count_nonzero(area) for area in areas])
    sums = np.convolve(sizes > 0, np.ones(count), "valid") * 1e9 + np.convolve(sizes, np.ones(count), "valid")
    start = int(sums.argmax())
    return list(range(start, start + count))
