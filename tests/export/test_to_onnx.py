"""ONNX = PyTorch, and what is exported is what the engine takes."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")
pytest.importorskip("onnxscript", reason="needs onnxscript: python3 install test --train")

from engine.inference.session import ModelSession  # noqa: E402
from export.models.detection_unet import DetectionUNet  # noqa: E402
from export.ship import ship  # noqa: E402
from export.to_onnx import OVERLAP, detector_spec, export  # noqa: E402
from export.train import detection_loss  # noqa: E402

pytestmark = pytest.mark.train


def net(seed: int = 1) -> DetectionUNet:
    """A net with batch statistics that are not the trivial ones."""
    torch.manual_seed(seed)
    made = DetectionUNet()
    made.train()
    with torch.no_grad():
        for _ in range(3):
            made(torch.rand(2, 13, 64, 64))
    return made.eval()


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("models") / "tried.onnx"
    export(net(), detector_spec("tried", "0.0.1", "nothing", "Apache-2.0"), target)
    return target


def planes(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(height).random((1, 13, height, width), np.float32)


@pytest.mark.parametrize(("height", "width"), [(64, 64), (96, 208), (240, 32)])
def test_onnx_gives_what_pytorch_gives(exported: Path, height: int, width: int) -> None:
    given = planes(height, width)
    with torch.no_grad():
        expected = [torch.sigmoid(logits).numpy() for logits in net()(torch.from_numpy(given))]
    with ModelSession(exported, "cpu") as session:
        found = session.run({"planes": given})
    np.testing.assert_allclose(found["damage"], expected[0], atol=1e-4)
    np.testing.assert_allclose(found["classes"], expected[1], atol=1e-4)


def test_folding_the_normalisation_changes_nothing() -> None:
    folded, whole = net(), net()
    folded.fold_normalisation()
    given = torch.from_numpy(planes(64, 96))
    with torch.no_grad():
        for one, other in zip(folded.body(given), whole(given), strict=True):
            np.testing.assert_allclose(one.numpy(), other.numpy(), atol=1e-4)


def test_the_overlap_covers_what_a_pixel_depends_on() -> None:
    """A change OVERLAP rows away must not reach a pixel: else tiles would differ from the whole."""
    size = 2 * OVERLAP + 64
    given = torch.from_numpy(planes(size, 64)).requires_grad_(True)
    net()(given)[0][0, 0, size // 2, 32].backward()
    rows = np.nonzero(np.abs(given.grad.numpy()).max((0, 1, 3)))[0]
    assert size // 2 - rows.min() <= OVERLAP
    assert rows.max() - size // 2 <= OVERLAP


def test_nothing_tells_of_the_machine_it_was_made_on(exported: Path) -> None:
    assert str(Path(__file__).resolve().parents[2]).encode() not in exported.read_bytes()


def test_shipping_lists_the_model_by_its_hash(exported: Path, tmp_path: Path) -> None:
    target = ship(exported, tmp_path)
    assert target.name == "tried.onnx"
    assert '"tried"' in (tmp_path / "models.json").read_text()


def test_invisible_damage_costs_nothing_either_way() -> None:
    truth = torch.zeros(1, 5, 8, 8)
    weight = torch.ones(1, 1, 8, 8)
    weight[..., :4] = 0

    def loss(hidden: float, shown: float) -> float:
        damage, classes = torch.full((1, 1, 8, 8), -6.0), torch.full((1, 4, 4, 4), -6.0)
        for logits, half in ((damage, 4), (classes, 2)):
            logits[..., :half], logits[..., half:] = hidden, shown
        return float(detection_loss(damage, classes, truth, weight))

    assert loss(6, -6) == pytest.approx(loss(-6, -6), rel=1e-3)
    assert loss(-6, 6) > 10 * loss(-6, -6)
