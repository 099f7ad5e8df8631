"""A single-pass restorer told a short vector of what the truth is like: the family of DiffIR."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.diffusion_inputs import HOLE, UNIT
from export.models.diffusion_spread import expected_spread
from export.models.diffusion_unet import shown
from export.models.opponent import from_axes, to_axes
from export.models.window_body import WindowBody

PRIOR = 64
"""Numbers of the prior."""
_STEPS = 4
"""In which the prior is estimated, as many as DiffIR takes."""
_SEEN = 20


class BothPriors(NamedTuple):
    """What training is told: the residual (N, 3, S, S), in units, restored by the prior of the truth and by
    the estimated one, and the two priors (N, PRIOR)."""

    by_truth: Tensor
    by_estimate: Tensor
    prior: Tensor
    estimate: Tensor


class PriorRestorer(nn.Module):
    """Inputs and output of `export.models.diffusion_unet`, so that the same painter runs it; noise is not
    looked at.

    After Xia et al. 2023, DiffIR: efficient diffusion model for image restoration: an encoder that sees the
    truth says in a short vector what a restorer needs to know of it; another part draws that vector from the
    damaged window alone, in four steps, trained together with the restorer that is told it. Here the steps
    start at the mean of the noise rather than from a draw, so that the result is one, and the restorer is a
    convolutional net where DiffIR has a transformer.
    """

    def __init__(self, width: int = 48, deep: int = 80, fine: int = 32) -> None:
        super().__init__()
        self.of_truth = Encoder(_SEEN + 3)
        self.of_window = Encoder(_SEEN)
        self.step = nn.Sequential(
            nn.Linear(2 * PRIOR + _STEPS, 2 * PRIOR), nn.SiLU(), nn.Linear(2 * PRIOR, PRIOR)
        )
        self.body = WindowBody(_SEEN, 3, PRIOR, width, deep, fine)

    def forward(self, planes: Tensor, state: Tensor, level: Tensor) -> Tensor:
        spread = expected_spread(planes).truth
        seen = _shown(planes, spread)
        return self._restored(planes, seen, spread, self.estimated(seen))

    def told(self, planes: Tensor, truth: Tensor) -> BothPriors:
        """`truth` (N, 3, S, S) the picture under the damage, model encoding."""
        spread = expected_spread(planes).truth
        seen = _shown(planes, spread)
        lacking = planes[:, HOLE : HOLE + 1] * to_axes((truth - planes[:, 3:6]) / float(UNIT)) / spread
        prior = self.of_truth(torch.cat([seen, torch.tanh(lacking / 3)], 1))
        estimate = self.estimated(seen)
        return BothPriors(
            self._restored(planes, seen, spread, prior),
            self._restored(planes, seen, spread, estimate),
            prior,
            estimate,
        )

    def estimated(self, seen: Tensor) -> Tensor:
        """The prior (N, PRIOR) of windows as the net sees them."""
        condition = self.of_window(seen)
        prior = torch.zeros_like(condition)
        for k in range(_STEPS):
            at = torch.zeros_like(condition[:, :_STEPS])
            at[:, k] = 1
            prior = self.step(torch.cat([prior, condition, at], 1))
        return prior

    def _restored(self, planes: Tensor, seen: Tensor, spread: Tensor, prior: Tensor) -> Tensor:
        return planes[:, HOLE : HOLE + 1] * from_axes(spread * self.body(seen, prior).float())


class Encoder(nn.Module):
    """(N, `given`, S, S) -> (N, PRIOR)."""

    def __init__(self, given: int, width: int = 48) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(16 * given, width, 1), nn.SiLU(), nn.Conv2d(width, width, 3, 2, 1), nn.SiLU(),
            nn.Conv2d(width, 2 * width, 3, 2, 1), nn.SiLU(),
        )  # fmt: skip
        self.tell = nn.Linear(2 * width, PRIOR)

    def forward(self, planes: Tensor) -> Tensor:
        return self.tell(self.look(functional.pixel_unshuffle(planes, 4)).mean((2, 3)))


def _shown(planes: Tensor, spread: Tensor) -> Tensor:
    return shown(planes, torch.zeros_like(planes[:, 0:3]), spread)[:, 3:]
