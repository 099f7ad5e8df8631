import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.repair.sheet import Sheet
from engine.repair.tiles import CONTEXT, damage_tiles
from engine.types import Bool, Box


@st.composite
def masks(draw: st.DrawFn) -> Bool:
    height, width = draw(st.integers(1, 300)), draw(st.integers(1, 300))
    mask = np.zeros((height, width), np.bool_)
    for _ in range(draw(st.integers(0, 12))):
        y, x = draw(st.integers(0, height - 1)), draw(st.integers(0, width - 1))
        mask[y : y + draw(st.integers(1, 90)), x : x + draw(st.integers(1, 90))] = True
    return mask


@given(masks())
def test_every_damaged_pixel_is_in_exactly_one_tile(mask: Bool) -> None:
    held = np.zeros(mask.shape, np.int32)
    for box in damage_tiles(mask):
        assert 0 <= box.top < box.bottom <= mask.shape[0]
        assert 0 <= box.left < box.right <= mask.shape[1]
        assert mask[box.slices].any()
        held[box.slices] += 1
    assert held.max(initial=0) <= 1
    assert (held[mask] == 1).all()


def test_a_scratch_down_the_frame_stays_narrow() -> None:
    mask = np.zeros((1080, 1920), np.bool_)
    for y in range(1080):
        mask[y, 700 + y // 40 : 703 + y // 40] = True
    boxes = damage_tiles(mask)
    assert max(box.width for box in boxes) <= 12
    assert sum(box.height * box.width for box in boxes) < 3 * mask.sum()


def test_specks_cost_what_they_cover() -> None:
    generator = np.random.default_rng(2)
    mask = np.zeros((1080, 1920), np.bool_)
    for y, x in zip(generator.integers(0, 1075, 100), generator.integers(0, 1915, 100), strict=True):
        mask[y : y + 5, x : x + 5] = True
    worked = sum((b.height + 2 * CONTEXT) * (b.width + 2 * CONTEXT) for b in damage_tiles(mask))
    assert worked < 1.3 * 100 * (5 + 2 * CONTEXT) ** 2


def test_dense_damage_is_one_tile_a_cell() -> None:
    assert len(damage_tiles(np.ones((256, 384), np.bool_))) == 6


@given(masks())
def test_a_sheet_shows_each_tile_with_its_surroundings(mask: Bool) -> None:
    plane = np.random.default_rng(1).random(mask.shape)
    sheet = Sheet.of(damage_tiles(mask), mask.shape, CONTEXT)
    laid = sheet.lay(plane)
    for place in sheet.places:
        assert (laid[place.laid.slices] == plane[place.taken.slices]).all()
        assert (laid[place.inner.slices] == plane[place.tile.slices]).all()
    tiled = np.zeros(sheet.size, np.bool_)
    for place in sheet.places:
        tiled[place.inner.slices] = True
    points = sheet.points(tiled)
    assert (laid.ravel()[points.flat] == plane[points.y.astype(int), points.x.astype(int)]).all()
    assert points.flat.size == sum(p.tile.height * p.tile.width for p in sheet.places)


@pytest.mark.parametrize("count", [1, 7, 400])
def test_places_on_a_sheet_do_not_overlap(count: int) -> None:
    generator = np.random.default_rng(count)
    corners = [(int(y) * 30, int(x) * 30) for y, x in generator.integers(0, 40, (count, 2))]
    tiles = [Box(y, x, y + 10 + y % 7, x + 12 + x % 5) for y, x in dict.fromkeys(corners)]
    sheet = Sheet.of(tiles, (1300, 1300), 6)
    used = np.zeros(sheet.size, np.int32)
    for place in sheet.places:
        used[place.laid.slices] += 1
    assert used.max() == 1
    assert {place.tile for place in sheet.places} == set(tiles)
