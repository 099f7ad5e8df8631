"""What training can minimise: logits of damage against the truth, pixel by pixel.

Everywhere `logits` and `truth` are (N, C, H, W), truth 0 or 1, and `weight` is (N, 1, H, W): 0 where damage
is present and not visible, which counts neither way, else 1.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor, Tensor], Tensor]


def cross_entropy(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Mean cross-entropy over the pixels that count."""
    return _mean(_entropy(logits, truth), weight)


def class_balanced_cross_entropy(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Cross-entropy with alpha on damage and 1 - alpha on clean, alpha counted on the fly.

    Wan et al. 2020, "Bringing Old Photos Back to Life", equation 11, as the project's slides quote it. Their
    equation 12 prints alpha as the share of *damaged* pixels, which would make the rare class rarer
    still; its text says that alpha is to remedy the imbalance, so alpha is here the share of *clean* pixels
    (as beta of Xie, Tu 2015, arXiv:1504.06375, equation 2). It is counted over the batch: counted per
    sample, one without damage would have alpha 1 and teach nothing.
    """
    alpha = clean_share(truth, weight)
    balance = torch.where(truth > 0.5, alpha, 1 - alpha)
    return _mean(_entropy(logits, truth) * balance, weight)


def clean_share(truth: Tensor, weight: Tensor) -> Tensor:
    """alpha: the share of pixels without damage among those that count, one number 0..1."""
    counted = weight.expand_as(truth)
    return 1 - (truth * counted).sum() / counted.sum().clamp_min(1)


def dice(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """1 - soft Dice over the batch (Milletari, Navab, Ahmadi 2016, arXiv:1606.04797, with 1 added on either
    side of the fraction: a batch without damage is then a loss of its false alarms)."""
    probability = torch.sigmoid(logits) * weight
    overlap = (probability * truth).sum()
    return 1 - (2 * overlap + 1) / (probability.sum() + (truth * weight).sum() + 1)


def cross_entropy_and_dice(logits: Tensor, truth: Tensor, weight: Tensor) -> Tensor:
    """Both, in the proportion that the shipped detector is trained with."""
    return 10 * cross_entropy(logits, truth, weight) + 0.25 * dice(logits, truth, weight)


LOSSES: dict[str, Loss] = {
    "entropy": cross_entropy,
    "balanced": class_balanced_cross_entropy,
    "dice": dice,
    "entropy+dice": cross_entropy_and_dice,
}


def _entropy(logits: Tensor, truth: Tensor) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, truth, reduction="none")


def _mean(values: Tensor, weight: Tensor) -> Tensor:
    counted = weight.expand_as(values)
    return (values * counted).sum() / counted.sum().clamp_min(1)
