"""The families the denoising net is compared with: what they see, what they give, and ONNX gives the same."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
pytest.importorskip("onnxscript", reason="needs onnxscript: python3 install test --train")

from engine.inference.session import ModelSession  # noqa: E402
from engine.repair.diffusion import DiffusionPainter  # noqa: E402
from engine.repair.diffusion_inputs import HOLE, MOST, SIDE, UNIT  # noqa: E402
from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN  # noqa: E402
from export.diffusion_to_onnx import (  # noqa: E402
    NAMES,
    TOLERANCE,
    diffusion_spec,
    export,
    window_inputs,
)
from export.models.families import FAMILIES  # noqa: E402
from export.models.prior_restorer import PriorRestorer  # noqa: E402
from export.models.spectral_inpainter import SpectralInpainter, surroundings  # noqa: E402
from export.models.unified_unet import UnifiedUNet  # noqa: E402
from export.train_family import FAMILIES as TASKS  # noqa: E402
from export.train_family import main, unified_loss  # noqa: E402
from export.unified_batches import draw_unified_batch, unmarked  # noqa: E402
from export.unified_inputs import OUTPUTS as UNIFIED  # noqa: E402
from export.unified_inputs import REACH  # noqa: E402
from tests.export.awake import awake  # noqa: E402

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("one_thread")]

PAINTERS = ("inpainter", "prior")
SMALL: dict[str, Callable[[], "torch.nn.Module"]] = {
    "inpainter": lambda: SpectralInpainter(16, 2, 16),
    "prior": lambda: PriorRestorer(16, 16, 16),
    "unified": lambda: UnifiedUNet(16, 16, 16),
}


def net(family: str, seed: int = 1) -> "torch.nn.Module":
    """A small one that is as a trained one."""
    return awake(SMALL[family], seed)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple["torch.nn.Module", Path]]:
    """Every family's net, its weights rounded as exporting rounds them, and its file."""
    folder, made = tmp_path_factory.mktemp("models"), {}
    for family in SMALL:
        spec = diffusion_spec(family, "0.0.1", "nothing", "Apache-2.0", FAMILIES[family].outputs)
        made[family] = net(family), folder / f"{family}.onnx"
        export(made[family][0], spec, made[family][1])
    return made


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("family", SMALL)
def test_onnx_gives_what_pytorch_gives(
    family: str, count: int, exported: dict[str, tuple["torch.nn.Module", Path]]
) -> None:
    made, path = exported[family]
    given = window_inputs(count, 0.7)
    with torch.no_grad():
        expected = made(*given)
    whole = expected if isinstance(expected, tuple) else (expected,)
    with ModelSession(path, "cpu") as session:
        names = [tensor.name for tensor in session.spec.outputs]
        found = session.run({name: part.numpy() for name, part in zip(NAMES, given, strict=True)})
    assert float(whole[0].abs().max()) > 0.05
    for name, part in zip(names, whole, strict=True):
        assert part.shape == (count, part.shape[1], SIDE, SIDE)
        np.testing.assert_allclose(found[name], part.numpy(), atol=TOLERANCE)


@pytest.mark.parametrize("family", PAINTERS)
def test_the_painter_takes_it(family: str, exported: dict[str, tuple["torch.nn.Module", Path]]) -> None:
    with DiffusionPainter(ModelSession(exported[family][1], "cpu")) as painter:
        assert painter.identity.startswith(f"{family} 0.0.1")


@pytest.mark.parametrize("family", PAINTERS)
def test_nothing_is_given_outside_the_hole_and_no_noise_is_looked_at(family: str) -> None:
    planes, state, level = window_inputs(3, 1.0)
    with torch.no_grad():
        found = net(family)(planes, state, level)
        other = net(family)(planes, 3 * state, level + 1)
    outside = (planes[:, HOLE : HOLE + 1] == 0).expand_as(found)
    assert found.shape == state.shape
    assert float(found[outside].abs().max()) == 0
    assert torch.equal(found, other)


