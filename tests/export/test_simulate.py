"""The damage model, on shapes made here: the training material is not needed."""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from engine.detect.inputs import AFTER_VALID, BEFORE_VALID, compared
from engine.window.window import FrameWindow
from export.material.clips import Clip
from export.shards import FLAGS, LEVELS, packed
from export.simulate.banks import Artefact, Bank
from export.simulate.blotches import FAINTEST, Soiling, shape_of, soil
from export.simulate.encoding import VISIBLE, decode, display, encode
from export.simulate.layer import DamageLayer, Ink
from export.simulate.recipe import RECIPES
from export.simulate.sample import Plates, draw_sample, over_encoded, scanned
from export.simulate.scene import Material
from export.simulate.scratches import Scratch, scratch_layer
from ocio.config import load
from ocio.processor import ColourRoute


@pytest.fixture(scope="module")
def bank() -> Bank:
    disc = cv2.circle(np.zeros((21, 21), np.float32), (10, 10), 8, 1.0, -1)
    bow = cv2.ellipse(np.zeros((60, 60), np.float32), (30, 40), (25, 25), 0, 180, 360, 1.0, 2)
    return Bank({"blotch": [Artefact(disc, float(disc.sum()))], "hair": [Artefact(bow, None)]})


@pytest.fixture(scope="module")
def material(bank: Bank) -> Material:
    coarse = np.random.default_rng(4).integers(20, 235, (48, 64, 3), np.uint8)
    still = cv2.resize(coarse, (512, 384), interpolation=cv2.INTER_CUBIC)
    moving = np.stack([np.roll(still, 3 * n, axis=1) for n in range(5)])
    return Material([Clip("pan", moving)], [Clip("still", still[None])], bank)


def plate(seed: int = 1, size: int = 128) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.1, 0.6, (size, size, 3)).astype(np.float32)


def test_the_closed_form_of_the_model_encoding_is_the_one_the_engine_converts_with() -> None:
    linear = np.random.default_rng(2).uniform(-0.02, 20, (1000, 3)).astype(np.float32)
    route = ColourRoute(load())
    np.testing.assert_allclose(encode(linear), route.to_model("ACEScg")(linear), atol=2e-5)
    np.testing.assert_allclose(decode(encode(linear)), linear, rtol=2e-4, atol=1e-5)


def test_damage_leaves_every_other_pixel_as_it_was(bank: Bank) -> None:
    rng = np.random.default_rng(3)
    clean, layer = plate(), DamageLayer.empty((128, 128))
    soil(layer, bank, Soiling(0.5, {"blotch": 30.0, "hair": 10.0}, 0.5, 0.6, 0.5), rng)
    damaged = over_encoded(layer, clean)
    touched = (layer.cover > 0) | (layer.density != 0).any(2)
    assert touched.any()
    assert not touched.all()
    assert (damaged[~touched] == clean[~touched]).all()


def test_opaque_dirt_hides_the_picture_and_density_shifts_it() -> None:
    clean = decode(plate())
    layer = DamageLayer.empty((128, 128))
    layer.draw(np.ones((10, 10), np.float32), 5, 5, Ink((0.01, 0.02, 0.03)), "blotch")
    layer.draw(np.ones((10, 10), np.float32), 60, 60, Ink(None, (-0.3, -0.3, -0.3)), "blotch")
    damaged = layer.over(clean)
    np.testing.assert_allclose(
        damaged[5:15, 5:15], np.float32([0.01, 0.02, 0.03])[None, None].repeat(10, 0).repeat(10, 1), atol=1e-6
    )
    np.testing.assert_allclose(damaged[60:70, 60:70], clean[60:70, 60:70] * 10**-0.3, rtol=1e-5)


def test_marks_at_the_border_are_cut_off_not_lost() -> None:
    layer = DamageLayer.empty((20, 20))
    for top, left in ((-5, -5), (15, 15), (-50, 3)):
        layer.draw(np.ones((10, 10), np.float32), top, left, Ink((0.0, 0.0, 0.0)), "blotch")
    assert layer.cover[:5, :5].all()
    assert layer.cover[15:, 15:].all()
    assert layer.cover.sum() == 50


def test_the_number_of_marks_follows_the_rate(bank: Bank) -> None:
    """The mean over many frames lies within four standard errors of the rate (gamma-Poisson counts)."""
    rate, frames = 8.0, 150
    soiling = Soiling(0.3, {"blotch": rate, "hair": 0.0}, 0.0, 0.3, 1.0)
    counts = [_marks(bank, soiling, seed) for seed in range(frames)]
    spread = np.sqrt((rate + rate**2 / 2) / frames)
    assert abs(np.mean(counts) - rate) < 4 * spread


def _marks(bank: Bank, soiling: Soiling, seed: int) -> int:
    layer = CountingLayer.empty((256, 256))
    soil(layer, bank, soiling, np.random.default_rng(seed))
    return len(layer.drawn)


class CountingLayer(DamageLayer):
    """A layer that only notes what is drawn."""

    drawn: list[str]

    @staticmethod
    def empty(shape: tuple[int, int]) -> "CountingLayer":
        base = DamageLayer.empty(shape)
        layer = CountingLayer(base.cover, base.colour, base.density, base.classes, base.stripped)
        object.__setattr__(layer, "drawn", [])
        return layer

    def draw(self, opacity: np.ndarray, top: int, left: int, ink: Ink, damage_class: str) -> None:
        self.drawn.append(damage_class)


