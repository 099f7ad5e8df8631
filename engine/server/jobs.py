"""A request from the moment it is taken to its one final answer."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import numpy as np

from engine.server.asked import Area, RenderAsked
from engine.server.pictures import packed_box
from engine.server.planes import Plane, PlaneStore, given_planes
from engine.server.renderer import Renderer, View
from engine.server.segments import Segment
from engine.types import AnyArray, Box


class Job:
    """What has been asked, and whether it has ended; thread-safe.

    Whoever ends it sends the final answer, and nobody else: its result is not touched after that.
    """

    def __init__(self, asked: RenderAsked, known: Mapping[int, Plane], result: Segment) -> None:
        """`known`: the planes that are here already, held until the job has gone."""
        self.asked = asked
        self._planes = dict(known)
        self._sent: Mapping[int, tuple[Segment, int]] = {}
        self._result = result
        self._ended = False
        self._lock = threading.Lock()

    @property
    def lacking(self) -> tuple[int, ...]:
        return tuple(place for place in range(len(self.asked.planes)) if place not in self._planes)

    @property
    def segments(self) -> frozenset[str]:
        """Names of the shared memory it reads or writes."""
        return frozenset({self._result.name, *(segment.name for segment, _ in self._sent.values())})

    @property
    def begun(self) -> bool:
        """Its pixels have been sent."""
        return bool(self._sent)

    def send(self, areas: Mapping[int, tuple[Segment, int]]) -> None:
        """The lacking planes are there."""
        self._sent = dict(areas)

    def ended(self) -> bool:
        return self._ended

    def end(self) -> bool:
        """True for the one who ends it. What is being written is finished first."""
        with self._lock:
            ended, self._ended = self._ended, True
        return not ended

    def run(self, store: PlaneStore, renderer: Renderer) -> View | None:
        """Do the work and write the result; None where somebody else ended it meanwhile.

        The caller ends the job where this raises: RequestRefused, and what `Renderer.render` raises.
        """
        for place, (segment, offset) in self._sent.items():
            if self._ended:
                return None
            self._planes[place] = store.take(self.asked, place, segment, offset)
        view = renderer.render(self.asked, given_planes(self.asked, self._planes), self.ended)
        return view if self._write(view) else None

    def _write(self, view: View) -> bool:
        """Put the boxes into the result, and end; False where it has ended."""
        for box in view.boxes:
            pixels = packed_box(view.colour, view.alpha, box)
            with self._lock:
                if self._ended:
                    return False
                self._put(pixels, box)
        return self.end()

    def _put(self, pixels: AnyArray, box: Box) -> None:
        picture, area = self.asked.picture, self.asked.result
        rows = pixels.reshape(box.height, -1).view(np.uint8)
        if box.width == picture.width:
            rows = rows.reshape(1, -1)
        for row, packed in enumerate(rows):
            pixel = (box.top + row) * picture.width + box.left
            self._result.write(packed, area.offset + pixel * picture.pixel_bytes)


def fits(area: Area, count: int, segment: Segment) -> bool:
    """Whether `count` bytes at `area` lie within the segment."""
    return area.offset + count <= segment.size
