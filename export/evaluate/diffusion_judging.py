"""Every way to fill on one clip of the quality tier's protocol, told the same matte."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from math import nan
from pathlib import Path

import numpy as np

from engine.inference.session import ModelSession
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.repair.contract import Painter
from engine.repair.diffusion import DiffusionPainter
from engine.repair.diffusion_sampler import Sampling
from engine.repair.motion_compensated import MotionCompensatedRepairer
from engine.repair.second_tier import SecondTier
from engine.types import AskedFill, Bool, DamageMatte, FillTile
from engine.window.window import FrameWindow
from export.evaluate.look import colour_error, colour_shift, look_distance, texture_distance
from export.evaluate.protocol import COLOUR_SPACE
from export.evaluate.repair_conditions import RepairClip, true_matte
from export.evaluate.repair_fills import Stretch, telea
from export.evaluate.repair_judging import Bench
from export.evaluate.repair_ours import repaired, told
from export.evaluate.repair_scores import Restored, score
from ocio.config import load
from ocio.processor import ColourRoute

TOLD = {"matte_mode": "replace", "caution": 0.0}
"""Every pixel of the matte is damage, so nothing is to be left alone."""
FAST = Settings.of(TOLD)
SMOOTH = Settings.of({**TOLD, "grain": 0.0})
BEST = Settings.of({**TOLD, "quality": "best"})
SEEDS = (1, 2, 3)


@dataclass(frozen=True)
class QualityScores:
    """`masked`, `structure` (after a Gaussian of 1.5 px) in dB; `look`, `texture` as `export.evaluate.look`;
    `spectrum` in dB; `grain` over the truth's; `colour`, `shift` in ΔE; `seconds` of processor time that the
    net took for a megapixel of damage. NaN: not to be had."""

    masked: float
    structure: float
    look: float
    texture: float
    spectrum: float
    grain: float
    colour: float
    shift: float
    seconds: float


FIGURES = tuple(f.name for f in fields(QualityScores))


class Everywhere(SecondTier):
    """Paints all damage, whatever is asked for, and counts what it costs."""

    def __init__(self, painter: Painter) -> None:
        super().__init__(lambda: painter)
        self._painted = painter
        self.spent, self.pixels = 0.0, 0

    def refined(
        self,
        window: FrameWindow,
        mattes: Mapping[int, DamageMatte],
        tiles: Sequence[FillTile],
        quality: str,
        asked: Mapping[AskedFill, Bool],
    ) -> Sequence[FillTile]:
        damaged: Bool = np.asarray(mattes[0].coverage > 0, np.bool_)
        begun = time.process_time()
        painted = self._painted.paint(window, mattes, tiles, damaged)
        self.spent += time.process_time() - begun
        self.pixels += int(damaged.sum())
        return painted

    @property
    def seconds(self) -> float:
        return 1e6 * self.spent / self.pixels if self.pixels else nan


class Nothing:
    """A detector that finds nothing: every matte here is given."""

    radius, identity = 0, "nothing"

    def detect(self, window: FrameWindow) -> DamageMatte:
        return DamageMatte(np.zeros(window.centre.size, np.float32))


@dataclass(frozen=True, eq=False)
class Contest:
    """What is compared: the net at `model` and how it is sampled; `extra` ways to sample it, by name."""

    model: Path
    how: Sampling
    extra: Mapping[str, Sampling]
    route: ColourRoute
    motion: MotionEstimator
    fast: MotionCompensatedRepairer
    """One for all methods, so that motion is searched once."""

    @staticmethod
    def of(model: Path, how: Sampling, extra: Mapping[str, Sampling]) -> Contest:
        motion = MotionEstimator()
        fast = MotionCompensatedRepairer(motion)
        return Contest(model, how, extra, ColourRoute(load()), motion, fast)

    def pipeline(self, second: SecondTier | None = None) -> Pipeline:
        return Pipeline(Nothing(), self.fast, self.motion, self.route, COLOUR_SPACE, second)

    def painter(self, how: Sampling, seed: int) -> DiffusionPainter:
        return DiffusionPainter(ModelSession(self.model, "cpu"), how, seed)


@dataclass(frozen=True, eq=False)
class Entry:
    """What one method made of the judged frames of a clip."""

    method: str
    seed: int
    results: Sequence[Restored]
    seconds: float = nan

    def scores(self) -> QualityScores:
        found = score(self.results, {}, whole=False)
        looks = np.mean([_looks(result) for result in self.results], axis=0)
        look, texture, colour, shift = (float(value) for value in looks)
        return QualityScores(
            found.masked, found.structure, look, texture, found.spectrum, found.grain, colour, shift,
            self.seconds,
        )  # fmt: skip


def _looks(result: Restored) -> tuple[float, ...]:
    given = result.picture, result.truth, result.frame.visible
    return tuple(of(*given) for of in (look_distance, texture_distance, colour_error, colour_shift))


def entries(contest: Contest, clip: RepairClip) -> Iterator[Entry]:
    """Every method on one clip; of what is sampled one entry a seed, and their mean as a picture."""
    stretch = _told(clip)
    yield Entry("input", 0, [_restored(clip, stretch, p, stretch.plates[p]) for p in clip.judged])
    yield Entry("telea", 0, [_restored(clip, stretch, p, telea(stretch, p)) for p in clip.judged])
    with contest.pipeline() as pipeline:
        for name, settings in (("fast-smooth", SMOOTH), ("fast", FAST)):
            yield Entry(name, 0, _made(pipeline, clip, stretch, settings))
    drawn = [_painted(contest, clip, stretch, "diffusion", contest.how, seed) for seed in SEEDS]
    yield from drawn
    yield Entry("diffusion-mean", 0, _mean([entry.results for entry in drawn]))
    for name, how in contest.extra.items():
        yield _painted(contest, clip, stretch, name, how, SEEDS[0])
    with contest.pipeline(SecondTier(lambda: contest.painter(contest.how, SEEDS[0]))) as pipeline:
        yield Entry("best", SEEDS[0], _made(pipeline, clip, stretch, BEST))


def _told(clip: RepairClip) -> Stretch:
    plates = [frame.damaged for frame in clip.frames]
    return Stretch(plates, [true_matte(frame) for frame in clip.frames], Bench.layout)


def _painted(
    contest: Contest, clip: RepairClip, stretch: Stretch, name: str, how: Sampling, seed: int
) -> Entry:
    second = Everywhere(contest.painter(how, seed))
    with contest.pipeline(second) as pipeline:
        results = _made(pipeline, clip, stretch, FAST)
    return Entry(name, seed, results, second.seconds)


def _made(pipeline: Pipeline, clip: RepairClip, stretch: Stretch, settings: Settings) -> list[Restored]:
    made = repaired(pipeline, stretch, clip.judged, settings, told(stretch, clip.key))
    return [
        Restored(clip.frames[place], codes, stretch.peak, seconds)
        for place, (codes, seconds) in zip(clip.judged, made, strict=True)
    ]


def _restored(clip: RepairClip, stretch: Stretch, place: int, codes: np.ndarray) -> Restored:
    return Restored(clip.frames[place], codes, stretch.peak, nan)


def _mean(samples: Sequence[Sequence[Restored]]) -> list[Restored]:
    """Of each frame the mean of all samples of it, code by code."""
    means = []
    for of_frame in zip(*samples, strict=True):
        first = of_frame[0]
        codes = np.mean([result.codes for result in of_frame], axis=0)
        means.append(Restored(first.frame, np.rint(codes).astype(first.codes.dtype), first.peak, nan))
    return means
