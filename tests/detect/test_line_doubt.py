"""A line that runs on where nothing of it was seen may as well be a moulding."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.detect.line_doubt import doubt_lines
from engine.motion.estimator import MotionEstimator
from engine.types import CodeLayout, Codes, Float32, Frame, WorkingFrame
from engine.window.window import FrameWindow
from tests.detect.line_plates import AT, RIM, SIZE, evidence, picture

SURE, RIMS, UNSEEN = 0.97, 0.5, 0.05
THIRD = slice(50, 105)
"""Rows in which the net takes the line for a scratch."""
LAYOUT = CodeLayout("rgb", ("R", "G", "B"), "float", 32)
Neighbours = tuple[Float32 | None, Float32 | None]


def taken(rows: slice = THIRD, column: int = AT.start) -> Float32:
    """(H, W): what a net says that sees the line in those `rows` alone."""
    damage = np.full(SIZE, UNSEEN, np.float32)
    damage[rows, column : column + 3] = SURE
    damage[rows, column + 3] = RIMS
    return damage


def doubted(
    damage: Float32, of: Float32, neighbours: Neighbours | None = None, dust: bool = False
) -> Float32:
    given = evidence(damage, of, 0.0 if dust else 1.0, neighbours=neighbours)
    still = np.full((*SIZE, 3), 0.4, np.float32)
    doubt_lines(given, panned(still, 0), MotionEstimator())
    return given.damage


def panned(picture: Float32, by: int) -> FrameWindow:
    """Three frames of a `picture` (H, W, 3) that moves by so many px a frame to the left."""
    frames = [np.roll(picture, -by * n, axis=1) for n in (-1, 0, 1)]
    return FrameWindow(
        tuple(
            WorkingFrame(Frame(n, Codes((frame,), LAYOUT)), "ACEScct", frame, f"{n} {by}")
            for n, frame in enumerate(frames)
        )
    )


def as_drawn(seed: int, rows: slice = slice(None)) -> Float32:
    return picture(seed=seed, rows=rows)


def test_a_piece_of_a_line_that_runs_on_is_no_scratch() -> None:
    found = doubted(taken(), as_drawn(1), (as_drawn(2), as_drawn(3)))
    assert found[THIRD, AT].max() < 0.3
    assert (found[:, : AT.start] == np.float32(UNSEEN)).all()
    assert (found[:, RIM + 1 :] == np.float32(UNSEEN)).all()


def test_a_line_that_stands_a_little_aside_on_the_neighbours_is_the_same() -> None:
    before, after = (np.roll(as_drawn(seed), by, axis=2) for seed, by in ((2, 1), (3, -1)))
    assert doubted(taken(), as_drawn(1), (before, after))[THIRD, AT].max() < 0.3


@pytest.mark.parametrize("neighbours", [2, 1, 0], ids=lambda count: f"{count} neighbours")
def test_one_neighbour_is_enough_to_doubt_and_none_too_few(neighbours: int) -> None:
    there = (as_drawn(2), as_drawn(3) if neighbours == 2 else None) if neighbours else (None, None)
    damage = taken()
    found = doubted(damage, as_drawn(1), there)
    assert (found.tobytes() == damage.tobytes()) == (neighbours == 0)


@pytest.mark.parametrize("rows", [slice(None), slice(0, 120)], ids=["all", "three quarters"])
def test_a_line_seen_for_most_of_its_length_keeps_its_bits(rows: slice) -> None:
    damage = taken(rows)
    assert doubted(damage, as_drawn(1), (as_drawn(2), as_drawn(3))).tobytes() == damage.tobytes()


def test_a_scratch_that_ends_where_it_was_seen_to_keeps_its_bits() -> None:
    damage = taken()
    frames = [as_drawn(seed, THIRD) for seed in (1, 2, 3)]
    assert doubted(damage, frames[0], (frames[1], frames[2])).tobytes() == damage.tobytes()


def test_a_scratch_of_one_frame_keeps_its_bits_though_it_was_seen_in_part() -> None:
    damage = taken()
    clean = [picture(contrast=0, seed=seed) for seed in (2, 3)]
    assert doubted(damage, as_drawn(1), (clean[0], clean[1])).tobytes() == damage.tobytes()
    assert doubted(damage, as_drawn(1), (as_drawn(2), clean[1])).tobytes() == damage.tobytes()


def test_a_line_over_picture_that_clearly_moves_keeps_its_bits() -> None:
    damage, scene = taken(), as_drawn(1)
    coarse = np.random.default_rng(5).random((SIZE[0] // 8, SIZE[1] // 8, 3), np.float32)
    moves = cv2.resize(coarse, SIZE[::-1], interpolation=cv2.INTER_CUBIC) * 0.4 + 0.2
    given = evidence(damage, scene, neighbours=(as_drawn(2), as_drawn(3)))
    doubt_lines(given, panned(moves, 3), MotionEstimator())
    assert given.damage.tobytes() == damage.tobytes()


def broad(columns: tuple[slice, ...]) -> Float32:
    damage = np.full(SIZE, UNSEEN, np.float32)
    for part in columns:
        damage[:, part] = SURE
    damage[60:64, columns[0].start : columns[-1].stop] = SURE
    return damage


def test_a_broad_smear_that_the_neighbours_show_is_no_scratch() -> None:
    found = doubted(broad((slice(50, 74),)), as_drawn(1), (as_drawn(2), as_drawn(3)))
    assert (found[:, 50:74] == 0).all()


def test_a_broad_mark_of_one_frame_keeps_its_bits() -> None:
    damage, scene = broad((slice(50, 74),)), as_drawn(1)
    scene[:, :, 50:74] += 0.1
    assert doubted(damage, scene, (as_drawn(2), as_drawn(3))).tobytes() == damage.tobytes()


def test_several_lines_side_by_side_keep_their_bits() -> None:
    damage = broad((slice(50, 53), slice(62, 65)))
    assert doubted(damage, as_drawn(1), (as_drawn(2), as_drawn(3))).tobytes() == damage.tobytes()


def test_what_is_no_line_keeps_its_bits() -> None:
    damage = taken()
    assert doubted(damage, as_drawn(1), dust=True).tobytes() == damage.tobytes()
    short = taken(slice(50, 64))
    assert doubted(short, as_drawn(1)).tobytes() == short.tobytes()


@pytest.mark.parametrize("column", [0, SIZE[1] - 4])
def test_what_runs_along_the_side_of_the_frame_is_its_edge(column: int) -> None:
    damage = taken(slice(None), column)
    scene = np.roll(as_drawn(1), column - AT.start, axis=2)
    assert (doubted(damage, scene, (scene, scene))[:, column : column + 4] < 0.3).all()
