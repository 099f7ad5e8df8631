"""Pixels that clients have sent, by the names they gave them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from engine.closing import Closing
from engine.errors import RequestRefused
from engine.server.asked import RenderAsked, Role
from engine.server.cache import ByteCache
from engine.server.keys import KeyHash
from engine.server.limits import BAND
from engine.server.mattes import GivenPlane
from engine.server.pictures import HostPicture, PictureFormat, Unpacking
from engine.server.segments import Segment
from engine.types import FrameNumber

Plane: TypeAlias = HostPicture | GivenPlane


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

    def find(self, asked: RenderAsked, place: int) -> Plane | None:
        """The plane `place` of a request, if it is known."""
        return self._planes.find(_name(asked, place))

    def take(self, asked: RenderAsked, place: int, segment: Segment, offset: int) -> Plane:
        """The plane, from shared memory. Raises RequestRefused (wrong_key, no_segment)."""
        return self._planes.get(_name(asked, place), lambda: self._read(asked, place, segment, offset))

    def close(self) -> None:
        self._planes.close()

    def _read(self, asked: RenderAsked, place: int, segment: Segment, offset: int) -> Plane:
        # Hashed is our own copy: what the client does to its memory meanwhile cannot get past this.
        picture, named = asked.picture, asked.planes[place]
        target = Unpacking(picture if named.role == "frame" else _matte_format(picture))
        row = asked.plane_bytes(place) // picture.height
        hashed = KeyHash()
        band = np.empty(min(BAND, picture.height) * row, np.uint8)
        for top in range(0, picture.height, BAND):
            rows = band[: min(BAND, picture.height - top) * row]
            segment.read(rows, offset + top * row)
            hashed.add(rows)
            target.put(top, rows)
        if hashed.key() != named.key:
            raise RequestRefused(
                "wrong_key",
                f"The pixels of plane {place} ({named.role} {named.number}) hash to {hashed.key()}, not to "
                f"{named.key}; they must stay as they are until the answer comes.",
            )
        found = target.picture()
        return found if named.role == "frame" else GivenPlane(named.key, found.colour[..., 0])


def _matte_format(picture: PictureFormat) -> PictureFormat:
    """One float32 a pixel."""
    return PictureFormat(picture.width, picture.height, "float", "A")


def _name(asked: RenderAsked, place: int) -> tuple[object, ...]:
    """A matte is the same for any picture of its size."""
    picture, named = asked.picture, asked.planes[place]
    if named.role == "frame":
        return (picture, named.key)
    return (picture.width, picture.height, named.key)
