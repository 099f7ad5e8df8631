"""Artefact shapes: outlines traced from real scans and synthetic opacity crops, by damage class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import CorruptSource
from engine.types import DamageClass, Float32

MICROMETRES_PER_PIXEL = 35_000 / 4970
"""Of the scans the outlines were traced on (a 35 mm frame's long edge over its pixels)."""

POLYGON_CLASSES: Mapping[str, DamageClass] = {
    "Dust": "blotch", "Dirt": "blotch", "Short hair": "hair", "Long hair": "hair",
}  # fmt: skip
CROP_CLASSES: Mapping[str, DamageClass] = {
    "dirt": "blotch", "dots": "blotch", "spots": "blotch", "sprinkles": "blotch", "stain": "blotch",
    "hair": "hair", "hair-short": "hair", "lint": "hair",
}  # fmt: skip


FilmClass = Literal["dust", "dirt", "short hair", "long hair", "scratch"]
"""The classes that Ivanova et al. 2023 count and measure; a detector tells fewer apart."""
FILM_CLASSES: tuple[FilmClass, ...] = ("dust", "dirt", "short hair", "long hair", "scratch")
POLYGON_FILM_CLASSES: Mapping[str, FilmClass] = {
    "Dust": "dust", "Dirt": "dirt",
    "Short hair": "short hair", "Long hair": "long hair", "Scratch": "scratch",
}  # fmt: skip
CROP_FILM_CLASSES: Mapping[str, tuple[FilmClass, ...]] = {
    "dots": ("dust", "dirt"), "stain": ("dirt",), "hair-short": ("short hair",),
    "lint": ("short hair", "long hair"), "hair": ("long hair",),
}  # fmt: skip
"""Crops that show one mark. `dirt`, `spots` and `sprinkles` show a cloud of them: shrunk to the size of one
mark they would be a faint smear, so only their separate specks serve as dust and dirt."""
SPECKS: tuple[str, ...] = ("spots", "sprinkles")
SPECKS_PER_CROP = 6


@dataclass(frozen=True, eq=False)
class Artefact:
    """`opacity` (h, w) float32 0..1; `area` in px² at the traced scans' 7 µm/px, None if unknown."""

    opacity: Float32
    area: float | None


@dataclass(frozen=True)
class Bank:
    """The shapes of one split, by damage class, and the same by the classes of the film statistics."""

    shapes: Mapping[DamageClass, Sequence[Artefact]]
    film: Mapping[FilmClass, Sequence[Artefact]] = field(default_factory=lambda: MappingProxyType({}))
    """Traced shapes (of known area) first, by area; then crops. May lack classes."""


@dataclass(frozen=True, eq=False)
class Outline:
    """`points` (N, 2) int16, x and y in px of scan number `scan`; `label` as in `POLYGON_FILM_CLASSES`."""

    label: str
    scan: int
    points: npt.NDArray[np.int16]


def load(damage: Path) -> Bank:
    """Read `<split>/damage`: `real_polygons/polygons.npz` and `synthetic/*.npz`."""
    shapes: dict[DamageClass, list[Artefact]] = {"blotch": [], "hair": []}
    film: dict[FilmClass, list[Artefact]] = {name: [] for name in FILM_CLASSES}
    for outline in load_outlines(damage / "real_polygons" / "polygons.npz"):
        if outline.label in POLYGON_CLASSES:
            shapes[POLYGON_CLASSES[outline.label]].append(_traced(outline.points))
        if outline.label in POLYGON_FILM_CLASSES:
            film[POLYGON_FILM_CLASSES[outline.label]].append(_traced(_rounded(outline.points)))
    for traced in film.values():
        traced.sort(key=lambda artefact: artefact.area or 0.0)
    for name, damage_class in CROP_CLASSES.items():
        crops = _crops(damage / "synthetic" / f"{name}.npz")
        artefacts = [Artefact(crop.astype(np.float32) / np.float32(255), None) for crop in crops]
        shapes[damage_class].extend(artefacts)
        for film_class in CROP_FILM_CLASSES.get(name, ()):
            film[film_class].extend(artefacts)
        if name in SPECKS:
            specks = [speck for crop in crops for speck in _specks(crop)]
            film["dust"].extend(specks)
            film["dirt"].extend(specks)
    return Bank(shapes, film)


def load_outlines(path: Path) -> list[Outline]:
    """All outlines of a `polygons.npz`. Raises CorruptSource where it is not one."""
    try:
        with np.load(path) as z:
            names, labels, scans = z["label_names"], z["label"], z["scan"]
            offsets, points = z["offsets"], z["points"]
    except (OSError, ValueError, KeyError) as error:
        raise CorruptSource(
            f"{path} cannot be read as traced outlines ({error}); export/README.md says what it has to hold."
        ) from error
    return [
        Outline(str(names[labels[i]]), int(scans[i]), points[offsets[i] : offsets[i + 1]])
        for i in range(len(offsets) - 1)
    ]


def _traced(points: np.ndarray) -> Artefact:
    opacity = _rasterise(points)
    return Artefact(opacity, float(opacity.sum()))


def _rounded(points: np.ndarray) -> np.ndarray:
    """The outline (N, 2) without the corners that tracing leaves and dirt has not: Chaikin 1974, twice."""
    for _ in range(2):
        following = np.roll(points, -1, axis=0)
        cut = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], 1)
        points = cut.reshape(-1, 2)
    return points


def _specks(crop: npt.NDArray[np.uint8]) -> list[Artefact]:
    """The largest separate specks of a crop of many."""
    count, labels, boxes, _ = cv2.connectedComponentsWithStats((crop > 64).astype(np.uint8))
    largest = sorted(range(1, count), key=lambda n: -int(boxes[n, cv2.CC_STAT_AREA]))[:SPECKS_PER_CROP]
    specks = []
    for n in largest:
        left, top, width, height, area = (int(v) for v in boxes[n])
        place = (slice(top, top + height), slice(left, left + width))
        alone = np.where(labels[place] == n, crop[place], 0)
        if area >= 12:
            specks.append(Artefact(np.pad(alone, 1).astype(np.float32) / np.float32(255), None))
    return specks


def _crops(path: Path) -> list[np.ndarray]:
    with np.load(path) as z:
        pixels, sizes = z["pixels"], z["shape"]
    ends = np.cumsum([int(h) * int(w) for h, w in sizes])
    return [
        pixels[end - int(h) * int(w) : end].reshape(int(h), int(w))
        for end, (h, w) in zip(ends, sizes, strict=True)
    ]


def _rasterise(points: np.ndarray, oversampling: int = 4) -> Float32:
    """One outline as anti-aliased coverage, at the scan's own resolution."""
    corner = points - points.min(0) + 1
    width, height = (int(v) + 2 for v in corner.max(0))
    mask = np.zeros((height * oversampling, width * oversampling), np.uint8)
    cv2.fillPoly(mask, [np.round(corner * oversampling).astype(np.int32)], 255)
    return cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32) / np.float32(
        255
    )
