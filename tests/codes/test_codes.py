"""Untouched stays untouched, in every layout; touched becomes exactly what was asked for."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.codes import Patch, chroma_aligned, composite, content_key, to_rgb
from engine.types import Box, CodeLayout, Codes
from tests.codes.layouts import INTERLEAVED, LAYOUTS, RGB, YCBCR, name_of, random_codes

HEIGHT, WIDTH = 22, 34
WHOLE = Box(0, 0, HEIGHT, WIDTH)

every_layout = pytest.mark.parametrize("layout", LAYOUTS, ids=name_of)
every_ycbcr = pytest.mark.parametrize("layout", YCBCR, ids=name_of)
every_interleaved = pytest.mark.parametrize("layout", INTERLEAVED, ids=name_of)


def same_bytes(one: Codes, other: Codes) -> bool:
    return all(a.tobytes() == b.tobytes() for a, b in zip(one.planes, other.planes, strict=True))


def full(value: float, box: Box = WHOLE) -> np.ndarray:
    return np.full((box.height, box.width), value, np.float32)


def noise(box: Box = WHOLE, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, (box.height, box.width, 3)).astype(np.float32)


def spots(seed: int, share: float = 0.2, box: Box = WHOLE) -> np.ndarray:
    """Coverage with zeros, ones and values between."""
    rng = np.random.default_rng(seed)
    soft = rng.choice([0.25, 0.5, 1.0], (box.height, box.width)).astype(np.float32)
    return np.where(rng.uniform(size=soft.shape) < share, soft, np.float32(0))


@every_layout
def test_no_coverage_gives_the_same_codes(layout: CodeLayout) -> None:
    codes = random_codes(layout)
    assert same_bytes(composite(codes, [Patch(WHOLE, noise(), full(0))]), codes)
    assert same_bytes(composite(codes, []), codes)


@every_layout
def test_pixels_outside_an_aligned_matte_keep_their_codes(layout: CodeLayout) -> None:
    codes = random_codes(layout)
    coverage = chroma_aligned(spots(3), layout)
    changed = composite(codes, [Patch(WHOLE, noise(), coverage)])
    assert not same_bytes(changed, codes)
    shape_of_chroma = coverage[:: layout.subsampling[1], :: layout.subsampling[0]]
    for before, after in zip(codes.planes, changed.planes, strict=True):
        clean = (coverage if before.shape[:2] == coverage.shape else shape_of_chroma) == 0
        assert clean.any()
        assert np.array_equal(before[clean], after[clean])


@every_layout
def test_the_source_is_never_written_to(layout: CodeLayout) -> None:
    codes = random_codes(layout)
    kept = random_codes(layout)
    composite(codes, [Patch(WHOLE, noise(), full(1))])
    assert same_bytes(codes, kept)


@every_interleaved
def test_full_coverage_returns_the_codes_it_was_given(layout: CodeLayout) -> None:
    wanted, other = random_codes(layout, seed=4), random_codes(layout, seed=5)
    result = composite(other, [Patch(WHOLE, to_rgb(wanted), full(1))])
    colours = 1 if layout.model == "grey" else 3
    assert np.array_equal(result.planes[0][..., :colours], wanted.planes[0][..., :colours])
    assert np.array_equal(result.planes[0][..., colours:], other.planes[0][..., colours:])


@every_ycbcr
def test_full_coverage_returns_ycbcr_codes_within_one(layout: CodeLayout) -> None:
    wanted, other = random_codes(layout, seed=4), random_codes(layout, seed=5)
    result = composite(other, [Patch(WHOLE, to_rgb(wanted), full(1))])
    for got, expected in zip(result.planes[:3], wanted.planes[:3], strict=True):
        assert np.abs(got.astype(int) - expected.astype(int)).max() <= 1
    assert all(np.array_equal(a, b) for a, b in zip(result.planes[3:], other.planes[3:], strict=True))


@pytest.mark.parametrize("bits", [8, 10, 12, 16])
def test_every_code_of_a_depth_makes_the_round_trip(bits: int) -> None:
    layout = CodeLayout("rgb", RGB, "integer", bits)
    side = 2 ** (bits // 2)
    ramp = np.arange(2**bits).reshape(side, side)
    plane = np.stack([ramp, ramp[::-1], ramp.T], axis=2).astype(np.uint8 if bits == 8 else np.uint16)
    codes = Codes((plane,), layout)
    box = Box(0, 0, side, side)
    blank = Codes((np.zeros_like(plane),), layout)
    assert same_bytes(composite(blank, [Patch(box, to_rgb(codes), full(1, box))]), codes)


@pytest.mark.parametrize(
    ("bits", "matrix", "is_full", "codes", "rgb"),
    [
        (8, "bt709", False, (235, 128, 128), (1, 1, 1)),
        (8, "bt709", False, (16, 128, 128), (0, 0, 0)),
        (10, "bt2020", False, (940, 512, 512), (1, 1, 1)),
        (8, "bt601", True, (255, 128, 128), (1, 1, 1)),
        # 100 % bars: BT.709 red and blue, BT.601 green, BT.2020 blue, as bar generators give
        (8, "bt709", False, (63, 102, 240), (1, 0, 0)),
        (8, "bt709", False, (32, 240, 118), (0, 0, 1)),
        (8, "bt601", False, (145, 54, 34), (0, 1, 0)),
        (10, "bt2020", False, (116, 960, 476), (0, 0, 1)),
        (8, "bt601", True, (76, 85, 255), (1, 0, 0)),
    ],
)
def test_colour_anchors(
    bits: int, matrix: str, is_full: bool, codes: tuple[int, ...], rgb: tuple[int, ...]
) -> None:
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", bits, (1, 1), matrix, is_full)  # type: ignore[arg-type]
    dtype = np.uint8 if bits == 8 else np.uint16
    planes = tuple(np.full((2, 2), code, dtype) for code in codes)
    assert to_rgb(Codes(planes, layout))[0, 0] == pytest.approx(rgb, abs=1.6 / 2 ** min(bits, 8))


def test_white_is_exactly_one_and_halves_are_not_clamped() -> None:
    for bits in (8, 10, 12, 16):
        layout = CodeLayout("rgb", RGB, "integer", bits)
        plane = np.full((1, 1, 3), 2**bits - 1, np.uint8 if bits == 8 else np.uint16)
        assert to_rgb(Codes((plane,), layout)).tolist() == [[[1.0, 1.0, 1.0]]]
    scene = np.array([[[-0.25, 26.0, 65504.0]]], np.float16)
    assert to_rgb(Codes((scene,), CodeLayout("rgb", RGB, "half", 16))).tolist() == scene.tolist()


@every_layout
@settings(max_examples=5, deadline=None)
@given(edges=st.tuples(*[st.integers(0, 16)] * 2, *[st.integers(1, 6)] * 2))
def test_a_box_is_a_piece_of_the_whole(layout: CodeLayout, edges: tuple[int, int, int, int]) -> None:
    codes = random_codes(layout, 23, 35)
    box = Box(edges[0], edges[1], edges[0] + edges[2], edges[1] + edges[3])
    assert np.array_equal(to_rgb(codes, box), to_rgb(codes)[box.slices])


@every_layout
def test_tiles_that_cut_chroma_blocks_give_the_same_as_one_patch(layout: CodeLayout) -> None:
    codes = random_codes(layout, 23, 35)
    whole = Box(0, 0, 23, 35)
    rgb, coverage = noise(whole), spots(9, 0.7, whole)
    boxes = [Box(0, 0, 7, 35), Box(7, 0, 23, 11), Box(7, 11, 23, 35)]
    tiles = [Patch(box, rgb[box.slices], coverage[box.slices]) for box in boxes]
    assert same_bytes(composite(codes, tiles), composite(codes, [Patch(whole, rgb, coverage)]))


def test_chroma_changes_only_where_its_whole_block_is_covered() -> None:
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 8, (2, 2), "bt709", False)
    codes = random_codes(layout, 4, 6)
    coverage = np.zeros((4, 6), np.float32)
    coverage[0:2, 0:2] = 1
    coverage[2:4, 2] = 1
    red = np.zeros((4, 6, 3), np.float32) + np.float32([1, 0, 0])
    result = composite(codes, [Patch(Box(0, 0, 4, 6), red, coverage)])
    assert np.argwhere(result.planes[2] != codes.planes[2]).tolist() == [[0, 0]]
    assert result.planes[2][0, 0] == 240
    assert (result.planes[0][coverage == 1] == 63).all()


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), height=st.integers(1, 9), width=st.integers(1, 9))
def test_an_aligned_matte_is_the_block_maximum(seed: int, height: int, width: int) -> None:
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 8, (2, 2))
    box = Box(0, 0, height, width)
    coverage = spots(seed, 0.3, box)
    grown = chroma_aligned(coverage, layout)
    for y in range(height):
        for x in range(width):
            block = coverage[y // 2 * 2 : y // 2 * 2 + 2, x // 2 * 2 : x // 2 * 2 + 2]
            assert grown[y, x] == block.max()


@pytest.mark.parametrize("bits", [8, 10, 16])
def test_soft_coverage_mixes_in_the_source_encoding(bits: int) -> None:
    codes = random_codes(CodeLayout("rgb", RGB, "integer", bits))
    rgb = noise()
    peak = 2**bits - 1
    result = composite(codes, [Patch(WHOLE, rgb, full(0.25))])
    before = codes.planes[0].astype(np.float64)
    expected = before + 0.25 * (rgb.astype(np.float64) * peak - before)
    assert np.abs(result.planes[0] - expected).max() <= 0.5 + 0.01


def test_integers_stay_in_range_and_scene_values_are_left_alone() -> None:
    rgb = np.broadcast_to(np.float32([-0.5, 1.5, 1e6]), (HEIGHT, WIDTH, 3))
    ten = composite(random_codes(CodeLayout("rgb", RGB, "integer", 10)), [Patch(WHOLE, rgb, full(1))])
    assert ten.planes[0][0, 0].tolist() == [0, 1023, 1023]
    scene = composite(random_codes(CodeLayout("rgb", RGB, "float", 32)), [Patch(WHOLE, rgb, full(1))])
    assert scene.planes[0][0, 0].tolist() == [-0.5, 1.5, 1e6]
    half = composite(random_codes(CodeLayout("rgb", RGB, "half", 16)), [Patch(WHOLE, rgb, full(1))])
    assert half.planes[0][0, 0].tolist() == [-0.5, 1.5, 65504.0]


@pytest.mark.parametrize("covered", [1.0, 0.3])
@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
def test_a_broken_source_pixel_is_repaired(broken: float, covered: float) -> None:
    codes = random_codes(CodeLayout("rgb", RGB, "float", 32))
    codes.planes[0][2, 3] = codes.planes[0][5, 5] = broken
    coverage = full(0)
    coverage[2, 3] = covered
    result = composite(codes, [Patch(WHOLE, noise(), coverage)])
    assert result.planes[0][2, 3].tolist() == noise()[2, 3].tolist()
    assert result.planes[0][5, 5].tobytes() == codes.planes[0][5, 5].tobytes()


def test_a_broken_repair_is_refused() -> None:
    codes = random_codes(CodeLayout("rgb", RGB, "integer", 10))
    rgb = noise()
    rgb[4, 4, 1] = np.nan
    with pytest.raises(ValueError, match="NaN"):
        composite(codes, [Patch(WHOLE, rgb, full(0.5))])
    coverage = full(0.5)
    coverage[4, 4] = 0
    kept = composite(codes, [Patch(WHOLE, rgb, coverage)])
    assert kept.planes[0][4, 4].tolist() == codes.planes[0][4, 4].tolist()
    with pytest.raises(ValueError, match="coverage"):
        composite(codes, [Patch(Box(0, 0, 4, 4), rgb, full(1))])


def test_the_key_names_the_content() -> None:
    layout = CodeLayout("rgb", RGB, "integer", 10)
    codes, again = random_codes(layout), random_codes(layout)
    key = content_key(codes, "ADX10")
    assert key == content_key(again, "ADX10")
    assert key != content_key(codes, "ACEScct")
    deeper = Codes(codes.planes, dataclasses.replace(layout, bits=12))
    assert key != content_key(deeper, "ADX10")
    again.planes[0][-1, -1, -1] ^= 1
    assert key != content_key(again, "ADX10")
    reshaped = Codes((codes.planes[0].reshape(WIDTH, HEIGHT, 3),), layout)
    assert key != content_key(reshaped, "ADX10")
