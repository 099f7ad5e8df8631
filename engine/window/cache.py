"""The frames around the one being worked on, each read and prepared once."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from threading import RLock
from typing import Protocol

from engine.closing import Closing
from engine.errors import SourceError
from engine.types import Frame, FrameNumber, WorkingFrame
from engine.window.shots import Cuts, ShotCuts
from engine.window.window import FrameWindow

_LOOKAHEAD = 1
"""Frames beyond the window that are read to tell a cut at its edge from a damaged frame."""
_LONGEST_HOLD = 3
"""A picture may be held for this many frames (film on twos and threes) before its duplicates are
too far to look past."""


class _Numbered(Protocol):
    @property
    def frames(self) -> Sequence[FrameNumber]: ...


class NumberedFrames(Protocol):
    """What the cache needs of an `engine.media` FrameSource."""

    @property
    def info(self) -> _Numbered:
        """`info.frames`: the numbers that exist, ascending."""
        ...

    def read(self, number: FrameNumber) -> Frame: ...


class FrameCache(Closing):
    """Windows over a source: close it, or use it in a `with` block; safe to share by threads.

    In an ascending walk every frame is read and prepared once, the next one in a background thread
    while the current one is worked on. Kept are the frames of the latest window, one more on each
    side (to judge shot cuts) and the next one, so memory does not grow with the clip; when these
    exceed `budget_bytes`, the ones used longest ago go first and are read again when needed.

    Neighbours. Places are counted in different pictures: a duplicate (same `key` as the centre or a
    nearer neighbour) shows the same dirt in the same place and would make it look like content, so it
    is passed over for the next different picture of the shot, up to three frames per place. Duplicates
    share the arrays of the first one. A number that the clip lacks, a frame that cannot be read and one
    of another size leave their place absent; a shot cut leaves all places beyond it absent.
    """

    def __init__(
        self,
        source: NumberedFrames,
        prepare: Callable[[Frame], WorkingFrame],
        radius: int,
        budget_bytes: int,
        cuts: Cuts | None = None,
    ) -> None:
        """`radius` is the largest that will be asked for. The source stays the caller's to close.

        `source.read` and `prepare` are only ever called from one thread.
        """
        self._source = source
        self._numbers = source.info.frames
        self._prepare = prepare
        self._radius = radius
        self._budget = budget_bytes
        self._cuts = cuts or ShotCuts()
        self._most = 2 * (radius + _LOOKAHEAD) + 2
        self._held: OrderedDict[FrameNumber, Future[WorkingFrame]] = OrderedDict()
        self._last: FrameNumber | None = None
        self._lock = RLock()
        self._reader = ThreadPoolExecutor(1, thread_name_prefix="frame-reader")

    def window(self, number: FrameNumber, radius: int | None = None) -> FrameWindow:
        """The window of `radius` (None: the cache's own) around frame `number`.

        Raises what `source.read` and `prepare` raise for that frame. Of a neighbour's errors, those of
        the source make it absent; all others are raised, since they would hit every frame.
        """
        radius = self._radius if radius is None else radius
        if not 0 <= radius <= self._radius:
            raise ValueError(f"this cache was made for a radius of 0 to {self._radius}, not {radius}")
        centre = self._frame(number).result()
        before, after = self._side(centre, -1, radius), self._side(centre, 1, radius)
        self._read_ahead(number, radius)
        left = self._within_shot([*reversed(after), centre, *before], radius, backwards=True)
        right = self._within_shot([*reversed(before), centre, *after], radius, backwards=False)
        return FrameWindow((*reversed(left), centre, *right))

    def repeated(self, number: FrameNumber) -> FrameNumber | None:
        """The frame before `number`, where it holds the very same picture; None otherwise."""
        before = self._neighbour(self._frame(number).result(), number - 1)
        same = before is not None and before.key == self._frame(number).result().key
        return number - 1 if same else None

    def close(self) -> None:
        self._reader.shutdown(wait=True, cancel_futures=True)
        with self._lock:
            self._held.clear()

    def _side(self, centre: WorkingFrame, step: int, radius: int) -> list[WorkingFrame | None]:
        """The places on one side, nearest first, and those looked ahead; duplicates passed over."""
        wanted = radius + _LOOKAHEAD if radius else 0
        places: list[WorkingFrame | None] = []
        seen = {centre.key}
        for distance in range(1, _LONGEST_HOLD * wanted + 1):
            if len(places) == wanted:
                break
            frame = self._neighbour(centre, centre.number + step * distance)
            if frame is None or frame.key not in seen:
                places.append(frame)
            if frame is not None:
                seen.add(frame.key)
        return places + [None] * (wanted - len(places))

    def _within_shot(
        self, line: Sequence[WorkingFrame | None], radius: int, backwards: bool
    ) -> list[WorkingFrame | None]:
        """Of `line`, ordered away from the far side through the centre, the `radius` places after the
        centre; absent from the first cut on."""
        middle = len(line) // 2
        present = [place for place, frame in enumerate(line) if frame is not None]
        places: list[WorkingFrame | None] = [None] * radius
        for index in range(present.index(middle) + 1, len(present)):
            around = [
                line[present[k]] if 0 <= k < len(present) else None for k in range(index - 2, index + 2)
            ]
            if present[index] - middle > radius or self._is_cut(around, backwards):
                break
            places[present[index] - middle - 1] = around[2]
        return places

    def _is_cut(self, around: Sequence[WorkingFrame | None], backwards: bool) -> bool:
        before, a, b, after = reversed(around) if backwards else around
        assert a is not None
        assert b is not None
        return self._cuts.between(before, a, b, after)

    def _neighbour(self, centre: WorkingFrame, number: FrameNumber) -> WorkingFrame | None:
        if not self._exists(number):
            return None
        try:
            frame = self._frame(number).result()
        except SourceError:
            return None
        return frame if frame.size == centre.size else None

    def _exists(self, number: FrameNumber) -> bool:
        place = bisect_left(self._numbers, number)
        return place < len(self._numbers) and self._numbers[place] == number

    def _frame(self, number: FrameNumber) -> Future[WorkingFrame]:
        """The frame, held or on its way; counts as used now."""
        with self._lock:
            known = self._held.get(number)
            if known is not None:
                self._held.move_to_end(number)
                return known
            coming = self._reader.submit(self._read, number)
            self._held[number] = coming
        coming.add_done_callback(lambda _: self._let_go())
        return coming

    def _read_ahead(self, number: FrameNumber, radius: int) -> None:
        """Start on the frame that the next window of an ascending walk will need."""
        with self._lock:
            ascending = self._last is None or number > self._last
            self._last = number
        upcoming = number + 1 + (radius + _LOOKAHEAD if radius else 0)
        if ascending and self._exists(upcoming):
            self._frame(upcoming)

    def _read(self, number: FrameNumber) -> WorkingFrame:
        frame = self._prepare(self._source.read(number))
        for twin in self._ready():
            if twin.key == frame.key:
                own = replace(frame.frame, codes=twin.frame.codes)
                return replace(frame, frame=own, encoded=twin.encoded)
        return frame

    def _ready(self) -> list[WorkingFrame]:
        with self._lock:
            done = [future for future in self._held.values() if future.done() and not future.cancelled()]
        return [future.result() for future in done if future.exception() is None]

    def _let_go(self) -> None:
        """Drop what was used longest ago until the rest is within the bounds."""
        with self._lock:
            for number in [n for n, future in self._held.items() if future.done()]:
                if len(self._held) == 1 or not self._crowded():
                    return
                del self._held[number]

    def _crowded(self) -> bool:
        pictures = {frame.key: _bytes_of(frame) for frame in self._ready()}
        too_many = len(pictures) > self._most or len(self._held) > _LONGEST_HOLD * self._most
        return too_many or sum(pictures.values()) > self._budget


def _bytes_of(frame: WorkingFrame) -> int:
    return frame.encoded.nbytes + sum(plane.nbytes for plane in frame.frame.codes.planes)
