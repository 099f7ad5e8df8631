"""Every net of windows that the quality tier's comparison knows, by the name of its family."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import nn

from engine.inference.model_spec import TensorSpec
from engine.repair.diffusion_inputs import OUTPUTS
from export.models.diffusion_unet import DiffusionUNet
from export.models.prior_restorer import PriorRestorer
from export.models.spectral_inpainter import SpectralInpainter
from export.models.unified_unet import UnifiedUNet
from export.unified_inputs import OUTPUTS as UNIFIED


@dataclass(frozen=True)
class Family:
    """How the net is made, and what it gives from planes, state and level."""

    net: Callable[[], nn.Module]
    outputs: tuple[TensorSpec, ...] = OUTPUTS


FAMILIES: Mapping[str, Family] = {
    "diffusion": Family(DiffusionUNet),
    "inpainter": Family(SpectralInpainter),
    "prior": Family(PriorRestorer),
    "unified": Family(UnifiedUNet, UNIFIED),
}
