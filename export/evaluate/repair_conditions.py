"""The damage that fills are judged on, one condition for every kind that is hard in its own way.

All seeds come from the names of clip and condition; the streams of `protocol` are used as they are.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Bool, Float32
from export.evaluate.protocol import (
    FINE,
    FIRST,
    FRAMES,
    PEAK,
    STRONG,
    Kind,
    TestFrame,
    damaged_clip,
    faster,
    floats,
)
from export.evaluate.repair_marks import (
    Draw,
    Reel,
    blotches,
    dirt,
    dirt_up_to,
    emulsion,
    hairs,
    lines_up_to,
    standing,
    wandering_lines,
)
from export.material.clips import Clip
from export.simulate.banks import Bank
from export.simulate.encoding import VISIBLE, decode, display, encode, linear_of_bytes
from export.simulate.grain import Grain, add_grain
from export.simulate.layer import DamageLayer
from export.simulate.sample import over_encoded

SEED = 4_004
"""Third part of every seed here; those of training and of `protocol` have two parts."""
MIDDLE = (5, 6, 4, 7, 3, 8, 2, 9, 1, 10, 0, 11)
"""Places in a clip of 12 frames, the middle first: so many of them as are asked for are judged."""
ENDS = (0, 1, 10, 11)
REACH = 3
"""Frames on either side that the repair of a frame, and the detection of its neighbours, can look at."""


@dataclass(frozen=True, eq=False)
class RepairClip:
    """`frames` in order, those at the places `judged` (ascending) to be repaired and measured."""

    name: str
    condition: str
    frames: Sequence[TestFrame]
    judged: Sequence[int]

    @property
    def key(self) -> str:
        return f"{self.condition}/{self.name}"


@dataclass(frozen=True)
class Condition:
    """How a clip is `filmed`, the RMS range of its grain, and what damage a stretch of it gets."""

    draw: Callable[[Reel], Draw]
    filmed: Callable[[Clip, np.random.Generator], Sequence[np.ndarray]]
    grain: tuple[float, float] = FINE


def repair_clip(clip: Clip, bank: Bank, condition: str, count: int) -> RepairClip:
    """The clip damaged as `condition` says; the `count` frames in its middle (or its ends) are judged."""
    judged = ENDS if condition == "ends" else tuple(sorted(MIDDLE[:count]))
    if condition in DRAWN_BY_PROTOCOL:
        made = damaged_clip(clip, bank, DRAWN_BY_PROTOCOL[condition])
        return RepairClip(clip.name, condition, made.frames, judged)
    return drawn(clip, bank, condition, CONDITIONS[condition], judged)


def drawn(clip: Clip, bank: Bank, name: str, kind: Condition, judged: Sequence[int]) -> RepairClip:
    """Just the frames that judging can look at are made; each has seeds of its own."""
    seed = (zlib.crc32(clip.name.encode()), zlib.crc32(name.encode()), SEED)
    rng = np.random.default_rng(seed)
    filmed = kind.filmed(clip, rng)
    grain = Grain(float(rng.uniform(*kind.grain)), float(rng.uniform(0.5, 0.9)), 0.7)
    shape = filmed[0].shape[:2]
    draw = kind.draw(Reel(shape, bank, FRAMES, rng))
    table = linear_of_bytes(2.4, 1.0)
    first, last = max(judged[0] - REACH, 0), min(judged[-1] + REACH, FRAMES - 1)
    frames = []
    for index in range(first, last + 1):
        own = np.random.default_rng((*seed, index))
        plate = add_grain(encode(table[filmed[index]]), grain, own)
        layer = DamageLayer.empty((shape[0], shape[1]))
        draw(layer, index, own)
        frames.append(_frame(FIRST + index, plate, layer))
    return RepairClip(clip.name, name, frames, [place - first for place in judged])


def true_matte(frame: TestFrame) -> Bool:
    """Visible damage and its rim of a pixel, as far as anything is damaged there."""
    near = cv2.dilate(frame.visible.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    return near & frame.present


def _frame(number: int, plate: Float32, layer: DamageLayer) -> TestFrame:
    clean, damaged = _codes(plate), _codes(over_encoded(layer, plate))
    present = (clean != damaged).any(2)
    visible = np.asarray(np.abs(floats(clean) - floats(damaged)).max(2) > VISIBLE)
    return TestFrame(number, clean, damaged, visible, present)


def _codes(encoded: Float32) -> np.ndarray:
    """10-bit R'G'B' of gamma 2.4, as all plates of the protocol."""
    return np.rint(display(np.maximum(decode(encoded), 0)) * PEAK).astype(np.uint16)


def _as_filmed(clip: Clip, rng: np.random.Generator) -> Sequence[np.ndarray]:
    first = max(0, min(FIRST, len(clip.frames) - FRAMES))
    return list(clip.frames[first : first + FRAMES])


def _faster(clip: Clip, rng: np.random.Generator) -> Sequence[np.ndarray]:
    return list(faster(clip).frames)


def _panned(clip: Clip, rng: np.random.Generator) -> Sequence[np.ndarray]:
    """The frames through a window that moves by 3 to 8 whole px a frame, mostly sideways."""
    across = int(rng.integers(3, 9)) * (1 if rng.random() < 0.5 else -1)
    down = int(rng.integers(-2, 3))
    frames = _as_filmed(clip, rng)
    height, width = (side - abs(step) * (FRAMES - 1) for side, step in zip(
        frames[0].shape[:2], (down, across), strict=True))  # fmt: skip
    corners = [
        tuple(step * k if step > 0 else -step * (FRAMES - 1 - k) for step in (down, across))
        for k in range(FRAMES)
    ]
    return [
        frame[top : top + height, left : left + width]
        for frame, (top, left) in zip(frames, corners, strict=True)
    ]


DRAWN_BY_PROTOCOL: Mapping[str, Kind] = {"mixed": "mixed", "lines": "lines", "ends": "mixed"}
CONDITIONS: Mapping[str, Condition] = {
    "hairs": Condition(hairs, _as_filmed),
    "moving-lines": Condition(wandering_lines, _panned),
    "blotches": Condition(blotches, _as_filmed),
    "emulsion": Condition(emulsion, _as_filmed),
    "standing": Condition(standing, _as_filmed),
    "fast": Condition(dirt, _faster),
    "heavy": Condition(dirt_up_to(0.10, 2), _as_filmed),
    "heavy-lines": Condition(lines_up_to(0.08), _as_filmed),
    "heavy-fast": Condition(dirt_up_to(0.025, 0), _faster, STRONG),
}
NAMES = ("mixed", "lines", *list(CONDITIONS)[:5], "ends", *list(CONDITIONS)[5:])
HEAVY = ("heavy", "heavy-lines", "heavy-fast")
"""HaineiFRDM's three."""
