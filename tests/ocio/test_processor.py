"""Conversions: equal to OpenColorIO's own, there and back, unclamped, the same on any number of threads."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import PyOpenColorIO
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from ocio import film_log, library
from ocio.config import ColourConfig
from ocio.errors import SpaceNotUsable, UnknownSpace
from ocio.processor import BLOCK, ColourRoute

COMMON = (
    "ADX10",
    "ADX16",
    "Cineon Film Log",
    "ARRI LogC3 (EI800)",
    "DaVinci Intermediate WideGamut",
    "Gamma 2.4 Rec.709 - Texture",
    "sRGB - Texture",
    "ACEScg",
    "Linear Rec.709 (sRGB)",
    "CanonLog3 CinemaGamut D55",
)
INVERTIBLE = tuple(name for name in COMMON if name not in ("ADX10", "ADX16", "CanonLog3 CinemaGamut D55"))
"""Those with a closed form; ADX and Canon go through tables and are measured apart."""

VIDEO = ("Gamma 2.4 Rec.709 - Texture", "sRGB - Texture")

PLATES = {
    "ADX10": 10,
    "Cineon Film Log": 10,
    "ARRI LogC3 (EI800)": 10,
    "ACEScct": 10,
    "Gamma 2.4 Rec.709 - Texture": 8,
    "sRGB - Texture": 8,
}


def plain(config: ColourConfig, source: str, target: str, pixels: np.ndarray) -> np.ndarray:
    """OpenColorIO by itself: one call, one thread, no table."""
    result = pixels.astype(np.float32).copy()
    library.exact(config.handle.getProcessor(source, target)).applyRGB(result)
    return result


@pytest.mark.parametrize("space", COMMON)
def test_to_model_is_what_opencolorio_gives(
    config: ColourConfig, route: ColourRoute, space: str, chromatic: np.ndarray
) -> None:
    wide = np.concatenate([chromatic, chromatic * 1.6 - 0.3])
    expected = plain(config, space, "ACEScct", wide)
    np.testing.assert_allclose(route.to_model(space)(wide), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("space", COMMON)
def test_from_model_is_what_opencolorio_gives(
    config: ColourConfig, route: ColourRoute, space: str, chromatic: np.ndarray
) -> None:
    wide = np.concatenate([chromatic, chromatic * 1.2 - 0.1])
    expected = plain(config, "ACEScct", space, wide)
    np.testing.assert_array_equal(route.from_model(space)(wide), expected)


@pytest.mark.parametrize("space", INVERTIBLE)
def test_there_and_back(route: ColourRoute, space: str, chromatic: np.ndarray) -> None:
    """Off by more only where a channel has next to no light beside a bright one, at float32's limit."""
    back = route.from_model(space)(route.to_model(space)(chromatic))
    error = np.abs(back - chromatic)
    assert np.quantile(error, 0.999) <= 1e-4
    assert error.max() <= 3e-3


@pytest.mark.parametrize("space", INVERTIBLE)
def test_integer_codes_come_back_as_they_were(route: ColourRoute, space: str) -> None:
    top = 255 if space in VIDEO else 1023
    codes = np.random.default_rng(10).integers(0, top + 1, (300, 400, 3))
    pixels = (codes / top).astype(np.float32)
    back = route.from_model(space)(route.to_model(space)(pixels))
    np.testing.assert_array_equal(np.round(back * top).astype(int), codes)


def test_codes_of_adx_come_back_but_for_a_few_in_ten_thousand(route: ColourRoute) -> None:
    """The table that inverts ADX is OpenColorIO's; with its fast logarithms 0.7 % differed, by up to 44."""
    codes = np.random.default_rng(10).integers(0, 1024, (400, 500, 3))
    pixels = (codes / 1023).astype(np.float32)
    back = np.round(route.from_model("ADX10")(route.to_model("ADX10")(pixels)) * 1023).astype(int)
    assert (back != codes).mean() < 1e-3
    assert np.abs(back - codes).max() <= 8


