from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from engine.matte.combine import as_coverage, combined, held, without
from engine.types import DamageMatte

SEEDS = st.integers(0, 2**32 - 1)


def planes(seed: int, count: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.clip(rng.normal(0, 0.7, (12, 17)), 0, 1).astype(np.float32) for _ in range(count)]


@given(seed=SEEDS)
def test_a_union_holds_each_and_each_holds_the_intersection(seed: int) -> None:
    a, b = planes(seed, 2)
    union, both = combined(a, b, "union"), combined(a, b, "intersect")
    for one in (a, b):
        assert (union >= one).all()
        assert (both <= one).all()
    assert (union + both == a + b).all()
    assert ((union > 0) == ((a > 0) | (b > 0))).all()
    assert ((both > 0) == ((a > 0) & (b > 0))).all()


@given(seed=SEEDS)
def test_a_replaced_matte_is_the_given_one(seed: int) -> None:
    a, b = planes(seed, 2)
    assert combined(a, b, "replace") is b


@given(seed=SEEDS)
def test_what_is_held_out_is_left_with_nothing_and_the_rest_with_all(seed: int) -> None:
    coverage, share, mask = planes(seed, 3)
    kept = held(mask)
    doubted = share > 0.5
    matte = without(DamageMatte(coverage, {"blotch": coverage * share}, "x", doubted), kept)
    assert not matte.coverage[kept].any()
    assert matte.suspected is not None
    assert (matte.suspected == (doubted & ~kept)).all()
    assert not matte.classes["blotch"][kept].any()
    assert (matte.coverage[~kept] == coverage[~kept]).all()


def test_a_plane_from_a_file_becomes_coverage() -> None:
    plane = np.array([[np.nan, -1.0, 0.25, 7.0, np.inf]], np.float32)
    assert as_coverage(plane).tolist() == [[0.0, 0.0, 0.25, 1.0, 1.0]]


def test_a_hold_out_is_all_that_is_not_black() -> None:
    assert held(np.array([[0.0, 0.004, 0.03, 1.0]], np.float32)).tolist() == [[False, False, True, True]]
