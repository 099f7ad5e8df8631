"""Dirt from the infrared channel of a scan.

Colour dyes let infrared through, dust and scratches do not: in the infrared the film is evenly bright and
the dirt is dark. That is the principle of Kodak's Digital ICE and of every infrared cleaning since
(Edgar, System and method for image recovery, US patent 5,266,805, 1993; Kodak, Digital ICE Scratch
Correction Using Infrared-enabled Scanners, 2009).
Two things stand between the principle and a matte:

- *Crosstalk.* Infrared lamps and filters let some red through, and cyan dye absorbs a little infrared, so
  that the picture shines through. M. Rickmann (Dust removal in SANE?, sane-devel, July 2011) found
  IR = b + a ln(red) to fit negatives and slides alike; here red is that of the model encoding, which is
  logarithmic already, and a and b come from a robust regression over the scan.
- *Films it cannot work on.* Silver absorbs infrared as it absorbs light: on black-and-white film (and, by its
  dyes, to a lesser degree on Kodachrome) the infrared shows the picture, and a matte from it would erase
  the picture. Such a scan is refused, see `InfraredStatistics.refusal`.

What then leaves its local background by more than so many deviations of the channel's own noise is dirt.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from engine.errors import SourceError
from engine.matte.contract import MatteSource
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import Bool, Float32, FrameNumber, WorkingFrame

MOST_CORRELATION = 0.6
MOST_CARRIED = 0.1
"""An infrared channel is refused above both; `InfraredStatistics.refusal` says what they were chosen by."""

_NEPERS = 17.52 * math.log(2)
"""Natural logarithms of light per unit of ACEScct: one stop is 1 / 17.52 (S-2016-001)."""
_MAD = 1.4826
"""From a median absolute deviation to the standard deviation of a normal distribution."""
_INLIER = 3.0
"""Deviations within which a pixel takes part in the regression: dust must not bend the line."""
_ROUNDS = 5
_SAMPLED = 100_000
"""Pixels of a frame that the regression looks at, evenly spread."""
_COARSE = 16
"""px of one step of the coarse background; its median spans five of them."""
_AROUND = 12
"""The fine background is the mean over this part of the frame's height."""
_LEAST_NOISE = 1e-4
"""A flat channel has no noise of its own: less than half a 12-bit code is none."""


@dataclass(frozen=True)
class InfraredStatistics:
    """What a scan's infrared channel is like: medians over the frames looked at.

    `slope` is the crosstalk, infrared (0..1) per unit of log red; `noise` the deviation of what is left
    around its background; `correlation` that of the infrared, as it is, with the picture, -1..1; `carried`
    how strongly it follows the picture, as a share of the picture's own contrast in log light. The picture
    is luminance (silver) or red (cyan dye), whichever the infrared follows more.
    """

    slope: float
    noise: float
    correlation: float
    carried: float

    @property
    def refusal(self) -> str:
        """Why this infrared must not be used, "" where it may.

        It follows the picture (|correlation| > 0.6) and strongly so (carried > 0.1). Both are asked: the
        faint crosstalk of a clean colour scan correlates as highly, and is removed; noise carries contrast
        and correlates with nothing. Simulated on frames of 14 real scenes, infrared = red ** k (silver:
        luminance ** k) with 0.5 % noise and 40 specks, in linear codes; medians, false alarms of the worst:

            k            correlation   carried      specks found   clean pixels hit
            0.01         0.91          0.01         all            none
            0.06         1.00          0.06         all            none
            0.10         1.00          0.09         all            0.03 %
            0.15         1.00          0.14         99 %           0.6 %
            0.30         0.99          0.28         77 %           2 %
            0.7, silver  0.96          0.59         9 %            6 %
            1.0, silver  0.92          0.81         4 %            6 %
        """
        if abs(self.correlation) <= MOST_CORRELATION or self.carried <= MOST_CARRIED:
            return ""
        return (
            f"The infrared shows the picture (correlation {self.correlation:.2f}, "
            f"{100 * min(self.carried, 1):.0f} % of its contrast), as on silver black-and-white film and "
            "Kodachrome, and tells nothing of dirt"
        )


@dataclass(frozen=True, eq=False)
class Infrared:
    """The infrared of a clip, ready to be asked. Make one with `measured`."""

    source: MatteSource
    statistics: InfraredStatistics

    @property
    def identity(self) -> str:
        told = self.statistics
        return f"{self.source.identity}, crosstalk {told.slope:.4g}, noise {told.noise:.4g}"

    def has(self, number: FrameNumber) -> bool:
        return self.source.has(number)

    def probability(self, frame: WorkingFrame, polarity: str, limit: float) -> Float32:
        """(H, W) float32, 0..1: 0.5 where the infrared leaves its background by `limit` deviations.

        A logistic of one deviation's width. `polarity` "dark" or "bright" is that of dirt in the channel.
        """
        plane = self.source.plane(frame.frame)
        signed = departures(plane, frame.encoded[..., 0], self.statistics) * (1 if polarity == "dark" else -1)
        return (1 / (1 + np.exp(np.clip(limit + signed, -30, 30)))).astype(np.float32)


