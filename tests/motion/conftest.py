"""Plates for motion: random chromatic texture in the model encoding, moved by known vectors."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest

from engine.types import CodeLayout, Codes, Float32, Frame, WorkingFrame

RGB10 = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)


def texture(height: int, width: int, seed: int = 0) -> Float32:
    """(height, width, 3) float32, 0.1 .. 0.6: detail of 3, 8 and 32 pixels, other in every channel."""
    rng = np.random.default_rng(seed)
    plate = np.zeros((height, width, 3), np.float32)
    for cell, amplitude in ((3, 0.3), (8, 0.6), (32, 1.0)):
        coarse = rng.standard_normal((height // cell + 2, width // cell + 2, 3)).astype(np.float32)
        plate += amplitude * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    low, high = plate.min(), plate.max()
    return 0.1 + 0.5 * (plate - low) / (high - low)


def frame(encoded: Float32, number: int = 1, key: str | None = None) -> WorkingFrame:
    codes = Codes((np.zeros(encoded.shape, np.uint16),), RGB10)
    name = key if key is not None else f"frame-{number}"
    return WorkingFrame(Frame(number, codes), "ADX10", np.ascontiguousarray(encoded, np.float32), name)


@pytest.fixture
def make_texture() -> Callable[..., Float32]:
    return texture


@pytest.fixture
def make_frame() -> Callable[..., WorkingFrame]:
    return frame
