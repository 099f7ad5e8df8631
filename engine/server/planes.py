"""Pixels that clients have sent, by the names they gave them."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from engine.buffers import BufferPool
from engine.closing import Closing
from engine.errors import RequestRefused
from engine.server.asked import RenderAsked
from engine.server.cache import ByteCache
from engine.server.keys import picture_key
from engine.server.mattes import GivenPlane, as_plane
from engine.server.pictures import HostPicture, unpacked
from engine.server.segments import Segment

Plane: TypeAlias = HostPicture | GivenPlane


class PlaneStore(Closing):
    """Keeps what was sent last, within so many bytes, so that it is not sent again. Thread-safe."""

    def __init__(self, budget: int) -> None:
        self._planes: ByteCache[tuple[object, ...], Plane] = ByteCache(budget, lambda plane: plane.bytes)
        self._scratch = BufferPool()

    def find(self, asked: RenderAsked, place: int) -> Plane | None:
        """The plane `place` of a request, if it is known."""
        return self._planes.find(_name(asked, place))

    def take(self, asked: RenderAsked, place: int, segment: Segment, offset: int) -> Plane:
        """The plane, from shared memory. Raises RequestRefused (wrong_key, no_segment)."""
        return self._planes.get(_name(asked, place), lambda: self._read(asked, place, segment, offset))

    def close(self) -> None:
        self._planes.close()
        self._scratch.close()

    def _read(self, asked: RenderAsked, place: int, segment: Segment, offset: int) -> Plane:
        count, picture, named = asked.plane_bytes(place), asked.picture, asked.planes[place]
        with self._scratch.lent(-(-count // 4)) as lent:
            packed = lent.view(np.uint8)[:count]
            segment.read(packed, offset)
            # Of our own copy: what the client does to its memory meanwhile cannot get past this.
            key = picture_key(packed, picture.height)
            if key != named.key:
                raise RequestRefused(
                    "wrong_key",
                    f"The pixels of plane {place} ({named.role} {named.number}) hash to {key}, not to "
                    f"{named.key}; they must stay as they are until the answer comes.",
                )
            if named.role == "frame":
                return unpacked(packed, picture)
            return as_plane(packed, picture.height, picture.width, key)


def _name(asked: RenderAsked, place: int) -> tuple[object, ...]:
    """A matte is the same for any picture of its size."""
    picture, named = asked.picture, asked.planes[place]
    if named.role == "frame":
        return (picture, named.key)
    return (picture.width, picture.height, named.key)
