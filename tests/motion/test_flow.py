from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.motion.flow import Flow, chain, dense, enlarged, grid_size, warp
from engine.types import Box

SIZE = (61, 83)


def smooth_flow(seed: int, size: tuple[int, int] = SIZE, scale: int = 2, reach: float = 4.0) -> Flow:
    rng = np.random.default_rng(seed)
    rows, columns = grid_size(size, scale)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    phase = rng.uniform(0, 6, 4)
    u = np.sin(x / 23 + phase[0]) * np.cos(y / 31 + phase[1])
    v = np.cos(x / 29 + phase[2]) * np.sin(y / 27 + phase[3])
    return Flow((reach * np.stack([u, v], axis=-1)).astype(np.float32), scale, size)


def constant_flow(dx: float, dy: float, size: tuple[int, int] = SIZE, scale: int = 2) -> Flow:
    vectors = np.empty((*grid_size(size, scale), 2), np.float32)
    vectors[...] = dx, dy
    return Flow(vectors, scale, size)


@pytest.mark.parametrize("resampling", ["linear", "cubic", "lanczos"])
@pytest.mark.parametrize("scale", [1, 2, 4])
def test_no_motion_returns_the_pixels_exactly(resampling, scale):
    picture = np.random.default_rng(1).normal(0, 3, (*SIZE, 3)).astype(np.float32)
    moved, valid = warp(picture, Flow.still(SIZE, scale), resampling=resampling)
    assert np.array_equal(moved, picture)
    assert valid.all()


@pytest.mark.parametrize("resampling", ["linear", "cubic", "lanczos"])
def test_whole_pixel_motion_copies_pixels_and_marks_what_left(resampling):
    picture = np.random.default_rng(2).normal(0, 3, (*SIZE, 3)).astype(np.float32)
    moved, valid = warp(picture, constant_flow(5, -3), resampling=resampling)
    assert np.array_equal(moved[3:, :-5], picture[:-3, 5:])
    assert valid[3:, :-5].all()
    assert not valid[:3].any()
    assert not valid[:, -5:].any()


@settings(max_examples=60, deadline=None)
@given(st.data(), st.sampled_from([1, 2, 4]), st.integers(9, 70), st.integers(9, 70))
def test_a_box_is_exactly_its_part_of_the_whole(draw, scale, height, width):
    flow = smooth_flow(3, (height, width), scale)
    picture = np.random.default_rng(4).normal(0, 1, (height, width, 3)).astype(np.float32)
    top, left = draw.draw(st.integers(0, height - 1)), draw.draw(st.integers(0, width - 1))
    bottom, right = draw.draw(st.integers(top + 1, height)), draw.draw(st.integers(left + 1, width))
    box = Box(top, left, bottom, right)
    assert np.array_equal(dense(flow, box), dense(flow)[box.slices])
    part, whole = warp(picture, flow, box, "cubic"), warp(picture, flow, None, "cubic")
    assert np.array_equal(part.picture, whole.picture[box.slices])
    assert np.array_equal(part.valid, whole.valid[box.slices])


@pytest.mark.parametrize("scale", [2, 4])
def test_enlarging_keeps_positions(scale):
    size = (40, 48)
    rows, columns = grid_size(size, scale)
    y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
    centres = np.stack([x, y], axis=-1) * scale + (scale - 1) / 2
    fine = enlarged(centres.astype(np.float32), scale, Box(0, 0, *size))
    inner = (slice(scale, -scale), slice(scale, -scale))
    assert np.allclose(fine[..., 0][inner], np.arange(48)[None, scale:-scale], atol=1e-4)
    assert np.allclose(fine[..., 1][inner], np.arange(40)[scale:-scale, None], atol=1e-4)


@settings(max_examples=60, deadline=None)
@given(st.data(), st.floats(0, 60), st.integers(3, 60), st.integers(3, 60))
def test_valid_is_what_the_motion_leaves_in_the_frame(draw, reach, height, width):
    flow = smooth_flow(3, (height, width), 2, reach)
    top, left = draw.draw(st.integers(0, height - 1)), draw.draw(st.integers(0, width - 1))
    box = Box(top, left, draw.draw(st.integers(top + 1, height)), draw.draw(st.integers(left + 1, width)))
    x, y = np.meshgrid(np.arange(left, box.right), np.arange(top, box.bottom))
    there = dense(flow, box) + np.stack([x, y], axis=-1).astype(np.float32)
    inside = (there >= 0).all(-1) & (there[..., 0] <= width - 1) & (there[..., 1] <= height - 1)
    assert np.array_equal(warp(np.zeros((height, width), np.float32), flow, box).valid, inside)


def test_planes_without_channels_and_with_one_keep_their_shape():
    rng = np.random.default_rng(5)
    flow = smooth_flow(5)
    plane = rng.normal(0, 1, SIZE).astype(np.float32)
    flat, single = warp(plane, flow), warp(plane[..., None], flow)
    assert flat.picture.shape == SIZE
    assert np.array_equal(single.picture, flat.picture[..., None])


def test_values_beyond_the_unit_range_are_not_clamped():
    picture = np.random.default_rng(6).uniform(-5, 30, (*SIZE, 3)).astype(np.float32)
    moved, _ = warp(picture, constant_flow(0.5, 0.5))
    assert moved.min() < -0.5
    assert moved.max() > 20


def test_cubic_keeps_more_grain_than_linear():
    grain = np.random.default_rng(7).normal(0, 1, (*SIZE, 3)).astype(np.float32)
    half = constant_flow(0.5, 0.5)
    kept = {kind: warp(grain, half, resampling=kind).picture.std() for kind in ("linear", "cubic", "lanczos")}
    assert kept["linear"] < 0.55
    assert kept["cubic"] > 1.15 * kept["linear"]
    assert kept["lanczos"] > kept["cubic"]


def test_chain_of_translations_adds_up():
    both = chain(constant_flow(3, 1), constant_flow(-1, 2))
    assert np.allclose(both.vectors, [2, 3])


def test_chain_reads_the_second_flow_where_the_first_ends():
    size = (64, 64)
    ramp = constant_flow(0, 0, size).vectors.copy()
    ramp[..., 0] = np.arange(32) * 0.5
    both = chain(constant_flow(8, 0, size), Flow(ramp, 2, size))
    assert np.allclose(both.vectors[:, :28, 0], 8 + (np.arange(28) + 4) * 0.5, atol=0.02)


def test_flows_of_other_sizes_are_refused():
    with pytest.raises(ValueError, match="one scale and size"):
        chain(constant_flow(0, 0), constant_flow(0, 0, scale=4))
    with pytest.raises(ValueError, match="vectors"):
        Flow(np.zeros((3, 4, 2), np.float32), 2, SIZE)
    with pytest.raises(ValueError, match="the flow is for"):
        warp(np.zeros((10, 10, 3), np.float32), constant_flow(0, 0))
