"""A frame and its neighbours in time."""

from __future__ import annotations

from dataclasses import dataclass

from engine.types import WorkingFrame


@dataclass(frozen=True, eq=False)
class FrameWindow:
    """The frames t-radius .. t+radius, centre in the middle; None where a neighbour is absent.

    A neighbour is absent beyond the ends of the clip, across a shot cut, in a gap, for a still, and
    in a host that gives one frame only: all the same case. Every frame present has the same size.
    """

    frames: tuple[WorkingFrame | None, ...]

    def __post_init__(self) -> None:
        if len(self.frames) % 2 == 0 or self.frames[len(self.frames) // 2] is None:
            raise ValueError("a window has 2 * radius + 1 places and a frame in the middle one")

    @property
    def radius(self) -> int:
        return len(self.frames) // 2

    @property
    def centre(self) -> WorkingFrame:
        frame = self.frames[self.radius]
        assert frame is not None
        return frame

    def at(self, offset: int) -> WorkingFrame | None:
        """The frame `offset` places after the centre, None where it is absent or beyond the window."""
        return self.frames[self.radius + offset] if abs(offset) <= self.radius else None

    def offsets(self) -> tuple[int, ...]:
        """The offsets of the neighbours that are there, nearest first: e.g. (-1, 1, 2)."""
        present = [k for k in range(-self.radius, self.radius + 1) if k and self.at(k) is not None]
        return tuple(sorted(present, key=lambda k: (abs(k), k)))

    def around(self, offset: int, radius: int) -> FrameWindow:
        """The smaller window of `radius` whose centre is the frame at `offset` (which must be there)."""
        return FrameWindow(tuple(self.at(offset + k) for k in range(-radius, radius + 1)))

    def beside(self, offset: int, radius: int) -> FrameWindow:
        """Around the frame at `offset` (which must be there) the 2 * `radius` frames nearest to it, as a rule
        `radius` on either side; at a shot's end those of one side, up to 2 * `radius` away.

        All else is absent: what a frame is compared with does not depend on its place in a larger window.
        """
        wide = self.around(offset, 2 * radius)
        kept = {0, *wide.offsets()[: 2 * radius]}
        reach = range(-wide.radius, wide.radius + 1)
        return FrameWindow(tuple(wide.at(k) if k in kept else None for k in reach))

    @staticmethod
    def still(frame: WorkingFrame) -> FrameWindow:
        return FrameWindow((frame,))
