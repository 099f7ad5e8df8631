"""The matte controls that go by probabilities alone; `test_marks.py` has those that ask the picture."""

from dataclasses import fields, replace

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detect.cleanup import MatteRule, accepted, clean_matte, limits_of
from engine.errors import ParameterError
from engine.parameters import Settings
from engine.types import DAMAGE_CLASSES, DamageMatte

RULE = MatteRule.of(Settings.of({"sensitivity": 0.5}))
SEEDS = st.integers(0, 2**32 - 1)


def random_matte(seed: int, size: tuple[int, int] = (48, 64)) -> DamageMatte:
    """Probabilities with soft blobs of every class, of all sizes and contrasts."""
    rng = np.random.default_rng(seed)
    planes = [cv2.GaussianBlur(rng.normal(0, 4, size).astype(np.float32), (0, 0), 1.5) for _ in range(5)]
    coverage = 1 / (1 + np.exp(-4 * planes[0])).astype(np.float32)
    shares = np.exp(planes[1:])
    shares /= shares.sum(0)
    classes = {name: coverage * share for name, share in zip(DAMAGE_CLASSES, shares, strict=True)}
    return DamageMatte(coverage, classes)


def before_there_were_controls(probability: np.ndarray, sensitivity: float, minimum_area: int) -> np.ndarray:
    """The rule of 0.2, word for word."""
    core = float(1 / (1 + np.exp(-9.0 * (0.5 - sensitivity))))
    rim = probability > 1 / (1 + (1 / core - 1) * np.exp(1.5))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(rim.astype(np.uint8), connectivity=8)
    keep = np.zeros(count, np.bool_)
    keep[np.unique(labels[probability > core])] = True
    keep &= stats[:, cv2.CC_STAT_AREA] >= minimum_area
    keep[0] = False
    return keep[labels]


@given(seed=SEEDS, sensitivity=st.floats(0, 1))
def test_controls_left_alone_change_nothing(seed: int, sensitivity: float) -> None:
    found = random_matte(seed)
    rule = MatteRule.of(Settings.of({"sensitivity": sensitivity}))
    expected = before_there_were_controls(found.coverage, sensitivity, 2)
    assert np.array_equal(clean_matte(found, rule).coverage, expected.astype(np.float32))


@given(seed=SEEDS, low=st.floats(0, 1), high=st.floats(0, 1), trims=st.tuples(*[st.floats(-0.5, 0.5)] * 4))
def test_more_sensitivity_finds_all_and_more(seed: int, low: float, high: float, trims: tuple) -> None:
    found, (low, high) = random_matte(seed), sorted((low, high))
    few, many = (
        clean_matte(found, replace(RULE, sensitivity=s, trims=trims)).coverage > 0 for s in (low, high)
    )
    assert not (few & ~many).any()


@given(seed=SEEDS, which=st.integers(0, 3), trim=st.floats(0, 0.5))
def test_a_trim_is_felt_by_its_class_alone(seed: int, which: int, trim: float) -> None:
    found = random_matte(seed)
    trims = [0.0] * 4
    trims[which] = trim
    usual = limits_of(found, RULE).core
    trimmed = limits_of(found, replace(RULE, trims=tuple(trims))).core
    smooth = [cv2.blur(found.classes[name], (5, 5)) for name in DAMAGE_CLASSES]
    own = np.argmax(smooth, axis=0) == which
    limits = np.broadcast_to(trimmed, own.shape)
    assert (limits[own] <= np.float32(usual)).all()
    assert (limits[~own] == np.float32(usual)).all()


def test_a_class_that_is_trimmed_down_is_left_alone() -> None:
    plane = np.zeros((60, 80), np.float32)
    plane[10:16, 10:16] = plane[40:42, 20:60] = 0.8
    hair = np.zeros_like(plane)
    hair[40:42, 20:60] = 0.8
    found = DamageMatte(plane, {"blotch": plane - hair, "hair": hair})
    rule = MatteRule.of(Settings.of({"sensitivity": 0.5, "sensitivity_hair": -0.3}))
    coverage = clean_matte(found, rule).coverage
    assert (coverage[10:16, 10:16] == 1).all()
    assert not coverage[40:42].any()


