"""Clips without damage that look damaged: the evaluation's hard negatives, on a clip made here."""

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

import export.evaluate.hard_negatives as module
from export.evaluate.hard_negatives import KINDS, hard_negative, hard_negatives
from export.evaluate.protocol import FRAMES, PEAK
from export.material.clips import Clip
from tests.export.drift import drifting_clip


@pytest.fixture(scope="module")
def clip() -> Clip:
    return drifting_clip(200, 136, 25)


@pytest.mark.parametrize("name", list(KINDS))
def test_every_kind_is_a_clip_of_twelve_frames_without_damage(name: str, clip: Clip) -> None:
    made = hard_negative(name, clip)
    assert made.kind == "clean"
    assert len(made.frames) == FRAMES
    assert name in made.name
    for before, after in zip(made.frames, made.frames[1:], strict=False):
        assert after.number == before.number + 1
    for frame in made.frames:
        assert frame.clean.dtype == np.uint16
        assert frame.clean.shape == (136, 200, 3)
        assert frame.clean.max() <= PEAK
        assert (frame.damaged == frame.clean).all()
        assert not frame.visible.any()
        assert not frame.present.any()


def test_a_clip_is_the_same_whenever_it_is_made_and_differs_by_kind(clip: Clip) -> None:
    one, two = hard_negative("birds", clip), hard_negative("birds", clip)
    assert all((a.clean == b.clean).all() for a, b in zip(one.frames, two.frames, strict=True))
    other = hard_negative("ball", clip)
    assert any((a.clean != b.clean).any() for a, b in zip(one.frames, other.frames, strict=True))


def test_a_fast_pan_moves_by_tens_of_pixels_and_a_slow_one_by_about_one(clip: Clip) -> None:
    def moved(name: str) -> float:
        first, second = (
            frame.clean.astype(np.float32).mean(2) for frame in hard_negative(name, clip).frames[:2]
        )
        best = min(range(60), key=lambda n: float(np.abs(first[:, n:] - second[:, : 200 - n]).mean()))
        return float(best)

    assert moved("fast pan") >= 20
    assert moved("lattice, slow pan") <= 2


def test_a_short_clip_is_used_from_its_start(clip: Clip) -> None:
    short = Clip("short", clip.frames[:FRAMES])
    assert [f.number for f in hard_negative("snow", short).frames] == list(range(FRAMES))


def test_every_turn_gives_a_kind_to_the_next_clip(clip: Clip, monkeypatch: pytest.MonkeyPatch) -> None:
    clips = [Clip(name, clip.frames) for name in ("first", "second", "third")]
    monkeypatch.setattr(module, "load_clips", lambda folder, cache: clips)

    def named(turn: int) -> list[str]:
        return [made.name for made in islice(hard_negatives(Path(), Path(), turn), 3)]

    assert [name.split("(")[1] for name in named(0)] == ["first)", "second)", "third)"]
    assert [name.split("(")[1] for name in named(2)] == ["third)", "first)", "second)"]
