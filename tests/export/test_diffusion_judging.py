"""Judging the quality tier: its damage, that every method is told the same, and the tables."""

from dataclasses import replace
from math import nan
from pathlib import Path

import numpy as np
import pytest

from engine.repair.diffusion_sampler import Sampling
from export.evaluate.diffusion import Row, read, table, written
from export.evaluate.diffusion_conditions import NAMES, quality_clip
from export.evaluate.diffusion_judging import ONCE, Contest, QualityScores, entries
from export.evaluate.repair_conditions import true_matte
from export.material.clips import Clip
from export.simulate.banks import Bank
from tests.export.drift import drifting_clip, spots_and_hairs
from tests.repair.diffusion_nets import denoising_net


@pytest.fixture(scope="module")
def clip() -> Clip:
    return drifting_clip(300, 200, 44)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return spots_and_hairs()


@pytest.mark.parametrize("name", NAMES)
def test_every_condition_damages_the_judged_frame(name: str, clip: Clip, bank: Bank) -> None:
    made = quality_clip(clip, bank, name, 1)
    assert len(made.judged) == 1
    assert made.frames[made.judged[0]].visible.any()
    assert (len(made.frames) == 1) == (name == "alone")


def test_occluded_places_are_hidden_on_the_frames_beside_as_well(clip: Clip, bank: Bank) -> None:
    made = quality_clip(clip, bank, "occluded", 1)
    here = made.judged[0]
    centre, before, after = (true_matte(made.frames[k]) for k in (here, here - 1, here + 1))
    assert (centre & before & after).sum() > 0.15 * centre.sum()
    assert (before != centre).any()


def test_every_method_is_told_the_same_and_keeps_what_is_not_damaged(
    clip: Clip, bank: Bank, tmp_path: Path
) -> None:
    """A net that gives part of the noise it is shown: samples then differ, and less so in the mean."""
    made = quality_clip(clip, bank, "alone", 1)
    net = denoising_net(tmp_path / "net.onnx", share=0.3)
    extra = {"ddim": Sampling(solver="ddim"), "one-run": ONCE}
    contest = Contest.of(net, Sampling(), extra, {"rival": net}, seeds=(1, 2))
    found = list(entries(contest, made))
    assert [(entry.method, entry.seed) for entry in found] == [
        ("input", 0), ("telea", 0), ("fast-smooth", 0), ("fast", 0), ("rival", 0), ("diffusion", 1),
        ("diffusion", 2), ("diffusion-mean", 0), ("ddim", 1), ("ddim", 2), ("ddim-mean", 0), ("one-run", 0),
        ("best", 1), ("best", 2), ("best-mean", 0),
    ]  # fmt: skip
    frame = made.frames[0]
    for entry in found:
        (result,) = entry.results
        same = ~true_matte(frame)
        np.testing.assert_array_equal(result.codes[same], frame.damaged[same])
        paints = entry.method in ("rival", "diffusion", "ddim", "one-run", "best")
        assert (entry.seconds > 0) == paints
        assert (entry.painted == 100) or not paints or entry.method == "best"
    masked = {(entry.method, entry.seed): entry.scores().masked for entry in found}
    assert masked["input", 0] < min(value for key, value in masked.items() if key != ("input", 0))
    codes = {(entry.method, entry.seed): entry.results[0].codes for entry in found}
    assert (codes["diffusion", 1] != codes["diffusion", 2]).any()
    # One and the same net in one run, whether it comes as a way to sample or as a rival.
    np.testing.assert_array_equal(codes["one-run", 0], codes["rival", 0])


def test_just_the_methods_asked_for_are_judged(clip: Clip, bank: Bank, tmp_path: Path) -> None:
    made = quality_clip(clip, bank, "alone", 1)
    contest = Contest.of(
        denoising_net(tmp_path / "net.onnx"), Sampling(steps=2), {}, methods=("fast", "best"), seeds=(1,)
    )
    found = {entry.method: entry for entry in entries(contest, made)}
    assert list(found) == ["fast", "best"]
    assert 0 < found["best"].painted <= 100
    assert "best-mean" not in found


def scores(masked: float, seconds: float = nan) -> QualityScores:
    return QualityScores(masked, 30.0, 0.2, 0.1, 0.5, 1.0, 2.0, 0.7, seconds)


def test_tables_give_means_over_clips_and_the_spread_of_seeds() -> None:
    rows = [
        Row("blotches", clip, "diffusion", seed, scores(20.0 + 2 * (clip == "b") + seed, 30.0))
        for clip in ("a", "b")
        for seed in (1, 2, 3)
    ]
    rows.append(Row("blotches", "a", "fast", 0, scores(25.0)))
    text = table(rows)
    assert "*blotches*, 2 clips" in text
    assert "| diffusion | 23.0 ± 1.00 |" in text
    fast = next(line for line in text.splitlines() if line.startswith("| fast |"))
    assert fast.startswith("| fast | 25.0 |")
    assert fast.endswith("| - |")


def test_rows_are_kept_and_the_last_of_a_name_counts(clip: Clip, bank: Bank, tmp_path: Path) -> None:
    made = quality_clip(clip, bank, "alone", 1)
    contest = Contest.of(denoising_net(tmp_path / "net.onnx"), Sampling(steps=2), {})
    found = [entry for entry in entries(contest, made) if entry.method in ("input", "fast")]
    file = tmp_path / "rows" / "rows.jsonl"
    first = written(file, "alone", clip.name, found)
    again = written(file, "alone", clip.name, [replace(entry, seconds=2.0) for entry in found])
    assert [row.method for row in first] == ["input", "fast"]
    kept = read(file)
    assert [row.scores.seconds for row in kept] == [2.0, 2.0]
    assert table(kept) == table(again)