def test_a_detector_without_classes_has_the_one_sensitivity() -> None:
    found = DamageMatte(random_matte(1).coverage)
    trimmed = limits_of(found, replace(RULE, trims=(0.5,) * 4))
    assert trimmed.core == limits_of(found, RULE).core


@given(seed=SEEDS, smallest=st.integers(0, 60), largest=st.integers(1, 200))
def test_every_mark_is_within_the_sizes_asked_for(seed: int, smallest: int, largest: int) -> None:
    rule = replace(RULE, minimum_area=smallest, maximum_area=largest)
    marks = accepted(random_matte(seed).coverage, rule)
    _, _, stats, _ = cv2.connectedComponentsWithStats(marks.astype(np.uint8), connectivity=8)
    assert ((stats[1:, 4] >= smallest) & (stats[1:, 4] <= largest)).all()


def test_no_maximum_is_no_limit() -> None:
    assert accepted(np.ones((30, 40), np.float32), RULE).all()
    assert not accepted(np.ones((30, 40), np.float32), replace(RULE, maximum_area=1199)).any()
    assert accepted(np.ones((30, 40), np.float32), replace(RULE, maximum_area=1200)).all()


def test_sizes_on_the_film_become_pixels_by_the_pitch() -> None:
    rule = MatteRule.of(
        Settings.of({"size_unit": "um", "pixel_pitch": 6.0, "dilation": 15.0, "feather": 3.0})
    )
    assert (rule.dilation, rule.feather) == (2.5, 0.5)
    assert MatteRule.of(Settings.of({"dilation": 15.0, "pixel_pitch": 6.0})).dilation == 15.0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"size_unit": "um"}, "pixel_pitch"),
        ({"size_unit": "mm"}, "one of px, um"),
        ({"polarity": 1}, "one of both, dark, bright"),
        ({"sensitivity": "high"}, "is a number"),
        ({"sensitivity_hair": 0.6}, "from -0.5 to 0.5"),
        ({"minimum_area": 50, "maximum_area": 20}, "nothing could be repaired"),
        ({"matte_mode": "Union"}, "union, intersect, replace"),
    ],
)
def test_what_cannot_be_is_refused_in_words(values: dict, said: str) -> None:
    with pytest.raises(ParameterError, match=said):
        Settings.of(values)


def test_a_rule_about_the_picture_needs_the_picture() -> None:
    found = random_matte(3)
    for rule in (
        replace(RULE, polarity="dark"),
        replace(RULE, single_frame="on"),
        replace(RULE, protect_motion=0.5),
    ):
        with pytest.raises(ValueError, match="witness"):
            clean_matte(found, rule)


def test_every_setting_of_the_matte_is_in_the_rule() -> None:
    """What is not part of the rule is not part of the key under which mattes are kept."""
    changed = {
        "sensitivity": 0.6, "sensitivity_blotch": 0.1, "sensitivity_hair": 0.1, "sensitivity_scratch": 0.1,
        "sensitivity_other": 0.1, "protect_motion": 0.1, "single_frame": "on", "polarity": "dark",
        "minimum_area": 3, "maximum_area": 9, "dilation": 1.0, "feather": 1.0, "matte_mode": "intersect",
        "infrared_polarity": "bright", "infrared_threshold": 7.0,
    }  # fmt: skip
    shaping_nothing_alone = {
        "size_unit", "pixel_pitch", "infrared_refused", "radius", "grain", "caution", "quality",
    }  # fmt: skip
    assert set(changed) | shaping_nothing_alone == {f.name for f in fields(Settings)}
    for name, value in changed.items():
        assert MatteRule.of(Settings.of({"sensitivity": 0.5, name: value})) != RULE, name
