"""Pixels that clients have sent, by the names they gave them."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from engine.closing import Closing
from engine.errors import RequestRefused
from engine.server.asked import RenderAsked, Role
from engine.server.cache import ByteCache
from engine.server.keys import BandHash, key_of
from engine.server.limits import BAND
from engine.server.mattes import GivenPlane
from engine.server.pictures import HostPicture, PictureFormat, Unpacking
from engine.server.segments import Segment
from engine.server.spare import SpareMemory
from engine.types import FrameNumber

Plane: TypeAlias = HostPicture | GivenPlane

_MOST_READERS = 4
_AT_ONCE = 2**19
"""Bytes: they stay in the cache of the second level while they are read, hashed and unpacked."""


@dataclass(frozen=True, eq=False)
class GivenPlanes:
    """What came with one request, by frame number; `keys` are those of the pictures."""

    pictures: Mapping[FrameNumber, HostPicture]
    keys: Mapping[FrameNumber, str]
    mattes: Mapping[Role, Mapping[FrameNumber, GivenPlane]]


def given_planes(asked: RenderAsked, planes: Mapping[int, Plane]) -> GivenPlanes:
    """`planes` by their places in the request, sorted."""
    pictures: dict[FrameNumber, HostPicture] = {}
    keys: dict[FrameNumber, str] = {}
    mattes: defaultdict[Role, dict[FrameNumber, GivenPlane]] = defaultdict(dict)
    for place, named in enumerate(asked.planes):
        plane = planes[place]
        if isinstance(plane, HostPicture):
            pictures[named.number], keys[named.number] = plane, named.key
        else:
            mattes[named.role][named.number] = plane
    return GivenPlanes(pictures, keys, mattes)


class PlaneStore(Closing):
    """Keeps what was sent last, within so many bytes, so that it is not sent again. Thread-safe."""

    def __init__(self, budget: int) -> None:
        self._planes: ByteCache[tuple[object, ...], Plane] = ByteCache(budget, lambda plane: plane.bytes)
        readers = min(os.cpu_count() or 1, _MOST_READERS)
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="planes")
        self._spare = SpareMemory()

    def find(self, asked: RenderAsked, place: int) -> Plane | None:
        """The plane `place` of a request, if it is known."""
        return self._planes.find(_name(asked, place))

    def take(self, asked: RenderAsked, place: int, segment: Segment, offset: int) -> Plane:
        """The plane, from shared memory. Raises RequestRefused (wrong_key, no_segment)."""
        return self._planes.get(_name(asked, place), lambda: self._read(asked, place, segment, offset))

    def rest(self) -> None:
        """Nobody waits just now: get ready for the next plane, on another thread."""
        # Where the process ends meanwhile, it is not needed any more.
        with suppress(RuntimeError):
            self._readers.submit(self._spare.renew)

    def close(self) -> None:
        self._readers.shutdown()
        self._planes.close()
        self._spare.close()

    def _read(self, asked: RenderAsked, place: int, segment: Segment, offset: int) -> Plane:
        picture, named = asked.picture, asked.planes[place]
        target = Unpacking(picture if named.role == "frame" else _matte_format(picture), self._spare.taken)
        row = asked.plane_bytes(place) // picture.height
        key = key_of(self._bands(_Reading(segment, offset, picture.height, row, target)))
        if key != named.key:
            raise RequestRefused(
                "wrong_key",
                f"The pixels of plane {place} ({named.role} {named.number}) hash to {key}, not to "
                f"{named.key}; they must stay as they are until the answer comes.",
            )
        found = target.picture()
        return found if named.role == "frame" else GivenPlane(named.key, found.colour[..., 0])

    def _bands(self, reading: _Reading) -> Sequence[int]:
        """All bands read, and their hashes. Where one fails, none is being read any more."""
        coming = [self._readers.submit(reading.band, top) for top in range(0, reading.height, BAND)]
        wait(coming)
        return [band.result() for band in coming]


@dataclass(frozen=True, eq=False)
class _Reading:
    """A plane of `height` rows of `row` bytes in a segment; its bands may be read side by side."""

    segment: Segment
    offset: int
    height: int
    row: int
    target: Unpacking

    def band(self, first: int) -> int:
        """Unpack the band that begins in row `first`; its hash.

        Hashed is our own copy: what the client does to its memory meanwhile cannot get past this.
        """
        end = min(first + BAND, self.height)
        step = min(max(1, _AT_ONCE // self.row), end - first)
        hashed = BandHash((end - first) * self.row)
        for top in range(first, end, step):
            count = min(step, end - top)
            own = self.target.own(top, count)
            rows = np.empty(count * self.row, np.uint8) if own is None else own
            self.segment.read(rows, self.offset + top * self.row)
            hashed.add(rows)
            if own is None:
                self.target.put(top, rows)
        return hashed.value()


def _matte_format(picture: PictureFormat) -> PictureFormat:
    """One float32 a pixel."""
    return PictureFormat(picture.width, picture.height, "float", "A")


def _name(asked: RenderAsked, place: int) -> tuple[object, ...]:
    """A matte is the same for any picture of its size."""
    picture, named = asked.picture, asked.planes[place]
    if named.role == "frame":
        return (picture, named.key)
    return (picture.width, picture.height, named.key)
