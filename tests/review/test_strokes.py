"""Strokes become the pixels under the brush."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.shapes import shape_of
from engine.review.refusals import BadRequest
from engine.review.strokes import drawn, shape_from
from engine.types import Box

SIZE = (60, 80)


def plane_of(box: Box, inside: np.ndarray) -> np.ndarray:
    plane = np.zeros(SIZE, bool)
    plane[box.slices] = inside
    return plane


@given(st.floats(5, 54), st.floats(5, 74), st.floats(1, 20))
def test_a_dab_is_a_disc(row: float, column: float, radius: float) -> None:
    plane = plane_of(*drawn({"points": [[row, column]], "radius": radius}, SIZE))
    rows, columns = np.mgrid[0:60, 0:80] + 0.5
    away = np.hypot(rows - row, columns - column)
    assert plane[away < radius - 1].all()
    assert not plane[away > radius + 1].any()


@given(st.lists(st.tuples(st.integers(0, 59), st.integers(0, 79)), min_size=2, max_size=6))
def test_a_stroke_is_in_one_piece_and_tight(points: list[tuple[int, int]]) -> None:
    centres = [[row + 0.5, column + 0.5] for row, column in points]
    box, inside = drawn({"points": centres, "radius": 1.0}, SIZE)
    plane = plane_of(box, inside)
    for row, column in points:
        assert plane[row, column]
    for edge in (inside[0], inside[-1], inside[:, 0], inside[:, -1]):
        assert edge.any()


def test_pressure_makes_a_stroke_thinner() -> None:
    stroke = {"points": [[30, 10, 8], [30, 40, 2], [30, 70, 2]], "radius": 5}
    plane = plane_of(*drawn(stroke, SIZE))
    assert plane[:, 10].sum() > plane[:, 60].sum() > 2


def test_a_stroke_and_its_mask_are_the_same_pixels() -> None:
    stroke = {"points": [[10, 10, 3], [40, 60, 6]], "radius": 1}
    box, inside = drawn(stroke, SIZE)
    shape = shape_of(shape_from({"stroke": stroke}, SIZE), SIZE)
    np.testing.assert_array_equal(shape.within(box), inside)


@pytest.mark.parametrize(
    "stroke",
    [
        None,
        {},
        {"points": [[1]]},
        {"points": [[1, 1]], "radius": float("nan")},
        {"points": [[1, 1]], "radius": 9e9},
        {"points": [[True, 1]]},
    ],
)
def test_a_stroke_that_makes_no_sense_is_refused(stroke: object) -> None:
    with pytest.raises(BadRequest):
        drawn(stroke, SIZE)
