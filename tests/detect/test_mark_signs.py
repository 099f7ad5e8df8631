"""The signs of a mark tell dirt from what passes, and mean the same at any size and either way in time."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine.connected import connected
from engine.detect.inputs import differences
from engine.detect.mark_signs import SIGNS, Evidence, Surrounded, signs
from engine.types import DAMAGE_CLASSES, Bool, Float32

HEIGHT, WIDTH = 120, 160
AT = (slice(50, 60), slice(70, 84))


def plate(seed: int, grain: float = 0.004) -> Float32:
    """(3, H, W) around 0.4 with grain of its own."""
    rng = np.random.default_rng(seed)
    colour = np.array([0.35, 0.42, 0.48]).reshape(3, 1, 1)
    return (colour + rng.normal(0, grain, (3, HEIGHT, WIDTH))).astype(np.float32)


def marked(picture: Float32, by: float, columns: int = 0) -> Float32:
    """With a patch darker or brighter by `by`, moved by `columns`."""
    result = picture.copy()
    rows, across = AT
    result[:, rows, across.start + columns : across.stop + columns] += np.float32(by)
    return result


def suspected() -> Bool:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[AT] = True
    return mask


def evidence(centre: Float32, before: Float32, after: Float32, mask: Bool, step: int = 1) -> Evidence:
    """Of a scene that does not move; nine in ten for the pixels of `mask`."""
    planes = np.concatenate([centre, before, after, before[1:2], after[1:2], np.ones_like(centre[:2])])
    damage = np.where(mask, np.float32(0.9), np.float32(0.01))
    classes = np.zeros((4, -(-mask.shape[0] // 2), -(-mask.shape[1] // 2)), np.float32)
    classes[0] = damage[::2, ::2]
    return Evidence(damage, classes, DAMAGE_CLASSES, planes, differences(planes, step), step)


def told(given: Evidence) -> dict[str, float]:
    """The signs of the one mark."""
    found = signs(Surrounded.of(connected(given.damage > 0.5), given.step), given)
    assert found.shape == (1, len(SIGNS))
    return dict(zip(SIGNS, found[0], strict=True))


def dirt() -> Evidence:
    return evidence(marked(plate(0), -0.2), plate(1), plate(2), suspected())


def passing() -> Evidence:
    """The same patch, 20 px further on in every frame."""
    before, after = marked(plate(1), -0.2, -20), marked(plate(2), -0.2, 20)
    return evidence(marked(plate(0), -0.2), before, after, suspected())


def test_dirt_is_apart_from_neighbours_that_agree_and_leaves_no_trace() -> None:
    found = told(dirt())
    assert found["less.apart"] == pytest.approx(0.2, abs=0.01)
    assert found["signed"] == pytest.approx(-0.2, abs=0.01)
    assert found["brighter"] == pytest.approx(-0.2, abs=0.01)
    assert found["neighbours.apart"] < 0.02
    assert found["agreed"] > 0.99
    assert found["seen"] == 1
    assert found["trace"] < 0.5


def test_a_thing_that_passes_leaves_its_trace_on_either_side() -> None:
    found = told(passing())
    assert found["other.trace"] > 0.9


def test_what_is_uncovered_has_neighbours_that_differ() -> None:
    """A thing that comes into one neighbour over what the centre shows."""
    found = told(evidence(plate(0), marked(plate(1), 0.3), plate(2), suspected()))
    assert found["neighbours.apart"] == pytest.approx(0.3, abs=0.01)
    assert found["less.apart"] < 0.02


@pytest.mark.parametrize("given", [dirt(), passing()], ids=["dirt", "passing"])
def test_before_and_after_are_of_one_kind(given: Evidence) -> None:
    turned = given.planes[[0, 1, 2, 6, 7, 8, 3, 4, 5, 10, 9, 12, 11]]
    back = Evidence(given.damage, given.classes, given.names, turned, given.traces[::-1], given.step)
    np.testing.assert_allclose(list(told(back).values()), list(told(given).values()), rtol=1e-5, atol=1e-6)


def test_a_scan_twice_as_large_has_the_same_signs() -> None:
    small = dirt()
    planes = small.planes.repeat(2, axis=1).repeat(2, axis=2)
    mask = suspected().repeat(2, axis=0).repeat(2, axis=1)
    large = told(evidence(planes[0:3], planes[3:6], planes[6:9], mask, step=2))
    for name, value in told(small).items():
        # The ring is clear of a rim that is not twice as wide to the pixel.
        assert large[name] == pytest.approx(value, abs=0.01), name


def test_marks_at_the_corner_and_over_the_whole_frame_have_signs() -> None:
    for rows, columns in ((slice(0, 4), slice(0, 5)), (slice(None), slice(None))):
        mask = np.zeros((HEIGHT, WIDTH), np.bool_)
        mask[rows, columns] = True
        found = told(evidence(plate(0), plate(1), plate(2), mask))
        assert np.isfinite(list(found.values())).all()


def test_signs_of_one_mark_do_not_depend_on_the_others() -> None:
    alone, mask = dirt(), suspected()
    mask[5:9, 10:30] = True
    both = evidence(alone.planes[0:3], alone.planes[3:6], alone.planes[6:9], mask)
    found = signs(Surrounded.of(connected(both.damage > 0.5), both.step), both)
    np.testing.assert_allclose(found[1], list(told(alone).values()), rtol=1e-6)


def test_where_nothing_of_the_other_sign_is_as_strong_there_is_no_trace() -> None:
    """Grain is always like something; it is no trace of a mark twenty times as strong."""
    found = told(dirt())
    assert found["trace"] == found["other.trace"] == 0


def test_between_marks_that_touch_in_small_every_cell_has_one_of_them() -> None:
    mask = np.zeros((HEIGHT, WIDTH), np.bool_)
    mask[50:60, 70:80] = mask[50:60, 81:90] = True
    marks = connected(mask)
    around = Surrounded.of(marks, 2)
    cells = around.cells(0, 6)
    nearest = around.nearest(cells)
    assert set(nearest.tolist()) == {1, 2}
    own = marks.labels[::2, ::2][cells]
    assert (nearest[own > 0] == own[own > 0]).all()


def test_a_broken_float_plate_breaks_no_sign() -> None:
    given = dirt()
    broken = given.planes.copy()
    broken[1, 52, 75], broken[7, 10, 10] = np.nan, np.inf
    traces = differences(broken, given.step)
    assert all(np.isfinite(trace).all() for trace in traces)
    assert np.isfinite(list(told(replace(given, traces=traces)).values())).all()
