"""Figures of merit for fills: structure, perceived likeness, grain, and how it all moves.

Pictures are display code values, float32 (H, W, 3), 0..1 (1 = white).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from engine.motion.flow import Flow, warp
from engine.types import Bool, Float32

SIGMA = 1.5
"""px. What a Gaussian of this leaves is called structure, what it takes away grain."""
FLAT = 1 / 255
"""Where the structure's luma changes by less than this per px, hardly any of the high-pass is structure."""
LAGS, RINGS = 8, 8
_LUMA = np.array([[0.2126, 0.7152, 0.0722]], np.float32)
_LEAST_PIXELS = 200
_CONTRAST = 170.0 / 255**2

Float64 = npt.NDArray[np.float64]


def structure(picture: Float32) -> Float32:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), SIGMA), np.float32)


def luma(picture: Float32) -> Float32:
    return np.asarray(cv2.transform(picture, _LUMA), np.float32).reshape(picture.shape[:2])


def flat(smooth: Float32) -> Bool:
    """Where the structure (H, W, 3) has next to no slope, (H, W)."""
    plane = luma(smooth)
    across, down = (np.asarray(cv2.Sobel(plane, cv2.CV_32F, *d, scale=1 / 8)) for d in ((1, 0), (0, 1)))
    return np.hypot(across, down) < FLAT


def gmsd(picture: Float32, truth: Float32) -> float:
    """Gradient magnitude similarity deviation of the luma, 0 where alike: Xue, Zhang, Mou, Bovik 2014,
    Gradient magnitude similarity deviation, IEEE Trans. Image Processing 23(2), with its constant 170."""
    first, second = (_slope(luma(plane)) for plane in (picture, truth))
    similar = (2 * first * second + _CONTRAST) / (first**2 + second**2 + _CONTRAST)
    return float(similar.std())


def _slope(plane: Float32) -> Float32:
    """Prewitt's gradient after halving the size, as the authors do."""
    small = np.asarray(cv2.blur(plane, (2, 2)), np.float32)[::2, ::2]
    kernel = np.repeat(np.array([[1, 0, -1]], np.float32) / 3, 3, axis=0)
    across, down = (np.asarray(cv2.filter2D(small, -1, k)) for k in (kernel, kernel.T))
    return np.hypot(across, down).astype(np.float32)


@dataclass
class Spectrum:
    """The radial power spectrum of values known in places only, added up over frames: Fourier transform of
    their masked autocorrelation (Blackman and Tukey 1958, The measurement of power spectra)."""

    products: Float64 = field(default_factory=lambda: np.zeros((2 * LAGS + 1,) * 2))
    pairs: Float64 = field(default_factory=lambda: np.zeros((2 * LAGS + 1,) * 2))

    def add(self, plane: Float32, where: Bool) -> None:
        self.products += _autocorrelation(np.where(where, plane, 0))
        self.pairs += _autocorrelation(where.astype(np.float32))

    def radial(self) -> Float64 | None:
        """(RINGS,) of sum 1, lowest frequency first; None where too few pixels were known."""
        if self.pairs[LAGS, LAGS] < _LEAST_PIXELS:
            return None
        steps = np.arange(-LAGS, LAGS + 1)
        away = np.hypot(steps[:, None], steps[None, :])
        window = np.where(away <= LAGS, 0.5 + 0.5 * np.cos(np.pi * away / (LAGS + 1)), 0)
        covariance = np.where(self.pairs > 0.5, self.products / np.maximum(self.pairs, 1), 0) * window
        power = np.fft.fft2(np.fft.ifftshift(covariance)).real
        frequency = np.fft.fftfreq(2 * LAGS + 1) * (2 * LAGS + 1)
        ring = np.rint(np.hypot(frequency[:, None], frequency[None, :])).astype(int)
        rings = np.array([power[ring == r].mean() for r in range(1, RINGS + 1)])
        return np.maximum(rings, 1e-3 * max(rings.mean(), 1e-12)) / max(rings.sum(), 1e-12)


def spectrum_distance(one: Spectrum, other: Spectrum) -> float:
    """Mean distance of the rings in dB; NaN where one of them is not known."""
    first, second = one.radial(), other.radial()
    if first is None or second is None:
        return float("nan")
    return float(np.abs(10 * np.log10(first / second)).mean())


def _autocorrelation(plane: Float32) -> Float64:
    """Sums of products (2 LAGS + 1, 2 LAGS + 1) at the lags -LAGS .. LAGS, zeros beyond the frame."""
    rows, columns = (cv2.getOptimalDFTSize(side + LAGS) for side in plane.shape)
    power = np.abs(np.fft.rfft2(plane, (rows, columns))) ** 2
    full = np.fft.irfft2(power, (rows, columns))
    return np.roll(full, (LAGS, LAGS), (0, 1))[: 2 * LAGS + 1, : 2 * LAGS + 1]


@dataclass
class Moved:
    """Two frames of a result against each other along the true motion, added up: how much grain stays in
    its place on the things shown (`correlation`), and how much they change (`difference`, RMS)."""

    products: float = 0.0
    own: float = 0.0
    others: float = 0.0
    squares: float = 0.0
    count: int = 0

    def add(self, centre: Float32, other: Float32, flow: Flow, where: Bool) -> None:
        """`flow` leads from `centre` to `other`; judged is `where` (H, W) of the centre."""
        there, inside = warp(other, flow)
        high, inside_too = warp(other - structure(other), flow)
        judged = where & inside & inside_too
        a, b = (centre - structure(centre))[judged], high[judged]
        self.products += float((a * b).sum(dtype=np.float64))
        self.own += float(np.square(a).sum(dtype=np.float64))
        self.others += float(np.square(b).sum(dtype=np.float64))
        self.squares += float(np.square(centre[judged] - there[judged]).sum(dtype=np.float64))
        self.count += int(a.size)

    @property
    def correlation(self) -> float:
        power = np.sqrt(self.own * self.others)
        return self.products / power if power > 0 else float("nan")

    @property
    def difference(self) -> float:
        return float(np.sqrt(self.squares / self.count)) if self.count else float("nan")
