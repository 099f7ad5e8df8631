"""Marks are collected as a render sees them, and a second look learns from them what dirt is."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.detect.mark_signs import SIGNS
from export.evaluate import protocol
from export.marks import Marks, Suspects, at_end, scene_of

HEIGHT, WIDTH = 96, 128
SPECK = (9, 10)


def speckled(number: int, speck: bool) -> protocol.TestFrame:
    """A chromatic plate with grain that does not move; with a dark speck, or without."""
    rng = np.random.default_rng(number)
    colour = np.array([420, 500, 560])
    clean = np.rint(colour + rng.normal(0, 6, (HEIGHT, WIDTH, 3))).astype(np.uint16)
    damaged = clean.copy()
    if speck:
        damaged[40 : 40 + SPECK[0], 60 : 60 + SPECK[1]] = (60, 70, 80)
    present = (clean != damaged).any(axis=2)
    return protocol.TestFrame(number, clean, damaged, present, present)


def test_a_speck_is_collected_with_its_signs_and_how_much_of_it_is_damage() -> None:
    clip = protocol.TestClip("reel_000", "mixed", [speckled(number, number == 1) for number in range(3)])
    with Suspects(None) as suspects:
        marks = suspects.marks(clip)
    assert len(marks.area) == 1
    assert marks.damaged[0] == marks.visible[0] == SPECK[0] * SPECK[1]
    assert marks.area[0] >= marks.damaged[0]
    assert marks.signs[0, SIGNS.index("signed")] < -0.1
    assert list(marks.scene) == ["reel"]


def test_a_speck_is_seen_as_at_the_end_of_its_shot() -> None:
    """On the second of five frames, shown with the first alone, and on the third, shown with two after it."""
    clip = protocol.TestClip("reel_000", "mixed", [speckled(number, number in (1, 2)) for number in range(5)])
    with Suspects(None, at_end) as suspects:
        marks = suspects.marks(clip)
    assert len(marks.area) == 1
    assert marks.damaged[0] == SPECK[0] * SPECK[1]
    seen = marks.signs[0, SIGNS.index("seen")]
    assert seen == 1, "two frames on one side"


def test_the_ends_of_a_clip_are_no_lesson_for_the_frames_between() -> None:
    clip = protocol.TestClip("reel_000", "mixed", [speckled(number, number == 0) for number in range(3)])
    with Suspects(None) as suspects:
        assert len(suspects.marks(clip).area) == 0


def test_parts_of_one_film_are_one_scene() -> None:
    assert scene_of("davis_camel_060") == scene_of("davis_camel_000") == "davis_camel"
    assert scene_of("reel") == "reel"


def drawn(count: int) -> Marks:
    """Marks of ten scenes whose neighbours agree where they are damage; nothing else tells."""
    rng = np.random.default_rng(1)
    signs = rng.normal(size=(count, len(SIGNS)))
    damage = rng.random(count) < 0.5
    signs[:, SIGNS.index("likeliest")] = 0
    signs[:, SIGNS.index("neighbours.apart")] = np.where(damage, 0.01, 0.05) + rng.normal(0, 0.01, count)
    area = rng.integers(6, 400, count)
    scene = np.array([f"scene {k % 10}" for k in range(count)])
    return Marks(signs, area, np.where(damage, area, 0), np.where(damage, area, 0), scene)


@pytest.mark.train
def test_it_learns_what_tells_and_reads_off_as_it_was_trained() -> None:
    torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
    from engine.detect.second_look import FURTHEST, MOST
    from export.train_second_look import held_out, trained

    marks = drawn(4000)
    look = trained(marks, steps=400, seed=0)
    held = held_out(marks)
    moved = look.moves(marks.signs[held])
    assert ((moved > 0) == (marks.damaged[held] > 0)).mean() > 0.9
    assert np.abs(moved - look.shift).max() <= MOST
    values = torch.from_numpy(np.clip((marks.signs - look.typical) / look.spread, -FURTHEST, FURTHEST))
    for layer in look.layers[:-1]:
        values = torch.nn.functional.silu(
            values @ torch.from_numpy(layer.weights) + torch.from_numpy(layer.bias)
        )
    last = look.layers[-1]
    told = (values @ torch.from_numpy(last.weights) + torch.from_numpy(last.bias))[:, 0]
    expected = look.shift + MOST * torch.tanh(told / MOST)
    np.testing.assert_allclose(look.moves(marks.signs), expected.numpy(), atol=1e-9)


@pytest.mark.train
@pytest.mark.parametrize("key", ["reelmend.second_look", "reelmend.second_look.at_ends"])
def test_it_is_written_into_the_detector_beside_its_net(key: str, tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
    from engine.detect.second_look import AT_ENDS_KEY, METADATA_KEY, SecondLook
    from engine.inference.registry import find
    from engine.inference.session import ModelSession
    from export.train_second_look import trained, write

    look = trained(drawn(500), steps=20, seed=0)
    target = tmp_path / "detect-unet.onnx"
    write(find("detect-unet").path, target, {key: look}, "9.9.9", ())
    (other,) = {METADATA_KEY, AT_ENDS_KEY} - {key}
    with (
        ModelSession("detect-unet", "cpu") as shipped,
        ModelSession(target, "cpu") as session,
    ):
        read = SecondLook.of(session.metadata, key)
        assert session.metadata[other] == shipped.metadata[other]
        assert session.spec.version == "9.9.9"
        assert session.spec.curve == ()
    assert read is not None
    marks = drawn(50).signs
    assert np.array_equal(read.moves(marks), look.moves(marks))


@pytest.mark.train
def test_an_empty_folder_is_told_apart_from_marks(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
    from export.train_second_look import load

    with pytest.raises(SystemExit, match=r"expected \.npz files that export\.marks wrote"):
        load(tmp_path)
