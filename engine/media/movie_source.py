"""Movies as a source of frames. The first frame is frame 1, as on an editor's counter."""

from __future__ import annotations

import threading
from pathlib import Path
from types import MappingProxyType

import av

from engine.closing import Closing
from engine.errors import CorruptSource, InconsistentFrames, SourceNotFound
from engine.media.contract import ClipInfo
from engine.media.movie_colour import colour_numbers, full_range_of, matrix_of
from engine.media.movie_decoder import MovieDecoder
from engine.media.movie_index import index_movie
from engine.media.movie_info import clip_info
from engine.media.movie_layout import PixelFormat, codes_of, layout_of, pixel_format
from engine.types import Frame, FrameNumber


class MovieSource(Closing):
    """A movie file: .mov, .mp4, .mkv, .mxf or .avi.

    Frame n is the n-th in order of presentation, counted from 1. `codes` are the decoder's own planes:
    no conversion, only padding and interleaving removed. `metadata` of a frame is its
    `FrameTime`. Safe to use from several
    threads; one lock guards the decoder.

    Raises SourceNotFound, UnsupportedFormat, CorruptSource.
    """

    def __init__(self, path: Path) -> None:
        self._path = Path(path)
        self._lock = threading.Lock()
        self._index = index_movie(self._path)
        self._decoder = MovieDecoder(self._path, self._index)
        try:
            first = self._first_frame()
            self._pixels = pixel_format(first.format.name, str(self._path))
            self._size = (first.width, first.height)
            self._info = self._described(first)
        except BaseException:
            self._decoder.close()
            raise

    def _first_frame(self) -> av.VideoFrame:
        """The first sound frame; frames before the first key frame that no decoder can show are dropped."""
        try:
            first = self._decoder.first()
        except CorruptSource as error:
            raise CorruptSource(
                f"{self._path}: none of its {len(self._index.times)} frames can be decoded ({error}); copy"
                f" the file again from the original."
            ) from error
        if first.pts is not None and not self._index.keys_before(self._index.times[0]):
            self._index = self._index.starting_at(first.pts)
        return first

    def _described(self, first: av.VideoFrame) -> ClipInfo:
        stream = self._decoder.stream
        numbers = colour_numbers(first, stream.codec_context)
        matrix, note = matrix_of(numbers, self._pixels, first.height, str(self._path))
        self._layout = layout_of(self._pixels, matrix, full_range_of(numbers, self._pixels))
        return clip_info(self._path, stream, first, self._layout, numbers, self._index, note)

    @property
    def info(self) -> ClipInfo:
        return self._info

    def read(self, number: FrameNumber) -> Frame:
        """Decode frame `number`. Raises SourceNotFound, CorruptSource, InconsistentFrames."""
        count = len(self._index.times)
        if not 1 <= number <= count:
            raise SourceNotFound(
                f"{self._path}: there is no frame {number}; the movie has frames 1 to {count}."
            )
        time = self._index.times[number - 1]
        with self._lock:
            frame = self._decode(number, time)
            self._check(frame, number)
            codes = codes_of(frame, self._pixels, self._layout)
        timing = self._index.timing(number - 1)
        return Frame(number, codes, MappingProxyType(dict(timing.as_metadata())))

    def _decode(self, number: FrameNumber, time: int) -> av.VideoFrame:
        if self._index.cut_off and number == len(self._index.times):
            raise CorruptSource(
                f"{self._path}: the file ends in frame {number}, before its own end; copy it again from the"
                f" original, or process what is there with --frames 1-{number - 1}."
            )
        try:
            return self._decoder.frame(time)
        except CorruptSource as error:
            raise CorruptSource(
                f"{self._path}: frame {number} is damaged ({error}); copy the file again from the original,"
                f" or leave the frame out with --frames."
            ) from error

    def _check(self, frame: av.VideoFrame, number: FrameNumber) -> None:
        expected = _picture(*self._size, self._pixels)
        came = f"{frame.width}x{frame.height} {frame.format.name}"
        if came != expected:
            raise InconsistentFrames(
                f"{self._path}: frame {number} is {came} where frame 1 is {expected}; cut the movie where the"
                f" picture changes and process the parts one by one."
            )

    def close(self) -> None:
        with self._lock:
            self._decoder.close()


def _picture(width: int, height: int, pixels: PixelFormat) -> str:
    return f"{width}x{height} {pixels.name}"
