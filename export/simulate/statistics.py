"""How many marks of what size a dirty film carries: the statistics of Ivanova et al. 2023.

Five classes; the count per patch and the area of a mark each follow a gamma distribution ("Simulating
analogue film damage to analyse and improve artefact restoration on high-resolution scans", Computer
Graphics Forum 42, sections 4.1 to 4.4). `statistics.json` holds the fits; `python -m export.simulate fit`
makes it from traced outlines.

Counts. The published histograms (and `stats.json` beside the outlines) add up what lies at the same place of
*all* scans and leave out empty places, which says how dirty seven films in one pile are. Here the summing is
undone: an outline knows its scan, so every patch of every scan is a count of its own, empty ones included.
Those counts are small integers with many zeros, which a gamma density cannot be fitted to; what is fitted,
by maximum likelihood, is the gamma distribution of the *rate* behind Poisson counts (`gamma_fit.fit_counts`).
Only whole patches count (19 x 13 of a scan); a scan without any outline would not be known about.

Sizes. The area of the outline in px² x (35,000 µm / 4970 px)², fitted by maximum likelihood.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import CorruptSource
from export.simulate.banks import (
    FILM_CLASSES,
    MICROMETRES_PER_PIXEL,
    POLYGON_FILM_CLASSES,
    FilmClass,
    load_outlines,
)
from export.simulate.contrast import Contrast
from export.simulate.gamma_fit import (
    Gamma,
    count_distance,
    count_shape_error,
    distance,
    fit_counts,
    fit_values,
    value_shape_error,
)

PATCH_PIXELS = 256
PATCH_MICROMETRES = PATCH_PIXELS * MICROMETRES_PER_PIXEL
"""Side of the patch on the film: a patch of another scan has as many px as show this length."""
PATCH_GRID = (13, 19)
"""Whole patches of a scan (rows, columns)."""
FEWEST = 100
"""Marks below which no shape of a count distribution is fitted."""

TABLE = Path(__file__).with_name("statistics.json")


@dataclass(frozen=True)
class Fit:
    """One fitted distribution.

    `samples`: marks (sizes) or patches (counts) behind it. `shape_error`: standard error of the shape, None
    where the shape was not fitted but assumed. `distance`: Kolmogorov-Smirnov, between fit and material.
    """

    gamma: Gamma
    samples: int
    shape_error: float | None
    distance: float


@dataclass(frozen=True)
class ClassStatistics:
    """`count`: rate of marks per patch of one scan. `size`: area of a mark in µm²."""

    count: Fit
    size: Fit


@dataclass(frozen=True)
class Aspect:
    """How many times longer than wide scratches are: `mean` and `spread` of the logarithm, of `samples`."""

    mean: float
    spread: float
    samples: int

    def draw(self, rng: np.random.Generator) -> float:
        return float(np.exp(rng.normal(self.mean, self.spread)))


@dataclass(frozen=True)
class FilmStatistics:
    """All that the simulator knows about real dirt."""

    classes: Mapping[FilmClass, ClassStatistics]
    scratch_aspect: Aspect
    contrast: Contrast


@functools.cache
def fitted() -> FilmStatistics:
    """The statistics that are committed beside this file."""
    return read_table(TABLE)


def read_table(path: Path) -> FilmStatistics:
    """Raises CorruptSource where `path` is not what `write_table` wrote."""
    try:
        table = json.loads(path.read_text(encoding="utf-8"))
        classes: dict[FilmClass, ClassStatistics] = {
            name: _class_of(table["classes"][name]) for name in FILM_CLASSES
        }
        aspect = Aspect(**table["scratch_aspect"])
        return FilmStatistics(classes, aspect, Contrast.of_table(table["contrast"]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise CorruptSource(
            f"{path} is no table of film statistics ({error}); `python -m export.simulate fit` writes one."
        ) from error


def write_table(statistics: FilmStatistics, path: Path) -> None:
    table = {
        "patch_micrometres": round(PATCH_MICROMETRES, 3),
        "classes": {name: _rounded(asdict(one)) for name, one in statistics.classes.items()},
        "scratch_aspect": _rounded(asdict(statistics.scratch_aspect)),
        "contrast": _rounded(asdict(statistics.contrast)),
    }
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def fit_classes(outlines: Path) -> dict[FilmClass, ClassStatistics]:
    """Fit all classes to the outlines of `polygons.npz` (as `export/README.md` describes it)."""
    traced = load_outlines(outlines)
    scans = sorted({outline.scan for outline in traced})
    result: dict[FilmClass, ClassStatistics] = {}
    for label, name in POLYGON_FILM_CLASSES.items():
        own = [outline for outline in traced if outline.label == label]
        areas = np.array([outline_area(o.points) for o in own]) * MICROMETRES_PER_PIXEL**2
        counts = np.concatenate([patch_counts([o.points for o in own if o.scan == s]) for s in scans])
        result[name] = ClassStatistics(_count_fit(counts), _size_fit(name, areas))
    return result


def fit_aspect(outlines: Path) -> Aspect:
    """Length (of the narrowest box around it) over mean width (area by length) of the traced scratches."""
    scratches = [o.points for o in load_outlines(outlines) if POLYGON_FILM_CLASSES.get(o.label) == "scratch"]
    if len(scratches) < 2:
        raise CorruptSource(f"{outlines} holds {len(scratches)} scratches; their form needs two or more.")
    lengths = np.array([max(cv2.minAreaRect(points.astype(np.float32))[1]) + 1 for points in scratches])
    areas = np.array([outline_area(points) for points in scratches])
    logs = np.log(lengths**2 / areas)
    return Aspect(float(logs.mean()), float(logs.std()), len(scratches))


def patch_counts(outlines: list[npt.NDArray[np.int16]]) -> npt.NDArray[np.int64]:
    """Marks in every whole patch of one scan, (13 x 19,): a mark lies where the mean of its corners is."""
    counts = np.zeros(PATCH_GRID, np.int64)
    for points in outlines:
        column, row = (points.mean(0) // PATCH_PIXELS).astype(int)
        if row < PATCH_GRID[0] and column < PATCH_GRID[1]:
            counts[row, column] += 1
    return counts.ravel()


def outline_area(points: npt.NDArray[np.int16]) -> float:
    """Area in px² of the closed outline (N, 2): the shoelace formula."""
    x, y = points.astype(np.float64).T
    return abs(float((x * np.roll(y, -1) - y * np.roll(x, -1)).sum())) / 2


def _count_fit(counts: npt.NDArray[np.int64]) -> Fit:
    gamma = fit_counts(counts) if counts.sum() >= FEWEST else None
    if gamma is None:
        # All that few marks tell is their mean; given no more than that, the exponential assumes least.
        mean = float(counts.mean())
        if mean == 0:
            return Fit(Gamma(1.0, 1e-9), counts.size, None, 0.0)
        gamma = Gamma(1.0, mean)
        return Fit(gamma, counts.size, None, count_distance(counts, gamma))
    return Fit(gamma, counts.size, count_shape_error(gamma, counts), count_distance(counts, gamma))


def _size_fit(name: FilmClass, areas: npt.NDArray[np.float64]) -> Fit:
    if areas.size < 2 or np.ptp(areas) == 0:
        raise CorruptSource(
            f"The outlines hold {areas.size} of class {name}; fit sizes to two or more, not all alike."
        )
    gamma = fit_values(areas)
    return Fit(gamma, areas.size, value_shape_error(gamma, areas.size), distance(areas, gamma))


def _class_of(entry: Mapping[str, Mapping[str, object]]) -> ClassStatistics:
    return ClassStatistics(_fit_of(entry["count"]), _fit_of(entry["size"]))


def _fit_of(entry: Mapping[str, object]) -> Fit:
    gamma = entry["gamma"]
    assert isinstance(gamma, dict)
    error = entry["shape_error"]
    return Fit(
        Gamma(float(gamma["shape"]), float(gamma["scale"])),
        int(str(entry["samples"])),
        None if error is None else float(str(error)),
        float(str(entry["distance"])),
    )


def _rounded(value: object) -> object:
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_rounded(item) for item in value]
    return value
