"""A single-pass inpainter that sees the damaged frame alone, all of a window at once: LaMa's family."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.repair.diffusion_inputs import HOLE, SIDE, UNIT
from export.models.diffusion_parts import TextureLook, normalised, silent
from export.models.window_body import twice

_MID, _GAIN = 0.35, 4.0
_STEP = 0.1
"""ACEScct per unit of what is added to the spread surroundings."""
_LEVELS = 6
_LEAST = 1e-3


class FourierBlock(nn.Module):
    """A step that sees 3 x 3 px and one that sees the whole window, as a spectrum: after the fast Fourier
    convolution of Chi, Jiang and Mu 2020, which LaMa is made of."""

    def __init__(self, width: int, side: int) -> None:
        super().__init__()
        self.near = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=1), nn.SiLU(), silent(nn.Conv2d(width, width, 3, padding=1))
        )
        self.far = TextureLook(width, side)

    def forward(self, features: Tensor) -> Tensor:
        return self.far(features + self.near(normalised(features)))


class SpectralInpainter(nn.Module):
    """Inputs and output of `export.models.diffusion_unet`, so that the same painter runs it; of the planes it
    looks at the damaged frame around the hole and at the hole, at nothing else: neither at neighbours nor at
    a fill made of them, nor at noise.

    After Suvorov et al. 2022, Resolution-robust large mask inpainting with Fourier convolutions (LaMa), in a
    size for windows: the picture and the mask in, blocks of a local and a spectral path, the picture out.
    What it adds to is the surroundings spread into the hole, so that untrained it is that.
    """

    def __init__(self, width: int = 64, blocks: int = 3, fine: int = 32) -> None:
        super().__init__()
        self.stem = nn.Conv2d(16 * 7, width, 3, padding=1)
        self.blocks = nn.ModuleList(FourierBlock(width, SIDE // 4) for _ in range(blocks))
        self.larger = nn.Conv2d(width, fine // 2, 1)
        self.last = nn.Conv2d(4 * 7 + fine // 2, fine, 3, padding=1)
        self.head = silent(nn.Conv2d(fine, 12, 3, padding=1))

    def forward(self, planes: Tensor, state: Tensor, level: Tensor) -> Tensor:
        hole = planes[:, HOLE : HOLE + 1]
        base = surroundings(planes[:, 0:3], 1 - hole)
        seen = (torch.where(hole > 0, base, planes[:, 0:3]) - _MID) * _GAIN
        spread = (base - _MID) * _GAIN * hole
        picture = base + _STEP * self.body(torch.cat([seen, spread, hole], 1)).float()
        return hole * (picture - planes[:, 3:6]) / float(UNIT)

    def body(self, given: Tensor) -> Tensor:
        half = functional.pixel_unshuffle(given, 2)
        features = self.stem(functional.pixel_unshuffle(half, 2))
        for block in self.blocks:
            features = block(features)
        drawn = self.last(torch.cat([half, twice(self.larger(features))], 1))
        return functional.pixel_shuffle(self.head(functional.silu(normalised(drawn))), 2)


def surroundings(picture: Tensor, known: Tensor) -> Tensor:
    """`picture` (N, 3, S, S) where it is `known` (N, 1, S, S) 1, elsewhere the means of ever larger squares
    of what is known around (pull and push, Gortler et al. 1996, The lumigraph, section 3.4)."""
    sums, share = picture * known, known
    levels = [(sums, share)]
    for _ in range(_LEVELS):
        sums, share = functional.avg_pool2d(sums, 2), functional.avg_pool2d(share, 2)
        levels.append((sums, share))
    sums, share = levels.pop()
    filled = (sums + _LEAST * _MID) / (share + _LEAST)
    for sums, share in reversed(levels):
        wider = functional.interpolate(filled, scale_factor=2.0, mode="bilinear", align_corners=False)
        filled = torch.where(share > 0, sums / share.clamp(min=_LEAST), wider)
    return filled
