"""The damaged clips that all is judged on: clean clips, film grain, damage of the val bank, all seeded.

The plates are 10-bit R'G'B' codes of gamma 2.4, as a graded scan delivers them. What damage does not
touch has the same codes in the clean and the damaged plate.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt

from engine.types import DAMAGE_CLASSES, Bool, CodeLayout, Codes, DamageClass, Float32, Frame
from export.material.clips import Clip, load_clips
from export.material.clips import decode as decoded
from export.simulate.banks import Bank, load
from export.simulate.blotches import Soiling, soil
from export.simulate.encoding import VISIBLE, decode, display, encode, linear_of_bytes
from export.simulate.grain import Grain, add_grain
from export.simulate.layer import DamageLayer
from export.simulate.sample import over_encoded
from export.simulate.scratches import Scratch, scratch_layer

COLOUR_SPACE = "Gamma 2.4 Rec.709 - Texture"
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
PEAK = 1023
FRAMES = 12
"""Consecutive frames of every clip, from its tenth on; the first and the last are judged like the rest."""
FIRST = 10

FASTER = 3
"""Every third frame makes a *fast* clip."""

Kind = Literal["mixed", "lines", "clean", "mixed-strong-grain", "fast"]


@dataclass(frozen=True)
class Condition:
    """Mean marks per 256² patch, standing line scratches, range of grain (RMS in ACEScct at mid grey)."""

    marks: Mapping[DamageClass, float]
    scratches: int
    grain: tuple[float, float]


FINE, STRONG = (0.003, 0.007), (0.008, 0.016)
"""Grain of a 35 mm and of a pushed 16 mm stock: about 0.013 and 0.03 of white in display codes."""
DIRT: Mapping[DamageClass, float] = {"blotch": 6.0, "hair": 0.5}
CONDITIONS: Mapping[Kind, Condition] = {
    "mixed": Condition(DIRT, 2, FINE),
    "lines": Condition({}, 4, FINE),
    "clean": Condition({}, 0, FINE),
    "mixed-strong-grain": Condition(DIRT, 2, STRONG),
    "fast": Condition({}, 0, FINE),
}


@dataclass(frozen=True, eq=False)
class TestFrame:
    """`clean` and `damaged` (H, W, 3) uint16 codes; `visible`, `present` (H, W).

    `drawn` (H, W) int8 is the place in DAMAGE_CLASSES of what covers each pixel most, -1 where nothing
    does; None where no damage was drawn.
    """

    number: int
    clean: np.ndarray
    damaged: np.ndarray
    visible: Bool
    present: Bool
    drawn: npt.NDArray[np.int8] | None = None


@dataclass(frozen=True, eq=False)
class TestClip:
    name: str
    kind: Kind
    frames: Sequence[TestFrame]


def test_clips(split: Path, cache: Path, kind: Kind) -> list[TestClip]:
    """Every clip of `split`/clean with damage of `kind` from `split`/damage."""
    bank = load(split / "damage")
    return [damaged_clip(clip, bank, kind) for clip in load_clips(split / "clean", cache)]


def each_test_clip(split: Path, cache: Path, kind: Kind) -> Iterator[TestClip]:
    """The same clips one by one, so that no more than one of them is in memory."""
    bank = load(split / "damage")
    for clip in each_clip(split / "clean", cache):
        yield damaged_clip(faster(clip) if kind == "fast" else clip, bank, kind)


def each_clip(folder: Path, cache: Path) -> Iterator[Clip]:
    """The clips of `folder` one by one, in the order of their names, from `cache` where they are in it."""
    for path in sorted(folder.glob("*.mp4")):
        stored = cache / f"{path.stem}.npy"
        yield Clip(path.stem, np.load(stored, mmap_mode="r") if stored.exists() else decoded(path))


def faster(clip: Clip) -> Clip:
    """Just the frames of a *fast* clip: every third, from the tenth on where the clip is long enough."""
    step = max(1, min(FASTER, (len(clip.frames) - 1) // (FRAMES - 1)))
    first = max(0, min(FIRST, len(clip.frames) - (FRAMES - 1) * step - 1))
    return Clip(clip.name, clip.frames[first::step][:FRAMES])


def damaged_clip(clip: Clip, bank: Bank, kind: Kind) -> TestClip:
    rng = np.random.default_rng((zlib.crc32(clip.name.encode()), zlib.crc32(kind.encode())))
    condition = CONDITIONS[kind]
    grain = Grain(float(rng.uniform(*condition.grain)), float(rng.uniform(0.5, 0.9)), 0.7)
    table = linear_of_bytes(2.4, 1.0)
    first = min(FIRST, len(clip.frames) - FRAMES)
    shape = clip.frames.shape[1:3]
    soiling = replace(Soiling.draw(rng), scale=float(rng.uniform(0.3, 0.5)), rate=condition.marks)
    scratches = [_standing(Scratch.draw(shape, rng)) for _ in range(condition.scratches)]
    frames = []
    for number in range(first, first + FRAMES):
        plate = add_grain(encode(table[clip.frames[number]]), grain, rng)
        layer = damage_layer(shape, bank, soiling, scratches, number, rng)
        frames.append(test_frame(number, plate, layer))
    return TestClip(clip.name, kind, frames)


def frame_of(codes: np.ndarray, number: int) -> Frame:
    return Frame(number, Codes((codes,), LAYOUT))


def floats(codes: np.ndarray) -> Float32:
    return (codes / np.float32(PEAK)).astype(np.float32)


def _standing(scratch: Scratch) -> Scratch:
    """Strong enough to be seen on most of its length: a faint line is no test of anything."""
    return replace(scratch, opacity=max(scratch.opacity, 0.6), length=max(scratch.length, 0.6))


def damage_layer(
    shape: tuple[int, int], bank: Bank, soiling: Soiling,
    scratches: Sequence[Scratch], number: int, rng: np.random.Generator,
) -> DamageLayer:  # fmt: skip
    """What lies on frame `number` of a clip of `shape` (height, width)."""
    layer = DamageLayer.empty(shape)
    for scratch in scratches:
        scratch_layer(layer, scratch, number)
    soil(layer, bank, soiling, rng)
    return layer


def test_frame(number: int, plate: Float32, layer: DamageLayer) -> TestFrame:
    """`plate` (H, W, 3) in ACEScct with `layer` over it, and without."""
    clean, damaged = _codes(plate), _codes(over_encoded(layer, plate))
    present = (clean != damaged).any(2)
    visible = (np.abs(floats(clean) - floats(damaged)) > VISIBLE).any(2)
    return TestFrame(number, clean, damaged, visible, present, _drawn(layer))


def _drawn(layer: DamageLayer) -> npt.NDArray[np.int8]:
    strength = np.stack([layer.classes[name] for name in DAMAGE_CLASSES])
    return np.where(strength.max(0) > 0, strength.argmax(0), -1).astype(np.int8)


def _codes(encoded: Float32) -> np.ndarray:
    return np.rint(display(np.maximum(decode(encoded), 0)) * PEAK).astype(np.uint16)
