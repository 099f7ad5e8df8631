"""Single plates and real pairs: what a detector of stills learns from, on pictures made here."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import CorruptSource, SourceNotFound
from export.material.clips import Clip
from export.simulate.banks import Artefact, Bank
from export.simulate.blotches import Soiling
from export.simulate.encoding import decode, display
from export.simulate.real_pairs import RealPair, draw_real_pair, load_real_pairs, pair_of
from export.simulate.recipe import RECIPES
from export.simulate.sample import draw_sample
from export.simulate.scene import Material, clean_triple
from export.simulate.stills import clean_still, turned

SOILING = Soiling(0.5, {"blotch": 5.0, "hair": 1.0}, 0.5, 0.5, 0.5)


def picture(height: int = 220, width: int = 260, seed: int = 1) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(30, 220, (11, 13, 3), np.uint8)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture(scope="module")
def pair() -> RealPair:
    restored = picture()
    damaged = restored.copy()
    damaged[40:43, 30:110] = 255
    cv2.circle(damaged, (180, 90), 5, (0, 0, 0), -1)
    cv2.ellipse(damaged, (80, 150), (28, 18), 0, 180, 340, (255, 255, 255), 1)
    return pair_of("scan", damaged, restored)


def test_the_truth_of_a_pair_has_three_ways(pair: RealPair) -> None:
    difference = np.abs(pair.damaged.astype(int) - pair.restored).max(2)
    assert (pair.visible == (difference > 10)).all()
    assert (pair.present >= pair.visible).all()
    assert pair.present.sum() > pair.visible.sum()
    assert pair.present.mean() < 0.1, "what is far from damage is clean"


def test_marks_of_a_pair_are_told_apart_by_their_form(pair: RealPair) -> None:
    assert pair.classes["scratch"][41, 60]
    assert pair.classes["blotch"][90, 180]
    assert pair.classes["hair"][132, 80] or pair.classes["hair"][133, 80]
    total = np.sum([plane.astype(int) for plane in pair.classes.values()], axis=0)
    assert (total == pair.visible).all()


def test_small_differences_that_a_codec_makes_are_clean() -> None:
    restored = picture()
    noise = np.random.default_rng(2).integers(-2, 3, restored.shape)
    pair = pair_of("noise", np.clip(restored + noise, 0, 255).astype(np.uint8), restored)
    assert not pair.present.any()


def test_a_crop_of_a_pair_shows_the_damage_where_its_truth_says(pair: RealPair) -> None:
    """Whatever way a crop is turned, opaque white and black marks are far from their surroundings."""
    for seed in range(20):
        crop = draw_real_pair([pair], 96, np.random.default_rng(seed))
        assert crop.damaged.shape == (96, 96, 3)
        assert crop.damaged.dtype == np.float32
        assert not (crop.visible & ~crop.present).any()
        if crop.visible.sum() > 60:
            shown = display(np.maximum(decode(crop.damaged), 0)).mean(2)
            around = cv2.medianBlur(np.rint(shown * 255).astype(np.uint8), 15) / 255
            off = np.abs(shown - around)
            assert off[crop.visible].mean() > 4 * off[~crop.present].mean()


def test_a_scan_smaller_than_a_sample_is_mirrored(pair: RealPair) -> None:
    crop = draw_real_pair([pair], 256, np.random.default_rng(1))
    assert crop.damaged.shape == (256, 256, 3)
    assert crop.visible.shape == crop.classes["hair"].shape == (256, 256)


def test_pairs_are_read_from_a_folder(tmp_path: Path, pair: RealPair) -> None:
    cv2.imwrite(str(tmp_path / "a_damaged.jpg"), pair.damaged[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 100])
    with pytest.raises(SourceNotFound, match=r"a_restored\.jpg"):
        load_real_pairs(tmp_path)
    cv2.imwrite(str(tmp_path / "a_restored.jpg"), pair.restored[:-1, :, ::-1])
    with pytest.raises(CorruptSource, match="pixel for pixel"):
        load_real_pairs(tmp_path)
    cv2.imwrite(str(tmp_path / "a_restored.jpg"), pair.restored[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, 100])
    (read,) = load_real_pairs(tmp_path)
    assert read.name == "a"
    assert (read.visible & pair.visible).sum() > 0.9 * pair.visible.sum()
    assert load_real_pairs(tmp_path / "nothing here") == []


def test_a_square_lies_in_eight_ways() -> None:
    square = np.arange(9).reshape(3, 3)
    ways = {turned(square, fate).tobytes() for fate in range(8)}
    assert len(ways) == 8


def test_a_restored_scan_keeps_its_grain_and_gets_none() -> None:
    """A scan of even grey stays even: neither grain nor noise is added to it."""
    grey = Clip("grey", np.full((1, 300, 300, 3), 128, np.uint8))
    for seed in range(10):
        plate = clean_still([grey], [], [grey], 96, np.random.default_rng((3, seed)))
        if plate.std(axis=(0, 1)).max() < 1e-6:
            break
    else:
        pytest.fail("no plate came from the restored scan as it is")
    assert plate.shape == (96, 96, 3)


def test_single_plates_come_from_stills_and_clips_at_their_own_size() -> None:
    still, clip = Clip("still", picture(400, 420)[None]), Clip("clip", picture(300, 300, 5)[None])
    for seed in range(12):
        plate = clean_still([], [still], [clip], 128, np.random.default_rng(seed))
        assert plate.shape == (128, 128, 3)
        assert plate.dtype == np.float32
        assert np.isfinite(plate).all()


@pytest.fixture(scope="module")
def material(pair: RealPair) -> Material:
    spot = cv2.circle(np.zeros((21, 21), np.float32), (10, 10), 8, 1.0, -1)
    bank = Bank({"blotch": [Artefact(spot, float(spot.sum()))], "hair": [Artefact(spot, None)]})
    moving = np.stack([np.roll(picture(260, 300), 3 * n, axis=1) for n in range(4)])
    return Material([Clip("pan", moving)], [Clip("still", picture(300, 320)[None])], bank, [pair])


def test_some_samples_have_no_neighbours(material: Material) -> None:
    triples = [
        clean_triple(material, 96, SOILING, RECIPES["mixed"], np.random.default_rng(seed))
        for seed in range(60)
    ]
    single = [before is None and after is None for before, _, after in triples]
    assert 2 <= sum(single) <= 18
    assert all((b is None) == (a is None) for b, _, a in triples)


def test_real_pairs_are_among_the_samples(material: Material) -> None:
    samples = [
        draw_sample(material, 48, RECIPES["mixed"], np.random.default_rng((7, seed))) for seed in range(80)
    ]
    alone = [s for s in samples if not s.planes[11:].any()]
    assert len(alone) >= 3
    for sample in samples:
        assert sample.planes.shape == (13, 48, 48)
        assert not (sample.visible & ~sample.present).any()
