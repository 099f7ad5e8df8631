"""Packed pixels of a host to the engine's code values, and back.

The engine sees the colour channels alone. So the picture a host gives with an opaque alpha, and the file
without one that it came from, are the same to it, and get the same grain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import AnyArray, Box, CodeLayout, Codes

FORMATS: Mapping[str, tuple[str, Literal["integer", "half", "float"], int]] = {
    "byte": ("uint8", "integer", 8),
    "short": ("uint16", "integer", 16),
    "half": ("float16", "half", 16),
    "float": ("float32", "float", 32),
}
"""A host's word to numpy's, and to how `CodeLayout` says it."""
CHANNELS: Mapping[str, int] = {"RGBA": 4, "RGB": 3, "A": 1}


@dataclass(frozen=True)
class PictureFormat:
    """How packed pixels are to be read; `format` of `FORMATS`, `channels` of `CHANNELS`."""

    width: int
    height: int
    format: str
    channels: str

    @property
    def dtype(self) -> np.dtype[Any]:
        return np.dtype(FORMATS[self.format][0])

    @property
    def pixel_bytes(self) -> int:
        return CHANNELS[self.channels] * self.dtype.itemsize

    @property
    def bytes(self) -> int:
        return self.width * self.height * self.pixel_bytes

    @property
    def layout(self) -> CodeLayout:
        """Of the colour channels; a picture of alpha alone is grey."""
        _, kind, bits = FORMATS[self.format]
        if self.channels == "A":
            return CodeLayout("grey", ("Y",), kind, bits)
        return CodeLayout("rgb", ("R", "G", "B"), kind, bits)


@dataclass(frozen=True, eq=False)
class HostPicture:
    """`codes` are the colour; `alpha` (H, W) of the same dtype, None where the host gave none."""

    codes: Codes
    alpha: AnyArray | None

    @property
    def colour(self) -> AnyArray:
        """(H, W, 3), or (H, W, 1) of grey."""
        return self.codes.planes[0]

    @property
    def bytes(self) -> int:
        return self.colour.nbytes + (0 if self.alpha is None else self.alpha.nbytes)


def unpacked(packed: npt.NDArray[np.uint8], picture: PictureFormat) -> HostPicture:
    """The picture in `packed` (bytes,), copied; every code stays what it is, NaN included."""
    shaped = packed.view(picture.dtype).reshape(picture.height, picture.width, -1)
    if picture.channels != "RGBA":
        return HostPicture(_codes(shaped.copy(), picture), None)
    # OpenCV only moves the channels here; it knows no half.
    bits = _as_bits(shaped)
    colour = np.asarray(cv2.cvtColor(bits, cv2.COLOR_RGBA2RGB)).view(picture.dtype)
    alpha = np.asarray(cv2.extractChannel(bits, 3)).view(picture.dtype)
    return HostPicture(_codes(colour, picture), alpha)


def packed_box(colour: AnyArray, alpha: AnyArray | None, box: Box) -> AnyArray:
    """(h, w, C), C-contiguous: the pixels of `box` as the host packs them, `alpha` last if there is one."""
    part = colour[box.slices]
    if alpha is None:
        return np.ascontiguousarray(part)
    whole = np.empty((box.height, box.width, part.shape[2] + 1), part.dtype)
    whole[..., :-1] = part
    whole[..., -1] = alpha[box.slices]
    return whole


def _codes(colour: AnyArray, picture: PictureFormat) -> Codes:
    colour.flags.writeable = False
    return Codes((colour,), picture.layout)


def _as_bits(shaped: AnyArray) -> AnyArray:
    """The same memory; half as uint16."""
    return shaped.view(np.uint16) if shaped.dtype == np.float16 else shaped
