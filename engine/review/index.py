"""What is known of every frame of a clip: its damage and its flags, for the timeline and the list."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence

import numpy as np

from engine.media.contract import ClipInfo
from engine.review.rows import CUT, DECIDED, FAILED, MISSING, ROW, Rows, flags_of, joined
from engine.types import AnyArray, FrameNumber

UNKNOWN = -1.0


class FrameIndex:
    """Arrays over the frames of a clip and its gaps, and the table of all regions. Thread-safe.

    `numbers` (n,) int64 ascending; `density` (n,) float32 the damaged fraction, -1 where nothing is known;
    `regions` (n,) int32; `flags` (n,) uint16.
    """

    def __init__(self, info: ClipInfo) -> None:
        gaps = np.asarray(info.gaps, np.int64)
        self.numbers = np.sort(np.concatenate([np.asarray(info.frames, np.int64), gaps]))
        self.density = np.full(self.numbers.size, UNKNOWN, np.float32)
        self.regions = np.zeros(self.numbers.size, np.int32)
        self.flags = np.zeros(self.numbers.size, np.uint16)
        self.flags[np.isin(self.numbers, gaps)] = MISSING
        self._base: Rows = np.zeros(0, ROW)
        self._fresh: dict[FrameNumber, Rows] = {}
        self._lock = threading.RLock()
        self.revision = 0

    @property
    def known(self) -> int:
        """Frames about which something is known."""
        return int(np.count_nonzero((self.density >= 0) | (self.flags & FAILED > 0)))

    def place(self, number: FrameNumber) -> int | None:
        """The place of a frame in the arrays, None where the clip has none of that number."""
        place = int(np.searchsorted(self.numbers, number))
        return place if place < self.numbers.size and self.numbers[place] == number else None

    def knows(self, number: FrameNumber) -> bool:
        place = self.place(number)
        return place is not None and bool(self.density[place] >= 0)

    def put(self, number: FrameNumber, rows: Rows, damaged: float, flags: int = 0) -> None:
        """What was found on a frame, in the place of what was known before; in any order.

        `flags`: those of the frame itself, beside those of its `rows`.
        """
        place = self.place(number)
        if place is None:
            return
        # A report names what a decision left alone last: a row must not go elsewhere for being decided on.
        rows = rows[np.lexsort((rows["left"], rows["top"]))]
        with self._lock:
            self._fresh[number] = rows
            self.density[place] = damaged
            self.regions[place] = len(rows)
            kept = int(self.flags[place]) & (CUT | DECIDED)
            self.flags[place] = kept | flags_of(rows) | flags
            self.revision += 1

    def fail(self, number: FrameNumber) -> None:
        place = self.place(number)
        if place is not None:
            self.flags[place] |= FAILED
            self.revision += 1

    def mark(self, numbers: Iterable[FrameNumber], flag: int, only: bool = False) -> None:
        """Set `flag` on these frames; `only`: and take it from all others."""
        with self._lock:
            flags = self.flags & np.uint16(~flag & 0xFFFF) if only else self.flags.copy()
            wanted = np.fromiter(numbers, np.int64)
            places = np.searchsorted(self.numbers, wanted)
            there = places < self.numbers.size
            places, wanted = places[there], wanted[there]
            flags[places[self.numbers[places] == wanted]] |= np.uint16(flag)
            self.revision += bool((flags != self.flags).any())
            self.flags[:] = flags

    def forget(self) -> None:
        """Take back all that was found; gaps and cuts stay."""
        with self._lock:
            self._base, self._fresh = np.zeros(0, ROW), {}
            self.density[:] = UNKNOWN
            self.regions[:] = 0
            self.flags &= np.uint16(MISSING | CUT | DECIDED)
            self.revision += 1

    def rows(self) -> Rows:
        """Every region, by frame and then from top to bottom; do not write to it."""
        with self._lock:
            if self._fresh:
                stale = np.isin(self._base["frame"], np.fromiter(self._fresh, np.int64))
                table = joined([self._base[~stale], *self._fresh.values()])
                self._base = table[np.argsort(table["frame"], kind="stable")]
                self._fresh = {}
            return self._base

    def rows_of(self, number: FrameNumber) -> Rows:
        with self._lock:
            fresh = self._fresh.get(number)
            if fresh is not None:
                return fresh
            first, last = np.searchsorted(self._base["frame"], [number, number + 1])
            return self._base[first:last]

    def within(self, first: FrameNumber, last: FrameNumber) -> slice:
        """The places of the frames from `first` to `last`, both included."""
        ends: AnyArray = np.searchsorted(self.numbers, [first, last + 1])
        return slice(int(ends[0]), int(ends[1]))

    def cuts(self, first: FrameNumber, last: FrameNumber) -> Sequence[FrameNumber]:
        """The frames in which a shot begins, as far as they are known."""
        span = self.within(first, last)
        return [int(n) for n in self.numbers[span][self.flags[span] & CUT > 0]]
