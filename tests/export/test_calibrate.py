"""Calibration finds what was done to the odds, and folds its undoing into the net."""

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")

from export.calibrate import error, fold, platt  # noqa: E402
from export.models.detection_unet import CLASSES, DetectionUNet  # noqa: E402


def drawn(count: int = 40_000) -> "tuple[torch.Tensor, torch.Tensor]":
    """Honest logits and outcomes drawn by them."""
    random = torch.Generator().manual_seed(3)
    logits = 2.0 * torch.randn(count, generator=random) - 1.0
    return logits, (torch.rand(count, generator=random) < torch.sigmoid(logits)).float()


def test_honest_probabilities_are_left_as_they_are() -> None:
    logits, truth = drawn()
    scale, shift = platt(logits, truth)
    assert scale == pytest.approx(1, abs=0.05)
    assert shift == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(("by", "plus"), [(2.0, 0.0), (0.5, 1.5), (3.0, -2.0)])
def test_what_was_done_to_the_odds_is_undone(by: float, plus: float) -> None:
    honest, truth = drawn()
    given = honest * by + plus
    scale, shift = platt(given, truth)
    assert scale == pytest.approx(1 / by, rel=0.06)
    assert shift == pytest.approx(-plus / by, abs=0.08)
    assert error(given * scale + shift, truth) < 0.02 < error(given, truth)


def test_the_net_gives_the_calibrated_logits() -> None:
    torch.manual_seed(1)
    net = DetectionUNet().eval()
    planes = torch.rand(1, 13, 64, 64)
    lines = [(0.5 + 0.25 * k, 0.1 * k - 0.2) for k in range(1 + len(CLASSES))]
    with torch.no_grad():
        damage, classes = net(planes)
        fold(net, lines)
        after, named = net(planes)
    scale, shift = lines[0]
    assert torch.allclose(after, damage * scale + shift, atol=1e-4)
    for k, (scale, shift) in enumerate(lines[1:]):
        assert torch.allclose(named[:, k], classes[:, k] * scale + shift, atol=1e-4)
