"""Overlays: whole frames of simulated dirt without a picture, to lay over any scan or to look at.

As in Ivanova et al. 2023: white marks for negatives, black ones for slides and prints.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import SinkError
from engine.types import DAMAGE_CLASSES, Float32
from export.simulate.banks import Bank
from export.simulate.film_soiling import FilmSoiling, soil_film
from export.simulate.gauge import Gauge
from export.simulate.layer import DamageLayer

Polarity = Literal["light", "dark"]


@dataclass(frozen=True)
class OverlayKind:
    """`width`: of the plate in px, which shows the whole frame of `gauge`."""

    gauge: Gauge
    width: int
    dirtiness: float
    polarity: Polarity


def write_overlays(folder: Path, bank: Bank, kind: OverlayKind, count: int, seed: int) -> Iterator[Path]:
    """Write overlays 1 .. `count`; yields each. The same seed and number give the same overlay.

    `overlay_NNNN.png`: 16-bit RGBA, white or black marks, alpha = opacity. `overlay_NNNN_class.png`: 8-bit,
    0 = nothing, 1 .. = place in `DAMAGE_CLASSES`. Raises SinkError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        rng = np.random.default_rng((seed, number))
        layer = DamageLayer.empty((kind.gauge.plate_height(kind.width), kind.width))
        scale = kind.gauge.pixels_per_micrometre(kind.width)
        soil_film(layer, bank, FilmSoiling.draw(rng, scale, kind.dirtiness), rng)
        path = folder / f"overlay_{number:04d}.png"
        _write(path, rgba_of(opacity_of(layer), kind.polarity))
        _write(path.with_name(f"{path.stem}_class.png"), labels_of(layer))
        yield path


def opacity_of(layer: DamageLayer) -> Float32:
    """(H, W) float32 0..1: the opacity of the strongest mark on every pixel, whatever its class."""
    return np.maximum.reduce([layer.classes[name] for name in DAMAGE_CLASSES])


def labels_of(layer: DamageLayer) -> npt.NDArray[np.uint8]:
    """(H, W) uint8: 0 where nothing is drawn, else 1 + the place of the strongest class."""
    planes = np.stack([layer.classes[name] for name in DAMAGE_CLASSES])
    return np.where(planes.max(0) > 0, planes.argmax(0) + 1, 0).astype(np.uint8)


def rgba_of(opacity: Float32, polarity: Polarity) -> npt.NDArray[np.uint16]:
    """(H, W, 4) uint16, alpha not multiplied in: the colour is the same everywhere."""
    rgba = np.full((*opacity.shape, 4), 65535 if polarity == "light" else 0, np.uint16)
    rgba[..., 3] = np.rint(opacity * 65535)
    return rgba


def _write(path: Path, pixels: npt.NDArray[np.uint8] | npt.NDArray[np.uint16]) -> None:
    if not cv2.imwrite(str(path), pixels):
        raise SinkError(f"{path} could not be written; is the folder writable and the disk not full?")
