"""The damage that fills are judged on, drawn over a clip made here."""

import numpy as np
import pytest

from export.evaluate.protocol import FRAMES, PEAK, damaged_clip
from export.evaluate.repair_alarms import ALARMS, alarm_clip
from export.evaluate.repair_conditions import CONDITIONS, ENDS, NAMES, repair_clip, true_matte
from export.material.clips import Clip
from export.simulate.banks import Bank
from tests.export.drift import drifting_clip, spots_and_hairs


@pytest.fixture(scope="module")
def clip() -> Clip:
    return drifting_clip(260, 150, 44)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return spots_and_hairs()


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_damages_the_judged_frames_and_tells_the_truth(
    name: str, clip: Clip, bank: Bank
) -> None:
    made = repair_clip(clip, bank, name, 2)
    assert len(made.judged) == (4 if name == "ends" else 2)
    touched = 0
    for place in made.judged:
        frame = made.frames[place]
        differs = (frame.clean != frame.damaged).any(2)
        assert (differs == frame.present).all()
        assert not (frame.visible & ~frame.present).any()
        assert frame.clean.max() <= PEAK
        touched += int(frame.visible.sum())
        matte = true_matte(frame)
        assert not (matte & ~frame.present).any()
        assert not (frame.visible & ~matte).any()
    assert touched


@pytest.mark.parametrize("name", ["hairs", "emulsion", "heavy"])
def test_a_clip_is_the_same_however_many_frames_are_judged(name: str, clip: Clip, bank: Bank) -> None:
    few, many = repair_clip(clip, bank, name, 2), repair_clip(clip, bank, name, 6)
    by_number = {frame.number: frame for frame in many.frames}
    for frame in few.frames:
        assert (by_number[frame.number].damaged == frame.damaged).all()


@pytest.mark.parametrize(("name", "share"), [("heavy", 0.10), ("heavy-lines", 0.08), ("heavy-fast", 0.025)])
def test_the_heavy_three_reach_their_coverage(name: str, share: float, clip: Clip, bank: Bank) -> None:
    made = repair_clip(clip, bank, name, 2)
    covered = np.mean([made.frames[place].present.mean() for place in made.judged])
    # The last mark drawn may be a large one for a frame this small.
    assert 0.6 * share < covered < share + 0.04


def test_emulsion_is_lost_on_two_frames_and_on_a_third_of_each(clip: Clip, bank: Bank) -> None:
    made = repair_clip(clip, bank, "emulsion", 4)
    shares = [float(frame.visible.mean()) for frame in made.frames]
    assert sum(share > 0.15 for share in shares) == 2
    assert max(shares) < 0.36
    assert all(shares[place] > 0.15 for place in made.judged[1:3])


def test_what_stands_is_damaged_in_the_same_place_on_every_frame(clip: Clip, bank: Bank) -> None:
    made = repair_clip(clip, bank, "standing", 2)
    always = np.logical_and.reduce([frame.present for frame in made.frames])
    assert always.sum() > 100


def test_the_streams_of_the_protocol_are_taken_as_they_are(clip: Clip, bank: Bank) -> None:
    there = damaged_clip(clip, bank, "mixed")
    for name in ("mixed", "ends"):
        made = repair_clip(clip, bank, name, 3)
        assert len(made.frames) == FRAMES
        assert all((a.damaged == b.damaged).all() for a, b in zip(made.frames, there.frames, strict=True))
    assert tuple(made.judged) == ENDS


def test_panned_frames_move_by_whole_pixels_over_the_window(clip: Clip, bank: Bank) -> None:
    made = repair_clip(clip, bank, "moving-lines", 2)
    assert made.frames[0].clean.shape[1] < 260
    assert CONDITIONS["moving-lines"].filmed(clip, np.random.default_rng(1))[0].shape[0] <= 150


@pytest.mark.parametrize("kind", ALARMS)
def test_an_alarm_lies_over_the_thing_and_nothing_there_is_damage(kind: str, clip: Clip) -> None:
    made = alarm_clip(clip, "ball", kind, 2)
    areas = [made.frames[place].visible for place in made.judged]
    assert all(area.any() for area in areas)
    assert all(area.mean() < 0.6 for area in areas)
    for frame in made.frames:
        assert (frame.clean == frame.damaged).all()


def test_pieces_of_a_thing_are_less_than_all_of_it(clip: Clip) -> None:
    whole, pieces = (alarm_clip(clip, "ball", kind, 2) for kind in ALARMS)
    for place in whole.judged:
        all_of_it, some = whole.frames[place].visible, pieces.frames[place].visible
        assert not (some & ~all_of_it).any()
        assert some.sum() < 0.8 * all_of_it.sum()
