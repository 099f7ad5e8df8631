"""The faster form: only where there is a curve to tabulate, and only where it gives OpenColorIO's result."""

from __future__ import annotations

import numpy as np
import pytest

from ocio import library, table
from ocio.config import ColourConfig
from ocio.library import Processor


def processor(config: ColourConfig, source: str) -> Processor:
    return config.handle.getProcessor(source, "ACEScct")


@pytest.mark.parametrize(
    "source", ["ADX10", "Cineon Film Log", "Gamma 2.4 Rec.709 - Texture", "Gamma 2.2 Rec.709 - Texture"]
)
def test_a_table_is_equal_to_opencolorio(config: ColourConfig, source: str) -> None:
    slow = processor(config, source)
    fast = table.tabled(slow)
    assert fast is not None
    codes = np.random.default_rng(21).integers(0, 1024, (200_000, 3)).astype(np.float32) / np.float32(1023)
    found, expected = codes.copy(), codes.copy()
    fast.applyRGB(found)
    library.exact(slow).applyRGB(expected)
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize(
    "source", ["ACEScg", "Linear Rec.709 (sRGB)", "ACEScct", "CanonLog3 CinemaGamut D55"]
)
def test_where_there_is_nothing_to_gain_there_is_none(config: ColourConfig, source: str) -> None:
    assert table.tabled(processor(config, source)) is None


@pytest.mark.parametrize("source", ["ADX10", "Gamma 2.4 Rec.709 - Texture"])
def test_a_table_that_changes_the_result_is_refused(
    config: ColourConfig, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    monkeypatch.setattr(table, "SPACING", 0.02)
    assert table.tabled(processor(config, source)) is None
