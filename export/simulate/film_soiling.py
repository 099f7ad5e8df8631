"""One frame's dust, dirt, hairs and short scratches, as many and as large as on real film.

The statistical model of Ivanova et al. 2023 (section 4.4), at any resolution and gauge: counts from gamma
distributions per patch of film, areas from gamma distributions in µm², shapes of the bank, uniform rotation,
placement by Perlin noise; contrast as measured on a damaged scan.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.types import DamageClass
from export.simulate.banks import FILM_CLASSES, MICROMETRES_PER_PIXEL, Bank, FilmClass
from export.simulate.contrast import Coat, draw_coats, draw_opaque, draw_softness
from export.simulate.film_shapes import choose, placed, scratch_shape, zoom_for
from export.simulate.layer import DamageLayer
from export.simulate.perlin import Perlin
from export.simulate.statistics import PATCH_MICROMETRES, FilmStatistics, fitted

DAMAGE_CLASS_OF: Mapping[FilmClass, DamageClass] = {
    "dust": "blotch", "dirt": "blotch", "short hair": "hair", "long hair": "hair", "scratch": "scratch",
}  # fmt: skip
GATHERING = 6000.0
"""Size in µm of the areas where dirt gathers, by the density maps of Ivanova et al. 2023, figure 6."""
TRANSPORT = 4.0
"""Spread in degrees of scratches that the transport made, about its direction."""


@dataclass(frozen=True)
class FilmSoiling:
    """How dirty one clip or photograph is and how its dirt looks.

    `pixels_per_micrometre`: of the plate. `rate`: mean marks per patch of film (1803 µm square) and class.
    `light`: share of marks that print light. `opaque`: share that hides the picture. `soft`: rim blur in px.
    `direction`: of the scratches in degrees, 0 along the rows, None for any.
    """

    pixels_per_micrometre: float
    rate: Mapping[FilmClass, float]
    light: float
    opaque: float
    soft: float
    direction: float | None
    statistics: FilmStatistics

    @staticmethod
    def draw(
        rng: np.random.Generator,
        pixels_per_micrometre: float,
        dirtiness: float = 1.0,
        statistics: FilmStatistics | None = None,
    ) -> FilmSoiling:
        """A film as dirty as the scans measured where `dirtiness` is 1; 0 is clean. ValueError below 0."""
        if dirtiness < 0 or pixels_per_micrometre <= 0:
            raise ValueError(
                f"dirtiness is 0 or more and a scale above 0 px/µm, not {dirtiness}, {pixels_per_micrometre}"
            )
        known = statistics or fitted()
        # The measured picture had been reduced, which sharpens; scans at full size are softer.
        softer = float(np.exp(abs(rng.normal(0, 0.4))))
        return FilmSoiling(
            pixels_per_micrometre,
            {name: dirtiness * known.classes[name].count.gamma.draw(rng) for name in FILM_CLASSES},
            light=float(rng.choice([0.0, known.contrast.light, 0.5], p=[0.4, 0.5, 0.1])),
            opaque=float(rng.choice([0.0, rng.uniform(0.05, 0.6)], p=[0.5, 0.5])),
            soft=draw_softness(known.contrast, rng) * softer,
            direction=None if rng.random() < 0.5 else float(rng.choice([0.0, 90.0])),
            statistics=known,
        )


def soil_film(layer: DamageLayer, bank: Bank, soiling: FilmSoiling, rng: np.random.Generator) -> None:
    """Draw one frame's marks into `layer`: new in every frame, at the clip's rates."""
    height, width = layer.cover.shape
    patches = height * width / (soiling.pixels_per_micrometre * PATCH_MICROMETRES) ** 2
    gathering, corner = Perlin.draw(rng), rng.uniform(0, 256, 2)
    for name, rate in soiling.rate.items():
        count = int(rng.poisson(rate * patches))
        points = _places(count, (height, width), gathering, corner, soiling.pixels_per_micrometre, rng)
        for x, y in points:
            _mark(layer, bank, soiling, name, (float(x), float(y)), rng)


def _places(
    count: int, shape: tuple[int, int], gathering: Perlin, corner: np.ndarray, scale: float,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """`count` points (x, y), each kept with the probability that the noise gives its place."""
    kept = np.empty((0, 2))
    while len(kept) < count:
        tries = rng.uniform([0, 0], [shape[1], shape[0]], (3 * count + 8, 2))
        lattice = tries / (scale * GATHERING) + corner
        density = np.clip(0.5 + 0.9 * gathering.at(lattice[:, 0], lattice[:, 1]), 0.05, 1)
        kept = np.concatenate([kept, tries[rng.random(len(tries)) < density]])
    return kept[:count]


def _mark(
    layer: DamageLayer, bank: Bank, soiling: FilmSoiling, name: FilmClass, point: tuple[float, float],
    rng: np.random.Generator,
) -> None:  # fmt: skip
    area = soiling.statistics.classes[name].size.gamma.draw(rng)
    longest = float(np.hypot(*layer.cover.shape))
    opacity = mark_shape(bank, soiling, name, area, longest, (point[0] % 1, point[1] % 1), rng)
    top, left = int(point[1]) - opacity.shape[0] // 2, int(point[0]) - opacity.shape[1] // 2
    for coat in _coats(soiling, rng):
        layer.draw(opacity * np.float32(coat.share), top, left, coat.ink, DAMAGE_CLASS_OF[name])


def mark_shape(
    bank: Bank, soiling: FilmSoiling, name: FilmClass, area: float, longest: float,
    offset: tuple[float, float], rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """The opacity (side, side) float32 0..1 of a mark of class `name` that covers `area` µm².

    No more than `longest` px of a scratch are made.
    """
    scale = soiling.pixels_per_micrometre
    artefacts = bank.film.get(name) or bank.shapes.get(DAMAGE_CLASS_OF[name])
    if name == "scratch" and (not artefacts or rng.random() < 0.7):
        stroke = scratch_shape(area * scale**2, soiling.statistics.scratch_aspect.draw(rng), longest, rng)
        return placed(stroke, 1.0, _scratch_angle(soiling, rng), soiling.soft, offset)
    if not artefacts:
        raise ValueError(f"the bank has no shape for {name}")
    artefact = choose(artefacts, area / MICROMETRES_PER_PIXEL**2, scale * MICROMETRES_PER_PIXEL > 1, rng)
    zoom = zoom_for(artefact, area * scale**2)
    # Traced scratches lie along their own film's rows as most did there, so they turn as made ones do.
    degrees = _scratch_angle(soiling, rng) if name == "scratch" else float(rng.uniform(0, 360))
    return placed(artefact.opacity, zoom, degrees, soiling.soft, offset)


def _scratch_angle(soiling: FilmSoiling, rng: np.random.Generator) -> float:
    if soiling.direction is None:
        return float(rng.uniform(0, 180))
    return soiling.direction + float(rng.normal(0, TRANSPORT))


def _coats(soiling: FilmSoiling, rng: np.random.Generator) -> tuple[Coat, ...]:
    light = bool(rng.random() < soiling.light)
    if rng.random() < soiling.opaque:
        return draw_opaque(light, rng)
    return draw_coats(soiling.statistics.contrast, light, rng)
