"""The peers: none of them touches what its matte leaves out, and each fills from where it says."""

import numpy as np
import pytest

from engine.types import Frame, WorkingFrame
from export.evaluate.protocol import LAYOUT, PEAK
from export.evaluate.repair_fills import Fill, MotionFill, Stretch, biharmonic, navier_stokes, telea

SHAPE = (80, 100)


def textured(shift: int = 0) -> np.ndarray:
    coarse = np.random.default_rng(1).integers(200, 800, (SHAPE[0] // 5, SHAPE[1] // 5 + 4, 3))
    wide = np.kron(coarse, np.ones((5, 5, 1)))
    return wide[:, shift : shift + SHAPE[1]].astype(np.uint16)


def matte(*place: tuple[int, int, int, int]) -> np.ndarray:
    plane = np.zeros(SHAPE, np.bool_)
    for top, left, height, width in place:
        plane[top : top + height, left : left + width] = True
    return plane


def stretch(*mattes: np.ndarray) -> Stretch:
    plates = [np.where(m[..., None], np.uint16(PEAK), textured(2 * k)) for k, m in enumerate(mattes)]
    return Stretch(plates, mattes, LAYOUT)


def prepared(frame: Frame) -> WorkingFrame:
    encoded = (frame.codes.planes[0] / np.float32(PEAK)).astype(np.float32)
    return WorkingFrame(frame, "any", encoded, str(hash(encoded.tobytes())))


@pytest.mark.parametrize("fill", [telea, navier_stokes, biharmonic, MotionFill(prepared)])
def test_codes_outside_the_matte_are_the_very_same(fill: Fill) -> None:
    if fill is biharmonic:
        pytest.importorskip("skimage", reason="needs the extra train")
    given = stretch(matte(), matte((30, 40, 8, 9)), matte())
    made = fill(given, 1)
    assert made is not None
    assert made.dtype == np.uint16
    assert (made[~given.mattes[1]] == given.plates[1][~given.mattes[1]]).all()
    assert (made[given.mattes[1]] < PEAK).all()


def test_motion_fill_takes_the_neighbour_along_the_motion() -> None:
    given = stretch(matte(), matte((30, 40, 8, 9)), matte())
    made = MotionFill(prepared)(given, 1)
    error = np.abs(made.astype(int) - textured(2))[given.mattes[1]].mean()
    spatial = np.abs(telea(given, 1).astype(int) - textured(2))[given.mattes[1]].mean()
    assert error < 0.3 * spatial


def test_motion_fill_never_takes_what_the_neighbours_own_mattes_mark() -> None:
    hurt = (30, 30, 12, 30)
    given = stretch(matte(hurt), matte((32, 40, 8, 9)), matte(hurt))
    assert (MotionFill(prepared)(given, 1) == telea(given, 1)).all()


def test_motion_fill_alone_in_time_is_telea() -> None:
    given = stretch(matte((30, 40, 8, 9)))
    assert (MotionFill(prepared)(given, 0) == telea(given, 0)).all()


def test_motion_fill_looks_past_a_neighbour_that_is_damaged_too() -> None:
    hurt = (28, 34, 14, 24)
    given = stretch(matte(), matte(hurt), matte((32, 42, 6, 6)))
    error = np.abs(MotionFill(prepared)(given, 2).astype(int) - textured(4))[given.mattes[2]].mean()
    assert error < 40


def test_biharmonic_leaves_frames_with_too_much_damage_out() -> None:
    pytest.importorskip("skimage", reason="needs the extra train")
    assert biharmonic(stretch(matte((0, 0, 60, 60))), 0) is None
