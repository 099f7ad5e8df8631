"""Sound carried over packet by packet: never decoded, so not a bit of it changes."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any, TypeAlias

import av
import av.container
import av.packet
import av.stream
from av.error import FFmpegError

from engine.errors import UnsupportedFormat
from engine.media.movie_open import only, sounds

MARGIN = Fraction(1)
"""Seconds before the wanted sound that reading starts at: seeking is no more exact than a packet."""

AudioPacket: TypeAlias = "av.packet.Packet[Any]"


class AudioCopy:
    """Every audio stream of a known codec on its way into another movie, up to the moments it is told.

    Packets that begin within the range of the frames are copied, at exactly the distance from the picture
    they had; a range may so begin with up to one packet (about 20 ms) of silence.
    """

    def __init__(
        self, source: av.container.InputContainer, target: av.container.OutputContainer, path: Path
    ) -> None:
        self._source = source
        self._target = target
        self._sounds = sounds(source)
        self._streams = {stream.index: _twin(stream, target, path) for stream in self._sounds}
        only(source, *self._sounds)
        self._origin = Fraction(0)
        self._start: Fraction | None = None
        self._rest: Iterator[AudioPacket] = iter(())

    def begin(self, origin: Fraction, start: Fraction | None) -> None:
        """The source's moment `origin` (seconds) becomes 0; sound before `start` is left out (None: none)."""
        self._origin = origin
        self._start = start
        if not self._streams:
            return
        if start is not None and start > MARGIN:
            self._seek(start - MARGIN)
        self._rest = self._packets()

    def _seek(self, moment: Fraction) -> None:
        stream = self._sounds[0]
        assert stream.time_base is not None
        try:
            self._source.seek(int(moment / stream.time_base), stream=stream)
        except (FFmpegError, OSError):
            # Without an index in the file the packets up to there are simply read.
            self._source.seek(0)

    def _packets(self) -> Iterator[AudioPacket]:
        """The packets from where the source stands, but those before the start."""
        for packet in self._source.demux(*self._sounds):
            if packet.size and (self._start is None or _moment(packet) >= self._start):
                yield packet

    def copy_until(self, end: Fraction) -> None:
        """Write what begins before `end` (seconds in the source), as far as the file's order tells."""
        for packet in self._rest:
            if _moment(packet) >= end:
                self._rest = chain((packet,), self._rest)
                return
            self._write(packet)

    def finish(self, end: Fraction | None) -> None:
        """Write the rest of what begins before `end`; None writes all there is."""
        open_streams = set(self._streams)
        for packet in self._rest:
            if end is None or _moment(packet) < end:
                self._write(packet)
                continue
            open_streams.discard(packet.stream_index)
            if not open_streams:
                return

    def _write(self, packet: AudioPacket) -> None:
        assert packet.time_base is not None
        shift = round(self._origin / packet.time_base)
        twin = self._streams[packet.stream_index]
        if packet.pts is not None:
            packet.pts -= shift
        if packet.dts is not None:
            packet.dts -= shift
        packet.stream = twin
        self._target.mux_one(packet)


def _moment(packet: AudioPacket) -> Fraction:
    """When a packet begins, in seconds of the source."""
    ticks = packet.pts if packet.pts is not None else packet.dts
    assert packet.time_base is not None
    return Fraction(ticks or 0) * packet.time_base


def _twin(stream: av.AudioStream, target: av.container.OutputContainer, path: Path) -> av.stream.Stream:
    """A stream in the target with the same codec and tags. Raises UnsupportedFormat."""
    try:
        twin = target.add_stream_from_template(stream)
    except (ValueError, FFmpegError) as error:
        raise UnsupportedFormat(
            f"{path}: {path.suffix} cannot hold the audio stream {stream.index} of the source"
            f" ({stream.codec_context.name}); write .mkv, which can."
        ) from error
    _name_channels(stream, twin, target, path)
    kept = ("language", "title", "handler_name")
    twin.metadata.update({key: text for key, text in stream.metadata.items() if key in kept})
    twin.disposition = stream.disposition
    return twin


def _name_channels(
    stream: av.AudioStream, twin: av.AudioStream, target: av.container.OutputContainer, path: Path
) -> None:
    """MP4's boxes for uncompressed sound name the place of each channel; FFmpeg looks only at the end.

    One channel is the middle and two are left and right where the source does not say; for more there
    is no such custom. Raises UnsupportedFormat.
    """
    layout = stream.codec_context.layout
    unnamed = layout.name.endswith("channels")
    if target.format.name != "mp4" or not stream.codec_context.name.startswith("pcm_") or not unnamed:
        return
    name = {1: "mono", 2: "stereo"}.get(layout.nb_channels)
    if name is None:
        raise UnsupportedFormat(
            f"{path}: .mov cannot hold the audio stream {stream.index} of the source, {layout.nb_channels}"
            f" channels without names; write .mkv, which can."
        )
    twin.codec_context.layout = name