def test_the_inpainter_knows_what_surrounds_the_hole_and_nothing_else() -> None:
    planes, state, level = window_inputs(2, 1.0)
    hole = planes[:, HOLE : HOLE + 1]
    hidden = planes.clone()
    hidden[:, 6:12] = 0.9
    hidden[:, HOLE + 1 :] = 0
    hidden[:, 0:3] = torch.where(hole > 0, 0.77, planes[:, 0:3])
    far = planes.clone()
    far[..., :4, :4] = 0
    planes[..., :4, :4] = 0
    far[:, 0:3, :4, :4] = 0.9
    made = net("inpainter")
    with torch.no_grad():
        picture = [made(p, state, level) * UNIT + hole * p[:, 3:6] for p in (planes, hidden, far)]
        hidden[..., :4, :4] = 0
        again = made(hidden, state, level) * UNIT + hole * hidden[:, 3:6]
    np.testing.assert_allclose(again.numpy(), picture[0].numpy(), atol=1e-5)
    # The spectral path sees from one corner to the other.
    assert float((picture[2] - picture[0])[..., 40:, 40:].abs().max()) > 1e-5


def test_untrained_the_inpainter_spreads_what_is_around() -> None:
    planes, state, level = window_inputs(1, 1.0)
    planes[:, 0:3] = torch.tensor([0.2, 0.4, 0.6])[None, :, None, None]
    planes[:, HOLE] = 0
    planes[:, HOLE, 20:44, 10:50] = 1
    planes[:, 0:3, 20:44, 10:50] = 0.9
    with torch.no_grad():
        fill = SpectralInpainter()(planes, state, level) * UNIT + planes[:, 3:6]
    inside = fill[0, :, 20:44, 10:50].flatten(1)
    np.testing.assert_allclose(inside, np.repeat([[0.2], [0.4], [0.6]], inside.shape[1], 1), atol=5e-3)


def test_what_is_known_is_kept_and_what_is_not_lies_between() -> None:
    picture = torch.rand(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(8))
    known = torch.ones(1, 1, SIDE, SIDE)
    known[..., 10:50, 20:60] = 0
    filled = surroundings(torch.where(known > 0, picture, 7.0), known)
    assert torch.equal(filled[..., :10, :], picture[..., :10, :])
    assert float(filled.min()) > 0
    assert float(filled.max()) < 1
    assert torch.isfinite(surroundings(picture, 0 * known)).all()


def test_the_prior_of_the_truth_changes_what_is_restored() -> None:
    planes, _, _ = window_inputs(2, 1.0)
    made = net("prior")
    assert isinstance(made, PriorRestorer)
    with torch.no_grad():
        one, two = (made.told(planes, truth) for truth in (planes[:, 3:6], planes[:, 3:6] + 0.1))
    assert not torch.equal(one.prior, two.prior)
    assert not torch.equal(one.by_truth, two.by_truth)
    assert torch.equal(one.by_estimate, two.by_estimate)
    assert torch.equal(one.by_estimate, made(planes, 0 * one.by_truth, 0 * one.by_truth[:, :1]))


def test_the_unified_net_is_told_of_no_damage() -> None:
    planes, state, level = window_inputs(2, 1.0)
    marked = planes.clone()
    marked[:, HOLE] = 1 - marked[:, HOLE]
    marked[:, 3:6] = 0.9
    marked[:, 15:] = 0
    with torch.no_grad():
        one, two = (net("unified")(p, state, level) for p in (planes, marked))
    assert torch.equal(one[0], two[0])
    assert torch.equal(one[1], two[1])
    assert 0 < float(one[1].min()) < float(one[1].max()) < 1


def shard(damaged: slice = slice(20, 30)) -> "np.ndarray":
    """Windows whose truth is the picture less a dark square; the neighbours show the truth."""
    rng = np.random.default_rng(5)
    made = np.zeros((4, 23, SIDE, SIDE), np.float32)
    truth = 0.4 + 0.05 * rng.random((4, 3, SIDE, SIDE), np.float32)
    made[:, 20:23] = made[:, 3:6] = made[:, 6:9] = made[:, 9:12] = made[:, 15:18] = truth
    made[:, 0:3] = truth
    made[:, 0:3, damaged, damaged] -= 0.2
    made[:, HOLE, damaged, damaged] = 1
    made[:, BEFORE_KNOWN] = made[:, AFTER_KNOWN] = 1
    return made.astype(np.float16)


