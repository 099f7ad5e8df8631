"""Batches for the denoising net: windows of the shards, altered at random, and noise to be taken off."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import NormalDist

import numpy as np
import numpy.typing as npt
import torch

from engine.repair.diffusion_inputs import CHANNELS, FRAME, LEAST, MOST, PLACE, coloured
from engine.repair.fusion_inputs import AFTER_KNOWN, BEFORE_KNOWN, PICTURE_CHANNELS, SIDE
from export.fusion_batches import drawn_windows, expose, reverse_time
from export.fusion_shards import Halves

DiffusionBatch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]
"""planes (N, 20, SIDE, SIDE), the picture under the damage (N, 3, SIDE, SIDE), noise of variance 1 of that
shape, and its standard deviation in units (N, 1, 1, 1); all float32."""

_DEVIATIONS = NormalDist(-0.4, 1.5)
"""Of the natural logarithm of the noise's standard deviation."""
_GONE, _HIDDEN = 0.2, 0.25
"""Shares of windows without one or both neighbours, and with a part of them not known."""
_MONOCHROME, _TINTED = 0.35, 0.5
"""Share of windows in black and white, and of these in one that is toned or tinted, as old prints are."""
_MIDDLE = 0.4
"""ACEScct. What a tone leaves as bright as it was."""


def draw_diffusion_batch(shards: Sequence[Halves], count: int, rng: np.random.Generator) -> DiffusionBatch:
    """Windows turned, mirrored, in other exposure and contrast, some in black and white or toned, time
    reversed, neighbours taken away."""
    planes, truth = altered_windows(drawn_windows(shards, count, rng), rng)
    drawn = rng.standard_normal((count, SIDE, SIDE, 3), np.float32)
    noise = torch.from_numpy(np.ascontiguousarray(np.moveaxis(coloured(drawn), -1, 1)))
    return planes, truth, noise, torch.from_numpy(drawn_deviations(count, rng))


def drawn_deviations(count: int, rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """(count, 1, 1, 1), LEAST..MOST, spread evenly over the quantiles: a batch is small."""
    shares = (rng.permutation(count) + rng.random(count)) / count
    drawn = np.exp([_DEVIATIONS.inv_cdf(float(np.clip(share, 1e-4, 1 - 1e-4))) for share in shares])
    return np.clip(drawn, LEAST, MOST).astype(np.float32).reshape(-1, 1, 1, 1)


def altered_windows(
    windows: npt.NDArray[np.float32], rng: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Planes and truth of `windows` (N, 23, SIDE, SIDE), which are written into."""
    pictures = [*range(PICTURE_CHANNELS), *range(FRAME.start, FRAME.stop)]
    pictures += range(len(CHANNELS), len(CHANNELS) + 3)
    for window in windows:
        reverse_time(window, rng)
        _less_known(window, rng)
        expose(window, pictures, rng)
        if rng.random() < _MONOCHROME:
            _tone(window, pictures, rng)
    turned = _turned(windows, bool(rng.random() < 0.5), int(rng.integers(4)))
    batch = torch.from_numpy(np.ascontiguousarray(turned))
    return batch[:, : len(CHANNELS)], batch[:, len(CHANNELS) :]


def _tone(window: npt.NDArray[np.float32], pictures: Sequence[int], rng: np.random.Generator) -> None:
    """The `pictures`, threes of r, g, b: each pixel its mean, or that brighter and steeper by channel."""
    gains, offsets = np.ones(3, np.float32), np.zeros(3, np.float32)
    if rng.random() < _TINTED:
        gains = np.exp2(rng.normal(0, 0.15, 3)).astype(np.float32)
        offsets = rng.normal(0, 0.05, 3).astype(np.float32)
    threes = window[pictures].reshape(-1, 3, SIDE, SIDE)
    grey = threes.mean(1, keepdims=True) - np.float32(_MIDDLE)
    toned = grey * gains[:, None, None] + offsets[:, None, None] + np.float32(_MIDDLE)
    window[pictures] = toned.reshape(-1, SIDE, SIDE)


def _less_known(window: npt.NDArray[np.float32], rng: np.random.Generator) -> None:
    """Take neighbours away, or a part of them: the first fill stands in, as where they are damaged."""
    neighbours = ((6, BEFORE_KNOWN), (9, AFTER_KNOWN))
    if rng.random() < _GONE:
        for start, known in (neighbours, neighbours[:1], neighbours[1:])[int(rng.integers(3))]:
            window[start : start + 3], window[known] = window[3:6], 0
    elif rng.random() < _HIDDEN:
        start, known = neighbours[int(rng.integers(2))]
        top, left = (int(v) for v in rng.integers(0, SIDE - 8, 2))
        part = (slice(top, top + int(rng.integers(8, 48))), slice(left, left + int(rng.integers(8, 48))))
        window[(slice(start, start + 3), *part)] = window[(slice(3, 6), *part)]
        window[(known, *part)] = 0


def _turned(windows: npt.NDArray[np.float32], mirrored: bool, quarters: int) -> npt.NDArray[np.float32]:
    """The whole frame turned and mirrored, and so what the planes of `PLACE` say."""
    row, column = PLACE.start, PLACE.start + 1
    if mirrored:
        windows = windows[..., ::-1].copy()
        windows[:, column] = 1 - windows[:, column]
    for _ in range(quarters):
        windows = np.rot90(windows, 1, (2, 3)).copy()
        windows[:, [row, column]] = np.stack([1 - windows[:, column], windows[:, row]], 1)
    return windows
