"""What is not damage: drawn into clean frames, in motion as real things move."""

from collections.abc import Callable, Sequence

import cv2
import numpy as np
import pytest

from engine.types import Float32
from export.simulate.banks import Artefact, Bank
from export.simulate.blotches import Soiling
from export.simulate.lookalikes import film_extras, mouldings, scene_extras, scene_marks, thrown_things
from export.simulate.lookalikes.exposure import disc, exposed, laid_over, lit, smear
from export.simulate.lookalikes.extras import IN_SCENE, ON_FILM
from export.simulate.lookalikes.flashes import flash
from export.simulate.lookalikes.passing import Ball
from export.simulate.lookalikes.structures import DRAWN, SHARES, standing, structure
from export.simulate.lookalikes.weather import _falling

Extra = Callable[[Sequence[Float32], np.random.Generator], list[Float32]]
EXTRAS: dict[str, Extra] = {name: extra for name, (extra, _) in {**IN_SCENE, **ON_FILM}.items()}
SOILING = Soiling(0.5, {"blotch": 5.0, "hair": 1.0}, 0.5, 0.5, 0.5)


@pytest.fixture(scope="module")
def bank() -> Bank:
    round_one = cv2.circle(np.zeros((21, 21), np.float32), (10, 10), 8, 1.0, -1)
    return Bank({"blotch": [Artefact(round_one, float(round_one.sum()))], "hair": []})


def scene(count: int = 3, height: int = 120, width: int = 160, seed: int = 1) -> list[Float32]:
    coarse = np.random.default_rng(seed).uniform(0.02, 0.6, (9, 12, 3)).astype(np.float32)
    frame = np.asarray(cv2.resize(coarse, (width, height)), np.float32)
    return [frame.copy() for _ in range(count)]


@pytest.mark.parametrize("name", list(EXTRAS))
def test_every_kind_keeps_the_shape_and_alters_the_scene(name: str) -> None:
    frames = scene()
    altered = 0
    for seed in range(12):
        given = [f.copy() for f in frames]
        drawn = EXTRAS[name](given, np.random.default_rng(seed))
        assert len(drawn) == 3
        for before, kept, after in zip(frames, given, drawn, strict=True):
            assert after.shape == before.shape
            assert after.dtype == np.float32
            assert np.isfinite(after).all()
            assert after.min() >= 0
            assert (kept == before).all(), "the frames given are not written into"
        altered += any((a != b).any() for a, b in zip(frames, drawn, strict=True))
    assert altered >= 8


@pytest.mark.parametrize("name", list(EXTRAS))
def test_the_same_seed_draws_the_same_thing(name: str) -> None:
    one, two = (EXTRAS[name](scene(), np.random.default_rng(5)) for _ in range(2))
    assert all((a == b).all() for a, b in zip(one, two, strict=True))


@pytest.mark.parametrize("name", ["rain", "titles", "structure", "borders", "limb"])
def test_a_kind_can_be_drawn_over_a_clip_of_any_length_and_shape(name: str) -> None:
    drawn = EXTRAS[name](scene(6, 90, 200), np.random.default_rng(3))
    assert [f.shape for f in drawn] == [(90, 200, 3)] * 6


@pytest.mark.parametrize("name", list(EXTRAS))
def test_every_kind_can_be_drawn_into_a_single_plate(name: str) -> None:
    for seed in range(6):
        (drawn,) = EXTRAS[name](scene(1), np.random.default_rng(seed))
        assert np.isfinite(drawn).all()


@pytest.mark.parametrize("kind", list(DRAWN))
def test_every_structure_covers_a_part_of_the_frame(kind: str) -> None:
    covered = []
    for seed in range(10):
        mask = np.zeros((150, 200), np.uint8)
        DRAWN[kind](mask, np.random.default_rng(seed))
        covered.append(float((mask > 0).mean()))
    assert 0.001 < np.median(covered) < 0.9


def test_structures_are_drawn_with_shares_that_sum_to_one() -> None:
    assert len(SHARES) == len(DRAWN)
    assert sum(SHARES) == pytest.approx(1.0)
    cover, shade = structure((80, 100), np.random.default_rng(2))
    assert cover.shape == shade.shape == (80, 100)
    assert 0 <= cover.min() <= cover.max() <= 1
    assert shade.min() > 0


def test_a_structure_moves_with_the_step_it_is_given() -> None:
    """Matching what was laid over the first frame against the last finds twice the step of a frame."""
    flat = [np.full((160, 240, 3), 0.2, np.float32)] * 3
    found = []
    for seed in range(12):
        first, _, last = standing(flat, np.random.default_rng(seed), np.array([5.0, 0.0]))
        window = cv2.createHanningWindow((240, 160), cv2.CV_32F)
        (x, _), trust = cv2.phaseCorrelate(first[..., 1], last[..., 1], window)
        found.append(x if trust > 0.2 else np.nan)
    assert np.nanmedian(found) == pytest.approx(10.0, abs=1.0)


