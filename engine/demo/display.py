"""Plates as they are looked at: display-referred 8-bit R, G, B for contact sheets and previews only."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from engine.codes import to_rgb
from engine.types import Codes, Float32
from ocio.config import load
from ocio.processor import ColourRoute
from ocio.tagging import LINEAR_REC709

Shown = npt.NDArray[np.uint8]

LOG_OR_LINEAR = ("log", "scene-linear")
"""OCIO's names of encodings that cannot be looked at as they are."""


def display_of(colour_space: str, config_name: str | None) -> Callable[[Codes], Shown]:
    """The way from a clip's codes to what a screen shows.

    Video codes are shown as they are. Log and linear plates go through the filmic curve of
    K. Narkowicz, "ACES Filmic Tone Mapping Curve" (2016), and the sRGB curve (IEC 61966-2-1).
    """
    config = load(config_name)
    space = config.handle.getColorSpace(colour_space)
    if space is not None and space.getEncoding() not in LOG_OR_LINEAR:
        return lambda codes: _eight_bit(to_rgb(codes))
    route = ColourRoute(config)
    to_model, to_light = route.to_model(colour_space), route.from_model(LINEAR_REC709)
    return lambda codes: _eight_bit(_srgb(_filmic(to_light(to_model(to_rgb(codes))))))


def _filmic(light: Float32) -> Float32:
    x = np.clip(light, 0, 65504)
    return (x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14)).astype(np.float32)


def _srgb(light: Float32) -> Float32:
    bounded = np.clip(light, 0, 1)
    return np.where(bounded <= 0.0031308, 12.92 * bounded, 1.055 * bounded ** (1 / 2.4) - 0.055).astype(
        np.float32
    )


def _eight_bit(shown: Float32) -> Shown:
    return (np.clip(np.nan_to_num(shown), 0, 1) * 255 + 0.5).astype(np.uint8)
