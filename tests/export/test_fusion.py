"""The fusing net: what it is trained on, what it is paid for, and that ONNX gives what PyTorch gives."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
pytest.importorskip("onnxscript", reason="needs onnxscript: python3 install test --train")

from engine.inference.session import ModelSession  # noqa: E402
from engine.motion.estimator import MotionEstimator  # noqa: E402
from engine.repair.fused import FusedRepairer  # noqa: E402
from engine.repair.fusion_inputs import (  # noqa: E402
    AFTER_KNOWN,
    BEFORE_KNOWN,
    HOLE,
    MARGIN,
    PICTURE_CHANNELS,
    SIDE,
)
from engine.repair.motion_compensated import MotionCompensatedRepairer  # noqa: E402
from export.fusion_batches import altered  # noqa: E402
from export.fusion_to_onnx import export, fusion_spec  # noqa: E402
from export.models.fusion_unet import FusionUNet, fused  # noqa: E402
from export.train_fusion import fusion_loss  # noqa: E402
from tests.repair.plates import pan, scene, spots  # noqa: E402

pytestmark = pytest.mark.train


def net(seed: int = 1) -> FusionUNet:
    """A net with weights and batch statistics that are not the trivial ones."""
    torch.manual_seed(seed)
    made = FusionUNet()
    torch.nn.init.normal_(made.head.weight, std=0.3)
    made.train()
    with torch.no_grad():
        for _ in range(3):
            made(planes(4))
    return made.eval()


def planes(count: int) -> "torch.Tensor":
    made = torch.rand(count, 15, SIDE, SIDE, generator=torch.Generator().manual_seed(count))
    made[:, PICTURE_CHANNELS:] = (made[:, PICTURE_CHANNELS:] > 0.5).float()
    return made


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("models") / "fusion.onnx"
    export(net(), fusion_spec("fusion", "0.0.1", "nothing", "Apache-2.0"), target)
    return target


@pytest.mark.parametrize("count", [1, 7])
def test_onnx_gives_what_pytorch_gives(exported: Path, count: int) -> None:
    with torch.no_grad():
        expected = [part.numpy() for part in net()(planes(count))]
    with ModelSession(exported, "cpu") as session:
        found = session.run({"planes": planes(count).numpy()})
    for name, part in zip(("weights", "residual", "spread"), expected, strict=True):
        np.testing.assert_allclose(found[name], part, atol=1e-4)


def test_the_engine_fuses_as_training_does(exported: Path) -> None:
    """`fused` in PyTorch and `FusedRepairer` in the engine are the same sum of the same candidates."""
    given = scene(pan((3.4, -1.2)), {0: spots((60, 50, 9), (62, 170, 12)), 1: spots((62, 168, 5))})
    with ModelSession(exported, "cpu") as session:
        repairer = FusedRepairer(session, MotionCompensatedRepairer(MotionEstimator()))
        seen: list[np.ndarray] = []
        run = session.run
        session.run = lambda inputs: run((seen.append(inputs["planes"].copy()), inputs)[1])  # type: ignore[method-assign]
        tiles = repairer.repair(given.window, given.mattes)
    with torch.no_grad():
        batch = torch.from_numpy(np.concatenate(seen))
        weights, residual, _ = net()(batch)
        expected = fused(batch, weights, residual).numpy()
    inner = slice(MARGIN, SIDE - MARGIN)
    holes = batch[:, HOLE, inner, inner].numpy() > 0
    filled = np.concatenate([t.encoded[given.damaged[t.box.slices]] for t in tiles])
    want = np.moveaxis(expected[:, :, inner, inner], 1, -1)[holes]
    np.testing.assert_allclose(np.sort(filled, 0), np.sort(want, 0), atol=1e-4)


def test_a_neighbour_that_is_not_known_weighs_nothing() -> None:
    given = planes(3)
    given[:, BEFORE_KNOWN] = 0
    given[1, AFTER_KNOWN] = 0
    with torch.no_grad():
        weights, _, _ = net()(given)
    assert float(weights[:, 1].max()) < 1e-6
    assert float(weights[1, 2].max()) < 1e-6
    np.testing.assert_allclose(weights.sum(1).numpy(), 1, atol=1e-5)


def test_an_untrained_net_gives_mostly_the_first_fill() -> None:
    with torch.no_grad():
        weights, residual, _ = FusionUNet().eval()(planes(2))
    assert float(weights[:, 0].min()) > 0.6
    assert float(residual.abs().max()) == 0


def test_only_what_a_window_fills_is_paid_for() -> None:
    hole = torch.zeros(1, 1, SIDE, SIDE)
    hole[..., 20:30, 20:30] = 1
    nothing, spread = torch.zeros(1, 3, SIDE, SIDE), torch.zeros(1, 1, SIDE, SIDE)
    outside, margin, inside = (nothing.clone() for _ in range(3))
    outside[..., 40:50, 40:50] = 1
    inside[..., 25, 25] = 1
    margin[..., :MARGIN, :] = 1
    least = float(fusion_loss(nothing, spread, hole))
    assert float(fusion_loss(outside, spread, hole)) == pytest.approx(least)
    assert float(fusion_loss(margin, spread, hole)) == pytest.approx(least)
    assert float(fusion_loss(inside, spread, hole)) > least + 0.5


def test_the_error_foretold_is_right_where_it_is_the_real_one() -> None:
    hole = torch.ones(1, 1, SIDE, SIDE)
    error = torch.full((1, 3, SIDE, SIDE), 0.05)
    right = torch.full((1, 1, SIDE, SIDE), float(np.log(0.05)))
    costs = [float(fusion_loss(error, right + wrong, hole)) for wrong in (-1.0, 0.0, 1.0)]
    assert costs[1] == min(costs)


def test_altering_a_window_keeps_truth_and_candidates_together() -> None:
    """Whatever is done to a window, a candidate that was the truth still is."""
    window = np.random.default_rng(3).random((4, 18, SIDE, SIDE), np.float32)
    window[:, 15:18] = window[:, 3:6]
    for seed in range(6):
        batch, truth = altered(window.copy(), np.random.default_rng(seed))
        np.testing.assert_allclose(batch[:, 3:6].numpy(), truth.numpy(), atol=1e-6)