def measured(source: MatteSource, frames: Iterable[WorkingFrame]) -> Infrared:
    """The infrared `source` with the statistics of `frames`, a few of the scan.

    A frame whose infrared cannot be read is passed over. Raises SourceError where none can.
    """
    found: list[tuple[float, float, float, float]] = []
    failure = ""
    for frame in frames:
        try:
            found.append(_statistics(source.plane(frame.frame), frame))
        except SourceError as error:
            failure = str(error)
    if not found:
        reason = failure or "It has no frame that the clip has and that can be read; number it as the clip."
        raise SourceError(f"The infrared {source.identity} cannot be measured. {reason}")
    return Infrared(source, InfraredStatistics(*(float(v) for v in np.median(found, axis=0))))


def departures(plane: Float32, red: Float32, statistics: InfraredStatistics) -> Float32:
    """How far each pixel of the infrared is above its background, in deviations of its noise, (H, W)."""
    rest = _rest(_finite(plane), _finite(red), statistics.slope)
    noise = max(statistics.noise, _LEAST_NOISE)
    return np.asarray((rest - _background(rest, _INLIER * noise)) / np.float32(noise), np.float32)


def _statistics(plane: Float32, frame: WorkingFrame) -> tuple[float, float, float, float]:
    infrared, red = _finite(plane), _finite(frame.encoded[..., 0])
    luma = _finite(cv2.transform(frame.encoded, LUMA_WEIGHTS).reshape(frame.size))
    step = max(1, round((plane.size / _SAMPLED) ** 0.5))
    thin = (slice(step // 2, None, step), slice(step // 2, None, step))
    slope, inliers = _fitted(infrared[thin].ravel(), red[thin].ravel())
    rest = _rest(infrared, red, slope)
    off = rest - _background(rest, np.inf)
    values = infrared[thin].ravel()[inliers]
    followed = [_carried(values, picture[thin].ravel()[inliers]) for picture in (luma, red)]
    return slope, _deviation(off), *max(followed, key=lambda found: abs(found[0]))


def _rest(infrared: Float32, red: Float32, slope: float) -> Float32:
    """The infrared without the crosstalk of the picture."""
    return np.asarray(infrared - np.float32(slope) * red, np.float32)


def _fitted(infrared: Float32, red: Float32) -> tuple[float, Bool]:
    """The slope of infrared over log red by trimmed least squares, and the pixels that lie on the line."""
    inliers = np.ones(infrared.shape, np.bool_)
    slope = 0.0
    for _ in range(_ROUNDS):
        x, y = red[inliers].astype(np.float64), infrared[inliers].astype(np.float64)
        spread = float(x.var())
        slope = float(((x - x.mean()) * (y - y.mean())).mean() / spread) if spread > 1e-12 else 0.0
        rest = _rest(infrared, red, slope)
        rest = rest - np.median(rest[inliers])
        inliers = np.abs(rest) <= _INLIER * max(_deviation(rest[inliers]), _LEAST_NOISE)
    return slope, inliers


def _carried(infrared: Float32, picture: Float32) -> tuple[float, float]:
    """Correlation of infrared and picture, and the share of the picture's contrast found in the former."""
    own, seen = float(picture.std()), float(infrared.std())
    if own < 1e-6 or seen < 1e-9:
        return 0.0, 0.0
    together = float(((infrared - infrared.mean()) * (picture - picture.mean())).mean()) / (own * seen)
    level = max(abs(float(np.median(infrared))), 1e-3)
    return together, abs(together) * (seen / level) / (own * _NEPERS)


def _background(rest: Float32, far: float) -> Float32:
    """What the channel would be without dirt: a coarse median, then the mean of all within `far` of it."""
    height, width = rest.shape
    size = (max(1, width // _COARSE), max(1, height // _COARSE))
    small = np.asarray(cv2.resize(rest, size, interpolation=cv2.INTER_AREA), np.float32)
    coarse = cv2.resize(cv2.medianBlur(small, 5), (width, height), interpolation=cv2.INTER_LINEAR)
    clean = np.where(np.abs(rest - coarse) <= far, rest, coarse)
    side = max(15, height // _AROUND)
    return np.asarray(cv2.blur(clean, (side, side)), np.float32)


def _deviation(values: Float32) -> float:
    return _MAD * float(np.median(np.abs(values - np.median(values))))


def _finite(plane: npt.ArrayLike) -> Float32:
    return np.asarray(np.nan_to_num(np.asarray(plane), posinf=0.0, neginf=0.0), np.float32)
