"""Proving that a result is its source but for what the matte covers.

Everything is read anew from the two clips; nothing that the render knew is believed.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import numpy as np

from engine.audit.findings import Findings, Verification
from engine.audit.patch_writer import changed_samples
from engine.audit.verify_files import compare_files
from engine.audit.verify_movies import compare_sound, compare_streams, compare_times
from engine.errors import Interrupted, SourceError
from engine.media.contract import ClipInfo, FrameSource
from engine.media.movie_clock import FrameTime
from engine.media.pattern import FramePattern
from engine.types import AnyArray, Bool, Codes, Float32, Frame, FrameNumber

_TOLD = 3
"""Pixels of one frame that are named."""


class Mattes(Protocol):
    """Where a result may differ from its source: an `engine.matte.contract.MatteSource` is one."""

    def has(self, number: FrameNumber) -> bool: ...
    def plane(self, frame: Frame) -> Float32: ...


def verify_clips(
    source: FrameSource,
    result: FrameSource,
    mattes: Mattes | None,
    frames: Sequence[FrameNumber],
    done: Callable[[FrameNumber], None] = lambda number: None,
    stop: threading.Event | None = None,
    others: bool = False,
) -> Verification:
    """Compare the `frames` of two clips, outside `mattes`; None lets nothing differ.

    A movie's frames count from 1; against a sequence they are matched by their place. What cannot be read
    is a difference, and so are further frames in the result, unless `others` may be there or `frames` are
    not all of the source. `done` is told each frame. Raises Interrupted once `stop` is set.
    """
    findings = Findings()
    whole = len(frames) == len(source.info.frames)
    places = _places(source.info, result.info, frames, findings, others or not whole)
    movies = source.info.kind == result.info.kind == "movie"
    if movies:
        compare_streams(source.info, result.info, whole, findings)
        if whole:
            compare_sound(source.info.path, result.info.path, findings)
    elif source.info.kind == "movie" or result.info.kind == "movie":
        findings.note("A movie against single files: only code values are compared.")
    pair = _Pair(source, result, mattes, findings, movies)
    for number in frames:
        if stop is not None and stop.is_set():
            raise Interrupted(f"Stopped before frame {number} was compared; nothing is proved.")
        if number in places:
            pair.compare(number, places[number])
        done(number)
    return findings.done()


class _Pair:
    def __init__(
        self,
        source: FrameSource,
        result: FrameSource,
        mattes: Mattes | None,
        findings: Findings,
        movies: bool,
    ) -> None:
        self._source, self._result, self._mattes = source, result, mattes
        self._findings, self._movies = findings, movies
        self._origin: Fraction | None = None

    def compare(self, number: FrameNumber, place: FrameNumber) -> None:
        try:
            one, other = self._source.read(number), self._result.read(place)
            inside = self._inside(one)
            files = _file(self._source.info, number), _file(self._result.info, place)
            if files[0] is not None and files[1] is not None:
                compare_files(files[0], files[1], inside, number, self._findings)
        except SourceError as error:
            self._findings.differ("frame", number, "cannot be compared", "-", str(error))
            return
        self._findings.frames += 1
        if _unlike(one.codes, other.codes):
            told = [f"{c.width} x {c.height} {c.layout}" for c in (one.codes, other.codes)]
            self._findings.differ("frame", number, "size or codes", *told)
            return
        _compare_codes(one, other, inside, self._findings)
        if self._movies:
            compare_times(one, other, self._begins(one, number), self._findings)

    def _begins(self, frame: Frame, number: FrameNumber) -> Fraction:
        """What of the source's time is 0 in the result: its own zero, or the first frame of a range."""
        time = FrameTime.of(frame)
        if self._origin is None and time is not None:
            self._origin = min(Fraction(0), time.start) if number == 1 else time.start
        return self._origin or Fraction(0)

    def _inside(self, frame: Frame) -> Bool | None:
        if self._mattes is None or not self._mattes.has(frame.number):
            return None
        return self._mattes.plane(frame) > 0


def _unlike(one: Codes, other: Codes) -> bool:
    shapes = [[(plane.shape, plane.dtype) for plane in codes.planes] for codes in (one, other)]
    return one.layout != other.layout or shapes[0] != shapes[1]


def _compare_codes(one: Frame, other: Frame, inside: Bool | None, findings: Findings) -> None:
    height, width = one.codes.height, one.codes.width
    findings.pixels += height * width
    findings.inside += 0 if inside is None else int(np.count_nonzero(inside))
    strays = np.zeros((height, width), np.bool_)
    changed = np.zeros((height, width), np.bool_)
    for plane, (before, after) in enumerate(zip(one.codes.planes, other.codes.planes, strict=True)):
        differ = changed_samples(before, after)
        allowed = np.zeros(differ.shape, np.bool_) if inside is None else _whole_samples(inside, differ.shape)
        stray = differ & ~allowed
        _name_first(one, stray, plane, before, after, findings)
        strays |= _spread(stray, (height, width))
        changed |= _spread(differ & allowed, (height, width))
    findings.counts["pixel"] += int(np.count_nonzero(strays))
    findings.changed += int(np.count_nonzero(changed & ~strays))


def _name_first(
    frame: Frame, stray: Bool, plane: int, before: AnyArray, after: AnyArray, findings: Findings
) -> None:
    if not stray.any():
        return
    name = f"plane {plane}, " if len(frame.codes.planes) > 1 else ""
    for row, column in np.argwhere(stray)[:_TOLD]:
        where = f"{name}row {row}, column {column}"
        findings.differ("pixel", frame.number, where, before[row, column], after[row, column], count=0)


def _whole_samples(inside: Bool, shape: tuple[int, ...]) -> Bool:
    """`inside` on the grid of a plane: True where all pixels of a sample are inside."""
    down, across = -(-inside.shape[0] // shape[0]), -(-inside.shape[1] // shape[1])
    for axis, step in ((0, down), (1, across)):
        inside = np.logical_and.reduceat(inside, np.arange(0, inside.shape[axis], step), axis=axis)
    return inside


def _spread(samples: Bool, shape: tuple[int, int]) -> Bool:
    """A plane's samples on the grid of the pixels."""
    down, across = -(-shape[0] // samples.shape[0]), -(-shape[1] // samples.shape[1])
    return np.repeat(np.repeat(samples, down, 0), across, 1)[: shape[0], : shape[1]]


def _places(
    source: ClipInfo, result: ClipInfo, frames: Sequence[FrameNumber], findings: Findings, others: bool
) -> dict[FrameNumber, FrameNumber]:
    """Frame of the source to frame of the result; what has none, or should not be there, is noted."""
    by_place = (source.kind == "movie") != (result.kind == "movie") or (
        result.kind == "movie" and len(result.frames) == len(frames)
    )
    if by_place or source.kind == result.kind == "still":
        places = dict(zip(frames, result.frames, strict=False))
    else:
        there = set(result.frames)
        places = {number: number for number in frames if number in there}
    for number in frames:
        if number not in places:
            findings.differ("frame", number, "the frame", "is there", "is missing")
    further = set[FrameNumber]() if others else set(result.frames) - set(places.values())
    for number in sorted(further):
        findings.differ("frame", number, "the frame", "is not there", "is there")
    return places


def _file(info: ClipInfo, number: FrameNumber) -> Path | None:
    if info.kind not in ("sequence", "still"):
        return None
    return FramePattern.of_template(info.path).path(number)
