"""Where one shot ends and the next begins.

Two frames are compared by PySceneDetect's ContentDetector (brightness and, with less weight,
saturation; hue is noise on black-and-white film) on small pictures made from the model encoding.
"""

# pyright: reportMissingTypeStubs=false
from __future__ import annotations

import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterable
from typing import Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt
from scenedetect import FrameTimecode, StatsManager
from scenedetect.detectors import ContentDetector

from engine.types import Float32, FrameNumber, WorkingFrame

_LONG_SIDE = 96
"""Pixels: small enough that grain and dust average out, large enough to tell two shots apart."""
_WEIGHTS = ContentDetector.Components(delta_hue=0.0, delta_sat=0.3, delta_lum=1.0, delta_edges=0.0)

DIFFERENT = 20.0
"""Score, in 8-bit codes, from which on two frames count as different pictures."""
STANDS_OUT = 1.5
"""A cut differs this many times more than the steps around it; a pan differs evenly."""

_FLICKER = 0.06
"""Shift of the mean that is evened out: one stop in ACEScct, what a flicker does."""
_CONTRAST = 50.0
_GAIN = 364.0
_MOST_GAIN = 4.0
"""Pictures are brought to a standard deviation of 50 codes, so that flat scans and contrasty ones
are measured alike, by at most 4 times the gain that takes ACEScct 0.05 .. 0.75 to 0 .. 255."""

_KEPT_PICTURES = 64
_KEPT_SCORES = 1024


K = TypeVar("K")
V = TypeVar("V")


class Cuts(Protocol):
    """Says where one shot ends and the next begins."""

    def between(
        self, before: WorkingFrame | None, a: WorkingFrame, b: WorkingFrame, after: WorkingFrame | None
    ) -> bool:
        """Whether there is a cut between `a` and `b`, which follows it; the others are their neighbours."""
        ...


class ListedCuts:
    """Cuts known beforehand, as an edit list gives them: the first frame of each shot."""

    def __init__(self, beginnings: Iterable[FrameNumber]) -> None:
        self._beginnings = sorted(beginnings)

    def between(
        self, before: WorkingFrame | None, a: WorkingFrame, b: WorkingFrame, after: WorkingFrame | None
    ) -> bool:
        """Whether a shot begins after `a` and not after `b`; gaps between the two make no difference."""
        first, last = sorted((a.number, b.number))
        return bisect_right(self._beginnings, first) < bisect_right(self._beginnings, last)


class ShotCuts:
    """Tells cuts from damage; remembers a bounded number of comparisons by content; thread-safe."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, Float32] = OrderedDict()
        self._scores: OrderedDict[tuple[str, str], float] = OrderedDict()
        self._lock = threading.Lock()

    def between(
        self, before: WorkingFrame | None, a: WorkingFrame, b: WorkingFrame, after: WorkingFrame | None
    ) -> bool:
        """Whether there is a cut between `a` and the frame that follows it, `b`.

        `before` comes before `a` and `after` follows `b`; None where there is none. It is a cut if

        1. nothing on one side resembles anything on the other: {before, a} and {b, after} differ in
           all pairs. A flash, or a frame that lost a third of its emulsion, is bridged by its two
           neighbours, which resemble each other, and so is no cut on either of its sides; and
        2. the step a-b stands out: it is 1.5 times the smaller of the steps before-a and b-after. A
           fast pan differs as much at every step. (The smaller one: beside a cut there may be damage.)

        A flash in the first or last frame has nothing to bridge it and counts as a cut: a neighbour too
        few costs less than one from another shot. For the same reason a destroyed frame beside a cut
        stands alone, and two destroyed frames in a row stand apart from the rest. Frames with one key
        never have a cut between them; the caller passes over duplicates to find `before` and `after`.
        """
        step = self.difference(a, b)
        if step < DIFFERENT:
            return False
        left = [frame for frame in (before, a) if frame is not None]
        right = [frame for frame in (b, after) if frame is not None]
        if any(self.difference(x, y) < DIFFERENT for x in left for y in right):
            return False
        around = [self.difference(x, y) for x, y in ((before, a), (b, after)) if x and y]
        return not around or step >= STANDS_OUT * min(around)

    def difference(self, a: WorkingFrame, b: WorkingFrame) -> float:
        """How unlike two frames are: 0 for the same picture, about 50 for two unrelated ones."""
        if a.key == b.key:
            return 0.0
        first, second = sorted((a, b), key=lambda frame: frame.key)
        pair = (first.key, second.key)
        with self._lock:
            known = self._scores.get(pair)
        if known is not None:
            return known
        score = _score(self._picture(first), self._picture(second))
        with self._lock:
            _keep(self._scores, pair, score, _KEPT_SCORES)
        return score

    def _picture(self, frame: WorkingFrame) -> Float32:
        with self._lock:
            known = self._pictures.get(frame.key)
        if known is not None:
            return known
        picture = _small(frame)
        with self._lock:
            _keep(self._pictures, frame.key, picture, _KEPT_PICTURES)
        return picture


def _keep(kept: OrderedDict[K, V], key: K, value: V, most: int) -> None:
    kept[key] = value
    while len(kept) > most:
        kept.popitem(last=False)


def _small(frame: WorkingFrame) -> Float32:
    height, width = frame.size
    shrink = _LONG_SIDE / max(height, width, _LONG_SIDE)
    size = (max(round(width * shrink), 1), max(round(height * shrink), 1))
    small = cv2.resize(frame.encoded, size, interpolation=cv2.INTER_AREA)
    return np.nan_to_num(np.asarray(small, np.float32), posinf=1.0, neginf=0.0)


def _score(a: Float32, b: Float32) -> float:
    """ContentDetector's frame score of a picture followed by another, both brought to one contrast."""
    if a.shape != b.shape:
        b = np.asarray(cv2.resize(b, (a.shape[1], a.shape[0]), interpolation=cv2.INTER_AREA), np.float32)
    b = b - np.clip(b.mean() - a.mean(), -_FLICKER, _FLICKER)
    middle = (a.mean() + b.mean()) / 2
    spread = max(float(np.sqrt((a.var() + b.var()) / 2)), 1e-6)
    gain = min(_CONTRAST / spread, _MOST_GAIN * _GAIN)
    # The score is read where the detector documents it, in the statistics, not from its private state.
    detector, statistics = ContentDetector(weights=_WEIGHTS, min_scene_len=0), StatsManager()
    detector.stats_manager = statistics
    times = [FrameTimecode(n, fps=24.0) for n in (0, 1)]
    for time, picture in zip(times, (a, b), strict=True):
        detector.process_frame(time, _codes((picture - middle) * gain + 128))
    score = statistics.get_metrics(times[1], [ContentDetector.FRAME_SCORE_KEY])[0]
    return float(score)


def _codes(rgb: Float32) -> npt.NDArray[np.uint8]:
    bgr = rgb[..., ::-1]
    return np.ascontiguousarray(np.clip(bgr + 0.5, 0, 255).astype(np.uint8))
