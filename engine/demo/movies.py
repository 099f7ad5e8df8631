"""Movies of the demo: the restored frames without loss, and a small before / after preview to play."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import av.codec
import av.container
import numpy as np
from av.error import FFmpegError
from av.video.stream import VideoStream

from engine.demo.display import Shown
from engine.errors import SinkError
from engine.media.open import open_sink, open_source
from engine.types import Codes, FrameNumber

ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")
"""H.264 encoders, best first; a build of FFmpeg may have none."""
LARGEST = 960
"""Width of the preview in pixels, at most."""


def copy_as_ffv1(frames: str, movie: Path, rate: float) -> None:
    """Write the frames of a sequence as an FFV1 movie, code for code. Raises SourceError, SinkError."""
    with open_source(frames) as source:
        info = replace(source.info, rate=source.info.rate or rate)
        with open_sink(str(movie), info, info.layout, info.frames, overwrite=True) as sink:
            for number in info.frames:
                sink.write(source.read(number))


def write_preview(
    before: str,
    after: str,
    frames: Sequence[FrameNumber],
    show: Callable[[Codes], Shown],
    movie: Path,
    rate: float,
) -> bool:
    """An H.264 movie, damaged on the left and restored on the right of a line that moves across.

    False, and no file, where this FFmpeg has no H.264 encoder. Raises SinkError.
    """
    encoder = next((name for name in ENCODERS if _usable(name)), None)
    if encoder is None:
        return False
    unfinished = movie.with_name(f".{movie.stem}.partial{movie.suffix}")
    try:
        with open_source(before) as damaged, open_source(after) as restored:
            pictures = (
                wiped(
                    show(damaged.read(number).codes), show(restored.read(number).codes), place / len(frames)
                )
                for place, number in enumerate(frames)
            )
            _encode(unfinished, encoder, damaged.info.rate or rate, pictures)
        unfinished.replace(movie)
    except (FFmpegError, OSError) as error:
        raise SinkError(f"The preview {movie} cannot be written: {error}.") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return True


def wiped(before: Shown, after: Shown, progress: float) -> Shown:
    """One picture (H, W, 3) of even size: `before` left of a bright line, `after` right of it.

    `progress` 0 .. 1 moves the line from 80 % to 20 % of the width.
    """
    height, width = (int(before.shape[0]) // 2 * 2, int(before.shape[1]) // 2 * 2)
    line = int(width * (0.8 - 0.6 * progress))
    picture = after[:height, :width].copy()
    picture[:, :line] = before[:height, :line]
    picture[:, max(line - 1, 0) : line + 1] = 255
    return picture


def _encode(movie: Path, encoder: str, rate: float, pictures: Iterable[Shown]) -> None:
    with av.open(str(movie), "w") as container:
        stream: VideoStream | None = None
        for picture in pictures:
            if stream is None:
                stream = _new_stream(container, encoder, rate, picture)
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), format="rgb24")
            container.mux(stream.encode(frame))
        if stream is not None:
            container.mux(stream.encode(None))


def _new_stream(
    container: av.container.OutputContainer, encoder: str, rate: float, picture: Shown
) -> VideoStream:
    """4:2:0 at most `LARGEST` pixels wide: what every player and web page shows."""
    stream = container.add_stream(encoder, rate=Fraction(rate).limit_denominator(1001))
    assert isinstance(stream, VideoStream)
    height, width = int(picture.shape[0]), int(picture.shape[1])
    shrink = min(1.0, LARGEST / width)
    stream.width, stream.height = round(width * shrink / 2) * 2, round(height * shrink / 2) * 2
    stream.pix_fmt = "yuv420p"
    stream.bit_rate = 6_000_000
    return stream


def _usable(encoder: str) -> bool:
    try:
        av.codec.Codec(encoder, "w")
    except (ValueError, FFmpegError):
        return False
    return True
