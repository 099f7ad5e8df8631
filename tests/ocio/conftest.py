"""The config that ships, and chromatic codes: a grey ramp survives nearly any mistake in colour."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from ocio.config import BUILT_IN, ColourConfig, load
from ocio.processor import ColourRoute


@pytest.fixture(scope="session")
def config() -> ColourConfig:
    return load(BUILT_IN)


@pytest.fixture(scope="session")
def route(config: ColourConfig) -> ColourRoute:
    return ColourRoute(config, workers=2)


@pytest.fixture(scope="session")
def chromatic() -> npt.NDArray[np.float32]:
    """Random R'G'B' codes, (150, 301, 3), 0 .. 1, every gamut corner among them: more than one block."""
    codes = np.random.default_rng(7).random((150, 301, 3), dtype=np.float32)
    codes[0, :8] = np.indices((2, 2, 2)).reshape(3, -1).T
    return codes
