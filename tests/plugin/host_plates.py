"""Plates as the host has them: numpy arrays to and from its pictures."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from engine.types import AnyArray
from plugin.host.clips import PictureSource
from plugin.host.pictures import Picture, PictureFormat

DTYPES = {"Byte": np.uint8, "Short": np.uint16, "Half": np.float16, "Float": np.float32}
COMPONENTS = {4: "RGBA", 3: "RGB", 1: "Alpha"}


def format_of(
    pixels: AnyArray,
    padding: int = 0,
    top_first: bool = False,
    origin: tuple[int, int] = (0, 0),
    pixel_aspect: float = 1.0,
) -> PictureFormat:
    """The format of pixels (H, W, C), top row first."""
    depth = next(name for name, dtype in DTYPES.items() if pixels.dtype == np.dtype(dtype))
    height, width, channels = pixels.shape
    return PictureFormat(width, height, depth, COMPONENTS[channels], padding, top_first, origin, pixel_aspect)


def picture_of(pixels: AnyArray, format: PictureFormat | None = None) -> Picture:
    return Picture.of(format or format_of(pixels), np.ascontiguousarray(pixels).data)


def pixels_of(picture: Picture) -> AnyArray:
    """The pixels (H, W, C), top row first."""
    format = picture.format
    channels = {name: count for count, name in COMPONENTS.items()}[format.components]
    flat = np.frombuffer(picture.packed(), DTYPES[format.depth])
    return flat.reshape(format.height, format.width, channels)


def source_of(clip: Mapping[int, AnyArray], format: PictureFormat | None = None) -> PictureSource:
    """A clip that has the frames of `clip` and no others."""
    pictures = {number: picture_of(pixels, format) for number, pixels in clip.items()}
    return lambda time: pictures.get(int(time)) if float(time).is_integer() else None