def test_codes_of_adx_that_hold_a_picture_come_back(route: ColourRoute) -> None:
    light = np.random.default_rng(11).uniform(0.15, 0.95, (200, 300, 3)).astype(np.float32)
    codes = quantised(route.from_model("ADX10")(route.to_model("Linear Rec.709 (sRGB)")(light)), 10)
    again = route.from_model("ADX10")(route.to_model("ADX10")(codes))
    np.testing.assert_allclose(again, codes, rtol=0, atol=0.1 / 1023)


@pytest.mark.parametrize("space", INVERTIBLE)
def test_nothing_is_clamped(route: ColourRoute, space: str) -> None:
    codes = np.random.default_rng(12).uniform(-0.05, 1.05, (500, 3)).astype(np.float32)
    codes[:2] = [[-0.05, 1.05, 0.5], [1.05, -0.05, 1.02]]
    encoded = route.to_model(space)(codes)
    back = route.from_model(space)(encoded)
    np.testing.assert_allclose(back, codes, rtol=0, atol=5e-3)
    assert back.min() < -0.04
    assert back.max() > 1.04


def test_scene_light_far_above_white_and_below_black_survives(route: ColourRoute) -> None:
    light = np.array([[26.0, 0.18, -0.24], [-0.02, 14.0, 1.0], [100.0, 500.0, 0.0]], np.float32)
    encoded = route.to_model("ACEScg")(light)
    np.testing.assert_allclose(encoded, film_log.linear_to_acescct(light), rtol=0, atol=2e-5)
    assert encoded.min() < 0.0 < 1.0 < encoded.max()


def quantised(codes: np.ndarray, bits: int) -> np.ndarray:
    top = 2**bits - 1
    return (np.round(np.clip(codes, 0, 1) * top) / top).astype(np.float32)


def reach_of_half_a_code(route: ColourRoute, space: str, codes: np.ndarray, bits: int) -> np.ndarray:
    """How far the model encoding moves when each channel's code is off by half a step."""
    convert, half = route.to_model(space), np.float32(0.5 / (2**bits - 1))
    moved = np.zeros_like(codes)
    for channel in range(3):
        step = half * np.eye(3, dtype=np.float32)[channel]
        sides = np.stack([convert(codes + step), convert(codes - step)])
        moved += np.abs(sides - convert(codes)).max(axis=0)
    return moved


@pytest.mark.parametrize("space", PLATES)
def test_one_picture_in_any_encoding_is_one_picture_to_the_model(route: ColourRoute, space: str) -> None:
    """The same chromatic light, quantised as each format would, comes back within its quantisation.

    ADX has no code for the most saturated of these colours: they are left out.
    """
    rec709 = np.random.default_rng(13).uniform(0.02, 0.95, (120, 160, 3)).astype(np.float32)
    picture = route.to_model("Linear Rec.709 (sRGB)")(rec709)
    exact = route.from_model(space)(picture)
    codes = quantised(exact, PLATES[space])
    held = ((exact >= 0) & (exact <= 1)).all(axis=-1)
    error = np.abs(route.to_model(space)(codes) - picture)
    allowed = 1.2 * reach_of_half_a_code(route, space, codes, PLATES[space]) + 1e-4
    assert held.mean() > 0.98
    assert (error <= allowed)[held].all()
    assert error.mean() < 0.001


def test_a_wrong_space_does_not_pass_for_the_right_one(route: ColourRoute) -> None:
    picture = np.random.default_rng(14).uniform(0.2, 0.55, (50, 50, 3)).astype(np.float32)
    codes = quantised(route.from_model("Cineon Film Log")(picture), 10)
    assert np.abs(route.to_model("ARRI LogC3 (EI800)")(codes) - picture).mean() > 0.02


@pytest.mark.parametrize("space", ["ADX10", "Cineon Film Log", "sRGB - Texture"])
def test_threads_and_blocks_change_no_byte(config: ColourConfig, space: str, chromatic: np.ndarray) -> None:
    flat = chromatic.reshape(-1, 3)
    assert len(flat) > BLOCK
    one, many = (ColourRoute(config, workers=n).to_model(space) for n in (1, 5))
    whole = one(flat)
    assert whole.tobytes() == many(flat).tobytes()
    cuts = np.concatenate([many(flat[:1]), many(flat[1:777]), many(flat[777:])])
    assert whole.tobytes() == cuts.tobytes()


