"""What is known of one DPX or Cineon file: its channels, where each lies, and what its header says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np

from engine.media.scan.fields import Value
from engine.media.scan.packing import Bytes
from engine.media.scan.raster import Raster
from engine.types import AnyArray, Bool, CodeLayout


@dataclass(frozen=True)
class Element:
    """One image element. `channels` says which channel of the frame each of its components is."""

    raster: Raster
    channels: tuple[int, ...]


@dataclass(frozen=True, eq=False)
class Scan:
    """`left_out` names image elements that are kept in the file and not read; `colour` is (transfer,
    colorimetric) in OpenImageIO's words; `timecode` is (time code, user bits) and `keycode` the seven numbers
    of OpenEXR's KeyCode. `orientation` is TIFF's (1 .. 4: 1 as stored, 2 mirrored, 3 rotated, 4 bottom-up);
    `aspect` is that of a pixel, None where it is not told.
    """

    kind: Literal["DPX", "Cineon"]
    path: Path
    height: int
    width: int
    layout: CodeLayout
    elements: tuple[Element, ...]
    fields: Mapping[str, Value]
    order: str
    orientation: int
    packing: str
    left_out: tuple[str, ...] = ()
    colour: tuple[str, str] = ("", "")
    aspect: float | None = None
    timecode: tuple[int, int] | None = None
    keycode: tuple[int, ...] | None = None

    def codes(self, content: Bytes) -> AnyArray:
        """(height, width, channels) from the bytes of the whole file."""
        parts = [(element, element.raster.codes(content)) for element in self.elements]
        if len(parts) == 1 and parts[0][0].channels == tuple(range(len(self.layout.channels))):
            return parts[0][1]
        shape = (self.height, self.width, len(self.layout.channels))
        codes = np.empty(shape, np.uint8 if self.layout.bits == 8 else np.uint16)
        for element, own in parts:
            codes[..., list(element.channels)] = own
        return codes

    def put(self, content: Bytes, codes: AnyArray, changed: Bool) -> None:
        """Write `codes` into `content` where `changed`; both (height, width, channels)."""
        for element in self.elements:
            own = _picked(element.channels)
            element.raster.put(content, codes[..., own], changed[..., own])


def _picked(channels: tuple[int, ...]) -> slice | list[int]:
    """An index of `channels`: a slice, which copies nothing, where they follow one another."""
    first, after = channels[0], channels[0] + len(channels)
    return slice(first, after) if channels == tuple(range(first, after)) else list(channels)