def test_an_unmarked_window_hides_the_matte_and_what_was_made_of_it() -> None:
    windows = torch.from_numpy(shard().astype(np.float32))
    planes, truth = windows[:, :20].clone(), windows[:, 20:]
    planes[:, BEFORE_KNOWN, 20:30, 20:30] = 0
    found = unmarked(planes, truth, np.random.default_rng(3))
    assert not found[:, HOLE].any()
    np.testing.assert_array_equal(found[:, 6:9, 20:30, 20:30], planes[:, 0:3, 20:30, 20:30])
    dark = (found[:, 9:12, 20:30, 20:30] - truth[:, :, 20:30, 20:30]).mean((1, 2, 3))
    assert {round(float(d), 1) for d in dark} <= {0.0, -0.2}
    np.testing.assert_array_equal(found[:, 9:12, 40:], planes[:, 9:12, 40:])


def test_a_start_shows_noise_and_nothing_behind_it() -> None:
    batch = draw_unified_batch([shard()], 32, np.random.default_rng(4))
    starts = batch.told.flatten() == 0
    assert 4 < int(starts.sum()) < 28
    assert (batch.deviation.flatten()[starts] == MOST).all()
    whole = (batch.planes[:, 0:3] == batch.truth).flatten(1).all(1)
    assert 0 < int(whole.sum()) < 20
    assert torch.equal(batch.planes[:, 3:6], batch.planes[:, 0:3])


def test_finding_and_repairing_are_both_paid_for() -> None:
    residual = torch.zeros(2, 3, SIDE, SIDE)
    residual[..., 20:30, 20:30] = 0.2 / REACH
    right = torch.full((2, 1, SIDE, SIDE), -8.0)
    right[..., 20:30, 20:30] = 8.0
    none = torch.zeros_like(residual)
    best = float(unified_loss(none, right, residual))
    assert best < 0.05
    assert float(unified_loss(none, -right, residual)) > best + 1
    assert float(unified_loss(-residual, right, residual)) > best + 1
    elsewhere = torch.zeros_like(residual)
    elsewhere[..., 40:50, 40:50] = 0.2 / REACH
    assert (
        best
        < float(unified_loss(elsewhere, right, residual))
        < float(unified_loss(-residual, right, residual))
    )


def test_what_is_present_and_not_visible_counts_neither_way() -> None:
    residual = torch.zeros(1, 3, SIDE, SIDE)
    residual[..., 20:30, 20:30] = 0.01 / REACH
    one, other = (torch.full((1, 1, SIDE, SIDE), -8.0) for _ in range(2))
    other[..., 20:30, 20:30] = 8.0
    none = torch.zeros_like(residual)
    assert float(unified_loss(none, one, residual)) == float(unified_loss(none, other, residual))


@pytest.mark.parametrize("family", SMALL)
def test_a_few_steps_make_the_loss_smaller(family: str) -> None:
    task, made = TASKS[family](), net(family)
    optimiser = torch.optim.Adam(made.parameters(), 3e-3)
    costs = []
    for _ in range(30):
        loss = task.loss(made, task.batch([shard()], 4, np.random.default_rng(6)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        costs.append(float(loss.detach()))
    assert np.mean(costs[-5:]) < 0.8 * np.mean(costs[:2])


def test_a_family_is_trained_from_the_command_line_and_exported(tmp_path: Path) -> None:
    from export.diffusion_to_onnx import main as to_onnx

    np.save(tmp_path / "diffusion-001-0000.npy", shard())
    flags = ["--steps", "2", "--batch", "2", "--threads", "1"]
    assert main(["unified", str(tmp_path), str(tmp_path / "run"), *flags]) == 0
    weights, target = tmp_path / "run" / "weights.safetensors", tmp_path / "unified.onnx"
    to_onnx(
        [str(weights), str(target), "--family", "unified", "--version", "0.0.1", "--trained-on", "little"]
    )
    with ModelSession(target, "cpu") as session:
        assert session.spec.outputs == UNIFIED
    with pytest.raises(SystemExit, match="inpainter, prior, unified"):
        main(["painter", str(tmp_path), str(tmp_path / "run")])
