"""Every method on one clip with one kind of matte, timed and scored."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from pathlib import Path
from typing import Literal

import cv2
import numpy as np

from engine.media.memory import MemorySource
from engine.motion.estimator import MotionEstimator
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.types import Bool, CodeLayout
from engine.window.cache import FrameCache
from export.evaluate.baselines import TRAINED, baseline_pipeline
from export.evaluate.protocol import LAYOUT
from export.evaluate.repair_conditions import RepairClip, true_matte
from export.evaluate.repair_fills import (
    Fill,
    MotionFill,
    Stretch,
    biharmonic,
    fsr,
    input_,
    navier_stokes,
    telea,
)
from export.evaluate.repair_ours import (
    BLIND,
    SMOOTH,
    SMOOTH_BLIND,
    TOLD,
    own_mattes,
    repaired,
    told,
)
from export.evaluate.repair_scores import Motions, RepairScores, Restored, score
from export.evaluate.watching import CACHE_BYTES

MatteKind = Literal["true", "own"]
PEERS = ("input", "telea", "ns", "fsr", "biharmonic", "mc", "srod+mc")
OURS: Mapping[str, tuple[Settings, Settings]] = {"ours-smooth": (SMOOTH, SMOOTH_BLIND), "ours": (TOLD, BLIND)}
"""Settings told the matte, and blind."""
METHODS = (*PEERS, *OURS)
QUICK = ("input", "telea", "mc", "srod+mc", *OURS)
"""Without those that take seconds a frame."""


@dataclass(frozen=True)
class Bench:
    """The pipeline under test, which methods are compared, and where a contrib OpenCV lies."""

    pipeline: Pipeline
    methods: Sequence[str]
    contrib: Path | None = None
    layout: CodeLayout = LAYOUT


@dataclass
class Judged:
    """Scores and results of one clip, by method."""

    scores: dict[str, RepairScores] = field(default_factory=dict)
    results: dict[str, list[Restored]] = field(default_factory=dict)


def judge(bench: Bench, clip: RepairClip, kind: MatteKind, motions: Motions, whole: bool = True) -> Judged:
    """All methods of the bench on one clip, told the true matte or with our detector's own."""
    stretch = damaged(bench, clip, kind)
    judged = Judged()
    for name in bench.methods:
        if (name == "srod+mc" and kind == "true") or (name == "fsr" and bench.contrib is None):
            continue
        results = list(_results(bench, name, clip, kind, stretch))
        if results:
            judged.results[name] = results
            judged.scores[name] = score(results, motions, whole)
    return judged


def damaged(bench: Bench, clip: RepairClip, kind: MatteKind) -> Stretch:
    """The clip's damaged plates with their mattes."""
    plates = [frame.damaged for frame in clip.frames]
    bare = Stretch(plates, [np.zeros(plate.shape[:2], np.bool_) for plate in plates], bench.layout)
    if kind == "own":
        return replace(bare, mattes=own_mattes(bench.pipeline, bare))
    return replace(bare, mattes=[true_matte(frame) for frame in clip.frames])


def motions_of(pipeline: Pipeline, clip: RepairClip, layout: CodeLayout = LAYOUT) -> Motions:
    """Both ways between the clean plates of judged frames that follow one another."""
    stretch = Stretch([frame.clean for frame in clip.frames], [], layout)
    motion, found = MotionEstimator(), {}
    for one, two in pairwise(clip.judged):
        if two - one == 1:
            a, b = (pipeline.prepare(stretch.frame(stretch.plates[place], place)) for place in (one, two))
            numbers = clip.frames[one].number, clip.frames[two].number
            found[numbers] = motion.between(a, b)
            found[numbers[::-1]] = motion.between(b, a)
    return found


def _results(
    bench: Bench, name: str, clip: RepairClip, kind: MatteKind, stretch: Stretch
) -> Iterator[Restored]:
    if name in OURS:
        settings = OURS[name][0 if kind == "true" else 1]
        given = (told(stretch, f"{clip.key}/{kind}"),) if kind == "true" else ()
        made = repaired(bench.pipeline, stretch, clip.judged, settings, *given)
    else:
        filled = replace(stretch, mattes=_srod(stretch)) if name == "srod+mc" else stretch
        made = _timed(_fill(bench, name), filled, clip.judged)
    for place, (codes, seconds) in zip(clip.judged, made, strict=False):
        yield Restored(clip.frames[place], codes, stretch.peak, seconds)


def _fill(bench: Bench, name: str) -> Fill:
    if name == "fsr":
        assert bench.contrib is not None
        return fsr(bench.contrib)
    made: Mapping[str, Callable[[], Fill]] = {
        "input": lambda: input_,
        "telea": lambda: telea,
        "ns": lambda: navier_stokes,
        "biharmonic": lambda: biharmonic,
        "mc": lambda: MotionFill(bench.pipeline.prepare),
        "srod+mc": lambda: MotionFill(bench.pipeline.prepare),
    }
    return made[name]()


def _timed(fill: Fill, stretch: Stretch, places: Sequence[int]) -> Iterator[tuple[np.ndarray, float]]:
    """Ends with the first frame that the method cannot fill: a method is judged on all frames or on none."""
    made = []
    for place in places:
        begun = _spent()
        codes = fill(stretch, place)
        if codes is None:
            return
        made.append((codes, _spent() - begun))
    yield from made


def _spent() -> float:
    """Processor seconds of this process and of those it has run."""
    spent = time.process_time()
    try:
        import resource
    except ImportError:
        return spent
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return spent + children.ru_utime + children.ru_stime


def _srod(stretch: Stretch) -> list[Bool]:
    """SROD at its trained threshold, grown by a pixel since it misses the soft rims."""
    frames = [stretch.frame(plate, place) for place, plate in enumerate(stretch.plates)]
    found = []
    with (
        baseline_pipeline("srod") as pipeline,
        MemorySource(frames) as source,
        FrameCache(source, pipeline.prepare, 1, CACHE_BYTES) as cache,
    ):
        for place in range(len(frames)):
            scored = pipeline.probability(cache.window(place, 1)).coverage
            marked = (scored > TRAINED["srod"] / 255).astype(np.uint8)
            found.append(cv2.dilate(marked, np.ones((3, 3), np.uint8)) > 0)
    return found
