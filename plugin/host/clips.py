"""Clips: what an effect reads from and writes to, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from plugin.host.pictures import Picture, PictureFormat
from plugin.host.properties import PropertySet

PictureSource: TypeAlias = Callable[[float], Picture | None]
"""The picture of a clip at a time; None where there is none."""


@dataclass(eq=False)
class Clip:
    """A clip as described, and, once connected, where its pictures come from.

    Every picture of one clip has one `format`; a proxy render gives smaller ones by `scale`.
    """

    name: str
    properties: PropertySet
    format: PictureFormat | None = None
    source: PictureSource | None = None
    scale: tuple[float, float] = (1.0, 1.0)

    @property
    def connected(self) -> bool:
        return self.source is not None

    @property
    def optional(self) -> bool:
        return bool(self.properties.value("OfxImageClipPropOptional", 0))

    def canonical_bounds(self) -> tuple[float, float, float, float]:
        """The region of definition: x1, y1, x2, y2 of the full-size plate with square pixels."""
        if self.format is None:
            return 0.0, 0.0, 0.0, 0.0
        x1, y1, x2, y2 = self.format.bounds
        across = self.format.pixel_aspect / self.scale[0]
        return x1 * across, y1 / self.scale[1], x2 * across, y2 / self.scale[1]

    def copy(self) -> Clip:
        return Clip(self.name, self.properties.copy(f"clip {self.name}"))
