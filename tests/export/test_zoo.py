"""The nets of the literature: what they take and give, and what makes each of them what it is."""

from itertools import product
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
pytest.importorskip("onnxscript", reason="needs onnxscript: python3 install test --train")

import onnxruntime  # noqa: E402

from engine.detect.inputs import CHANNELS  # noqa: E402
from export.compare.speed import export, giga_operations, parameters  # noqa: E402
from export.models.zoo.attention import AttentionGate  # noqa: E402
from export.models.zoo.blocks import PICTURE_CHANNELS, DoubleConvolution, Normalised  # noqa: E402
from export.models.zoo.build import NAMES, PLANES, UNITS, Frames, Name, build  # noqa: E402
from export.models.zoo.recurrent import STEPS, RecurrentConvolution  # noqa: E402
from export.models.zoo.unet import UNet  # noqa: E402

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("one_thread")]


def small(name: Name, seed: int = 1) -> UNet:
    """Two levels, with batch statistics and a head that are not the trivial ones."""
    torch.manual_seed(seed)
    made = UNet(len(CHANNELS), (4, 8), *UNITS[name])
    made.train()
    with torch.no_grad():
        made.head.weight.mul_(20)
        for _ in range(2):
            made(torch.rand(2, made.planes, 16, 16))
    return made.eval()


def planes(count: int, height: int = 16, width: int = 24) -> torch.Tensor:
    return torch.rand(2, count, height, width, generator=torch.Generator().manual_seed(height))


@pytest.mark.parametrize(("name", "frames"), list(product(NAMES, (1, 3))))
def test_one_logit_for_every_pixel(name: Name, frames: Frames) -> None:
    with torch.no_grad():
        assert build(name, "half", frames)(planes(PLANES[frames])).shape == (2, 1, 16, 24)


@pytest.mark.parametrize("name", NAMES)
def test_full_width_has_about_four_times_the_parameters_of_half(name: Name) -> None:
    full, half = (parameters(build(name, width, 3)) for width in ("full", "half"))
    assert 3.5 < full / half < 4.1


def test_gates_add_parameters_and_recurrence_adds_more() -> None:
    sizes = {name: parameters(build(name, "full", 3)) for name in NAMES}
    assert sizes["unet"] < sizes["attention"] < sizes["r2unet"] < sizes["r2attention"]


def test_arithmetic_is_counted_as_by_hand() -> None:
    two_levels = UNet(3, (4, 8), DoubleConvolution, gated=False)
    per_pixel = 9 * (3 * 4 + 4 * 4) + 9 * (4 * 8 + 8 * 8) / 4 + 8 * 4 + 9 * (8 * 4 + 4 * 4) + 4
    assert giga_operations(two_levels) == pytest.approx(2 * per_pixel * 1080 * 1920 / 1e9)


def test_gates_lie_between_0_and_1_and_scale_the_skip() -> None:
    torch.manual_seed(3)
    gate = AttentionGate(8, 16)
    skip, coarse = 20 * torch.randn(2, 8, 16, 24), 20 * torch.randn(2, 16, 8, 12)
    with torch.no_grad():
        told = gate.coefficients(skip, coarse)
        assert told.shape == (2, 1, 16, 24)
        assert 0 <= told.min() < 0.3
        assert 0.7 < told.max() <= 1
        torch.testing.assert_close(gate(skip, coarse), skip * told)


def test_a_gate_listens_to_the_coarser_level() -> None:
    torch.manual_seed(4)
    gate = AttentionGate(8, 16)
    skip = torch.randn(1, 8, 16, 16)
    with torch.no_grad():
        one, other = (gate.coefficients(skip, torch.randn(1, 16, 8, 8)) for _ in range(2))
    assert not torch.equal(one, other)


def test_recurrence_shares_its_weights_over_all_steps() -> None:
    recurrent = RecurrentConvolution(8).eval()
    kernels = [m for m in recurrent.modules() if isinstance(m, torch.nn.Conv2d)]
    assert len(kernels) == 2
    calls: list[int] = []
    recurrent.again.register_forward_hook(lambda *_: calls.append(1))
    with torch.no_grad():
        recurrent(torch.rand(1, 8, 8, 8))
    assert len(calls) == STEPS


def test_without_its_recurrent_weights_a_recurrent_convolution_is_a_plain_one() -> None:
    recurrent = RecurrentConvolution(8).eval()
    given = torch.rand(1, 8, 8, 8)
    with torch.no_grad():
        recurrent.again.weight.zero_()
        expected = torch.relu(recurrent.statistics[STEPS](recurrent.forwards(given)))
        torch.testing.assert_close(recurrent(given), expected)


def test_pictures_are_brought_to_unit_scale_and_flags_left() -> None:
    given = planes(len(CHANNELS))
    told = Normalised(len(CHANNELS))(given)
    torch.testing.assert_close(told[:, PICTURE_CHANNELS:], given[:, PICTURE_CHANNELS:])
    torch.testing.assert_close(told[:, 0], (given[:, 0] - 0.35) * 4)


@pytest.mark.parametrize("name", NAMES)
def test_every_weight_takes_part(name: Name) -> None:
    made = small(name).train()
    made(planes(made.planes)).square().mean().backward()
    assert [n for n, weight in made.named_parameters() if weight.grad is None] == []


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", NAMES)
def test_onnx_gives_what_pytorch_gives(name: Name, tmp_path: Path) -> None:
    made, target = small(name), tmp_path / "net.onnx"
    export(made, target, (16, 24))
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    given = planes(made.planes)[:1]
    with torch.no_grad():
        expected = torch.sigmoid(made(given)).numpy()
    (found,) = session.run(None, {"planes": given.numpy()})
    np.testing.assert_allclose(found, expected, atol=1e-5)
    assert np.ptp(expected) > 1e-3


def test_an_unknown_name_is_refused() -> None:
    with pytest.raises(KeyError, match="segformer"):
        build("segformer", "full", 3)  # type: ignore[arg-type]
