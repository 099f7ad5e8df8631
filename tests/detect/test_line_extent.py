"""A line scratch is as certain in its faint rows as it mostly is, and reaches as far as it is seen."""

from __future__ import annotations

import numpy as np
import pytest

from engine.detect.line_extent import complete_lines
from engine.detect.odds import logit
from engine.types import Float32
from tests.detect.line_plates import AT, RIM, SCRATCH, SIZE, TINT, evidence, picture

SURE, FAINT = 0.96, 0.8
FAINTER_ROWS = slice(90, 115)


def line() -> Float32:
    """(H, W) as a net that hedges says it."""
    damage = np.full(SIZE, 0.01, np.float32)
    damage[:, AT] = SURE
    damage[FAINTER_ROWS, AT] = FAINT
    damage[:, RIM] = 0.5
    return damage


def completed(damage: Float32, of: Float32, of_scratch: float = 1.0) -> Float32:
    given = evidence(damage, of, of_scratch)
    complete_lines(given)
    return given.damage


def test_faint_rows_become_as_certain_as_the_line_is_mostly() -> None:
    found = completed(line(), picture())
    np.testing.assert_allclose(found[:, AT], SURE, atol=1e-5)


def test_a_rim_that_is_off_the_picture_belongs_to_the_line() -> None:
    found = completed(line(), picture())
    assert (found[:, RIM] > 0.95).mean() > 0.95
    assert (found[:, : AT.start] == line()[:, : AT.start]).all()
    assert (found[:, RIM + 1 :] == line()[:, RIM + 1 :]).all()


@pytest.mark.parametrize("rim", [0.0, -0.5])
def test_a_suspected_column_of_picture_does_not(rim: float) -> None:
    found = completed(line(), picture(rim=rim))
    assert (found[:, RIM] == np.float32(0.5)).all()


def test_beside_a_line_that_hardly_shows_nothing_is_concluded() -> None:
    found = completed(line(), picture(contrast=0.1))
    assert (found[:, RIM] == np.float32(0.5)).all()


def test_an_edge_that_runs_along_is_no_rim() -> None:
    """The scene is as blue to the right of the line as its rim would be."""
    scene = picture(rim=0)
    scene[:, :, RIM:] += 0.5 * TINT[:, None, None]
    found = completed(line(), scene)
    assert (found[:, RIM] == np.float32(0.5)).all()


def test_rows_in_which_the_net_saw_nothing_are_not_filled_in() -> None:
    damage = line()
    damage[FAINTER_ROWS.start : FAINTER_ROWS.start + 10] = 0.05
    found = completed(damage, picture(rim=0))
    assert (found[FAINTER_ROWS.start : FAINTER_ROWS.start + 10] == np.float32(0.05)).all()
    assert (found[FAINTER_ROWS.start + 10 : FAINTER_ROWS.stop, AT] > 0.95).all()


def test_rows_far_fainter_than_the_line_stay_so() -> None:
    damage = line()
    damage[FAINTER_ROWS, AT] = 0.4
    assert logit(np.array([SURE]))[0] - logit(np.array([0.4]))[0] > 2.5
    found = completed(damage, picture(rim=0))
    assert (found[FAINTER_ROWS, AT] == np.float32(0.4)).all()


@pytest.mark.parametrize("shape", ["dust", "short", "broken", "broad"])
def test_what_is_no_line_keeps_its_bits(shape: str) -> None:
    damage = line()
    if shape == "short":
        damage[30:] = 0.01
    if shape == "broken":
        damage[1::4] = damage[2::4] = 0.01
    if shape == "broad":
        damage[:, 60:80] = SURE
        damage[FAINTER_ROWS, 60:80] = FAINT
    found = completed(damage, picture(), of_scratch=0.0 if shape == "dust" else 1.0)
    assert found.tobytes() == damage.tobytes()


def test_what_is_raised_is_of_a_line_scratch() -> None:
    given = evidence(line(), picture())
    complete_lines(given)
    assert (given.classes[SCRATCH][:, AT.start // 2 : RIM // 2 + 1] > 0.95).all()


@pytest.mark.parametrize("column", [0, SIZE[1] - 3])
def test_along_the_side_of_the_frame_nothing_is_concluded(column: int) -> None:
    """An unsteady frame's own edge is as straight as a scratch."""
    by = column - AT.start
    damage = np.roll(line(), by, axis=1)
    assert completed(damage, np.roll(picture(), by, axis=2)).tobytes() == damage.tobytes()


def test_a_line_that_is_faint_for_half_of_its_length_may_be_an_edge_in_part() -> None:
    damage = line()
    damage[: SIZE[0] // 2, AT] = FAINT
    found = completed(damage, picture(rim=0))
    assert (found[: SIZE[0] // 2] == damage[: SIZE[0] // 2]).all()
