"""Mattes against their truth, frame by frame: the scores of every frame and of the whole clip."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from engine.codes import to_rgb
from engine.evaluate.clips import ComparedClips, Role, same_codes
from engine.evaluate.emd import earth_movers_distance
from engine.evaluate.marks import false_alarms, labelled
from engine.evaluate.metrics import NO_HITS, Hits, grown, hits
from engine.evaluate.plates import PlateErrors, Plates, plate_errors
from engine.types import Bool, Codes, Float32, FrameNumber


@dataclass(frozen=True)
class Rule:
    """A matte is damage where it is above `threshold` (0..1, white = 1); `tolerance` in px."""

    threshold: float = 0.5
    tolerance: int = 2


@dataclass(frozen=True, eq=False)
class Judged:
    """One frame's mattes as (H, W) bool, and the plate (H, W, 3) to draw the verdict on."""

    found: Bool
    visible: Bool
    present: Bool
    plate: Float32


@dataclass(frozen=True)
class FrameScore:
    """`strict` pixel by pixel, `near` within the tolerance.

    `false_alarms` counts connected detections that touch no damage within the tolerance, `marks` the
    connected marks of visible damage, `missed` those of them with no detection within the tolerance.
    `emd` is in px, None where only one of the mattes holds damage.
    """

    number: FrameNumber
    strict: Hits
    near: Hits
    false_alarms: int
    marks: int
    missed: int
    emd: float | None
    plates: PlateErrors


@dataclass(frozen=True)
class ClipScore:
    """All frames together: counts and errors are summed; `emd` is the mean over frames that have one."""

    frames: int
    strict: Hits
    near: Hits
    false_alarms: float
    """Per frame, as are `marks` and `missed`."""
    marks: float
    missed: float
    emd: float | None
    plates: PlateErrors


def compared(clips: ComparedClips, rule: Rule) -> Iterator[tuple[FrameScore, Judged]]:
    """Every frame's scores, and what was judged, in ascending order. Raises SourceError."""
    for number in clips.numbers:
        codes = clips.read(number)
        same_codes(codes, "--source", "--restored")
        judged = _judged(codes, rule)
        yield _scored(number, judged, codes, rule), judged


def summed(scores: Sequence[FrameScore]) -> ClipScore:
    """The score of a clip of at least one frame."""
    distances = [score.emd for score in scores if score.emd is not None]
    count = len(scores)
    return ClipScore(
        count,
        reduce(add, (score.strict for score in scores), NO_HITS),
        reduce(add, (score.near for score in scores), NO_HITS),
        sum(score.false_alarms for score in scores) / count,
        sum(score.marks for score in scores) / count,
        sum(score.missed for score in scores) / count,
        float(np.mean(distances)) if distances else None,
        reduce(add, (score.plates for score in scores), PlateErrors()),
    )


def _scored(number: FrameNumber, judged: Judged, codes: Mapping[Role, Codes], rule: Rule) -> FrameScore:
    found, visible, present = judged.found, judged.visible, judged.present
    marks, labels = labelled(visible)
    plates = Plates(codes.get("--source"), codes.get("--restored"), codes.get("--clean"))
    return FrameScore(
        number,
        hits(found, visible, present),
        hits(found, visible, present, rule.tolerance),
        false_alarms(found, present, rule.tolerance),
        marks,
        marks - len(np.unique(labels[grown(found, rule.tolerance) & visible])),
        earth_movers_distance(found & ~(present & ~visible), visible),
        plate_errors(plates, visible, present),
    )


def _judged(codes: Mapping[Role, Codes], rule: Rule) -> Judged:
    visible = _matte(codes["TRUTH"], rule)
    present = visible | _matte(codes["--present"], rule) if "--present" in codes else visible
    shown: tuple[Role, ...] = ("--source", "--restored", "--clean")
    plate = next((to_rgb(codes[role]) for role in shown if role in codes), None)
    if plate is None:
        plate = np.zeros((*visible.shape, 3), np.float32)
    return Judged(_matte(codes["RESULT"], rule), visible, present, plate)


def _matte(codes: Codes, rule: Rule) -> Bool:
    return np.asarray(to_rgb(codes).max(2) > rule.threshold)