def test_sizes_follow_the_traced_areas_at_every_scale(bank: Bank) -> None:
    rng = np.random.default_rng(6)
    traced = bank.shapes["blotch"][0].area
    for scale in (0.3, 0.6, 0.9):
        soiling = Soiling(scale, {"blotch": 1.0, "hair": 0.0}, 0.0, 0.2, 1.0)
        areas = [shape_of(bank.shapes["blotch"], "blotch", soiling, rng).sum() for _ in range(200)]
        assert np.median(areas) == pytest.approx(traced * scale**2, rel=0.2)


def test_rims_end_where_they_are_too_faint_to_count(bank: Bank) -> None:
    opacity = shape_of(bank.shapes["blotch"], "blotch", Soiling(0.8, {}, 0, 1.2, 1), np.random.default_rng(1))
    assert opacity[opacity > 0].min() >= FAINTEST


def columns_of(scratch: Scratch, frames: Sequence[int]) -> list[float]:
    found = []
    for frame in frames:
        layer = DamageLayer.empty((200, 300))
        scratch_layer(layer, scratch, frame)
        weight = layer.classes["scratch"].sum(0)
        found.append(float((weight * np.arange(300)).sum() / weight.sum()))
    return found


def test_a_line_scratch_stands_for_a_hundred_frames() -> None:
    scratch = Scratch(150, 0.0, 1.0, 0.5, 2.0, 0.0, Ink(None, (0.4, 0.4, 0.4)), 0.9, -0.1, 1.3, 0.0, seed=8)
    places = columns_of(scratch, range(100))
    assert max(places) - min(places) < 4
    assert len({round(p, 3) for p in places}) > 1, "a scratch sways a little"
    assert columns_of(scratch, [17]) == columns_of(scratch, [17])


def test_a_sample_tells_visible_from_present_and_knows_its_classes(material: Material) -> None:
    samples = [draw_sample(material, 96, RECIPES["mixed"], np.random.default_rng(seed)) for seed in range(12)]
    assert any(s.visible.any() for s in samples)
    for sample in samples:
        assert not (sample.visible & ~sample.present).any()
        union = np.logical_or.reduce(list(sample.classes.values()))
        assert (union == sample.visible).all()
        assert sample.planes.shape == (13, 96, 96)
        assert np.isfinite(sample.planes).all()


def test_a_share_of_the_samples_is_judged_at_an_end_of_its_shot(
    material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    windows: list[FrameWindow] = []

    def watched(plates: Plates, rng: np.random.Generator) -> FrameWindow:
        windows.append(scanned(plates, rng))
        return windows[-1]

    monkeypatch.setattr("export.simulate.sample.scanned", watched)
    recipe = replace(RECIPES["mixed"], alone=0.0, ends=0.5)
    samples = [draw_sample(material, 64, recipe, np.random.default_rng(seed)) for seed in range(16)]
    assert {compared(window) for window in windows} == {(2, 1), (-1, 1), (-1, -2)}
    for sample in samples:
        assert sample.planes[[BEFORE_VALID, AFTER_VALID]].any((1, 2)).all(), "both are compared with"
        assert not (sample.visible & ~sample.present).any()


def test_the_truth_of_an_end_is_that_of_the_frame_judged(material: Material) -> None:
    recipe = replace(RECIPES["mixed"], alone=0.0, ends=1.0)
    told = [draw_sample(material, 96, recipe, np.random.default_rng(seed)) for seed in range(24)]
    apart = [np.abs(sample.planes[:3] - sample.planes[3:6]).max(0) for sample in told]
    hurt = np.median([a[s.visible].mean() for a, s in zip(apart, told, strict=True) if s.visible.any()])
    clean = np.median([a[~s.present].mean() for a, s in zip(apart, told, strict=True)])
    assert hurt > 2 * clean, f"off the neighbour by {hurt:.3f} where damage is, by {clean:.3f} elsewhere"


def test_the_same_seed_draws_the_same_sample(material: Material) -> None:
    one, two = (draw_sample(material, 64, RECIPES["mixed"], np.random.default_rng(9)) for _ in range(2))
    assert (one.planes == two.planes).all()
    assert (one.visible == two.visible).all()


def test_packing_keeps_the_truth_and_the_picture_to_half_a_level(material: Material) -> None:
    sample = draw_sample(material, 64, RECIPES["mixed"], np.random.default_rng(11))
    pictures, flags = packed(sample)
    assert ((flags >> FLAGS.index("visible")) & 1 == sample.visible).all()
    assert ((flags >> FLAGS.index("after.valid")) & 1 == sample.planes[12]).all()
    inside = (sample.planes[:11] >= 0) & (sample.planes[:11] <= 255 / LEVELS)
    error = np.abs(pictures / LEVELS - sample.planes[:11])[inside]
    assert error.max() <= 0.5 / LEVELS + 1e-6


def test_visible_means_more_than_ten_codes_of_255() -> None:
    grey = np.full((4, 4, 3), 0.2, np.float32)
    step = display(grey) + np.float32(VISIBLE) * np.float32([[0.9], [1.1], [0.9], [1.1]])[:, None]
    changed = np.abs(display(np.power(step, np.float32(2.4))) - display(grey)) > VISIBLE
    assert changed[:, 0, 0].tolist() == [False, True, False, True]


def test_some_scans_end_at_display_white_and_some_hold_what_is_brighter() -> None:
    bright = np.full((8, 8, 3), encode(np.full(1, 4.0, np.float32))[0], np.float32)
    white = float(encode(np.ones(1, np.float32))[0])
    brightest = set()
    for seed in range(12):
        window = scanned([bright, bright * np.float32(0.5), None], np.random.default_rng(seed))
        centre, before = window.centre, window.at(-1)
        assert before is not None
        assert window.at(1) is None
        assert float(centre.encoded.max()) < white
        brightest.add(round(min(float(before.encoded.max()), white + 0.05), 3))
    assert brightest == {round(white, 3), round(white + 0.05, 3)}
