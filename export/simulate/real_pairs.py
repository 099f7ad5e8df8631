"""Real scans with an expert's restoration: authentic damage, with the difference of the two as its truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import CorruptSource, SourceNotFound
from engine.types import DAMAGE_CLASSES, Bool, DamageClass, Float32
from export.simulate.encoding import VISIBLE, encode, linear_of_bytes
from export.simulate.stills import turned

Bytes = npt.NDArray[np.uint8]

NOISE = 3.5
"""Codes of 255 by which the two JPEGs differ at most where nobody restored anything, blurred over 1.5 px."""
RIM = 2
"""Pixels around visible damage where JPEG and the restorer's brush leave no clean truth."""
LINE, HAIR = (24, 7.0), (14, 5.0)
"""Least length in px of a straight mark that counts as a scratch, and its length over its width; least
length of a bent one that counts as a hair, and the square of that over its area."""


@dataclass(frozen=True, eq=False)
class RealPair:
    """`damaged`, `restored` (H, W, 3) uint8 R'G'B'; `visible`, `present`, `classes` (H, W)."""

    name: str
    damaged: Bytes
    restored: Bytes
    visible: Bool
    present: Bool
    classes: Mapping[DamageClass, Bool]


@dataclass(frozen=True, eq=False)
class PairCrop:
    """`damaged` (S, S, 3) ACEScct as scanned, and the truth about it, each (S, S)."""

    damaged: Float32
    visible: Bool
    present: Bool
    classes: dict[DamageClass, Bool]


def load_real_pairs(folder: Path) -> list[RealPair]:
    """Every NAME_damaged.jpg of `folder` with NAME_restored.jpg. Raises SourceNotFound, CorruptSource."""
    pairs = []
    for path in sorted(folder.glob("*_damaged.jpg")):
        name = path.stem.removesuffix("_damaged")
        damaged, restored = _pixels(path), _pixels(folder / f"{name}_restored.jpg")
        if damaged.shape != restored.shape:
            raise CorruptSource(
                f"{path} is {damaged.shape[1]} x {damaged.shape[0]} px and its restoration "
                f"{restored.shape[1]} x {restored.shape[0]}; both must be the same scan, pixel for pixel."
            )
        pairs.append(pair_of(name, damaged, restored))
    return pairs


def pair_of(name: str, damaged: Bytes, restored: Bytes) -> RealPair:
    """The truth from the difference: visible where a channel differs by more than 10/255 (three-way)."""
    difference = np.abs(damaged.astype(np.int16) - restored).max(2)
    visible = difference > VISIBLE * 255
    rim = cv2.dilate(visible.astype(np.uint8), _disc(RIM)) > 0
    faint = cv2.GaussianBlur(difference.astype(np.float32), (0, 0), 1.5) > NOISE
    return RealPair(name, damaged, restored, visible, rim | faint, _classes(visible))


def draw_real_pair(pairs: Sequence[RealPair], size: int, rng: np.random.Generator) -> PairCrop:
    """A crop of one scan, turned, mirrored, relit and with its colours altered; no grain or blur is added."""
    pair = pairs[rng.integers(len(pairs))]
    side = min(size, *pair.visible.shape)
    top, left = _place(pair, side, rng)
    place, fate = (slice(top, top + side), slice(left, left + side)), int(rng.integers(8))
    gamma, gain = float(rng.uniform(2.1, 2.7)), float(np.exp2(rng.normal(0, 0.3)))
    order = rng.permutation(3) if rng.random() < 0.25 else np.arange(3)
    linear = linear_of_bytes(gamma, gain)[_fitted(turned(pair.damaged[place], fate), size)][..., order]
    tinted = (linear * np.exp2(rng.normal(0, 0.12, 3))).astype(np.float32)

    def truth(plane: Bool) -> Bool:
        return _fitted(turned(plane[place], fate), size).astype(bool)

    classes = {name: truth(plane) for name, plane in pair.classes.items()}
    return PairCrop(encode(tinted), truth(pair.visible), truth(pair.present), classes)


def _place(pair: RealPair, side: int, rng: np.random.Generator) -> tuple[int, int]:
    """Mostly a crop with damage in it: half of all are placed around a visible pixel."""
    room = np.array(pair.visible.shape) - side
    if rng.random() < 0.5 and pair.visible.any():
        marks = np.argwhere(pair.visible)
        corner = marks[rng.integers(len(marks))] - rng.integers(0, side, 2)
        top, left = np.clip(corner, 0, room)
    else:
        top, left = rng.integers(0, room + 1)
    return int(top), int(left)


def _fitted(plane: npt.NDArray[np.generic], size: int) -> npt.NDArray[np.generic]:
    """A scan smaller than the sample is mirrored at its edges."""
    wide = size - plane.shape[0]
    if not wide:
        return plane
    return np.pad(plane, [(0, wide), (0, wide)] + [(0, 0)] * (plane.ndim - 2), mode="symmetric")


def _classes(visible: Bool) -> dict[DamageClass, Bool]:
    """Each mark in one class by its form: the expert removed it and did not say what it was."""
    joined = cv2.dilate(visible.astype(np.uint8), _disc(1))
    count, labels, _, _ = cv2.connectedComponentsWithStats(joined)
    names: list[DamageClass] = ["blotch"] * count
    for number, outline in _outlines(labels, visible, count):
        (_, (a, b), _) = cv2.minAreaRect(outline)
        long, wide = max(a, b), max(min(a, b), 1.0)
        area = max(len(outline), 1)
        if long >= LINE[0] and long / wide >= LINE[1]:
            names[number] = "scratch"
        elif long >= HAIR[0] and long**2 / area >= HAIR[1]:
            names[number] = "hair"
    chosen = np.array([DAMAGE_CLASSES.index(name) for name in names])[labels]
    return {name: visible & (chosen == i) for i, name in enumerate(DAMAGE_CLASSES)}


def _disc(radius: int) -> Bytes:
    side = (2 * radius + 1, 2 * radius + 1)
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, side), np.uint8)


def _outlines(labels: npt.NDArray[np.int32], visible: Bool, count: int) -> list[tuple[int, np.ndarray]]:
    """The visible pixels (n, 2) int32, x before y, of every mark of more than two."""
    rows, columns = np.nonzero(visible)
    mark = labels[rows, columns]
    order = np.argsort(mark, kind="stable")
    points = np.stack([columns, rows], 1)[order].astype(np.int32)
    ends = np.searchsorted(mark[order], np.arange(count + 1))
    return [(n, points[ends[n] : ends[n + 1]]) for n in range(1, count) if ends[n + 1] - ends[n] > 2]


def _pixels(path: Path) -> Bytes:
    bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
    if bgr is None:
        raise SourceNotFound(
            f"{path} is missing or no picture; each real scan needs its restoration beside it."
        )
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)
