"""A wipe between before and after, as a picture and as a movie to look at."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from engine.errors import SinkError
from engine.review.looks import Shown

_ENCODERS = ("libvpx-vp9", "mpeg4")
"""Free to use and to pass on; the first is what browsers play."""
_OPTIONS = {
    "libvpx-vp9": {"deadline": "good", "cpu-used": "5", "crf": "18", "b": "0"},
    "mpeg4": {"qscale": "3"},
}
_LINE = (235, 235, 235)


def wiped(before: Shown, after: Shown, column: int) -> Shown:
    """`before` left of `column` and `after` right of it, with a line between."""
    picture = after.copy()
    picture[:, :column] = before[:, :column]
    if 0 < column < picture.shape[1]:
        picture[:, column - 1 : column + 1] = _LINE
    return picture


def write_movie(path: Path, pictures: Iterator[Shown], rate: Fraction) -> None:
    """An MP4 to look at. Raises SinkError."""
    first = next(pictures, None)
    if first is None:
        raise SinkError("Cancelled before the first frame; there is no movie.")
    height, width = first.shape[0] // 2 * 2, first.shape[1] // 2 * 2
    encoder = next(name for name in _ENCODERS if name in av.codecs_available)
    try:
        with av.open(str(path), "w") as container:
            stream: Any = container.add_stream(encoder, rate=rate, options=_OPTIONS[encoder])
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for picture in chain((first,), pictures):
                _encode(container, stream, picture, (width, height))
            container.mux(stream.encode())
    except (FFmpegError, OSError) as error:
        raise SinkError(f"The movie {path.name} cannot be written: {error}.") from error


def _encode(container: Any, stream: Any, picture: Shown, size: tuple[int, int]) -> None:
    cut: Shown = np.ascontiguousarray(picture[: size[1], : size[0]])
    container.mux(stream.encode(av.VideoFrame.from_ndarray(cut, "rgb24")))
