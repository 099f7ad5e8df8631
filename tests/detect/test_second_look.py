"""A second look moves whole marks that it can judge, and not one bit of anything else."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.detect.mark_signs import SIGNS, Evidence
from engine.detect.second_look import METADATA_KEY, MOST, SMALLEST, Layer, SecondLook, judgeable
from engine.errors import ModelError
from engine.inference.registry import listing
from engine.inference.session import ModelSession
from engine.types import Float32
from tests.detect.test_mark_signs import HEIGHT, WIDTH, dirt


def saying(logit: float) -> SecondLook:
    """A second look that says one thing of every mark."""
    count = len(SIGNS)
    return SecondLook(
        np.zeros(count), np.ones(count),
        (Layer(np.zeros((count, 3)), np.zeros(3)), Layer(np.zeros((3, 1)), np.array([logit]))),
    )  # fmt: skip


def found(damage: Float32, evidence: Evidence) -> Evidence:
    return replace(evidence, damage=damage)


def probabilities() -> Float32:
    """A mark of different probabilities, a doubtful rim around it, and a speck too small to be judged."""
    damage = np.full((HEIGHT, WIDTH), 0.01, np.float32)
    damage[49:61, 69:85] = 0.2
    damage[50:60, 70:84] = np.random.default_rng(3).uniform(0.3, 0.9, (10, 14)).astype(np.float32)
    damage[20, 20 : 20 + SMALLEST - 1] = 0.6
    return damage


INSIDE = (slice(50, 60), slice(70, 84))


@given(st.floats(-9, 9))
def test_the_odds_of_a_mark_are_moved_by_a_bounded_factor_and_its_pixels_follow(logit: float) -> None:
    before = probabilities()
    evidence = found(before.copy(), dirt())
    # Nothing that is off its neighbours: no pixel is called part of the mark for that.
    evidence.planes[3:9] = np.concatenate([evidence.planes[0:3]] * 2)
    saying(logit).take(evidence)
    likeliest = float(before[INSIDE].max())
    odds = likeliest / (1 - likeliest) * np.exp(MOST * np.tanh(logit / MOST))
    factor = odds / (1 + odds) / likeliest
    np.testing.assert_allclose(evidence.damage[INSIDE], factor * before[INSIDE], rtol=1e-4)


def test_a_mark_that_is_believed_in_is_completed_from_the_picture() -> None:
    before = np.where(dirt().damage > 0.5, np.float32(0.02), np.float32(0.01))
    before[52:58, 73:81] = 0.9
    evidence = found(before.copy(), dirt())
    evidence.classes[0] = 0
    evidence.classes[0, 26:29, 37:40] = 0.9
    saying(2.0).take(evidence)
    level = evidence.damage[INSIDE].max()
    assert level > 0.95
    reached = np.zeros(before.shape, np.bool_)
    reached[51:59, 71:83] = reached[50:60, 72:82] = True
    assert (evidence.damage[reached] == level).all()
    assert np.array_equal(evidence.damage[:49], before[:49])
    assert (evidence.classes[0, 25:30, 36:41] > 0.8).all()


def test_a_mark_that_is_not_believed_in_is_left_as_small_as_it_was() -> None:
    before = np.where(dirt().damage > 0.5, np.float32(0.02), np.float32(0.01))
    before[52:58, 73:81] = 0.9
    evidence = found(before.copy(), dirt())
    saying(-4.0).take(evidence)
    assert np.array_equal(evidence.damage < 0.05, before < 0.05)


def test_what_is_not_judged_keeps_its_bits() -> None:
    before = probabilities()
    evidence = found(before.copy(), dirt())
    saying(5.0).take(evidence)
    outside = np.ones(before.shape, np.bool_)
    outside[INSIDE] = False
    assert np.array_equal(evidence.damage[outside], before[outside])


def test_lines_and_marks_that_a_neighbour_does_not_show_are_left_to_others() -> None:
    alone, line = dirt(), dirt()
    alone.planes[12] = 0
    line.classes[2], line.classes[0] = line.classes[0].copy(), 0
    for evidence in (alone, line):
        given_of = evidence.damage.copy()
        saying(-5.0).take(evidence)
        assert np.array_equal(evidence.damage, given_of)


def test_lost_emulsion_and_marks_at_the_edge_are_lowered_but_never_raised() -> None:
    other, edge = dirt(), dirt()
    other.classes[3], other.classes[0] = other.classes[0].copy(), 0
    edge.damage[0:50, 70:84] = 0.8
    for evidence in (other, edge):
        before = evidence.damage.copy()
        saying(9.0).take(evidence)
        np.testing.assert_array_max_ulp(evidence.damage[45:60, 72:80], before[45:60, 72:80], 4)
        saying(-9.0).take(evidence)
        assert evidence.damage[52:58, 72:80].max() < 0.5


def test_marks_are_numbered_without_the_small_ones() -> None:
    marks = judgeable(found(probabilities(), dirt()))
    assert marks.count == 2
    assert sorted(np.unique(marks.labels)) == [0, 1]
    assert (marks.top[1], marks.left[1], marks.bottom[1], marks.right[1]) == (50, 70, 60, 84)


def test_it_is_read_back_as_it_was_written() -> None:
    rng = np.random.default_rng(0)
    count = len(SIGNS)
    look = SecondLook(
        rng.normal(size=count), rng.uniform(0.5, 2, count),
        (Layer(rng.normal(size=(count, 4)), rng.normal(size=4)),
         Layer(rng.normal(size=(4, 1)), rng.normal(size=1))),
    )  # fmt: skip
    read = SecondLook.of({METADATA_KEY: look.to_json()})
    assert read is not None
    marks = rng.normal(size=(7, count))
    assert np.array_equal(read.moves(marks), look.moves(marks))
    assert SecondLook.of({}) is None


@pytest.mark.parametrize(
    "broken",
    [
        "no json",
        "{}",
        json.dumps({**json.loads(saying(0).to_json()), "signs": ["size", "weight"]}),
        json.dumps({**json.loads(saying(0).to_json()), "spread": [1.0]}),
        json.dumps({**json.loads(saying(0).to_json()), "layers": []}),
    ],
)
def test_what_it_cannot_read_it_says_so(broken: str) -> None:
    with pytest.raises(ModelError, match="export the model again"):
        SecondLook.from_json(broken)


def test_the_detector_that_ships_has_one() -> None:
    entry = next(entry for entry in listing() if entry.id == "detect-unet")
    with ModelSession(entry, "cpu") as session:
        assert SecondLook.of(session.metadata) is not None
