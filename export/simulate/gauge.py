"""Film gauges: how wide a frame is on the film, and so how many pixels a micrometre has on a plate.

Widths are those of the usual camera apertures (35 mm: full aperture, which silent film and Super 35 fill);
"35-still" is a still camera's frame of 36 x 24 mm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

GaugeName = Literal["8", "super8", "16", "super16", "35", "35-still"]


@dataclass(frozen=True)
class Gauge:
    """`width`, `height`: of the camera aperture in mm."""

    name: GaugeName
    width: float
    height: float

    def plate_height(self, plate_width: int) -> int:
        """Rows of a plate `plate_width` px wide that shows the whole frame."""
        return max(1, round(plate_width * self.height / self.width))

    def pixels_per_micrometre(self, plate_width: int) -> float:
        """Of a plate `plate_width` px wide that shows the whole frame width; ValueError below 1 px."""
        if plate_width < 1:
            raise ValueError(f"a plate is at least 1 px wide, got {plate_width}")
        return plate_width / (self.width * 1000)


GAUGES: Mapping[GaugeName, Gauge] = {
    gauge.name: gauge
    for gauge in (
        Gauge("8", 4.80, 3.51), Gauge("super8", 5.79, 4.01), Gauge("16", 10.26, 7.49),
        Gauge("super16", 12.52, 7.41), Gauge("35", 24.89, 18.66), Gauge("35-still", 36.0, 24.0),
    )
}  # fmt: skip

SCANNED: Mapping[GaugeName, tuple[int, ...]] = {
    "8": (1024, 1440, 2048), "super8": (1024, 1440, 2048), "16": (1440, 2048, 3072),
    "super16": (1920, 2048, 4096), "35": (1920, 2048, 4096), "35-still": (1600, 3000, 5000),
}  # fmt: skip
"""Plate widths in px that scans of a gauge usually come in."""


def draw_scale(rng: np.random.Generator) -> float:
    """px per µm of a scan drawn at random: any gauge, at a width usual for it."""
    names = list(GAUGES)
    name = names[int(rng.choice(len(names), p=[0.08, 0.12, 0.2, 0.15, 0.3, 0.15]))]
    width = int(rng.choice(SCANNED[name]))
    return GAUGES[name].pixels_per_micrometre(width)
