"""Small pictures, kept: proxies to play, and thumbnails for the list."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np

from engine.closing import Closing
from engine.errors import ReelmendError
from engine.review.caches import ByteCache
from engine.review.encode import largest, packed, proxy
from engine.review.frames import Frames
from engine.review.looks import Look, Shown
from engine.review.refusals import BadRequest, NotMade
from engine.types import Box, FrameNumber

Kind = Literal["before", "after", "matte"]
SIZES = (320, 480, 640, 960, 1280)
SMALLEST_THUMBNAIL, LARGEST_THUMBNAIL = 48, 256
_PROXIES = 256 * 2**20
_THUMBNAILS = 48 * 2**20
_AROUND = 1.6
"""A thumbnail shows this many times its defect's longer side."""


class Small:
    """Makes and keeps them for one clip. Thread-safe."""

    def __init__(self, frames: Frames) -> None:
        self._frames = frames
        self._proxies: ByteCache[tuple[object, ...], bytes] = ByteCache(_PROXIES, len)
        self._thumbnails: ByteCache[tuple[object, ...], bytes] = ByteCache(_THUMBNAILS, len)

    @property
    def held(self) -> int:
        """Bytes kept now."""
        return self._proxies.held + self._thumbnails.held

    def room(self, size: int) -> int:
        """How many proxies of this size are kept at once, about."""
        return _PROXIES // (size * size // 6)

    def proxy(self, number: FrameNumber, kind: Kind, look: Look, size: int) -> bytes:
        """A JPEG (of the matte a PNG). `after` and `matte` are never made for this: raises NotMade."""
        if size not in SIZES:
            raise BadRequest(f"Proxies are {', '.join(map(str, SIZES))} pixels long, not {size}.")
        frames = self._frames
        clip = frames.clip
        clip.require(number)
        version = "" if kind == "before" else clip.version(number)
        key = (number, kind, look, size, version)
        known = self._proxies.get(key)
        if known is None:
            known = self._made(number, kind, look, size)
            self._proxies.put(key, known)
        return known

    def thumbnail(self, number: FrameNumber, box: Box, side: str, look: Look, size: int) -> bytes:
        """A JPEG of the defect in `box`, `size` px square; `both` puts before and after side by side."""
        if side not in ("before", "after", "both"):
            raise BadRequest(f"A thumbnail shows before, after or both, not {side!r}.")
        size = min(max(size, SMALLEST_THUMBNAIL), LARGEST_THUMBNAIL)
        version = "" if side == "before" else self._frames.clip.version(number)
        key = (number, box, side, look, size, version)
        known = self._thumbnails.get(key)
        if known is None:
            makers = {"before": self._frames.before, "after": self._frames.after}
            sides = ("before", "after") if side == "both" else (side,)
            parts = [_square(makers[one](number, look), box, size) for one in sides]
            known = packed(np.concatenate(parts, axis=1), "jpeg").content
            self._thumbnails.put(key, known)
        return known

    def _made(self, number: FrameNumber, kind: Kind, look: Look, size: int) -> bytes:
        frames = self._frames
        if kind == "before":
            return proxy(frames.before(number, look), size)
        seen = frames.seen_already(number)
        if kind == "after" and (seen is not None or frames.clip.from_render(number)):
            return proxy(frames.after(number, look), size)
        if kind == "matte" and seen is not None:
            overlay = seen.overlay()
            shrink = max(1, round(max(overlay.shape[:2]) / size))
            return packed(largest(overlay, shrink), "png").content
        raise NotMade(f"Frame {number} has not been repaired yet; show it as it was.")


class ReadAhead(Closing):
    """Makes the proxies that are about to be played, on a thread of its own."""

    def __init__(self, small: Small) -> None:
        self._small = small
        self._asked = threading.Condition()
        self._plan: _Plan | None = None
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="read ahead", daemon=True)
        self._thread.start()

    def play(self, numbers: Sequence[FrameNumber], kinds: Sequence[Kind], look: Look, size: int) -> None:
        """Read `numbers` in this order from now on, as far as there is room; none to stop."""
        with self._asked:
            wanted = numbers[: self._small.room(size)]
            self._plan = _Plan(wanted, tuple(kinds), look, size) if wanted else None
            self._asked.notify()

    def close(self) -> None:
        with self._asked:
            self._ended, self._plan = True, None
            self._asked.notify()
        self._thread.join()

    def _work(self) -> None:
        while (plan := self._next()) is not None:
            for number in plan.numbers:
                if self._plan is not plan:
                    break
                for kind in plan.kinds:
                    self._make(number, kind, plan)
            with self._asked:
                if self._plan is plan:
                    self._plan = None

    def _next(self) -> _Plan | None:
        with self._asked:
            while self._plan is None and not self._ended:
                self._asked.wait()
            return self._plan

    def _make(self, number: FrameNumber, kind: Kind, plan: _Plan) -> None:
        try:
            self._small.proxy(number, kind, plan.look, plan.size)
        except ReelmendError:
            # Whoever asks for it is told why; here it is only not ready.
            return


@dataclass(frozen=True)
class _Plan:
    numbers: Sequence[FrameNumber]
    kinds: tuple[Kind, ...]
    look: Look
    size: int


def _square(picture: Shown, box: Box, size: int) -> Shown:
    """(size, size, 3) around the middle of `box`; the picture's edge is repeated beyond it."""
    side = max(round(_AROUND * max(box.height, box.width)), size // 2)
    row, column = (box.top + box.bottom - side) // 2, (box.left + box.right - side) // 2
    rows = np.clip(np.arange(row, row + side), 0, picture.shape[0] - 1)
    columns = np.clip(np.arange(column, column + side), 0, picture.shape[1] - 1)
    part = np.ascontiguousarray(picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1])
    part = part[rows - rows[0]][:, columns - columns[0]]
    way = cv2.INTER_AREA if side > size else cv2.INTER_NEAREST
    return np.asarray(cv2.resize(part, (size, size), interpolation=way), np.uint8)
