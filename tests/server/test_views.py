"""Pixels of hosts in and out, and what is shown of a frame."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.parameters import Settings
from engine.server.pictures import CHANNELS, FORMATS, PictureFormat, Unpacking, packed_box
from engine.server.scaling import at_scale
from engine.server.views import covered_boxes, difference_view, matte_view, overlay_view
from engine.types import Box, CodeLayout

FLOAT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)
BYTE = CodeLayout("rgb", ("R", "G", "B"), "integer", 8)


@pytest.mark.parametrize("channels", CHANNELS)
@pytest.mark.parametrize("name", FORMATS)
def test_every_bit_of_a_picture_comes_back(name: str, channels: str) -> None:
    """Random bits: among floats these are NaN of every payload, infinities and denormals."""
    picture = PictureFormat(37, 70, name, channels)
    packed = np.random.default_rng(1).integers(0, 256, picture.bytes, np.uint8)
    unpacking, split = Unpacking(picture), 64 * 37 * picture.pixel_bytes
    unpacking.put(0, packed[:split])
    unpacking.put(64, packed[split:])
    found = unpacking.picture()
    assert found.colour.shape == (70, 37, 1 if channels == "A" else 3)
    assert found.codes.layout == picture.layout
    assert (found.alpha is not None) == (channels == "RGBA")
    for box in (Box(0, 0, 70, 37), Box(3, 5, 68, 9)):
        shaped = packed.reshape(70, 37, -1)[box.slices]
        assert packed_box(found.colour, found.alpha, box).tobytes() == shaped.tobytes()
    if found.alpha is None:
        read = Unpacking(picture)
        for top in (0, 64):
            own = read.own(top, min(64, 70 - top))
            assert own is not None
            own[:] = packed[top * 37 * picture.pixel_bytes :][: own.size]
        assert read.picture().colour.tobytes() == found.colour.tobytes()
    else:
        assert unpacking.own(0, 1) is None
    packed[:] = 0
    assert found.colour.tobytes() != bytes(found.colour.nbytes), "the picture must be a copy"


@given(st.lists(st.tuples(st.integers(0, 199), st.integers(0, 29)), max_size=30))
def test_boxes_hold_all_that_is_covered_and_no_row_twice(marks: list[tuple[int, int]]) -> None:
    coverage = np.zeros((200, 30), np.float32)
    for mark in marks:
        coverage[mark] = 0.25
    boxes, left = covered_boxes(coverage), coverage.copy()
    for box in boxes:
        assert coverage[box.slices].any()
        left[box.slices] = 0
    assert not left.any()
    assert len(boxes) <= 4
    assert all(above.bottom <= below.top for above, below in pairwise(boxes))


def test_a_matte_is_shown_in_the_codes_of_the_source() -> None:
    coverage = np.array([[0, 0.5, 1]], np.float32)
    for dtype, layout, expected in (
        ("uint8", BYTE, [0, 128, 255]),
        ("float32", FLOAT, [0, 0.5, 1]),
        ("uint16", CodeLayout("rgb", ("R", "G", "B"), "integer", 16), [0, 32768, 65535]),
    ):
        view = matte_view(coverage, np.zeros((1, 3, 3), dtype), layout)
        assert view.dtype == dtype
        assert (view == np.array(expected, dtype)[np.newaxis, :, np.newaxis]).all()


def test_the_overlay_is_red_where_the_matte_is_and_nowhere_else() -> None:
    source = np.full((1, 3, 3), 100, np.uint8)
    shown = overlay_view(source, np.array([[0, 0.5, 1]], np.float32), BYTE)
    assert shown[0].tolist() == [[100, 100, 100], [139, 75, 75], [178, 50, 50]]


def test_a_difference_has_no_sign_and_is_nothing_where_nothing_was_done() -> None:
    assert difference_view(np.array([3, 250], np.uint8), np.array([250, 3], np.uint8)).tolist() == [247, 247]
    source = np.array([np.nan, np.inf, -np.inf, 1, np.inf], np.float32)
    result = np.array([np.nan, np.inf, -np.inf, 3, 2], np.float32)
    assert difference_view(result, source).tolist() == [0, 0, 0, 2, np.inf]


def test_sizes_follow_a_proxy() -> None:
    full = Settings.of(
        {"dilation": 4, "feather": 2, "minimum_area": 16, "maximum_area": 101, "pixel_pitch": 6}
    )
    half = at_scale(full, 0.5)
    assert (half.dilation, half.feather, half.minimum_area, half.maximum_area) == (2, 1, 4, 25)
    assert half.pixel_pitch == 12
    assert at_scale(full, 1) is full
    film = Settings.of({"dilation": 12, "size_unit": "um", "pixel_pitch": 6})
    assert at_scale(film, 0.5).in_pixels(12) == film.in_pixels(12) / 2
    assert at_scale(Settings.of({"maximum_area": 2}), 0.01).maximum_area == 1
    assert at_scale(Settings(), 0.01).maximum_area == 0