def test_a_flash_changes_the_light_of_its_own_frame_and_keeps_the_picture() -> None:
    frames = scene()
    for seed in range(8):
        drawn = flash(frames, np.random.default_rng(seed))
        changed = [bool((a != b).any()) for a, b in zip(frames, drawn, strict=True)]
        assert 1 <= sum(changed) <= 2


def test_motion_blur_spreads_light_and_keeps_its_sum() -> None:
    dot = np.zeros((61, 61), np.float32)
    dot[30, 30] = 1
    blurred = smear(dot, [20.0, 0.0])
    assert blurred.sum() == pytest.approx(1.0, abs=1e-4)
    columns = np.flatnonzero(blurred.sum(0) > 0.005)
    assert 18 <= np.ptp(columns) <= 23
    assert np.ptp(np.flatnonzero(blurred.sum(1) > 0.05)) <= 2


def test_an_open_shutter_sees_a_moving_disc_longer_and_fainter() -> None:
    def draw(mask: np.ndarray, time: float) -> None:
        disc(mask, 50 + 40 * time, 30, 5)

    sharp, blurred = (exposed((60, 100), draw, 0.0, shutter, 12) for shutter in (0.0, 0.5))
    assert blurred.sum() == pytest.approx(sharp.sum(), rel=0.05)
    assert np.ptp(np.flatnonzero(blurred.sum(0))) > np.ptp(np.flatnonzero(sharp.sum(0))) + 12
    assert blurred.max() < sharp.max()


def test_a_ball_falls_as_gravity_tells() -> None:
    ball = Ball(np.array([50.0, 20.0]), np.array([4.0, 0.0]), 2.0, 3.0, np.zeros(2))
    heights = []
    for time in (0.0, 1.0, 2.0, 3.0):
        mask = np.zeros((80, 120), np.uint8)
        ball.whole(mask, time)
        heights.append(float(np.average(np.arange(80), weights=mask.sum(1))))
    assert np.diff(heights, 2) == pytest.approx([2.0, 2.0], abs=0.2)


def test_rain_moves_on_at_its_own_speed_and_comes_in_again_above() -> None:
    layer = _falling((100, 120), 30, np.array([3.0, 20.0]), 0.0, 0.0, 1, 0.5, np.random.default_rng(1))
    step = layer.at(1.0) - layer.at(0.0)
    on = (np.abs(step - [3.0, 20.0]) < 1e-9).all(1)
    assert 0.6 < on.mean() < 1
    assert (step[~on].min(1) < -50).all(), "what does not move on has come in again at the other side"


def test_covers_and_light_reach_only_where_they_are() -> None:
    frame = scene()[0]
    cover = np.zeros(frame.shape[:2], np.float32)
    cover[40:50, 60:75] = 0.5
    over, lighter = laid_over(frame, cover, [1.0, 0.5, 0.0]), lit(frame, cover, [1.0, 1.0, 1.0])
    np.testing.assert_allclose(over[45, 65], (frame[45, 65] + [1.0, 0.5, 0.0]) / 2, rtol=1e-5)
    np.testing.assert_allclose(lighter[45, 65], frame[45, 65] + 0.5, rtol=1e-5)
    for result in (over, lighter):
        assert (result[cover == 0] == frame[cover == 0]).all()
    assert laid_over(frame, np.zeros_like(cover), [1.0, 1.0, 1.0]) is frame


def test_extras_come_as_often_as_asked(bank: Bank) -> None:
    frames = scene(3, 64, 64)
    rng = np.random.default_rng(8)

    def altered(chance: float, count: int = 120) -> int:
        drawn = [scene_extras(frames, bank, SOILING, rng, chance) for _ in range(count)]
        return sum(any((a != b).any() for a, b in zip(frames, d, strict=True)) for d in drawn)

    assert altered(0.0) == 0
    assert 28 <= altered(0.4) <= 68
    assert altered(1.0) >= 96
    assert all((a == b).all() for a, b in zip(frames, film_extras(frames, rng, 0.0), strict=True))


def test_things_of_the_shape_of_dirt_and_marks_of_the_scene_leave_the_frames_finite(bank: Bank) -> None:
    frames = scene()
    for seed in range(10):
        rng = np.random.default_rng(seed)
        thrown = thrown_things(frames, bank, SOILING, rng)
        marked = scene_marks(frames[0], bank, SOILING, rng)
        lined = mouldings(frames[0], rng)
        assert all(np.isfinite(p).all() and p.shape == frames[0].shape for p in (*thrown, marked, lined))
