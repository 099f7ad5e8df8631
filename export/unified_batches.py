"""Batches for the unified net: windows of the denoising net, without what tells where damage is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from engine.repair.diffusion_inputs import HOLE, MOST
from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, OWN
from export.diffusion_batches import draw_diffusion_batch
from export.fusion_shards import Halves

VISIBLE, PRESENT = 0.015, 0.003
"""ACEScct. By how much a channel differs where damage is seen, and where there is any; 10/255 of a display
code value at mid grey is 0.017."""
_CLEAN = 0.2
"""Share of windows shown without their damage."""
_SOILED = 0.5
"""Share of neighbours that show damage nobody has marked, of another window of the batch."""
_STARTS = 0.4
"""Share of windows shown the noise that a sample starts from and nothing of the residual behind it."""


class UnifiedBatch(NamedTuple):
    """`planes` (N, 20, S, S), `truth` (N, 3, S, S), `noise` of variance 1 of that shape, its standard
    `deviation` in units and `told` (N, 1, 1, 1), 1 where the residual is behind the noise, 0 where nothing
    is; all float32."""

    planes: Tensor
    truth: Tensor
    noise: Tensor
    deviation: Tensor
    told: Tensor


def draw_unified_batch(shards: Sequence[Halves], count: int, rng: np.random.Generator) -> UnifiedBatch:
    """Windows as `export.diffusion_batches` alters them, then as a frame without a matte shows them."""
    planes, truth, noise, deviation = draw_diffusion_batch(shards, count, rng)
    planes = unmarked(planes, truth, rng)
    starts = torch.from_numpy(rng.random((count, 1, 1, 1)) < _STARTS)
    clean = torch.from_numpy(rng.random((count, 1, 1, 1)) < _CLEAN)
    planes[:, OWN] = torch.where(clean, truth, planes[:, OWN])
    planes[:, 3:6] = planes[:, OWN]
    deviation = torch.where(starts, torch.tensor(MOST, dtype=torch.float32), deviation)
    return UnifiedBatch(planes, truth, noise, deviation, (~starts).float())


def unmarked(planes: Tensor, truth: Tensor, rng: np.random.Generator) -> Tensor:
    """`planes` with no hole and the damaged frame where a first fill stood in; some neighbours are soiled."""
    planes = planes.clone()
    own = planes[:, OWN].clone()
    marks = own - truth
    marks = torch.where(marks.abs().amax(1, keepdim=True) > VISIBLE, marks, 0.0)
    planes[:, HOLE] = 0
    for start, known in ((6, BEFORE_KNOWN), (9, AFTER_KNOWN)):
        soiled = torch.from_numpy(rng.random((len(planes), 1, 1, 1)) < _SOILED)
        other = torch.from_numpy(rng.permutation(len(planes)))
        shown = planes[:, start : start + 3] + torch.where(soiled, marks[other], 0.0)
        planes[:, start : start + 3] = torch.where(planes[:, known : known + 1] > 0, shown, own)
    return planes
