"""Every way to fill on one clip of the quality tier's protocol, told the same matte."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
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
from engine.types import DamageMatte
from engine.window.window import FrameWindow
from export.evaluate.ciede import delta_e_2000
from export.evaluate.diffusion_painters import Counted, Everywhere
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
METHODS = ("input", "telea", "fast-smooth", "fast", "diffusion", "best")
"""Of what is sampled the mean of the samples goes with it, as *diffusion-mean* and *best-mean*."""
ONCE = Sampling(steps=1)


@dataclass(frozen=True)
class QualityScores:
    """`masked`, `structure` (after a Gaussian of 1.5 px), `full` in dB; `look`, `texture` as
    `export.evaluate.look`; `spectrum` in dB; `grain` over the truth's; `colour`, `shift` in CIE 1976 ΔE,
    `colour2000`, `shift2000` in CIE 2000 ΔE; `painted` per cent of the damage that the net painted, `seconds`
    of processor time that it took for a megapixel of that. NaN: not to be had."""

    masked: float
    structure: float
    look: float
    texture: float
    spectrum: float
    grain: float
    colour: float
    shift: float
    seconds: float
    full: float = nan
    colour2000: float = nan
    shift2000: float = nan
    painted: float = nan


FIGURES = (
    "masked", "structure", "full", "look", "texture", "spectrum", "grain", "colour", "shift", "colour2000",
    "shift2000", "painted", "seconds",
)  # fmt: skip
"""In the order of the tables."""
assert set(FIGURES) == {f.name for f in fields(QualityScores)}


class Nothing:
    """A detector that finds nothing: every matte here is given."""

    radius, identity = 0, "nothing"

    def detect(self, window: FrameWindow) -> DamageMatte:
        return DamageMatte(np.zeros(window.centre.size, np.float32))


@dataclass(frozen=True, eq=False)
class Contest:
    """What is compared: the net at `model` and how it is sampled; `extra` ways to sample it and single-pass
    nets of other families (`rivals`), by name; which of METHODS beside these, and the seeds of samples."""

    model: Path
    how: Sampling
    extra: Mapping[str, Sampling]
    route: ColourRoute
    motion: MotionEstimator
    fast: MotionCompensatedRepairer
    """One for all methods, so that motion is searched once."""
    rivals: Mapping[str, Path] = field(default_factory=dict)
    methods: Sequence[str] = METHODS
    seeds: Sequence[int] = SEEDS

    @staticmethod
    def of(
        model: Path,
        how: Sampling,
        extra: Mapping[str, Sampling],
        rivals: Mapping[str, Path] | None = None,
        methods: Sequence[str] = METHODS,
        seeds: Sequence[int] = SEEDS,
    ) -> Contest:
        motion = MotionEstimator()
        fast = MotionCompensatedRepairer(motion)
        return Contest(model, how, extra, ColourRoute(load()), motion, fast, rivals or {}, methods, seeds)

    def pipeline(self, second: SecondTier | None = None) -> Pipeline:
        return Pipeline(Nothing(), self.fast, self.motion, self.route, COLOUR_SPACE, second)

    def painter(self, how: Sampling, seed: int, model: Path | None = None) -> Painter:
        return DiffusionPainter(ModelSession(model or self.model, "cpu"), how, seed)


@dataclass(frozen=True, eq=False)
class Entry:
    """What one method made of the judged frames of a clip."""

    method: str
    seed: int
    results: Sequence[Restored]
    seconds: float = nan
    painted: float = nan

    def scores(self) -> QualityScores:
        found = score(self.results, {}, whole=False)
        looks = np.mean([_looks(result) for result in self.results], axis=0)
        look, texture, *colours = (float(value) for value in looks)
        colour, shift, colour2000, shift2000 = colours
        return QualityScores(
            found.masked, found.structure, look, texture, found.spectrum, found.grain, colour, shift,
            self.seconds, found.full, colour2000, shift2000, self.painted,
        )  # fmt: skip


def _looks(result: Restored) -> tuple[float, ...]:
    given = result.picture, result.truth, result.frame.visible
    plain = [of(*given) for of in (look_distance, texture_distance, colour_error, colour_shift)]
    return (*plain, *(of(*given, delta_e_2000) for of in (colour_error, colour_shift)))


def entries(contest: Contest, clip: RepairClip) -> Iterator[Entry]:
    """Every method on one clip; of what is sampled one entry a seed, and their mean as a picture."""
    stretch = _told(clip)
    if "input" in contest.methods:
        yield Entry("input", 0, [_restored(clip, stretch, p, stretch.plates[p]) for p in clip.judged])
    if "telea" in contest.methods:
        yield Entry("telea", 0, [_restored(clip, stretch, p, telea(stretch, p)) for p in clip.judged])
    with contest.pipeline() as pipeline:
        for name, settings in (("fast-smooth", SMOOTH), ("fast", FAST)):
            if name in contest.methods:
                yield Entry(name, 0, _made(pipeline, clip, stretch, settings))
    for name, model in contest.rivals.items():
        yield _painted(contest, clip, stretch, name, Everywhere(contest.painter(ONCE, 0, model)))
    if "diffusion" in contest.methods:
        yield from _sampled(contest, clip, stretch, "diffusion", contest.how)
    for name, how in contest.extra.items():
        if how.steps == 1:
            yield _painted(contest, clip, stretch, name, Everywhere(contest.painter(how, 0)))
        else:
            yield from _sampled(contest, clip, stretch, name, how)
    if "best" in contest.methods:
        yield from _sampled(contest, clip, stretch, "best", contest.how)


def _sampled(
    contest: Contest, clip: RepairClip, stretch: Stretch, name: str, how: Sampling
) -> Iterator[Entry]:
    """One entry for every seed, and the mean of their codes."""
    tier = Counted if name == "best" else Everywhere
    made = []
    for seed in contest.seeds:
        made.append(_painted(contest, clip, stretch, name, tier(contest.painter(how, seed)), seed))
        yield made[-1]
    if len(made) > 1:
        yield Entry(f"{name}-mean", 0, _mean([entry.results for entry in made]))


def _told(clip: RepairClip) -> Stretch:
    plates = [frame.damaged for frame in clip.frames]
    return Stretch(plates, [true_matte(frame) for frame in clip.frames], Bench.layout)


def _painted(
    contest: Contest, clip: RepairClip, stretch: Stretch, name: str, tier: Counted, seed: int = 0
) -> Entry:
    with contest.pipeline(tier) as pipeline:
        results = _made(pipeline, clip, stretch, BEST)
    return Entry(name, seed, results, tier.cost.seconds, tier.cost.share)


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
