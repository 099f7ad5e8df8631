"""The grain of a frame, measured where the picture is flat and undamaged."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from engine.motion.flow import Flow
from engine.repair.sampling import sample
from engine.types import Bool, Float32

BLUR = 2.0
"""px. Grain is what a Gaussian of this standard deviation takes away."""

_BLOCK = 32
_RIM = 6
"""px around a block that only its filtering needs."""

_SIDE = _BLOCK + 2 * _RIM
_MOST_BLOCKS = 160
_REPEAT = 0.1
"""A change from frame to frame of less than this part of the residual is none: a repeated frame."""
_CALM = (0.02, 0.12)
"""The part of the cells of a tone, by their power, that grain is measured in."""

_CALM_DEPTH = 1.53
"""How many standard deviations below the mean that part of a normal distribution lies."""

_MOST_GAIN = 4.0
"""Limits how much is made up of the lowest frequencies, which the residual hardly holds."""
_TONE_STEP = 0.06
_STEEPEST = 1.07
"""How much stronger grain may be one _TONE_STEP further."""

_FEWEST = 20

_STEPS = 1024
"""Tones in the table that the strength at a pixel is looked up in."""

_THIRDS = np.full(3, 1 / 3, np.float32)


class Neighbour(NamedTuple):
    """Another frame, `picture` (H, W, 3) ACEScct, and the motion to it."""

    picture: Float32
    flow: Flow


@dataclass(frozen=True, eq=False)
class GrainProfile:
    """Grain as a stationary field times a strength that depends on the tone.

    `tones` (b,) are means over the channels in ACEScct, rising; `strengths` (b, 3) the standard
    deviation per channel there. `mixing` (3, 3) turns three independent fields into ones correlated
    as the grain's channels are. `kernel` (32, 32), its centre at [0, 0], gives white noise the grain's
    spectrum; its energy says how much more of the grain there is than its residual.
    """

    tones: Float32
    strengths: Float32
    mixing: Float32
    kernel: Float32

    def strength(self, picture: Float32) -> Float32:
        """Standard deviation of the grain at every pixel of `picture` (..., 3), of the same shape."""
        return np.asarray(self._table[self._steps(picture)], np.float32)

    def power(self, picture: Float32) -> Float32:
        """Variance of the grain, mean over the channels, at every pixel of `picture` (..., 3), (...)."""
        return np.asarray(np.square(self._table).mean(1)[self._steps(picture)], np.float32)

    @cached_property
    def _table(self) -> Float32:
        tones = np.linspace(self.tones[0], self.tones[-1], _STEPS)
        channels = [np.interp(tones, self.tones, self.strengths[:, c]) for c in range(3)]
        return np.stack(channels, axis=1).astype(np.float32)

    def _steps(self, picture: Float32) -> npt.NDArray[np.intp]:
        span = max(float(self.tones[-1] - self.tones[0]), 1e-6)
        place = (picture @ _THIRDS - self.tones[0]) * np.float32((_STEPS - 1) / span)
        return np.rint(np.clip(place, 0, _STEPS - 1)).astype(np.intp)


def residual(picture: Float32) -> Float32:
    """What the grain is looked for in: (h, w, 3) less its smooth part."""
    return picture - np.asarray(cv2.GaussianBlur(picture, (0, 0), BLUR), np.float32)


def measure(
    picture: Float32, unreliable: Bool, surroundings: Bool, neighbour: Neighbour | None = None
) -> GrainProfile | None:
    """The grain of `picture` (H, W, 3) ACEScct, from blocks without an `unreliable` pixel (H, W).

    Blocks nearest to the True pixels of `surroundings` (H, W) are preferred. None where no block is
    whole. Fine texture all over a frame looks like grain; with a `neighbour` it cancels out, because
    only the grain is new in every frame.
    """
    places = _places(unreliable, surroundings)
    if not places:
        return None
    blocks = np.stack([picture[y : y + _SIDE, x : x + _SIDE] for y, x in places])
    rough = _residuals(blocks)
    smooth = _inner(blocks - rough)
    alone = _profile(_inner(rough), smooth)
    if neighbour is None:
        return alone
    change = (blocks - _aligned(neighbour, places)) * np.float32(np.sqrt(0.5))
    return _better(alone, _profile(_inner(_residuals(change)), smooth))


def _better(alone: GrainProfile, changing: GrainProfile) -> GrainProfile:
    """The weaker one: texture strengthens the first, motion that was not followed the second.

    Not the second where it says next to nothing: then the neighbour is a repeat of the frame.
    """
    ratio = changing.strengths.mean() / max(float(alone.strengths.mean()), 1e-9)
    return changing if _REPEAT < ratio < 1 else alone


def _aligned(neighbour: Neighbour, places: list[tuple[int, int]]) -> Float32:
    """The blocks at `places` as the neighbour shows them, (n, side, side, 3)."""
    corners = np.array(places, np.float32)
    steps = np.arange(_SIDE, dtype=np.float32)
    shape = (len(places), _SIDE, _SIDE)
    y = np.broadcast_to((corners[:, 0, None] + steps)[:, :, None], shape).ravel()
    x = np.broadcast_to((corners[:, 1, None] + steps)[:, None, :], shape).ravel()
    scale = np.float32(neighbour.flow.scale)
    vectors = sample(neighbour.flow.vectors, (x + 0.5) / scale - 0.5, (y + 0.5) / scale - 0.5)
    seen = sample(neighbour.picture, x + vectors[:, 0], y + vectors[:, 1], "lanczos")
    return seen.reshape(*shape, 3)


def _residuals(blocks: Float32) -> Float32:
    """The residual of every block; its rim is not to be used, there the blocks run into each other."""
    return residual(blocks.reshape(-1, _SIDE, 3)).reshape(blocks.shape)


def _inner(blocks: Float32) -> Float32:
    return blocks[:, _RIM:-_RIM, _RIM:-_RIM]


def _places(unreliable: Bool, surroundings: Bool) -> list[tuple[int, int]]:
    """Top left corners of whole blocks on a grid, at most _MOST_BLOCKS, the nearest to the damage first."""
    side = _SIDE
    rows, columns = unreliable.shape[0] // side, unreliable.shape[1] // side
    if rows == 0 or columns == 0:
        return []

    def any_in(mask: Bool) -> Bool:
        cells = mask[: rows * side, : columns * side].reshape(rows, side, columns, side)
        return np.asarray(cells.any((1, 3)), np.bool_)

    away = cv2.distanceTransform((~any_in(surroundings)).astype(np.uint8), cv2.DIST_L2, 3)
    usable = np.argwhere(~any_in(unreliable))
    order = np.argsort(np.asarray(away)[usable[:, 0], usable[:, 1]], kind="stable")[:_MOST_BLOCKS]
    return [(int(y) * side, int(x) * side) for y, x in usable[order]]


def _profile(grain: Float32, smooth: Float32) -> GrainProfile:
    """From residuals and smoothed blocks (n, 32, 32, 3).

    Per tone the calmest cells are looked at, which hold the least texture; that they also happen to
    hold the weaker grain is made up for.
    """
    cells = _cells(grain)
    power, tone = np.square(cells).mean(1), _cells(smooth).mean((1, 2))
    overall = power.mean(1)
    chosen = [_calmest(members, overall) for members in _by_tone(tone)]
    calm = _calm_blocks(grain)
    mixing, spectrum = _mixing(calm), _spectrum(calm)
    tones = np.array([tone[members].mean() for members in chosen])
    strengths = np.sqrt(np.stack([power[members].mean(0) for members in chosen]) / _share(mixing, spectrum))
    return GrainProfile(tones.astype(np.float32), _limited(tones, strengths), mixing, _kernel(spectrum))


def _calmest(members: npt.NDArray[np.intp], overall: Float32) -> npt.NDArray[np.intp]:
    ranked = members[np.argsort(overall[members], kind="stable")]
    return ranked[int(ranked.size * _CALM[0]) : max(int(ranked.size * _CALM[1]), 1)]


def _share(mixing: Float32, spectrum: npt.NDArray[np.float64]) -> np.float32:
    """The power in the calmest cells over that in all, were there grain alone.

    A cell's mean square has the relative variance 2/64 times the sum of the squared correlations
    between its values; by Parseval's theorem that sum is had from the spectrum.
    """
    in_space = spectrum.size * np.square(spectrum).sum() / np.square(spectrum.sum())
    in_colour = np.square(mixing @ mixing.T).mean()
    spread = np.clip(np.sqrt(2 / 64 * in_space * in_colour), 0.1, 0.45)
    return np.float32(1 - _CALM_DEPTH * spread)


def _by_tone(tone: Float32) -> list[npt.NDArray[np.intp]]:
    """The cells of each tone; all in one where no tone has enough."""
    steps = np.floor(tone / _TONE_STEP)
    groups = [np.flatnonzero(steps == step) for step in np.unique(steps)]
    return [group for group in groups if group.size >= _FEWEST] or [np.arange(tone.size)]


def _limited(tones: npt.NDArray[np.float64], strengths: Float32) -> Float32:
    """Grain changes slowly with the tone; a tone that is all texture is held to what its neighbours say.

    Tones with next to no grain (clipped white, a black border) limit nobody.
    """
    level = strengths.mean(1)
    speakers = level > 0.3 * np.median(level)
    steps = np.abs(tones[:, None] - tones[None, :]) / _TONE_STEP
    allowed = np.where(speakers[None, :], level[None, :] * _STEEPEST**steps, np.inf).min(1)
    return (strengths * np.minimum(1, allowed / np.maximum(level, 1e-9))[:, None]).astype(np.float32)


def _cells(blocks: Float32) -> Float32:
    """Blocks cut into 8 x 8 cells: (n * 16, 64, 3)."""
    count = _BLOCK // 8
    cut = blocks.reshape(-1, count, 8, count, 8, 3).transpose(0, 1, 3, 2, 4, 5)
    return cut.reshape(-1, 64, 3)


def _mixing(calm: Float32) -> Float32:
    values = calm.reshape(-1, 3).astype(np.float64)
    spread = np.maximum(values.std(0), 1e-9)
    correlation = (values / spread).T @ (values / spread) / values.shape[0]
    return np.linalg.cholesky(correlation + 1e-4 * np.eye(3)).astype(np.float32)


def _calm_blocks(grain: Float32) -> Float32:
    restless = np.square(grain).mean((1, 2, 3))
    return grain[np.argsort(restless, kind="stable")[: max(4, grain.shape[0] // 8)]]


def _spectrum(calm: Float32) -> npt.NDArray[np.float64]:
    """The mean power spectrum of residual blocks, (32, 32)."""
    window = np.hanning(_BLOCK + 2)[1:-1]
    shaped = calm * (window[:, None] * window)[None, :, :, None]
    power: npt.NDArray[np.float64] = (np.abs(np.fft.fft2(shaped, axes=(1, 2))) ** 2).mean((0, 3))
    return power + 1e-20


def _kernel(spectrum: npt.NDArray[np.float64]) -> Float32:
    """The zero-phase kernel of what must be added to the smooth part to make it whole grain again.

    With s the blur's response, the residual's power is (1 - s)² of the grain's and the smooth part's
    s²; independent parts add up in power, so 1 - s² is wanted: (1 + s) / (1 - s) of the residual's.
    """
    frequency = np.fft.fftfreq(_BLOCK) * 2 * np.pi * BLUR
    kept = np.exp(-(frequency[:, None] ** 2 + frequency**2) / 2)
    gain = np.minimum((1 + kept) / np.maximum(1 - kept, 1e-9), _MOST_GAIN)
    kernel = np.real(np.fft.ifft2(np.sqrt(spectrum * gain)))
    energy = (spectrum * gain).sum() / spectrum.sum()
    return (kernel * np.sqrt(energy / np.square(kernel).sum())).astype(np.float32)
