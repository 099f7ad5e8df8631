from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from engine.window import shots
from engine.window.shots import DIFFERENT, ShotCuts


@pytest.fixture
def cuts_of(make_frame):
    """For plates in order: whether there is a cut after each but the last."""

    def judge(plates):
        cuts = ShotCuts()
        frames = [make_frame(plate, n) for n, plate in enumerate(plates)]
        padded = [None, *frames, None]
        return [cuts.between(*padded[n : n + 4]) for n in range(len(frames) - 1)]

    return judge


@pytest.fixture
def shot(make_scene, make_grained):
    def make(seed, count=3):
        return [make_grained(make_scene(seed), 100 * seed + n) for n in range(count)]

    return make


def test_one_shot_has_no_cut(cuts_of, shot):
    assert cuts_of(shot(1, 6)) == [False] * 5


@pytest.mark.parametrize("seed", range(2, 8))
def test_a_cut_is_found_where_it_is(cuts_of, shot, seed):
    assert cuts_of(shot(1) + shot(seed)) == [False, False, True, False, False]


def test_a_cut_is_found_in_grey_flat_and_dark_scans(cuts_of, shot):
    def grey(plate):
        return np.repeat(plate.mean(axis=2, keepdims=True), 3, axis=2)

    for look in (grey, lambda plate: 0.35 + 0.3 * (plate - 0.35), lambda plate: 0.3 * plate):
        plates = [look(plate) for plate in shot(1) + shot(2)]
        assert cuts_of(plates) == [False, False, True, False, False]


def test_a_cut_without_frames_around_it_is_found(cuts_of, shot):
    assert cuts_of([shot(1)[0], shot(2)[0]]) == [True]


def test_a_flash_frame_is_no_cut(cuts_of, shot):
    plates = shot(1, 5)
    plates[2] = np.full_like(plates[2], 0.9)
    assert cuts_of(plates) == [False] * 4


def test_a_third_of_the_emulsion_gone_is_no_cut(cuts_of, shot):
    plates = shot(1, 6)
    plates[2][:, :43] = 1.4
    assert cuts_of(plates) == [False] * 5


def test_the_blotch_that_is_bridged_really_differs(make_frame, shot):
    plates = shot(1, 2)
    plates[1][:, :43] = 1.4
    assert ShotCuts().difference(make_frame(plates[0]), make_frame(plates[1])) > DIFFERENT


def test_a_blotch_near_a_cut_neither_hides_nor_moves_it(cuts_of, shot):
    plates = shot(1) + shot(2)
    plates[1][:, :43] = 1.4
    assert cuts_of(plates) == [False, False, True, False, False]


def test_a_flash_with_nothing_to_bridge_it_counts_as_a_cut(cuts_of, shot):
    plates = shot(1, 3)
    plates[0] = np.full_like(plates[0], 0.9)
    assert cuts_of(plates) == [True, False]


def test_a_fast_pan_is_no_cut_although_its_steps_differ(cuts_of, make_scene, make_frame):
    wide = make_scene(5, (72, 1100))
    wide = np.concatenate([wide[:, n : n + 128] for n in range(0, 900, 128)], axis=1)
    plates = [wide[:, 40 * n : 40 * n + 128] for n in range(7)]
    steps = [ShotCuts().difference(make_frame(a), make_frame(b)) for a, b in pairwise(plates)]
    assert max(steps) > DIFFERENT
    assert cuts_of(plates) == [False] * 6


def test_a_fade_is_no_cut(cuts_of, shot):
    plates = [0.07 + (plate - 0.07) * (1 - n / 12) for n, plate in enumerate(shot(1, 12))]
    assert not any(cuts_of(plates))


def test_a_flicker_of_a_stop_is_no_difference(make_frame, shot):
    plates = shot(1, 2)
    assert ShotCuts().difference(make_frame(plates[0]), make_frame(plates[1] + 0.057)) < DIFFERENT / 4


def test_duplicates_never_have_a_cut_between_them(make_frame, shot):
    a = make_frame(shot(1)[0], 1, "same")
    b = make_frame(shot(2)[0], 2, "same")
    assert ShotCuts().difference(a, b) == 0
    assert not ShotCuts().between(None, a, b, None)


def test_the_difference_has_no_direction(make_frame, shot):
    a, b = make_frame(shot(1)[0]), make_frame(shot(3)[0])
    assert ShotCuts().difference(a, b) == ShotCuts().difference(b, a)


def test_a_pair_is_compared_once(make_frame, shot, monkeypatch):
    calls = []
    score = shots._score
    monkeypatch.setattr(shots, "_score", lambda a, b: calls.append(1) or score(a, b))
    cuts, a, b = ShotCuts(), make_frame(shot(1)[0]), make_frame(shot(2)[0])
    assert cuts.difference(a, b) == cuts.difference(b, a) == cuts.difference(a, b)
    assert len(calls) == 1


def test_what_is_remembered_is_bounded(make_frame):
    cuts = ShotCuts()
    rng = np.random.default_rng(0)
    frames = [make_frame(rng.random((9, 16, 3)).astype(np.float32), n) for n in range(120)]
    for n in range(119):
        for m in range(n + 1, min(n + 12, 120)):
            cuts.difference(frames[n], frames[m])
    assert len(cuts._pictures) <= 64
    assert len(cuts._scores) <= 1024


@pytest.mark.parametrize("size", [(1, 1), (2, 500), (400, 3)])
def test_odd_sizes_and_broken_pixels_are_compared(make_frame, size):
    rng = np.random.default_rng(0)
    a, b = (rng.random((*size, 3)).astype(np.float32) for _ in range(2))
    a[0, 0] = np.nan
    b[0, 0] = np.inf
    assert np.isfinite(ShotCuts().difference(make_frame(a), make_frame(b)))
