"""The gate that Attention U-Net puts on each skip connection."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


class AttentionGate(nn.Module):
    """Scales the features of a skip by how much the coarser level cares for each place.

    Oktay et al. 2018 (arXiv:1804.03999), equations 1 and 2 and figure 2, the additive gate:
    `sigmoid(psi(relu(Wx x + Wg g)))` on the grid of the coarse features g, brought back to that of x by
    linear interpolation. Wx is 2 x 2 with stride 2, Wg and psi are 1 x 1.
    """

    def __init__(self, fine: int, coarse: int) -> None:
        super().__init__()
        between = max(fine // 2, 4)
        self.of_skip = nn.Conv2d(fine, between, 2, stride=2, bias=False)
        self.of_gate = nn.Conv2d(coarse, between, 1)
        self.psi = nn.Conv2d(between, 1, 1)

    def forward(self, skip: Tensor, gate: Tensor) -> Tensor:
        """(N, fine, H, W), (N, coarse, H/2, W/2) -> (N, fine, H, W)."""
        return skip * self.coefficients(skip, gate)

    def coefficients(self, skip: Tensor, gate: Tensor) -> Tensor:
        """(N, 1, H, W), 0 (of no interest) .. 1."""
        joint = functional.relu(self.of_skip(skip) + self.of_gate(gate))
        coarse = torch.sigmoid(self.psi(joint))
        return functional.interpolate(coarse, scale_factor=2.0, mode="bilinear", align_corners=False)
