"""Packed pixels of a host to the engine's code values, and back.

The engine sees the colour channels alone. So the picture a host gives with an opaque alpha, and the file
without one that it came from, are the same to it, and get the same grain.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import cv2
import numpy as np
import numpy.typing as npt

from engine.types import AnyArray, Box, CodeLayout, Codes

Bytes = npt.NDArray[np.uint8]

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


def fresh_bytes(count: int) -> Bytes:
    """(count,) of undefined values."""
    return np.empty(count, np.uint8)


class Unpacking:
    """Takes a packed picture band by band; every code stays what it is, NaN included."""

    def __init__(self, picture: PictureFormat, memory: Callable[[int], Bytes] = fresh_bytes) -> None:
        """`memory` gives so many bytes, (count,), for the colour to be kept in."""
        channels = CHANNELS[picture.channels]
        size = (picture.height, picture.width)
        shape = (*size, min(channels, 3))
        self._picture = picture
        self._colour = memory(math.prod(shape) * picture.dtype.itemsize).view(picture.dtype).reshape(shape)
        self._alpha = np.empty(size, picture.dtype) if channels == 4 else None

    def own(self, top: int, rows: int) -> Bytes | None:
        """Where so many rows from `top` on may be read as they are, (bytes,); None: they are to be `put`."""
        if self._alpha is not None:
            return None
        return self._colour[top : top + rows].reshape(-1).view(np.uint8)

    def put(self, top: int, packed: Bytes) -> None:
        """The rows from `top` on, `packed` (bytes,); they are copied."""
        picture = self._picture
        rows = packed.view(picture.dtype).reshape(-1, picture.width, CHANNELS[picture.channels])
        colour = self._colour[top : top + len(rows)]
        if self._alpha is None:
            np.copyto(colour, rows)
            return
        # OpenCV only moves the channels here; it knows no half.
        alpha, bits = self._alpha[top : top + len(rows)], np.uint16 if rows.itemsize == 2 else rows.dtype
        cv2.cvtColor(rows.view(bits), cv2.COLOR_RGBA2RGB, dst=colour.view(bits))
        cv2.extractChannel(rows.view(bits), 3, dst=alpha.view(bits))

    def picture(self) -> HostPicture:
        """The whole, once every row has been put; it must not be written to any more."""
        self._colour.flags.writeable = False
        return HostPicture(Codes((self._colour,), self._picture.layout), self._alpha)


def packed_box(colour: AnyArray, alpha: AnyArray | None, box: Box) -> AnyArray:
    """(h, w, C), C-contiguous: the pixels of `box` as the host packs them, `alpha` last if there is one."""
    part = colour[box.slices]
    if alpha is None:
        return np.ascontiguousarray(part)
    whole = np.empty((box.height, box.width, part.shape[2] + 1), part.dtype)
    whole[..., :-1] = part
    whole[..., -1] = alpha[box.slices]
    return whole
