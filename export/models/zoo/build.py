"""`build`: any of the four nets by name, width and number of frames."""

from __future__ import annotations

from typing import Literal, get_args

from engine.detect.inputs import CHANNELS
from export.models.zoo.blocks import DoubleConvolution
from export.models.zoo.recurrent import RecurrentResidual
from export.models.zoo.unet import UNet, Unit

Name = Literal["unet", "attention", "r2unet", "r2attention"]
Width = Literal["full", "half"]
Frames = Literal[1, 3]

NAMES: tuple[Name, ...] = get_args(Name)
WIDTHS: dict[Width, tuple[int, ...]] = {"full": (16, 32, 64, 128), "half": (8, 16, 32, 64)}
"""Channels per level. The papers start at 64 with one level more, sixteen times the work of "full" and
more: two processor cores do not train that."""

PLANES: dict[Frames, int] = {1: 3, 3: len(CHANNELS)}
"""One frame: its R'G'B' alone. Three: all planes of `engine.detect.inputs`."""


UNITS: dict[Name, tuple[Unit, bool]] = {
    "unet": (DoubleConvolution, False),
    "attention": (DoubleConvolution, True),
    "r2unet": (RecurrentResidual, False),
    "r2attention": (RecurrentResidual, True),
}
"""What stands at each level, and whether the skips pass attention gates."""


def build(name: Name, width: Width, frames: Frames) -> UNet:
    """U-Net (Ronneberger 2015), Attention U-Net (Oktay 2018), R2U-Net (Alom 2018), or the last two in one.

    Takes the first `PLANES[frames]` channels of `engine.detect.inputs`, gives one logit per pixel. Raises
    KeyError for a name, width or number of frames that is not there.
    """
    return UNet(PLANES[frames], WIDTHS[width], *UNITS[name])
