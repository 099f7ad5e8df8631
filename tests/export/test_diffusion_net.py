"""The denoising net: what it does untrained, what it is paid for, and that ONNX gives what PyTorch gives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
pytest.importorskip("onnxscript", reason="needs onnxscript: python3 install test --train")

from engine.inference.session import ModelSession  # noqa: E402
from engine.repair.diffusion import DiffusionPainter  # noqa: E402
from engine.repair.diffusion_inputs import HOLE, LEAST, MOST, SIDE, coloured, deviations  # noqa: E402
from export.diffusion_to_onnx import (  # noqa: E402
    NAMES,
    TOLERANCE,
    diffusion_spec,
    export,
    window_inputs,
)
from export.models.diffusion_parts import FrameLook, TextureLook, normalised  # noqa: E402
from export.models.diffusion_spread import (  # noqa: E402
    NARROWEST,
    WIDEST,
    expected_spread,
    grain_of,
)
from export.models.diffusion_unet import DiffusionUNet  # noqa: E402
from export.models.opponent import along_axes, from_axes, to_axes  # noqa: E402
from export.train_diffusion import Diffusion, diffusion_loss  # noqa: E402
from tests.export.awake import awake  # noqa: E402

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("one_thread")]

Tensors = tuple["torch.Tensor", "torch.Tensor", "torch.Tensor"]


def net(seed: int = 1) -> DiffusionUNet:
    """A small one that is as a trained one."""
    return awake(lambda: DiffusionUNet(16, 16, 16, 16), seed)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> tuple[DiffusionUNet, Path]:
    made, target = net(), tmp_path_factory.mktemp("models") / "fill.onnx"
    export(made, diffusion_spec("fill", "0.0.1", "nothing", "Apache-2.0"), target)
    return made, target


@pytest.mark.parametrize(("count", "deviation"), [(1, LEAST), (4, 0.7), (6, MOST)])
def test_one_step_in_onnx_is_one_in_pytorch(
    exported: tuple[DiffusionUNet, Path], count: int, deviation: float
) -> None:
    made, path = exported
    given = window_inputs(count, deviation)
    with torch.no_grad():
        expected = made(*given).numpy()
    with ModelSession(path, "cpu") as session:
        found = session.run({name: part.numpy() for name, part in zip(NAMES, given, strict=True)})
    assert np.abs(expected).max() > 0.1
    np.testing.assert_allclose(found["residual"], expected, atol=TOLERANCE)


def test_the_engine_takes_what_is_exported(exported: tuple[DiffusionUNet, Path]) -> None:
    with DiffusionPainter(ModelSession(exported[1], "cpu")) as painter:
        assert painter.identity.startswith("fill 0.0.1 sha256:")


def test_an_untrained_net_takes_the_residual_for_grain() -> None:
    """Then the best guess is the state, shrunk by as much as is noise."""
    for deviation in deviations(3):
        planes, state, level = window_inputs(2, deviation)
        with torch.no_grad():
            found = DiffusionUNet()(planes, state, level)
        grain, noise = expected_spread(planes).grain, along_axes(torch.full((2, 1, 1, 1), deviation))
        share = grain**2 / (grain**2 + noise**2)
        expected = from_axes(share * to_axes(state)) * planes[:, HOLE : HOLE + 1]
        np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-5)


def test_nothing_is_given_outside_the_hole_nor_seen_of_the_state_there() -> None:
    planes, state, level = window_inputs(2, 1.0)
    outside = (planes[:, HOLE : HOLE + 1] == 0).expand_as(state)
    with torch.no_grad():
        found = net()(planes, state, level)
        other = net()(planes, torch.where(outside, state + 5, state), level)
    assert float(found[outside].abs().max()) == 0
    np.testing.assert_array_equal(found.numpy(), other.numpy())


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("neighbours", lambda planes: planes[:, 6:12].add_(0.1)),
        ("frame", lambda planes: planes[:, 15:18].mul_(0.5)),
        ("place", lambda planes: planes[:, 18:20].add_(0.3)),
    ],
)
def test_everything_shown_is_looked_at(name: str, change: Callable[["torch.Tensor"], object]) -> None:
    planes, state, level = window_inputs(2, 1.0)
    other = planes.clone()
    change(other)
    with torch.no_grad():
        assert float((net()(planes, state, level) - net()(other, state, level)).abs().max()) > 1e-4, name


def test_the_matrix_products_are_the_fourier_transform_and_back() -> None:
    look, plane = TextureLook(6, 16), torch.randn(2, 6, 16, 16, generator=torch.Generator().manual_seed(1))
    real, imaginary = look.spectrum(plane)
    expected = torch.fft.fft2(plane, norm="ortho")
    np.testing.assert_allclose(real.numpy(), expected.real.numpy(), atol=1e-5)
    np.testing.assert_allclose(imaginary.numpy(), expected.imag.numpy(), atol=1e-5)
    np.testing.assert_allclose(look.picture(real, imaginary).numpy(), plane.numpy(), atol=1e-5)


def test_untrained_looks_change_nothing() -> None:
    features = torch.randn(2, 8, 8, 8, generator=torch.Generator().manual_seed(2))
    frame, place = torch.rand(2, 3, 64, 64), torch.rand(2, 2, 64, 64)
    with torch.no_grad():
        assert torch.equal(TextureLook(8, 8)(features), features)
        assert torch.equal(FrameLook(8, 8)(features, frame, place), features)


def test_normalised_features_have_a_root_mean_square_of_one() -> None:
    features = 7 * torch.randn(2, 32, 5, 5, generator=torch.Generator().manual_seed(3))
    np.testing.assert_allclose(normalised(features).square().mean(1).numpy(), 1, rtol=1e-3)


def test_the_spread_foretold_grows_with_grain_and_with_what_is_unknown() -> None:
    planes = window_inputs(1, 1.0)[0]
    planes[:, 3:6] = 0.4 + 0.01 * torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(7))
    planes[:, HOLE], planes[:, HOLE + 1 :] = 0, 1
    planes[:, HOLE, 20:40, 20:40] = 1
    coarse, unknown, hidden = (planes.clone() for _ in range(3))
    coarse[:, 3:6] = 0.4 + 2 * grain_of(planes[:, 3:6])
    unknown[:, HOLE + 1 : HOLE + 3] = 0
    hidden[:, HOLE] = 1
    usual, more, most = (float(expected_spread(p).truth[0, 0, 30, 30]) for p in (planes, coarse, unknown))
    assert NARROWEST < usual < more < most < WIDEST
    # What lies in the hole of a first fill, smooth as it may be, says nothing about the film's grain.
    smooth = planes.clone()
    smooth[:, 3:6, 22:38, 22:38] = 0.4
    assert float(expected_spread(smooth).truth[0, 0, 30, 30]) == pytest.approx(usual, rel=0.05)
    assert NARROWEST <= float(expected_spread(hidden).truth.min()) < 1
    # Grain of 0.2 units, seen through a square of 5 px.
    assert 0.15 < float(expected_spread(unknown).grain[0, 0, 30, 30]) < 0.22


def test_texture_beside_the_damage_is_not_taken_for_grain() -> None:
    planes = window_inputs(1, 1.0)[0]
    planes[:, 3:6] = 0.4 + 0.01 * torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(7))
    planes[:, HOLE], planes[:, HOLE + 1 :] = 0, 1
    planes[:, HOLE, 20:40, 20:40] = 1
    plain = float(expected_spread(planes).grain[0, 0, 30, 30])
    planes[:, 3:6, 40:46] += 0.1 * (torch.arange(SIDE) % 2)
    textured = expected_spread(planes)
    assert float(textured.grain[0, 0, 30, 30]) < 2.5 * plain
    assert float(textured.truth[0, 0, 30, 30]) > 2.5 * plain


def test_where_all_around_is_grey_no_colour_is_drawn_however_rough_it_is() -> None:
    planes, state, level = window_inputs(1, 0.3)
    rough = torch.randn(1, 1, SIDE, SIDE, generator=torch.Generator().manual_seed(7))
    planes[:, 3:6] = 0.4 + 0.02 * rough
    planes[:, HOLE], planes[:, HOLE + 1 :] = 0, 1
    planes[:, HOLE, 20:40, 20:40] = 1
    spread = expected_spread(planes)
    assert float(spread.truth[0, 0, 30, 30]) > 10 * float(spread.truth[0, 1, 30, 30])
    with torch.no_grad():
        found = to_axes(DiffusionUNet()(planes, state, level))[0, :, 20:40, 20:40]
    assert float(found[0].std()) > 10 * float(found[1:].std())


def test_axes_keep_lengths_and_part_what_is_common_from_the_rest() -> None:
    picture = torch.randn(2, 3, 5, 5, generator=torch.Generator().manual_seed(8))
    axes = to_axes(picture)
    np.testing.assert_allclose(from_axes(axes).numpy(), picture.numpy(), atol=1e-6)
    np.testing.assert_allclose(axes.square().sum(1).numpy(), picture.square().sum(1).numpy(), rtol=1e-5)
    grey = to_axes(torch.ones(1, 3, 1, 1))
    np.testing.assert_allclose(grey.ravel().numpy(), [3**0.5, 0, 0], atol=1e-6)


def test_noise_along_the_axes_is_as_strong_as_is_said() -> None:
    drawn = np.random.default_rng(9).standard_normal((200, 200, 3), np.float32)
    noise = torch.from_numpy(np.moveaxis(coloured(drawn), -1, 0).copy())[None]
    expected = along_axes(torch.full((1, 1, 1, 1), 2.0)).ravel()
    np.testing.assert_allclose(2 * to_axes(noise).std((0, 2, 3)).numpy(), expected.numpy(), rtol=0.02)


def test_the_mean_of_what_may_be_there_is_paid_best() -> None:
    """With half of the truths at +1 and half at -1, wherever they lie, no guess costs less than 0."""
    signs = torch.where(torch.arange(8) % 2 == 0, 1.0, -1.0)[:, None, None, None]
    truth = signs * torch.randn(1, 3, SIDE, SIDE, generator=torch.Generator().manual_seed(4)).abs()
    counted = torch.ones(8, 1, SIDE, SIDE)
    deviation = torch.ones(8, 1, 1, 1)
    costs = [
        float(diffusion_loss(share * truth[:1] - truth, deviation, counted, counted))
        for share in (-0.5, 0, 0.5)
    ]
    assert costs[1] == min(costs)
    assert costs[0] == pytest.approx(costs[2], rel=1e-4)


def test_only_the_hole_is_paid_for_and_the_middle_more_than_the_rim() -> None:
    def cost(place: tuple[slice, slice]) -> float:
        error = torch.zeros(1, 3, SIDE, SIDE)
        error[(..., *place)] = 1
        counted = torch.zeros(1, 1, SIDE, SIDE)
        counted[..., :, 8:56] = 1
        return float(diffusion_loss(error, torch.ones(1, 1, 1, 1), torch.ones_like(counted), counted))

    outside = cost((slice(20, 40), slice(0, 3)))
    rim, middle = cost((slice(0, 4), slice(20, 40))), cost((slice(30, 34), slice(20, 40)))
    assert outside == 0
    assert 0 < rim < middle


def test_a_few_steps_on_one_window_make_its_loss_smaller() -> None:
    rng = np.random.default_rng(5)
    shard = rng.random((1, 23, SIDE, SIDE), np.float32).astype(np.float16)
    shard[:, HOLE : HOLE + 3] = 1
    shard[:, 20:23] = shard[:, 3:6] + np.float16(0.05)
    task, made = Diffusion(), net()
    optimiser = torch.optim.Adam(made.parameters(), 3e-3)
    costs = []
    for _ in range(30):
        loss = task.loss(made, task.batch([shard], 4, np.random.default_rng(6)))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        costs.append(float(loss.detach()))
    assert np.mean(costs[-5:]) < 0.7 * np.mean(costs[:2])
