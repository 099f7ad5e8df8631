"""The losses, against what they say they are."""

import pytest

torch = pytest.importorskip("torch", reason="needs PyTorch: python3 install test --train")

from torch.nn import functional  # noqa: E402

from export.losses import (  # noqa: E402
    LOSSES,
    Loss,
    class_balanced_cross_entropy,
    clean_share,
    cross_entropy,
    dice,
)

pytestmark = [pytest.mark.train, pytest.mark.usefixtures("one_thread")]

Tensor = torch.Tensor


def batch(damaged: int = 6) -> tuple[Tensor, Tensor, Tensor]:
    """Logits, a truth of `damaged` pixels out of 200, all of which count."""
    made = torch.Generator().manual_seed(damaged)
    truth = torch.zeros(2, 1, 10, 10)
    truth.view(-1)[torch.randperm(200, generator=made)[:damaged]] = 1
    return torch.randn(truth.shape, generator=made), truth, torch.ones_like(truth)


def test_cross_entropy_is_the_mean_over_what_counts() -> None:
    logits, truth, weight = batch()
    expected = functional.binary_cross_entropy_with_logits(logits, truth)
    torch.testing.assert_close(cross_entropy(logits, truth, weight), expected)


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_what_counts_neither_way_teaches_nothing(loss: Loss) -> None:
    logits, truth, weight = batch(damaged=60)
    weight[:, :, :, :5] = 0
    logits.requires_grad_(True)
    loss(logits, truth, weight).backward()
    assert logits.grad is not None
    assert not logits.grad[..., :5].any()
    assert logits.grad[..., 5:].any()


def test_alpha_is_the_share_of_clean_pixels_that_count() -> None:
    _, truth, weight = batch(damaged=10)
    assert float(clean_share(truth, weight)) == pytest.approx(0.95)
    weight[0] = 0
    rest = float(truth[1].mean())
    assert float(clean_share(truth, weight)) == pytest.approx(1 - rest)


@pytest.mark.parametrize("damaged", [2, 20, 90])
def test_balanced_damage_and_clean_picture_pull_alike(damaged: int) -> None:
    """At even odds everywhere, the rare class moves the logits as strongly as the common one."""
    _, truth, weight = batch(damaged)
    logits = torch.zeros_like(truth, requires_grad=True)
    class_balanced_cross_entropy(logits, truth, weight).backward()
    assert logits.grad is not None
    up, down = logits.grad[truth > 0.5].sum(), logits.grad[truth < 0.5].sum()
    assert float(up) == pytest.approx(-float(down), rel=1e-4)
    assert float(up) < 0


def test_a_batch_without_damage_does_not_break_the_balance() -> None:
    logits, truth, weight = batch(damaged=0)
    assert float(class_balanced_cross_entropy(logits, truth, weight)) == 0
    nothing = torch.zeros_like(weight)
    assert all(torch.isfinite(loss(logits, truth, nothing)) for loss in LOSSES.values())


def test_dice_is_nothing_for_a_perfect_matte_and_nearly_one_for_the_opposite() -> None:
    _, truth, weight = batch(damaged=60)
    certain = 40 * (truth - 0.5)
    assert float(dice(certain, truth, weight)) < 1e-6
    assert float(dice(-certain, truth, weight)) > 0.99


@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_following_the_gradient_finds_the_damage(loss: Loss) -> None:
    _, truth, weight = batch(damaged=20)
    logits = torch.zeros_like(truth, requires_grad=True)
    optimiser = torch.optim.Adam([logits], lr=0.3)
    for _ in range(60):
        optimiser.zero_grad()
        loss(logits, truth, weight).backward()
        optimiser.step()
    assert ((logits > 0) == (truth > 0)).all()
