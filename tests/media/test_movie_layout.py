"""Pixel formats: every sample in its place, and out and in are exact inverses."""

from __future__ import annotations

import av
import numpy as np
import pytest

from engine.errors import UnsupportedFormat
from engine.media.movie_colour import ColourNumbers, full_range_of, matrix_of
from engine.media.movie_layout import (
    PIXEL_FORMATS,
    PixelFormat,
    codes_of,
    ffv1_formats,
    fill,
    layout_of,
    pixel_format,
)
from engine.types import AnyArray
from tests.codes.layouts import random_codes
from tests.conftest import assert_same_codes
from tests.media.movie_making import noise


def known_to_ffmpeg(name: str) -> bool:
    try:
        av.VideoFormat(name)
    except ValueError:
        return False
    return True


KNOWN = sorted(name for name in PIXEL_FORMATS if known_to_ffmpeg(name))


def planes_by_ffmpeg(frame: av.VideoFrame, pixels: PixelFormat) -> list[AnyArray]:
    """The samples as FFmpeg itself sorts them into planes, in the order of the channels."""
    alpha = "a" if len(pixels.channels) in (2, 4) else ""
    depth = "" if pixels.bits == 8 else f"{pixels.bits}le"
    if pixels.model == "ycbcr":
        digits = {(2, 2): "420", (2, 1): "422", (1, 1): "444", (1, 2): "440", (4, 1): "411", (4, 4): "410"}
        name, order = f"yuv{alpha}{digits[pixels.subsampling]}p{depth}", (0, 1, 2, 3)
    elif pixels.model == "rgb":
        name, order = f"gbr{alpha}p{depth}", (2, 0, 1, 3)
    else:
        name, order = f"gray{depth}", (0,)
    sorted_out = frame.reformat(format=name)
    dtype = np.uint8 if pixels.bits == 8 else np.dtype("<u2")
    planes = [
        np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size).view(dtype)[:, : plane.width]
        for plane in sorted_out.planes
    ]
    return [planes[place] for place in order[: len(planes)]]


SORTED_WITHOUT_LOSS = [
    "nv12", "nv21", "nv16", "nv24", "p010le", "p010be", "p016le", "p210le", "uyvy422", "yuyv422", "yvyu422",
    "rgb24", "bgr24", "rgba", "bgra", "argb", "abgr", "rgb0", "bgr0", "0rgb", "0bgr",
    "rgb48le", "rgb48be", "bgr48le", "rgba64le", "rgba64be", "gbrp10be", "gbrap12be", "gbrp",
    "yuv420p", "yuv422p10le", "yuv422p10be", "yuva444p12be", "yuv411p", "yuv410p", "yuv440p12be",
    "gray", "gray10be", "gray16be",
]  # fmt: skip


@pytest.mark.parametrize("name", SORTED_WITHOUT_LOSS)
def test_samples_lie_where_ffmpeg_says(name: str) -> None:
    pixels = PIXEL_FORMATS[name]
    frame = noise(name, 11, 62, 48)
    codes = codes_of(frame, pixels, layout_of(pixels, "bt709", False))
    ours = (
        codes.planes
        if pixels.model == "ycbcr"
        else [codes.planes[0][:, :, k] for k in range(codes.planes[0].shape[2])]
    )
    for mine, theirs in zip(ours, planes_by_ffmpeg(frame, pixels), strict=True):
        np.testing.assert_array_equal(mine, theirs)


@pytest.mark.parametrize("name", KNOWN)
def test_codes_are_in_range_and_of_the_layout(name: str) -> None:
    pixels = PIXEL_FORMATS[name]
    frame = noise(name, 3, 63, 47)
    layout = layout_of(pixels, "bt709", False)
    codes = codes_of(frame, pixels, layout)
    across, down = layout.subsampling
    chroma = (-(-47 // down), -(-63 // across))
    assert (codes.height, codes.width) == (47, 63)
    for index, plane in enumerate(codes.planes):
        assert plane.flags.c_contiguous
        assert plane.flags.owndata
        assert plane.dtype == (np.uint8 if layout.bits == 8 else np.uint16)
        assert int(plane.max()) < 1 << layout.bits
        if layout.model == "ycbcr":
            assert plane.shape == (chroma if index in (1, 2) else (47, 63))
        else:
            assert plane.shape == (47, 63, len(layout.channels))


@pytest.mark.parametrize("pixels", ffv1_formats().values(), ids=lambda pixels: pixels.name)
def test_in_and_out_are_inverses(pixels: PixelFormat) -> None:
    layout = layout_of(pixels, "bt709", False)
    codes = random_codes(layout, 47, 63, seed=pixels.bits)
    frame = av.VideoFrame(63, 47, pixels.name)
    fill(frame, pixels, codes)
    assert_same_codes(codes_of(frame, pixels, layout), codes)


@pytest.mark.parametrize("name", ["pal8", "monow", "bayer_rggb8", "gbrpf32le", "rgb565le", "xyz12le"])
def test_other_formats_are_refused_by_name(name: str) -> None:
    with pytest.raises(UnsupportedFormat, match=rf"reel\.mov.*{name}"):
        pixel_format(name, "reel.mov")


YCC = PIXEL_FORMATS["yuv422p"]


@pytest.mark.parametrize(
    ("matrix", "height", "expected"),
    [(1, 480, "bt709"), (5, 1080, "bt601"), (6, 1080, "bt601"), (9, 576, "bt2020"), (2, 576, "bt601"),
     (2, 577, "bt709"), (0, 1080, "bt709")],
)  # fmt: skip
def test_the_matrix_is_the_tag_else_by_height(matrix: int, height: int, expected: str) -> None:
    found, note = matrix_of(ColourNumbers(matrix=matrix), YCC, height, "reel.mov")
    assert found == expected
    assert bool(note) == (matrix in (0, 2))


@pytest.mark.parametrize("matrix", [4, 7, 8, 10, 14])
def test_a_matrix_that_cannot_be_undone_is_refused(matrix: int) -> None:
    with pytest.raises(UnsupportedFormat, match=r"reel\.mov.*matrix"):
        matrix_of(ColourNumbers(matrix=matrix), YCC, 1080, "reel.mov")


@pytest.mark.parametrize(
    ("name", "tag", "full"),
    [("yuv420p", 0, False), ("yuv420p", 1, False), ("yuv420p", 2, True), ("yuvj420p", 0, True),
     ("gbrp10le", 1, True), ("gray", 0, True), ("gray", 1, False)],
)  # fmt: skip
def test_the_range_is_the_tag_else_what_players_take(name: str, tag: int, full: bool) -> None:
    assert full_range_of(ColourNumbers(range=tag), PIXEL_FORMATS[name]) is full
