"""Film grain in the model encoding: new in every frame, correlated over a pixel or two, weak in shadows."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from engine.types import Float32


@dataclass(frozen=True)
class Grain:
    """`strength`: RMS in ACEScct units at mid grey; `blur`: correlation in px; `chroma`: 0 = monochrome."""

    strength: float
    blur: float
    chroma: float

    @staticmethod
    def draw(rng: np.random.Generator) -> Grain:
        return Grain(
            float(rng.choice([0.0, rng.gamma(3.0, 0.0045)], p=[0.1, 0.9])),
            float(rng.uniform(0.3, 1.1)),
            float(rng.uniform(0.0, 1.0)),
        )


def grain_field(shape: tuple[int, int], grain: Grain, rng: np.random.Generator) -> Float32:
    """(H, W, 3) float32 of RMS 1 (before tone dependence)."""
    common = rng.standard_normal((*shape, 1), np.float32)
    own = rng.standard_normal((*shape, 3), np.float32)
    field = np.sqrt(1 - grain.chroma**2) * common + grain.chroma * own
    field = cv2.GaussianBlur(field, (0, 0), grain.blur)
    return (field / max(float(field.std()), 1e-6)).astype(np.float32)


def add_grain(encoded: Float32, grain: Grain, rng: np.random.Generator) -> Float32:
    """`encoded` (H, W, 3) ACEScct with grain; weaker in deep shadows, where a scan's toe compresses it."""
    if grain.strength == 0:
        return encoded
    tone = np.clip((encoded.mean(2, keepdims=True) - 0.05) / 0.2, 0.25, 1.0)
    field = grain_field((encoded.shape[0], encoded.shape[1]), grain, rng)
    return (encoded + grain.strength * tone * field).astype(np.float32)
