"""The drawn reel: repeatable, moving, and damaged only where it says."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.codes import to_rgb
from engine.demo.damage import Wear, add_damage, add_grain
from engine.demo.reel import bird_at, make_reel
from engine.demo.scene import Scene
from engine.errors import SinkError
from engine.media.open import open_source

SMALL = (135, 240)


def scene() -> Scene:
    return Scene.draw(*SMALL, frames=6, seed=7)


def test_the_same_seed_draws_the_same_picture() -> None:
    np.testing.assert_array_equal(scene().frame(3), scene().frame(3))
    assert not np.array_equal(scene().frame(3), Scene.draw(*SMALL, frames=6, seed=8).frame(3))


def test_it_is_scene_referred_and_chromatic() -> None:
    plate = scene().frame(0)
    assert plate.shape == (*SMALL, 3)
    assert plate.dtype == np.float32
    assert plate.min() > 0
    assert plate.max() > 5
    assert np.abs(plate[..., 0] - plate[..., 2]).mean() > 0.05


def test_near_things_move_faster_than_far_ones() -> None:
    drawn = scene()
    before, after = drawn.frame(0), drawn.frame(5)
    meadow = np.abs(after - before)[120:].mean() / before[120:].std()
    sky = np.abs(after - before)[:20].mean() / before[:20].std()
    assert meadow > 3 * sky


@pytest.mark.parametrize("number", [1001, 1004])
def test_the_bird_is_where_it_is_said_to_be(number: int) -> None:
    plate = Scene.draw(270, 480, frames=6, seed=7).frame(number - 1001)
    row, column = bird_at(number, 270, 480)
    around = plate[row - 12 : row + 12, column - 20 : column + 20].sum(axis=2)
    assert around.min() < 0.4 * np.median(around)


def test_grain_has_the_strength_it_should() -> None:
    plate = np.full((200, 200, 3), 0.5, np.float32)
    grain = add_grain(plate, np.random.default_rng(1)) - plate
    assert grain.std() == pytest.approx(0.0055, rel=0.05)
    assert abs(grain.mean()) < 2e-4
    dark = np.zeros((200, 200, 3), np.float32)
    assert add_grain(dark, np.random.default_rng(1)).std() < 0.6 * grain.std()


def test_damage_is_local_of_both_polarities_and_the_scratch_stays() -> None:
    plate = np.full((540, 960, 3), 0.4, np.float32)
    rng = np.random.default_rng(5)
    frames = [add_damage(plate, index, Wear(), rng) for index in range(4)]
    change = [frame - plate for frame in frames]
    touched = [(np.abs(each) > 0.02).any(axis=2) for each in change]
    assert all(0.001 < each.mean() < 0.06 for each in touched)
    assert min(each.min() for each in change) < -0.2
    assert max(each.max() for each in change) > 0.3
    always = np.logical_and.reduce(touched)
    columns = np.flatnonzero(always.any(axis=0))
    assert columns.size > 0
    assert np.abs(columns - 0.835 * 960).max() < 12


def test_the_reel_on_disk_is_tagged_log_film(tmp_path: Path) -> None:
    reel = make_reel(tmp_path, count=2, height=68, width=120)
    assert list(reel.frames) == [1001, 1002]
    with open_source(reel.damaged) as damaged, open_source(reel.clean) as clean:
        assert damaged.info.format == "DPX 10-bit RGB"
        assert damaged.info.tags.transfer.lower() == "printing density"
        assert damaged.info.rate == 24
        assert not np.array_equal(to_rgb(damaged.read(1002).codes), to_rgb(clean.read(1002).codes))


def test_an_unwritable_folder_is_a_sink_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match="file"):
        make_reel(tmp_path / "file", count=1, height=68, width=120)
