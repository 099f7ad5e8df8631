"""A matte or infrared plane that is a channel of the plate itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.errors import SourceNotFound, UsageError
from engine.types import CodeLayout, Codes, Float32, Frame, FrameNumber

_OPAQUE = 0.5


class ChannelMatte:
    """Implements `MatteSource` with the channel `name` of each frame."""

    def __init__(self, name: str, marks_damage: bool = False) -> None:
        """A channel that `marks_damage` (white = damage) is refused where it marks all of the frame."""
        self._name = name
        self._marks_damage = marks_damage

    @property
    def identity(self) -> str:
        return f"channel {self._name}"

    def has(self, number: FrameNumber) -> bool:
        return True

    def plane(self, frame: Frame) -> Float32:
        """Raises SourceNotFound where the frame has no such channel, UsageError for an opaque alpha."""
        found = channel_of(self._name, frame.codes.layout)
        if found is None:
            raise SourceNotFound(
                f"Frame {frame.number} has no channel {self._name}; it holds "
                f"{', '.join(frame.codes.layout.channels)}."
            )
        plane = channel_plane(frame.codes, frame.codes.layout.channels.index(found))
        if self._marks_damage and bool((plane > _OPAQUE).all()):
            raise UsageError(
                f"Channel {self._name} of frame {frame.number} is opaque throughout, and as a matte would "
                "mark the whole picture as damage; give a matte that is white on the damage alone."
            )
        return plane


def channel_of(asked: str, layout: CodeLayout) -> str | None:
    """The channel beyond colour that `asked` names: whole ("left.A") or by its last part, in any case."""
    extra = layout.channels[colour_count(layout) :]
    wanted = asked.casefold()
    for names in (extra, [name.rpartition(".")[2] for name in extra]):
        for channel, name in zip(extra, names, strict=True):
            if name.casefold() == wanted:
                return channel
    return None


def extra_channels(layout: CodeLayout) -> Sequence[str]:
    """The channels beyond colour."""
    return layout.channels[colour_count(layout) :]


def colour_count(layout: CodeLayout) -> int:
    return 1 if layout.model == "grey" else 3


def channel_plane(codes: Codes, place: int) -> Float32:
    """Channel `place` of a frame, (H, W) float32; integers as code / (2**bits - 1), floats as they are."""
    layout = codes.layout
    plane = codes.planes[place] if layout.model == "ycbcr" else codes.planes[0][..., place]
    if layout.kind != "integer":
        return plane.astype(np.float32)
    return np.divide(plane, np.float32(2**layout.bits - 1), dtype=np.float32)
