"""The comparison of nets, on shards made here: bright specks on a dark plate."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
pytest.importorskip("safetensors", reason="needs safetensors: python3 install test --train")

from engine.errors import UsageError  # noqa: E402
from export.compare import __main__ as command  # noqa: E402
from export.compare.crops import CENTRE, Shard, draw  # noqa: E402
from export.compare.judging import BLOCK, best_threshold, counts, hits, judgement, mean_distance, told  # noqa: E402
from export.compare.table import load, table  # noqa: E402
from export.compare.training import (  # noqa: E402
    WARM_UP,
    Budget,
    Denoiser,
    fresh,
    noise_loss,
    schedule,
    train,
)
from export.compare.variants import LOSSES, ROUTES, Variant, from_scratch, further  # noqa: E402
from export.losses import LOSSES as KNOWN_LOSSES  # noqa: E402
from export.shards import FLAGS  # noqa: E402

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("one_thread")]

SMALL = Budget(samples=8, batch=2, crop=16, rate=5e-3, seed=1)
UNET = Variant("unet", "half", 1)
BIT = {name: 1 << n for n, name in enumerate(FLAGS)}


def shard(seed: int, samples: int = 4, size: int = 24) -> Shard:
    """Plates of grey noise, a 4 x 4 speck in the centre frame of each, its lower row not visible."""
    rng = np.random.default_rng(seed)
    pictures = rng.integers(60, 110, (samples, 11, size, size)).astype(np.uint8)
    flags = np.full((samples, size, size), BIT["before.valid"] | BIT["after.valid"], np.uint8)
    for n in range(samples):
        top, left = rng.integers(0, size - 4, 2)
        speck = (slice(top, top + 4), slice(left, left + 4))
        pictures[(n, slice(0, 3), *speck)] = 220
        flags[(n, *speck)] |= BIT["present"] | BIT["visible"] | BIT["blotch"]
        flags[n, top + 3, speck[1]] &= np.uint8(~(BIT["visible"] | BIT["blotch"]) & 0xFF)
    return pictures, flags


@pytest.fixture
def shards(tmp_path: Path) -> Path:
    folder = tmp_path / "shards"
    folder.mkdir()
    for n in range(2 * command.HELD_OUT):
        pictures, flags = shard(n)
        np.save(folder / f"shard-001-{n:04d}.pictures.npy", pictures)
        np.save(folder / f"shard-001-{n:04d}.flags.npy", flags)
    return folder


def bench(shards: Path, folder: Path, *more: str) -> list[str]:
    return [str(shards), str(folder), "--samples", "4", "--batch", "2", "--crop", "16", *more]


def test_a_crop_depends_on_its_seed_alone() -> None:
    shards = [shard(1), shard(2)]
    first = draw(shards, 4, 16, "film", (1, 7))
    draw(shards, 4, 16, "film", (1, 8))
    assert all(torch.equal(a, b) for a, b in zip(first, draw(shards, 4, 16, "film", (1, 7)), strict=True))
    assert not torch.equal(first[0], draw(shards, 4, 16, "film", (2, 7))[0])


def test_stills_have_no_neighbours_and_film_has() -> None:
    still, film = (draw([shard(1)], 8, 16, kind, (1, 1))[0] for kind in ("stills", "film"))
    assert not still[:, CENTRE:].any()
    assert film[:, CENTRE:].any()
    assert still[:, :CENTRE].any()


def test_clean_crops_avoid_damage_and_do_not_count_what_is_left() -> None:
    shards = [shard(1)]
    _, truth, weight = draw(shards, 32, 8, "clean", (1, 1))
    assert not truth[:, 0].any()
    assert weight.mean() > 0.99
    whole = draw(shards, 4, 24, "clean", (1, 1))
    assert not (whole[1][:, :1] * whole[2]).any()
    assert whole[2].min() == 0


def test_half_of_the_film_crops_hold_damage_for_certain() -> None:
    _, truth, _ = draw([shard(1, size=96)], 64, 16, "film", (1, 1))
    assert truth[:, 0].amax((1, 2)).mean() > 0.4


def test_the_material_of_the_last_stage_is_the_newest_and_is_not_altered() -> None:
    shards = [shard(n) for n in range(8)]
    planes, _, _ = draw(shards, 3, 24, "met", (1, 1))
    newest = torch.from_numpy(np.concatenate([pictures for pictures, _ in shards[6:]])).float() / 300
    for sample in planes[:, :11]:
        assert any(torch.allclose(sample, known, atol=1e-6) for known in newest)


@pytest.mark.parametrize("loss", ["entropy+dice", *LOSSES])
def test_training_lowers_the_loss(loss: str) -> None:
    budget = replace(SMALL, samples=40)
    variant = replace(UNET, loss=loss)
    losses = list(train(fresh(variant, budget), variant, budget, [shard(1)]))
    assert len(losses) == 20
    assert np.mean(losses[-4:]) < 0.9 * np.mean(losses[:4])


def test_every_loss_tried_is_there() -> None:
    assert {*LOSSES, UNET.loss} == set(KNOWN_LOSSES)


def test_training_finds_the_specks() -> None:
    budget = replace(SMALL, samples=120)
    net = fresh(UNET, budget)
    list(train(net, UNET, budget, [shard(1), shard(2)]))
    judging = [shard(3)]
    figures = judgement(net, judging, best_threshold(counts(told(net, [shard(4)]))))
    assert figures.dice > 0.8
    assert figures.emd < 3


def test_training_again_gives_the_same_net() -> None:
    nets = [fresh(UNET, SMALL) for _ in range(2)]
    for net in nets:
        list(train(net, UNET, SMALL, [shard(1)]))
    first, second = (net.state_dict() for net in nets)
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize("route", ROUTES)
def test_every_route_takes_all_its_samples_and_no_more(route: str) -> None:
    budget = replace(SMALL, samples=16)
    variant = replace(UNET, route=route, frames=3)
    net = fresh(variant, budget)
    before = net.head.weight.clone()
    assert len(list(train(net, variant, budget, [shard(1)]))) == 8
    assert not torch.equal(before, net.head.weight)
    assert sum(phase.share for phase in ROUTES[variant.route]) == 1


def test_telling_the_noise_is_learned_in_the_features_alone() -> None:
    net = fresh(UNET, SMALL)
    denoiser = Denoiser(net)
    noise_loss(denoiser, draw([shard(1)], 2, 16, "clean", (1, 1))).backward()
    assert net.head.weight.grad is None
    assert net.first.first[0].weight.grad.abs().sum() > 0


def test_the_rate_rises_and_falls() -> None:
    factors = [schedule(step, 400) for step in range(400)]
    assert factors[0] < 0.05
    assert 0.9 < max(factors) <= 1
    assert np.argmax(factors) in range(WARM_UP - 1, WARM_UP + 5)
    assert factors[-1] < 0.03


def test_what_is_present_and_not_visible_is_counted_neither_way() -> None:
    visible, counted = np.zeros((2, 6), np.uint8), np.ones((2, 6), np.uint8)
    visible[0, :2], counted[1] = 1, 0
    probability = np.full((2, 6), 200, np.uint8)
    probability[0, 4:] = 10
    total = hits(counts([(probability, visible, counted)]), 100)
    assert (total.found, total.right, total.visible, total.judged) == (4, 2, 2, 6)
    assert (total.precision, total.recall) == (0.5, 1.0)
    assert total.dice == pytest.approx(2 / 3)
    assert total.iou == pytest.approx(1 / 2)
    assert total.accuracy == pytest.approx(4 / 6)


def test_the_best_threshold_parts_damage_from_clean() -> None:
    visible = np.repeat(np.array([[0], [1]], np.uint8), 8, 1)
    probability = np.array([[3, 5, 9, 40, 2, 1, 8, 77], [90, 120, 255, 250, 100, 99, 130, 140]], np.uint8)
    threshold = best_threshold(counts([(probability, visible, np.ones_like(visible))]))
    assert 77 < threshold <= 90


def test_distance_is_taken_where_there_is_something_to_carry() -> None:
    empty, counted = np.zeros((32, 33), np.uint8), np.ones((32, 33), np.uint8)
    here, there = empty.copy(), empty.copy()
    here[1, 1], there[2, 3 * BLOCK + 2] = 255, 1
    told_and_true = [(here, there, counted), (here, empty, counted)]
    assert mean_distance(told_and_true, 128) == pytest.approx(3 * BLOCK)
    assert mean_distance([(empty, there, counted)], 128) == 0


def test_held_out_shards_stay_so_when_the_folder_grows() -> None:
    many = [shard(n, samples=1) for n in range(3 * command.HELD_OUT)]
    training, held_out = command.split(many[:-8])
    more, also_held_out = command.split(many)
    assert held_out == also_held_out[: len(held_out)]
    assert training == more[: len(training)]
    assert not {id(s) for s in more} & {id(s) for s in also_held_out}


def test_too_few_shards_are_refused() -> None:
    with pytest.raises(UsageError, match=r"32 or more with python -m export\.simulate"):
        command.split([shard(1, samples=1)] * 20)


def test_what_is_tried_further_builds_on_the_best_of_either_kind() -> None:
    dice = {net.key: 0.1 for width in ("half", "full") for net in from_scratch(width)}
    assert len(dice) == 16
    dice[Variant("r2unet", "half", 3).key] = 0.5
    dice[Variant("attention", "half", 1).key] = 0.4
    dice[Variant("unet", "full", 1).key] = 0.9
    found = further(dice)
    assert {(v.name, v.width, v.frames) for v in found} == {("r2unet", "half", 3), ("attention", "half", 1)}
    assert [v.route for v in found if v.frames == 1] == [r for r in ROUTES if r != "scratch"]
    assert {v.loss for v in found if v.route == "scratch"} == set(LOSSES)
    assert further({}) == []


def test_finished_rows_are_kept_and_not_trained_again(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    tried = [Variant("unet", "half", 1), Variant("attention", "half", 1)]
    monkeypatch.setattr(command, "further", lambda _: [])
    monkeypatch.setattr(command, "from_scratch", lambda width: tried[:1])
    assert command.main(bench(shards, tmp_path / "run", "--new", str(shards))) == 0
    kept = (tmp_path / "run" / "rows.json").read_text()
    monkeypatch.setattr(command, "from_scratch", lambda width: tried)
    trained: list[str] = []
    monkeypatch.setattr(command, "train", lambda net, variant, *_: trained.append(variant.key) or iter([1.0]))
    capsys.readouterr()
    assert command.main(bench(shards, tmp_path / "run", "--new", str(shards))) == 0
    assert trained == [tried[1].key]
    rows = load(tmp_path / "run" / "rows.json", Budget(4, 2, 16), 30)
    assert set(rows) == {variant.key for variant in tried}
    assert kept.split('"dice"')[1].split(",")[0] in (tmp_path / "run" / "rows.json").read_text()
    assert "| U-Net | half | 1 |" in capsys.readouterr().out
    assert (tmp_path / "run" / f"{tried[0].key}.png").stat().st_size > 1000


def test_rows_of_another_budget_are_not_mixed_in(
    shards: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "from_scratch", lambda width: [])
    (tmp_path / "run").mkdir()
    command.save(tmp_path / "run" / "rows.json", Budget(4, 2, 16), 30, {})
    assert command.main(bench(shards, tmp_path / "run")) == 0
    assert command.main(bench(shards, tmp_path / "run", "--seed", "2")) == 2
    assert "give another folder" in capsys.readouterr().err


def test_the_table_tells_the_gain_over_the_same_net_from_scratch() -> None:
    figures = dict.fromkeys(("iou", "precision", "recall", "accuracy", "emd", "parameters", "gflop"), 0.5)
    rows = {UNET.key: {"dice": 0.40, **figures}, replace(UNET, route="staged").key: {"dice": 0.45, **figures}}
    shown = table(rows)
    assert "| U-Net | half | 1 | 0.400 |" in shown
    assert "| U-Net, half, 1 | staged | entropy+dice | +0.050 | 0.450 |" in shown
