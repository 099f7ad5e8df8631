"""Views of a display: the table gives what OpenColorIO itself would, to the eye."""

from __future__ import annotations

import numpy as np
import pytest

from ocio import library
from ocio.config import load
from ocio.display import View, needs_view, shown_by, views
from ocio.errors import SpaceNotUsable
from ocio.film_log import acescct_to_linear, linear_to_acescct


@pytest.fixture(scope="module")
def plate() -> np.ndarray:
    """Film colours: any brightness, a moderate chroma."""
    rng = np.random.default_rng(3)
    grey = rng.uniform(0.12, 0.65, (40, 50, 1))
    return (grey + rng.normal(0, 0.02, (40, 50, 3))).astype(np.float32)


def exactly(plate: np.ndarray, view: View) -> np.ndarray:
    pixels = np.ascontiguousarray(plate.reshape(-1, 3).astype(np.float32))
    library.display_processor(load().handle, "ACEScct", view.display, view.name).applyRGB(pixels)
    return np.clip(pixels, 0, 1).reshape(plate.shape) * 255


def test_a_view_is_what_the_config_says(plate: np.ndarray) -> None:
    view = views(load())[0]
    shown = shown_by(load(), view)(plate)
    error = np.abs(shown - exactly(plate, view))
    assert error.mean() < 0.5
    assert np.quantile(error, 0.99) < 2


def test_stops_brighten_the_scene(plate: np.ndarray) -> None:
    view = views(load())[0]
    brighter = linear_to_acescct(acescct_to_linear(plate) * 2)
    error = np.abs(shown_by(load(), view, stops=1.0)(plate) - exactly(brighter, view))
    assert error.mean() < 0.6


def test_the_default_view_comes_first_and_none_shows_bare_codes() -> None:
    found = views(load())
    handle = load().handle
    assert found[0].display == handle.getDefaultDisplay()
    assert found[0].name == handle.getDefaultView(found[0].display)
    assert len(found) > 3
    assert not [view for view in found if view.name == "Raw"]
    assert needs_view(load(), "ADX10")
    assert not needs_view(load(), "sRGB - Texture")


def test_a_view_that_is_not_there_is_refused() -> None:
    with pytest.raises(SpaceNotUsable):
        shown_by(load(), View("sRGB - Display", "No such view"))
