"""Between the 8-bit material, scene-linear light and the model encoding.

ACEScct per S-2016-001 (Academy): log2 with a linear toe. The material's primaries are taken for the
model encoding's own: a hue rotation that no detector needs to know of.
"""

from __future__ import annotations

import numpy as np

from engine.types import Float32

TOE_LINEAR = 0.0078125
TOE_ENCODED = 0.155251141552511
SLOPE, OFFSET = 10.5402377416545, 0.0729055341958355


def encode(linear: Float32) -> Float32:
    """Scene-linear (any shape, float32) to ACEScct, not clamped."""
    log = (np.log2(np.maximum(linear, TOE_LINEAR)) + np.float32(9.72)) * np.float32(1 / 17.52)
    return np.where(linear <= TOE_LINEAR, np.float32(SLOPE) * linear + np.float32(OFFSET), log)


def decode(encoded: Float32) -> Float32:
    """ACEScct to scene-linear, not clamped."""
    power = np.exp2(np.maximum(encoded, TOE_ENCODED) * np.float32(17.52) - np.float32(9.72))
    return np.where(encoded <= TOE_ENCODED, (encoded - np.float32(OFFSET)) / np.float32(SLOPE), power)


def linear_of_bytes(gamma: float, gain: float) -> Float32:
    """Table (256,) float32: 8-bit code to scene-linear light by a power law, times `gain`."""
    return (np.power(np.arange(256) / 255, gamma) * gain).astype(np.float32)


def display(linear: Float32) -> Float32:
    """Display code values 0..1 (gamma 2.4) by which damage is called visible; highlights clip at 1."""
    return np.power(np.clip(linear, 0, 1), np.float32(1 / 2.4))


VISIBLE = 10 / 255
"""Damage is visible where a channel's display code differs by more than this from the clean plate."""
