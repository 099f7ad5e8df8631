"""Pictures as the page is sent them: cut, shrunk, and as bare bytes, PNG or JPEG."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
import numpy.typing as npt

from engine.review.looks import Shown
from engine.review.refusals import BadRequest
from engine.types import Box

Format = Literal["raw", "png", "jpeg"]
TYPES: Mapping[str, str] = {"raw": "application/octet-stream", "png": "image/png", "jpeg": "image/jpeg"}
SCALES = (1, 2, 4, 8)
_QUALITY = 92
_PROXY_QUALITY = 85


@dataclass(frozen=True, eq=False)
class Packed:
    """A picture ready to be sent. `size` is (width, height, channels)."""

    content: bytes
    media_type: str
    size: tuple[int, int, int]


def box_from(text: str, size: tuple[int, int]) -> Box:
    """ "top,left,bottom,right" as far as it lies in a frame of `size` (height, width). Raises BadRequest."""
    try:
        top, left, bottom, right = (int(part) for part in text.split(","))
    except ValueError as error:
        raise BadRequest(f"A box is top,left,bottom,right in whole pixels, not {text!r}.") from error
    return box_within([top, left, bottom, right], size)


def box_within(corners: list[int], size: tuple[int, int]) -> Box:
    """The part of a box that lies in a frame of `size`. Raises BadRequest where none does."""
    top, left = max(corners[0], 0), max(corners[1], 0)
    bottom, right = min(corners[2], size[0]), min(corners[3], size[1])
    if top >= bottom or left >= right:
        raise BadRequest(f"The box {corners} holds no pixel of the frame; it is [top, left, bottom, right].")
    return Box(top, left, bottom, right)


def cut(picture: Shown, box: Box | None, scale: int) -> Shown:
    """The part in `box`, shrunk by `scale`."""
    part = picture if box is None else picture[box.slices]
    if scale == 1:
        return np.ascontiguousarray(part)
    size = max(part.shape[1] // scale, 1), max(part.shape[0] // scale, 1)
    return np.asarray(cv2.resize(np.ascontiguousarray(part), size, interpolation=cv2.INTER_AREA), np.uint8)


def largest(sheet: Shown, shrink: int) -> Shown:
    """A sheet of mattes (h, w, 3) shrunk so that no speck is lost: of each block the pixel that is covered
    most, by the first channel and then by the second."""
    if shrink == 1:
        return sheet
    height, width = max(sheet.shape[0] // shrink, 1), max(sheet.shape[1] // shrink, 1)
    best = sheet[::shrink, ::shrink][:height, :width].copy()
    weight = _weight(best)
    for row in range(shrink):
        for column in range(shrink):
            one = sheet[row::shrink, column::shrink][:height, :width]
            part = best[: one.shape[0], : one.shape[1]], weight[: one.shape[0], : one.shape[1]]
            covers = _weight(one)
            better = covers > part[1]
            part[0][better] = one[better]
            part[1][better] = covers[better]
    return best


def _weight(sheet: Shown) -> npt.NDArray[np.uint16]:
    return sheet[..., 0].astype(np.uint16) * 256 + sheet[..., 1]


def fitted(picture: Shown, longest: int) -> Shown:
    """Shrunk so that no side is longer than `longest`; never enlarged."""
    shrink = longest / max(*picture.shape[:2], longest)
    size = max(round(picture.shape[1] * shrink), 1), max(round(picture.shape[0] * shrink), 1)
    if shrink == 1:
        return picture
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def packed(picture: Shown, form: Format, quality: int = _QUALITY) -> Packed:
    """`picture` (h, w), (h, w, 1) or (h, w, 3) R, G, B as bytes."""
    channels = 1 if picture.ndim == 2 else picture.shape[2]
    size = (picture.shape[1], picture.shape[0], channels)
    if form == "raw":
        return Packed(np.ascontiguousarray(picture).tobytes(), TYPES[form], size)
    turned = picture if channels == 1 else np.ascontiguousarray(picture[..., ::-1])
    options = [cv2.IMWRITE_PNG_COMPRESSION, 1] if form == "png" else [cv2.IMWRITE_JPEG_QUALITY, quality]
    done, content = cv2.imencode(f".{form}", turned, options)
    if not done:
        raise ValueError(f"a picture of {picture.shape} cannot be packed as {form}")
    return Packed(content.tobytes(), TYPES[form], size)


def proxy(picture: Shown, longest: int) -> bytes:
    """A small JPEG to play."""
    return packed(fitted(picture, longest), "jpeg", _PROXY_QUALITY).content
