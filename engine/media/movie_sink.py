"""Movies as a sink of frames: FFV1, which keeps every code, or ProRes where the source was ProRes."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import TracebackType
from typing import Self

import av
from av.error import FFmpegError

from engine.errors import (
    OutputExists,
    SinkError,
    UsageError,
)
from engine.media.atomic import put_in_place, synced, unfinished_name, unwritable
from engine.media.contract import ClipInfo
from engine.media.movie_audio import AudioCopy
from engine.media.movie_clock import Clock, FrameTime, clock_for, exact_rate
from engine.media.movie_encoding import MovieCodec, choose_encoding
from engine.media.movie_index import MovieIndex, index_movie
from engine.media.movie_info import timecode_of
from engine.media.movie_layout import fill
from engine.media.movie_notes import not_carried
from engine.media.movie_open import open_movie, picture_stream
from engine.media.movie_salvage import PacketMark, mark_of, matching_packets
from engine.media.movie_target import (
    FIELD_MODES,
    FieldMarker,
    add_pictures,
    clip_tags,
    open_target,
    tag_frame,
    tag_stream,
    target_colours,
)
from engine.media.movie_timecode import advanced
from engine.types import CodeLayout, Codes, Frame, FrameNumber


class MovieSink:
    """Writes frames of `layout` into a movie: .mkv, .mov or .avi.

    `info` is the clip the frames come from. Where that is a movie, pixel aspect, field order, timecode
    and tags come from its file, and with its own codes (not with a matte) colour tags and sound as well.
    `frames` are the numbers that will be written; None: those of `info`. Consecutive frames keep the
    source's own timestamps (a range starts at 0, with its sound); where frames are left out, the rest
    follow each other at the clip's rate, and the sound, which no longer fits, is left away (`notes`).

    The file grows under a hidden temporary name and appears under its own when closed; with no frame
    written there is none. An exception leaves NAME.partial.EXT, which plays, in place of an older one. A
    killed process leaves the temporary file, from which `take_over` goes on with what `note_packets` told.

    Raises OutputExists, UsageError (the target is the source), UnsupportedFormat (the codes do not fit
    the target exactly), SinkError.
    """

    def __init__(
        self,
        path: Path,
        info: ClipInfo,
        layout: CodeLayout,
        overwrite: bool = False,
        frames: Sequence[FrameNumber] | None = None,
        codec: MovieCodec | None = None,
    ) -> None:
        self._path, self._overwrite = Path(path), overwrite
        self._noted: Callable[[int, PacketMark], None] | None = None
        _refuse(self._path, info, overwrite)
        self._info, self._layout = info, layout
        self._encoding = choose_encoding(self._path, info, layout, codec)
        self.lossy = self._encoding.lossy
        self.notes: tuple[str, ...] = ()
        """What could not be carried over, for people."""
        self.made: Path | None = None
        """Where the movie is, once closed; None where there is none."""
        self._own_codes = layout == info.layout
        self._frames = info.frames if frames is None else frames
        self._consecutive = all(b - a == 1 for a, b in pairwise(self._frames))
        self.temporary = _claimed(self._path)
        """Where the movie grows until it is closed."""
        self._stack = ExitStack()
        self._clock: Clock | None = None
        self._index: MovieIndex | None = None
        self._last: FrameTime | None = None
        self._count = 0
        self._places = 0
        self._durations: deque[int] = deque()
        self._closed = False
        try:
            self._prepare()
        except BaseException:
            self._drop()
            raise

    def _prepare(self) -> None:
        """Make the streams, so that what cannot be held is known before the work begins."""
        movie = self._info.path if self._info.kind == "movie" else None
        origin = None if movie is None else self._stack.enter_context(open_movie(movie))
        like = None if origin is None or movie is None else picture_stream(origin, movie)
        tags = {} if origin is None else clip_tags(origin)
        self._target = self._stack.enter_context(open_target(self.temporary, self._encoding, tags))
        self._stream = add_pictures(self._target, self._encoding, self._info, exact_rate(self._info), like)
        self._colours = target_colours(self._info, self._layout, like if self._own_codes else None)
        tag_stream(self._stream, self._colours)
        self._field_mode = None if like is None else FIELD_MODES.get(like.codec_context.field_order)
        self._fields: FieldMarker | None = None
        self._timecode = None if origin is None else timecode_of(origin)
        self._audio: AudioCopy | None = None
        if origin is not None and self._own_codes and self._consecutive:
            self._audio = AudioCopy(origin, self._target, self._path)
        if origin is not None and like is not None and self._own_codes:
            self.notes = not_carried(origin, like, self._encoding, self._colours, self._consecutive)

    def note_packets(self, noted: Callable[[int, PacketMark], None]) -> None:
        """Have `noted` told of each packet of pictures from now on, and its place, counted from 0."""
        self._noted = noted

    def take_over(self, earlier: Path, marks: Sequence[PacketMark]) -> None:
        """Begin with the packets of an unfinished movie, as they are, that `marks` describe. Before `write`.

        Raises SinkError where it does not hold them all.
        """
        taken = 0
        try:
            for packet in matching_packets(earlier, marks):
                self._take(packet, self._frames[taken])
                taken += 1
            self.sync()
        except (FFmpegError, OSError) as error:
            raise self._failure(error) from error
        if taken < len(marks):
            raise SinkError(f"{earlier} no longer holds its first {len(marks)} frames; start over.")

    def _take(self, content: bytes, number: FrameNumber) -> None:
        time = self._time_at(number)
        clock = self._clock or self._begin(number, time)
        ticks, duration = clock.stamp(self._count, time)
        packet = av.Packet(content)
        packet.pts = packet.dts = ticks
        packet.duration, packet.time_base = duration, clock.time_base
        packet.stream, packet.is_keyframe = self._stream, True
        self._target.mux_one(packet)
        self._places += 1
        self._follow(time)

    def sync(self) -> None:
        """Return once all that was written is on the disk. Raises SinkError."""
        try:
            synced(self.temporary)
        except OSError as error:
            raise self._failure(error) from error

    def write(self, frame: Frame) -> None:
        """Encode one frame and the sound beside it. Raises SinkError."""
        self._check(frame)
        time = self._time(frame)
        try:
            clock = self._clock or self._begin(frame.number, time)
            ticks, duration = clock.stamp(self._count, time)
            self._encode(frame.codes, ticks, duration, clock.time_base)
            self._follow(time)
        except (FFmpegError, OSError) as error:
            raise self._failure(error) from error

    def _follow(self, time: FrameTime | None) -> None:
        """A frame is in: write the sound beside it, and count it."""
        if self._audio is not None and time is not None:
            self._audio.copy_until(time.end)
        self._count += 1
        self._last = time

    def _time(self, frame: Frame) -> FrameTime | None:
        """When the source shows the frame, where that counts.

        A matte's frames do not carry it; where the rate varies it is looked up in the source.
        """
        if not self._consecutive or self._info.kind != "movie":
            return None
        noted = FrameTime.of(frame)
        if noted is not None or self._own_codes or "timing" not in self._info.extras:
            return noted
        return self._time_at(frame.number)

    def _time_at(self, number: FrameNumber) -> FrameTime | None:
        """When the source shows a frame that is not at hand."""
        if not self._consecutive or self._info.kind != "movie":
            return None
        if not self._own_codes and "timing" not in self._info.extras:
            return None
        self._index = self._index or index_movie(self._info.path)
        return self._index.timing(number - 1)

    def _check(self, frame: Frame) -> None:
        codes = frame.codes
        if self._closed:
            raise SinkError(f"{self._path}: frame {frame.number} came after the movie was closed.")
        expected = (self._info.width, self._info.height, self._layout)
        if (codes.width, codes.height, codes.layout) != expected:
            raise SinkError(
                f"{self._path}: frame {frame.number} is {codes.width}x{codes.height} {codes.layout}, where"
                f" the movie was begun with {self._info.width}x{self._info.height} {self._layout}."
            )

    def _begin(self, number: FrameNumber, time: FrameTime | None) -> Clock:
        """Write the header: now it is known which moment of the source comes first."""
        clock = clock_for(self._info, number, time, coarse=self._encoding.muxer == "avi")
        self._stream.time_base = clock.time_base
        self._stream.codec_context.time_base = clock.time_base
        self._write_timecode(number)
        if self._field_mode is not None:
            self._fields = FieldMarker(self._stream, clock.time_base, self._field_mode)
        if self._audio is not None and clock.origin is not None:
            self._audio.begin(clock.origin, None if number == 1 else clock.origin)
        elif self._audio is not None:
            self.notes += ("The frames carry no timestamps, so the sound is not carried over.",)
        self._target.start_encoding()
        self._clock = clock
        return clock

    def _write_timecode(self, first: FrameNumber) -> None:
        """The source's start timecode, moved on to the first frame written."""
        if self._timecode is None:
            return
        moved = advanced(self._timecode, first - 1, exact_rate(self._info))
        if moved is not None:
            self._stream.metadata["timecode"] = moved

    def _encode(self, codes: Codes, ticks: int, duration: int, time_base: Fraction) -> None:
        frame = av.VideoFrame(self._info.width, self._info.height, self._encoding.pixels.name)
        fill(frame, self._encoding.pixels, codes)
        tag_frame(frame, self._colours)
        frame.pts, frame.time_base = ticks, time_base
        if self._fields is not None:
            frame = self._fields.mark(frame)
        self._durations.append(duration)
        self._mux(frame)

    def _mux(self, frame: av.VideoFrame | None) -> None:
        """Encode (None: flush) and write what comes out; both codecs give frames back in order."""
        for packet in self._stream.encode(frame):
            packet.duration = self._durations.popleft()
            self._target.mux_one(packet)
            if self._noted is not None:
                self._noted(self._places, mark_of(bytes(packet)))
            self._places += 1

    def close(self) -> None:
        """Complete the movie and give it its name. Raises SinkError, OutputExists."""
        if self._closed:
            return
        if self._count == 0:
            self._drop()
            return
        if not self._overwrite and os.path.lexists(self._path):
            self._abandon()
            raise OutputExists(
                f"{self._path} was made by something else meanwhile; this movie is in {self._partial}."
            )
        try:
            self._complete(self._path)
        except (FFmpegError, OSError) as error:
            self._salvage()
            raise self._failure(error) from error

    def _complete(self, name: Path) -> None:
        """Flush, write the trailer and rename."""
        self._closed = True
        try:
            with self._stack:
                self._finish()
        except KeyboardInterrupt:
            # The container was closed on the way here: what is there plays, and only sound may be missing.
            self._name(self._partial)
            raise
        self._name(name)

    def _name(self, name: Path) -> None:
        put_in_place(self.temporary, name)
        self.made = name

    def _finish(self) -> None:
        """The frames that the encoder holds back, and the rest of the sound."""
        self._mux(None)
        if self._audio is not None:
            whole = self._last is None or self._last.last
            self._audio.finish(None if whole or self._last is None else self._last.end)

    def _abandon(self) -> None:
        """Keep what is there as a movie that plays, under a name that says it is not whole."""
        if self._closed:
            return
        if self._count == 0:
            self._drop()
            return
        try:
            self._complete(self._partial)
        except (FFmpegError, OSError):
            # The exception that led here is the one to tell.
            self._salvage()

    @property
    def _partial(self) -> Path:
        return self._path.with_suffix(f".partial{self._path.suffix}")

    def _salvage(self) -> None:
        """Keep a file whose end could not be written: all kinds play without, and can be gone on with."""
        with suppress(OSError):
            self._name(self._partial)
        self._drop()

    def _drop(self) -> None:
        """Let go of everything and remove the temporary file."""
        self._closed = True
        with suppress(FFmpegError, OSError):
            self._stack.close()
        self.temporary.unlink(missing_ok=True)

    def _failure(self, error: Exception) -> SinkError:
        return unwritable(self._path, getattr(error, "strerror", None) or str(error))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self._abandon()


def _refuse(path: Path, info: ClipInfo, overwrite: bool) -> None:
    """Never write to a source, nor over another file unasked."""
    if path.exists() and info.path.exists() and path.samefile(info.path):
        raise UsageError(f"{path} is the source itself, which is never written to; choose another name.")
    if os.path.lexists(path) and not overwrite:
        raise OutputExists(f"{path} is there already; give --overwrite to replace it.")


def _claimed(path: Path) -> Path:
    """An empty temporary file beside `path`, so that an unwritable folder is known at once."""
    temporary = unfinished_name(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary.touch(exist_ok=False)
    except OSError as error:
        raise unwritable(path, error.strerror or str(error)) from error
    return temporary
