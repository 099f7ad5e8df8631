"""What the denoising net is trained on: the windows, and how they are altered."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.repair.diffusion_inputs import CHANNELS, FRAME, HOLE, LEAST, MOST, PLACE, SIDE
from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN
from export.fusion_shards import KINDS, fusion_shards_in, write_fusion_shards
from export.material.clips import Clip
from export.simulate.banks import Artefact, Bank
from export.simulate.diffusion_sample import draw_diffusion_windows
from export.simulate.fusion_sample import FusionWindow
from export.simulate.recipe import RECIPES
from export.simulate.scene import Material


@pytest.fixture(scope="module")
def material() -> Material:
    disc = cv2.circle(np.zeros((41, 41), np.float32), (20, 20), 17, 1.0, -1)
    bow = cv2.ellipse(np.zeros((60, 60), np.float32), (30, 40), (25, 25), 0, 180, 360, 1.0, 2)
    bank = Bank({"blotch": [Artefact(disc, float(disc.sum()))], "hair": [Artefact(bow, None)]})
    coarse = np.random.default_rng(4).integers(20, 235, (48, 64, 3), np.uint8)
    still = cv2.resize(coarse, (512, 384), interpolation=cv2.INTER_CUBIC)
    moving = np.stack([np.roll(still, 3 * n, axis=1) for n in range(5)])
    return Material([Clip("pan", moving)], [Clip("still", still[None])], bank)


@pytest.fixture(scope="module")
def windows(material: Material) -> list[FusionWindow]:
    drawn = (
        draw_diffusion_windows(material, RECIPES["fill"], np.random.default_rng((3, seed)))
        for seed in range(3)
    )
    return [window for of_frame in drawn for window in of_frame]


def test_what_is_not_damaged_is_the_truth_with_its_very_grain(windows: list[FusionWindow]) -> None:
    assert len(windows) > 10
    outside = [np.abs(w.planes[0:3] - w.truth).max(0)[w.planes[HOLE] == 0] for w in windows]
    # Damage too faint to be seen lies outside the matte and stays.
    assert np.median(np.concatenate(outside)) < 1e-6
    hidden = max(float(np.abs(w.planes[0:3] - w.truth)[:, w.planes[HOLE] > 0].max()) for w in windows)
    assert hidden > 0.1


def test_every_window_has_something_to_fill_and_says_where_it_lies(windows: list[FusionWindow]) -> None:
    for window in windows:
        assert window.planes.shape == (len(CHANNELS), SIDE, SIDE)
        assert window.planes[HOLE].any()
        assert set(np.unique(window.planes[[HOLE, BEFORE_KNOWN, AFTER_KNOWN]])) <= {0.0, 1.0}
        assert (np.diff(window.planes[PLACE.start], axis=0) > 0).all()
        assert (np.diff(window.planes[PLACE.start + 1], axis=1) > 0).all()
        assert -0.5 < window.planes[PLACE].min() < window.planes[PLACE].max() < 1.5


def test_shards_of_both_kinds_lie_side_by_side(
    material: Material, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    small = {name: type(kind)(kind.draw, kind.recipe, 4) for name, kind in KINDS.items()}
    monkeypatch.setattr("export.fusion_shards.KINDS", small)
    for kind in KINDS:
        (file,) = write_fusion_shards(tmp_path, material, kind, 4, 1)
        assert file.name == f"{kind}-001-0000.npy"
    assert fusion_shards_in(tmp_path)[0].shape == (4, 18, SIDE, SIDE)
    assert fusion_shards_in(tmp_path, "diffusion")[0].shape == (4, 23, SIDE, SIDE)


def test_altering_keeps_what_belongs_together() -> None:
    """The first fill that is the truth stays it; a window that is the whole frame says so however turned;
    an unknown neighbour shows the first fill."""
    batches = pytest.importorskip("export.diffusion_batches", reason="needs PyTorch")
    middles = (np.arange(SIDE, dtype=np.float32) + 0.5) / SIDE
    window = np.random.default_rng(3).random((6, 23, SIDE, SIDE), np.float32)
    window[:, 20:23] = window[:, 3:6]
    window[:, FRAME] = window[:, 3:6]
    window[:, PLACE.start], window[:, PLACE.start + 1] = middles[:, None], middles[None, :]
    window[:, [BEFORE_KNOWN, AFTER_KNOWN]] = 1
    for seed in range(8):
        planes, truth = batches.altered_windows(window.copy(), np.random.default_rng(seed))
        for part in (planes[:, 3:6], planes[:, FRAME]):
            np.testing.assert_allclose(part.numpy(), truth.numpy(), atol=1e-6)
        expected = np.broadcast_to(middles[:, None], planes[:, PLACE.start].shape)
        np.testing.assert_allclose(planes[:, PLACE.start].numpy(), expected, atol=1e-6)
        np.testing.assert_allclose(planes[:, PLACE.start + 1].numpy(), expected.swapaxes(1, 2), atol=1e-6)
        for start, known in ((6, BEFORE_KNOWN), (9, AFTER_KNOWN)):
            unknown = (planes[:, known : known + 1] == 0).expand(-1, 3, -1, -1)
            np.testing.assert_array_equal(
                planes[:, start : start + 3][unknown].numpy(), planes[:, 3:6][unknown].numpy()
            )


def test_some_windows_are_black_and_white_or_toned_and_all_of_their_pictures_alike() -> None:
    """Old film is; a net that knows only colour paints colours into it."""
    batches = pytest.importorskip("export.diffusion_batches", reason="needs PyTorch")
    given = np.random.default_rng(4).uniform(0.2, 0.6, (200, 23, SIDE, SIDE)).astype(np.float32)
    planes, truth = batches.altered_windows(given, np.random.default_rng(5))
    pictures = [truth, planes[:, FRAME], *(planes[:, k : k + 3] for k in (0, 3, 6, 9))]
    # Of what is toned every channel is a linear function of every other.
    lines = np.array([
        [abs(np.corrcoef(part.numpy()[n].reshape(3, -1))[0, 1:]).min() > 0.999 for part in pictures]
        for n in range(len(given))
    ])  # fmt: skip
    np.testing.assert_array_equal(lines.all(1), lines.any(1))
    assert 0.2 < lines[:, 0].mean() < 0.5
    plain = [float((part[:, 0] - part[:, 1]).abs().amax()) for part in truth[lines[:, 0]].split(1)]
    assert 0.3 < np.mean(np.array(plain) < 1e-5) < 0.7


def test_noise_levels_of_a_batch_are_spread_out_and_repeat_with_the_seed() -> None:
    batches = pytest.importorskip("export.diffusion_batches", reason="needs PyTorch")
    drawn = batches.drawn_deviations(16, np.random.default_rng(1)).ravel()
    assert ((drawn >= LEAST) & (drawn <= MOST)).all()
    assert drawn.min() < 0.15
    assert drawn.max() > 2
    np.testing.assert_array_equal(drawn, batches.drawn_deviations(16, np.random.default_rng(1)).ravel())
    assert (drawn != batches.drawn_deviations(16, np.random.default_rng(2)).ravel()).any()
