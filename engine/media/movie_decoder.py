"""Decoding a movie by timestamp: forwards without seeking, elsewhere from the key frame before."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import av
import av.packet
from av.error import FFmpegError

from engine.closing import Closing
from engine.errors import CorruptSource
from engine.media.movie_ffv1 import intact
from engine.media.movie_index import Key, MovieIndex
from engine.media.movie_open import family, only, open_movie, picture_stream

REACH = 8
"""Up to so many frames ahead decoding on is cheaper than seeking, whatever the codec."""
RETRIES = 3
"""Key frames tried before a frame is given up: seeking may land late, and an open GOP may need one more."""
FIRST_PACKETS = 4
INTRA = frozenset({"ffv1"})


class MovieDecoder(Closing):
    """Hands out decoded frames by timestamp. Not thread-safe: the source locks around it.

    Codecs whose frames stand alone are decoded with slice threads, so that each packet gives its frame at
    once and an error belongs to exactly one frame; the others with frame and slice threads.
    """

    def __init__(self, path: Path, index: MovieIndex) -> None:
        self._path = path
        self._index = index
        self._checked = _has_checksums(path)
        self._last: av.VideoFrame | None = None
        self._bad: set[int] = set()
        self._target = index.times[0]
        self.reason = ""
        """Why frames were missing or refused since the last seek, in FFmpeg's words where it gave any."""
        self._open()

    def _open(self) -> None:
        self._container = open_movie(self._path)
        self.stream = picture_stream(self._container, self._path)
        only(self._container, self.stream)
        standalone = self.stream.codec.intra_only or self.stream.codec_context.name in INTRA
        self.stream.thread_type = "SLICE" if standalone else "AUTO"
        self._by_pts = family(self._container) == "matroska"
        self._frames = self._decoded()
        self._given = 0

    def first(self) -> av.VideoFrame:
        """The first sound frame of the file, whatever its time. Raises CorruptSource if there is none."""
        for frame in self._frames:
            self._last = frame
            if frame.pts is not None and not frame.is_corrupt and frame.pts not in self._bad:
                return frame
        raise CorruptSource(self.reason or "no picture came out of the decoder")

    def frame(self, time: int) -> av.VideoFrame:
        """The frame shown at exactly `time`. Raises CorruptSource (without the frame's number)."""
        if self._last is not None and self._last.pts == time and time not in self._bad:
            return self._last
        found = self._advance(time) if self._is_near(time) else None
        for key in self._index.keys_before(time, RETRIES):
            if found is not None:
                return found
            self._seek(key)
            found = self._advance(time)
        if found is None and not self.reason:
            self._restart()
            found = self._advance(time)
        if found is None:
            raise CorruptSource(self.reason or "no picture came out of the decoder")
        return found

    def _is_near(self, time: int) -> bool:
        """Whether decoding on reaches `time` sooner than a seek would."""
        last = None if self._last is None else self._last.pts
        if last is None:
            return time == self._index.times[0]
        if last >= time:
            return False
        here, there = self._index.place(last), self._index.place(time)
        if here is not None and there is not None and there - here <= REACH:
            return True
        keys = self._index.keys_before(time)
        return bool(keys) and keys[0].pts <= last

    def _advance(self, time: int) -> av.VideoFrame | None:
        """Decode on until `time`; None if it is passed by, never comes or comes damaged."""
        self._target = time
        for frame in self._frames:
            self._last = frame
            if frame.pts is None or frame.pts < time:
                continue
            if frame.pts > time:
                return None
            if frame.is_corrupt or time in self._bad:
                self._bad.add(time)
                self.reason = self.reason or "the decoder found errors in it"
                return None
            return frame
        self._last = None
        return None

    def _decoded(self) -> Iterator[av.VideoFrame]:
        """Frames from where the container stands; damage is noted in `reason` and passed by."""
        for packet in self._packets():
            ended = packet.dts is None and packet.size == 0
            if not ended and not self._wanted(packet):
                continue
            try:
                yield from self._in_order(packet.decode())
            except (FFmpegError, OSError) as error:
                self.reason = error.strerror or str(error)

    def _packets(self) -> Iterator[av.packet.Packet[av.VideoStream]]:
        """What the file holds from here on; where it cannot be read further, `reason` says why."""
        try:
            yield from self._container.demux(self.stream)
        except (FFmpegError, OSError) as error:
            self.reason = error.strerror or str(error)

    def _in_order(self, frames: list[av.VideoFrame]) -> list[av.VideoFrame]:
        """The frames with the times the index knows them by, where their own do not tell the order."""
        if self._index.by_count:
            for frame in frames:
                if self._given < len(self._index.times):
                    frame.pts = self._index.times[self._given]
                self._given += 1
        return frames

    def _wanted(self, packet: av.packet.Packet[av.VideoStream]) -> bool:
        """False for an empty packet (a repeat), and where every frame stands alone for earlier frames."""
        if packet.size == 0 or packet.pts is None:
            return packet.size > 0
        if self._index.intra and packet.pts < self._target:
            return False
        if self._checked and not intact(bytes(packet)):
            self._bad.add(packet.pts)
            self.reason = "a slice does not agree with its checksum"
        return True

    def _seek(self, key: Key) -> None:
        """Stand before a key frame. Matroska finds it by its presentation time, the others by `dts`."""
        self.reason = ""
        self._last = None
        if self._index.by_count:
            self._restart()
            return
        try:
            self._container.seek(key.pts if self._by_pts else key.dts, stream=self.stream)
        except (FFmpegError, OSError):
            self._restart()
            return
        self._frames = self._decoded()

    def _restart(self) -> None:
        """Open the file anew: the one way to the first packet that needs no index."""
        self._container.close()
        self._last = None
        self._open()

    def close(self) -> None:
        self._container.close()


def _has_checksums(path: Path) -> bool:
    """Whether the movie is FFV1 with checksums: one of its first packets agrees with its own."""
    with open_movie(path) as container:
        stream = picture_stream(container, path)
        if stream.codec_context.name != "ffv1":
            return False
        only(container, stream)
        first = islice(container.demux(stream), FIRST_PACKETS)
        return any(packet.size > 0 and intact(bytes(packet)) for packet in first)
