"""The closed forms against published values and against OpenColorIO's exact (not fast) arithmetic."""

from __future__ import annotations

import numpy as np
import PyOpenColorIO
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ocio import film_log
from ocio.config import ColourConfig


def exactly(config: ColourConfig, source: str, target: str, pixels: np.ndarray) -> np.ndarray:
    """OpenColorIO without its fast logarithms."""
    processor = config.handle.getProcessor(source, target)
    result = pixels.astype(np.float32).copy()
    processor.getOptimizedCPUProcessor(PyOpenColorIO.OPTIMIZATION_LOSSLESS).applyRGB(result)  # type: ignore[attr-defined]
    return result


def spread(low: float, high: float) -> np.ndarray:
    """Random triples whose magnitudes cover the decades, below zero as well."""
    rng = np.random.default_rng(3)
    decades = 10.0 ** rng.uniform(np.log10(1e-5), np.log10(high), (4000, 3))
    return np.where(rng.random((4000, 3)) < 0.2, rng.uniform(low, 0, (4000, 3)), decades)


def test_acescct_encoding_is_that_of_opencolorio(config: ColourConfig) -> None:
    linear = spread(-0.05, 100.0).astype(np.float32)
    found = film_log.linear_to_acescct(linear.astype(np.float64))
    np.testing.assert_allclose(found, exactly(config, "ACEScg", "ACEScct", linear), rtol=0, atol=1e-6)


def test_acescct_decoding_is_that_of_opencolorio(config: ColourConfig) -> None:
    encoded = np.random.default_rng(4).uniform(-0.3, 1.0, (4000, 3)).astype(np.float32)
    found = film_log.acescct_to_linear(encoded.astype(np.float64))
    np.testing.assert_allclose(found, exactly(config, "ACEScct", "ACEScg", encoded), rtol=2e-6, atol=1e-6)


def test_cineon_decoding_is_that_of_the_config(config: ColourConfig) -> None:
    codes = np.random.default_rng(5).uniform(-0.1, 1.1, (4000, 3)).astype(np.float32)
    found = film_log.cineon_to_linear(codes.astype(np.float64))
    expected = exactly(config, "Cineon Film Log", "Linear Rec.709 (sRGB)", codes)
    np.testing.assert_allclose(found, expected, rtol=3e-6, atol=1e-6)


def test_cineon_encoding_is_that_of_the_config(config: ColourConfig) -> None:
    linear = spread(-0.005, 13.0).astype(np.float32)
    found = film_log.linear_to_cineon(linear.astype(np.float64))
    expected = exactly(config, "Linear Rec.709 (sRGB)", "Cineon Film Log", linear)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


def test_ap0_to_ap1_is_that_of_opencolorio(config: ColourConfig, chromatic: np.ndarray) -> None:
    found = chromatic.astype(np.float64) @ film_log.AP0_TO_AP1.T
    np.testing.assert_allclose(found, exactly(config, "ACES2065-1", "ACEScg", chromatic), rtol=0, atol=1e-6)


def test_published_values() -> None:
    # Kodak: 95 is black, 685 is white. colour-science gives 0.18 as 0.457319613085418.
    codes = np.array([95.0, 685.0, 0.457319613085418 * 1023]) / 1023
    np.testing.assert_allclose(film_log.cineon_to_linear(codes), [0.0, 1.0, 0.18], atol=1e-12)
    # Academy S-2016-001: the value at 0 and at the largest half float.
    np.testing.assert_allclose(
        film_log.linear_to_acescct(np.array([0.0, 0.18, 65504.0])),
        [0.0729055341958355, 0.4135884, 1.4679964],
        atol=1e-6,
    )


@given(arrays.arrays(np.float64, 12, elements=st.floats(-0.3, 1.4)))
def test_acescct_there_and_back(encoded: np.ndarray) -> None:
    back = film_log.linear_to_acescct(film_log.acescct_to_linear(encoded))
    np.testing.assert_allclose(back, encoded, rtol=0, atol=1e-9)


@given(arrays.arrays(np.float64, 12, elements=st.floats(-0.2, 1.4)))
def test_cineon_there_and_back(codes: np.ndarray) -> None:
    back = film_log.linear_to_cineon(film_log.cineon_to_linear(codes))
    np.testing.assert_allclose(back, codes, rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "convert",
    [
        film_log.acescct_to_linear,
        film_log.linear_to_acescct,
        film_log.cineon_to_linear,
        film_log.linear_to_cineon,
    ],
)
def test_shape_and_kind_of_float_are_kept(convert: object) -> None:
    assert callable(convert)
    single = convert(np.full((2, 5, 3), 0.3, np.float32))
    assert single.dtype == np.float32
    assert single.shape == (2, 5, 3)
    assert convert(np.full(4, 0.3)).dtype == np.float64


def test_light_that_no_density_stands_for_is_finite() -> None:
    assert np.isfinite(film_log.linear_to_cineon(np.array([-1.0, -0.02]))).all()
