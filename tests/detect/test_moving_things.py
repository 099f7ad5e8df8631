"""A thing in flight is left alone; dirt on one frame is not."""

import cv2
import numpy as np
import pytest

from engine.detect.inputs import reduced
from engine.detect.moving_things import held_back, step_of
from engine.types import Float32

HEIGHT, WIDTH = 240, 320
Place = tuple[int, int]


def picture(*marks: Place, angle: float = 20.0, noise: int = 0) -> Float32:
    """A flat grey with a little grain and a dark ellipse at every place (row, column)."""
    plane = np.full((HEIGHT, WIDTH), 0.5, np.float32)
    for row, column in marks:
        cv2.ellipse(plane, (column, row), (8, 4), angle, 0, 360, 0.2, -1)
    grain = np.random.default_rng(noise).standard_normal(plane.shape).astype(np.float32)
    return plane + 0.01 * grain


def held(
    centre: Float32, before: Float32, after: Float32, mark: Place, offsets: tuple[int, int] = (-1, 1)
) -> float:
    """Share of the mark that is held back, the detector being sure of it."""
    damage = np.zeros((HEIGHT, WIDTH), np.uint8)
    row, column = mark
    cv2.ellipse(damage, (column, row), (9, 5), 20, 0, 360, 1, -1)
    dropped = held_back(damage > 0, centre - before, centre - after, offsets)
    return float(dropped[damage > 0].mean())


@pytest.mark.parametrize("step", [(0, 14), (9, -6), (-11, 0)])
def test_a_thing_that_flies_on_is_left_alone(step: Place) -> None:
    was, now = (120 - step[0], 160 - step[1]), (120, 160)
    then = (120 + step[0], 160 + step[1])
    frames = picture(now, noise=1), picture(was, noise=2), picture(then, noise=3)
    assert held(*frames, now) == 1


@pytest.mark.parametrize("offsets", [(2, 1), (-1, -2)])
@pytest.mark.parametrize("step", [(0, 14), (9, -6), (-11, 0)])
def test_at_the_end_of_a_shot_it_is_left_alone_as_well(step: Place, offsets: tuple[int, int]) -> None:
    now = (120, 160)
    there = [picture((120 + k * step[0], 160 + k * step[1]), noise=k + 10) for k in offsets]
    assert held(picture(now, noise=1), there[0], there[1], now, offsets) == 1
    as_if_between = held(picture(now, noise=1), there[0], there[1], now)
    assert as_if_between == 0, "one behind the other is no way from one side to the other"


def test_dirt_of_two_neighbours_on_one_side_is_no_way() -> None:
    now = (120, 160)
    frames = picture(now, noise=1), picture((112, 148), noise=2), picture((110, 175), noise=3)
    assert held(*frames, now, (2, 1)) == 0


def test_a_turning_thing_is_left_alone_too() -> None:
    now = (120, 160)
    frames = picture(now), picture((120, 148), angle=40, noise=2), picture((120, 172), angle=0, noise=3)
    assert held(*frames, now) == 1


def test_dirt_on_one_frame_is_dirt() -> None:
    now = (120, 160)
    assert held(picture(now, noise=1), picture(noise=2), picture(noise=3), now) == 0


def test_dirt_beside_dirt_of_the_neighbours_is_dirt() -> None:
    """Both neighbours are dirty near by, but not on opposite sides."""
    now = (120, 160)
    frames = picture(now, noise=1), picture((110, 145), noise=2), picture((112, 148), noise=3)
    assert held(*frames, now) == 0


def test_without_a_neighbour_nothing_is_held_back() -> None:
    now = (120, 160)
    centre, before = picture(now, noise=1), picture((120, 148), noise=2)
    damage = picture(now, noise=1) < 0.35
    assert not held_back(damage, centre - before, np.zeros_like(centre)).any()


def test_a_large_frame_is_judged_alike() -> None:
    def large(*marks: Place) -> Float32:
        plane = picture(*marks)
        return np.asarray(cv2.resize(plane, None, fx=6, fy=6, interpolation=cv2.INTER_CUBIC), np.float32)

    centre, before, after = large((120, 160)), large((120, 146)), large((120, 174))
    step = step_of(centre.shape[0])
    assert step > 1
    marks = reduced((centre < 0.35).astype(np.float32), step) > 0.5
    traces = reduced(centre - before, step), reduced(centre - after, step)
    assert held_back(marks, *traces)[marks].mean() > 0.98


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (7, 700)])
def test_any_size_will_do(size: tuple[int, int]) -> None:
    plane = np.ones(size, np.float32)
    looked_at = reduced(plane, step_of(size[0]))
    assert not held_back(looked_at > 0, looked_at, looked_at).any()