def test_a_pixel_out_of_range_leaves_its_neighbours_alone(route: ColourRoute, chromatic: np.ndarray) -> None:
    convert = route.to_model("ADX10")
    assert convert.unit is not None
    spoilt = chromatic.copy()
    spoilt[3, 4], spoilt[5, 6, 1] = (-0.4, 1.7, 0.2), np.nan
    kept = np.ones(chromatic.shape[:2], bool)
    kept[3, 4] = kept[5, 6] = False
    assert convert(spoilt)[kept].tobytes() == convert(chromatic)[kept].tobytes()


def test_one_route_serves_many_threads(config: ColourConfig, chromatic: np.ndarray) -> None:
    route = ColourRoute(config, workers=2)
    spaces = ["ADX10", "Cineon Film Log", "sRGB - Texture", "ACEScg"] * 4
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda space: route.to_model(space)(chromatic).tobytes(), spaces))
    assert found == [ColourRoute(config, 1).to_model(space)(chromatic).tobytes() for space in spaces]


def test_a_conversion_is_made_once(route: ColourRoute) -> None:
    assert route.to_model("cineon") is route.to_model("Cineon Film Log")
    assert route.from_model("cineon") is not route.to_model("cineon")


def test_the_input_is_left_as_it_was(route: ColourRoute, chromatic: np.ndarray) -> None:
    before = chromatic.copy()
    result = route.to_model("ACEScct")(chromatic)
    assert not np.shares_memory(result, chromatic)
    np.testing.assert_array_equal(chromatic, before)
    np.testing.assert_array_equal(result, before)


@given(
    arrays.arrays(
        np.float32,
        st.tuples(st.integers(0, 4), st.integers(0, 4), st.just(3)),
        elements=st.floats(-4, 4, width=32),
    )
)
def test_any_shape_and_range_goes_through(route: ColourRoute, pixels: np.ndarray) -> None:
    result = route.to_model("ADX10")(pixels)
    assert result.shape == pixels.shape
    assert result.dtype == np.float32
    assert np.isfinite(result).all()


def test_views_and_other_floats_are_taken(route: ColourRoute, chromatic: np.ndarray) -> None:
    convert = route.to_model("cineon")
    turned = chromatic.transpose(1, 0, 2)
    np.testing.assert_array_equal(convert(turned), convert(chromatic).transpose(1, 0, 2))
    np.testing.assert_array_equal(convert(chromatic.astype(np.float64)), convert(chromatic))
    assert convert(chromatic[0, 0]).shape == (3,)


@pytest.mark.parametrize(
    ("pixels", "error"),
    [
        (np.zeros((4, 4, 4), np.float32), ValueError),
        (np.zeros((4, 4), np.float32), ValueError),
        (np.float32(1.0), ValueError),
        (np.zeros((4, 3), np.uint16), TypeError),
    ],
)
def test_what_are_no_pixels_is_refused(route: ColourRoute, pixels: Any, error: type[Exception]) -> None:
    with pytest.raises(error, match="expected"):
        route.to_model("ADX10")(pixels)


def test_an_unknown_space_is_refused(route: ColourRoute) -> None:
    with pytest.raises(UnknownSpace, match="LogC3"):
        route.to_model("Arri LogC 3")


@pytest.mark.parametrize("way", ["to_model", "from_model"])
def test_a_space_that_is_no_colour_is_refused(route: ColourRoute, way: str) -> None:
    with pytest.raises(SpaceNotUsable, match="Raw"):
        getattr(route, way)("Raw")


def test_a_conversion_whose_file_is_missing_is_refused() -> None:
    broken = PyOpenColorIO.Config.CreateFromFile("ocio://default")
    transform = PyOpenColorIO.FileTransform(src="gone.cube")
    space = PyOpenColorIO.ColorSpace(name="broken")
    space.setTransform(transform, PyOpenColorIO.COLORSPACE_DIR_TO_REFERENCE)
    broken.addColorSpace(space)
    with pytest.raises(SpaceNotUsable, match="broken"):
        ColourRoute(ColourConfig(broken, "the config under test")).to_model("broken")
