"""One line of the repair tables: every figure of a method on one clip, and medians over clips."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from math import isnan, nan

import numpy as np

from engine.evaluate.metrics import psnr, squared_error
from engine.motion.flow import Flow
from engine.types import Bool, Float32
from export.evaluate.metrics import ssim
from export.evaluate.protocol import TestFrame
from export.evaluate.repair_metrics import (
    Moved,
    Spectrum,
    flat,
    gmsd,
    luma,
    spectrum_distance,
    structure,
)

Motions = Mapping[tuple[int, int], Flow]
"""From (number, neighbour's number) to the motion between their clean plates."""
LOWER_IS_BETTER = ("gmsd", "spectrum", "flicker", "altered", "seconds")


@dataclass(frozen=True)
class RepairScores:
    """PSNR in dB, `spectrum` in dB, `altered` in per cent, processor seconds a frame; NaN: not to be had."""

    masked: float
    structure: float
    full: float
    ssim: float
    gmsd: float
    grain: float
    flat_grain: float
    spectrum: float
    frozen: float
    flicker: float
    altered: float
    seconds: float


FIGURES = tuple(f.name for f in fields(RepairScores))


@dataclass(frozen=True, eq=False)
class Restored:
    """`codes` (H, W, 3) unsigned, of white `peak`, as a method leaves the frame."""

    frame: TestFrame
    codes: np.ndarray
    peak: int
    seconds: float

    @property
    def picture(self) -> Float32:
        return (self.codes / np.float32(self.peak)).astype(np.float32)

    @property
    def truth(self) -> Float32:
        return (self.frame.clean / np.float32(self.peak)).astype(np.float32)


def score(results: Sequence[Restored], motions: Motions, whole: bool = True) -> RepairScores:
    """All figures over the frames of one clip; without `whole` SSIM and GMSD are spared."""
    tally = _Tally()
    for result in results:
        tally.add(result, whole)
    for (number, neighbour), flow in motions.items():
        found = {result.frame.number: result for result in results}
        if number in found and neighbour in found:
            tally.add_pair(found[number], found[neighbour], flow)
    return tally.scores()


def medians(rows: Sequence[RepairScores]) -> tuple[RepairScores, RepairScores]:
    """Of each figure the median over clips, and the worst."""
    middle, worst = {}, {}
    for name in FIGURES:
        values = [value for row in rows if not isnan(value := getattr(row, name))]
        middle[name] = float(np.median(values)) if values else nan
        worst[name] = _worst(name, values) if values else nan
    return RepairScores(**middle), RepairScores(**worst)


def _worst(name: str, values: Sequence[float]) -> float:
    if name in ("grain", "flat_grain"):
        return max(values, key=lambda value: abs(np.log(max(value, 1e-6))))
    if name == "frozen":
        return max(values, key=abs)
    return max(values) if name in LOWER_IS_BETTER else min(values)


class _Tally:
    def __init__(self) -> None:
        self.masked = self.smooth = self.whole = (0.0, 0)
        self.alike: list[tuple[float, float]] = []
        self.energy = np.zeros((2, 2))
        """High-pass energy of (result, truth), everywhere and where it is flat."""
        self.spectra = Spectrum(), Spectrum()
        self.moved = Moved(), Moved()
        self.changed = self.clean = 0
        self.seconds: list[float] = []

    def add(self, result: Restored, whole: bool) -> None:
        frame, picture, truth = result.frame, result.picture, result.truth
        smooth, smooth_truth = structure(picture), structure(truth)
        self.masked = _plus(self.masked, squared_error(picture, truth, frame.visible))
        self.smooth = _plus(self.smooth, squared_error(smooth, smooth_truth, frame.visible))
        self.whole = _plus(self.whole, squared_error(picture, truth))
        if whole:
            self.alike.append((ssim(picture, truth), gmsd(picture, truth)))
        changed = (result.codes != frame.damaged).any(2)
        self.changed += int((changed & ~frame.present).sum())
        self.clean += int((~frame.present).sum())
        self.seconds.append(result.seconds)
        self._add_grain((picture - smooth, truth - smooth_truth), frame.visible & changed, flat(smooth_truth))

    def _add_grain(self, highs: tuple[Float32, Float32], where: Bool, even: Bool) -> None:
        for place, high in enumerate(highs):
            for column, area in enumerate((where, where & even)):
                self.energy[place, column] += float(np.square(high[area]).sum(dtype=np.float64))
            self.spectra[place].add(luma(high), where)

    def add_pair(self, result: Restored, neighbour: Restored, flow: Flow) -> None:
        where = result.frame.visible & (result.codes != result.frame.damaged).any(2)
        self.moved[0].add(result.picture, neighbour.picture, flow, where)
        self.moved[1].add(result.truth, neighbour.truth, flow, where)

    def scores(self) -> RepairScores:
        ours, true = self.moved
        likeness = np.mean(self.alike, axis=0) if self.alike else (nan, nan)
        grain, flat_grain = (_ratio(*self.energy[:, column]) for column in (0, 1))
        return RepairScores(
            masked=psnr(*self.masked) if self.masked[1] else nan,
            structure=psnr(*self.smooth) if self.smooth[1] else nan,
            full=psnr(*self.whole),
            ssim=float(likeness[0]),
            gmsd=float(likeness[1]),
            grain=grain,
            flat_grain=flat_grain,
            spectrum=spectrum_distance(*self.spectra),
            frozen=ours.correlation - true.correlation,
            flicker=ours.difference / true.difference if true.difference else nan,
            altered=100 * self.changed / max(self.clean, 1),
            seconds=float(np.median(self.seconds)),
        )


def _ratio(result: float, truth: float) -> float:
    return float(np.sqrt(result / truth)) if truth else nan


def _plus(a: tuple[float, int], b: tuple[float, int]) -> tuple[float, int]:
    return a[0] + b[0], a[1] + b[1]
