"""Small movies made with FFmpeg's own encoders, not with the sink under test; and what movies hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from engine.media.contract import ClipInfo
from engine.media.memory import MemorySource
from engine.media.movie_sink import MovieSink
from engine.media.movie_source import MovieSource
from engine.types import CodeLayout, Codes, Frame
from tests.conftest import assert_same_codes

WIDTH, HEIGHT = 64, 48


def noise(pixel_format: str, seed: int, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """A frame whose every sample is random within its bits, the padding at the ends of lines too."""
    frame = av.VideoFrame(width, height, pixel_format)
    rng = np.random.default_rng(seed)
    bits = frame.format.components[0].bits
    for plane in frame.planes:
        memory = np.frombuffer(plane, np.uint8)
        if bits <= 8:
            memory[:] = rng.integers(0, 256, memory.size)
            continue
        samples = memory.view(">u2" if pixel_format.endswith("be") else "<u2")
        samples[:] = rng.integers(0, 1 << bits, samples.size)
        if pixel_format.startswith(("p0", "p2", "p4")):
            samples[:] = samples << (16 - bits)
    return frame


def moving(pixel_format: str, number: int, width: int = WIDTH, height: int = HEIGHT) -> av.VideoFrame:
    """A frame that codecs with motion can predict: noise that wanders, so B-frames are really used."""
    still = noise("rgb24", 5, width * 2, height)
    memory = np.frombuffer(still.planes[0], np.uint8).reshape(height, -1)[:, : width * 6]
    window = memory.reshape(height, width * 2, 3)[:, number % width : number % width + width]
    return av.VideoFrame.from_ndarray(np.ascontiguousarray(window), "rgb24").reformat(format=pixel_format)


def make_movie(
    path: Path,
    codec: str,
    frames: Sequence[av.VideoFrame],
    *,
    times: Sequence[int] | None = None,
    time_base: Fraction | None = None,
    rate: Fraction = Fraction(25),
    options: Mapping[str, str] | None = None,
    context: Mapping[str, Any] | None = None,
    colours: Mapping[str, int] | None = None,
    metadata: Mapping[str, str] | None = None,
    audio: Sequence[str] = (),
    muxer: str | None = None,
    index_first: bool = False,
) -> Path:
    """Encode `frames` at `times` (in `time_base`), with one tone in each codec of `audio` beside them."""
    base = time_base or 1 / rate
    flags = {"movflags": "faststart"} if index_first else {}
    with av.open(str(path), "w", format=muxer, container_options=flags) as container:
        video = container.add_stream(codec, rate=rate, options=dict(options or {}), time_base=base)
        video.width, video.height = frames[0].width, frames[0].height
        video.pix_fmt = frames[0].format.name
        for name, value in {**(context or {}), **(colours or {})}.items():
            setattr(video.codec_context, name, value)
        video.metadata.update(metadata or {})
        tones = [_Tone(container, name) for name in audio]
        for count, frame in enumerate(frames):
            frame.pts, frame.time_base = (count if times is None else times[count]), base
            for name, value in (colours or {}).items():
                setattr(frame, name, value)
            container.mux(video.encode(frame))
            for tone in tones:
                tone.until((frame.pts + 1) * base)
        container.mux(video.encode(None))
        for tone in tones:
            tone.end()
    return path


class _Tone:
    """The sound of one stream, gone on with from frame to frame."""

    def __init__(self, container: av.container.OutputContainer, codec: str) -> None:
        self._container = container
        self._stream = container.add_stream(codec, rate=48000)
        self._next = 0

    def until(self, moment: Fraction) -> None:
        while Fraction(self._next, 48000) < moment:
            size = self._stream.codec_context.frame_size or 480
            phase = np.arange(self._next, self._next + size) * (0.05 + 0.01 * self._stream.index)
            wave = np.stack([np.sin(phase), np.cos(phase)]).astype(np.float32) / 2
            sound = av.AudioFrame.from_ndarray(wave, format="fltp", layout="stereo")
            sound.sample_rate, sound.pts, sound.time_base = 48000, self._next, Fraction(1, 48000)
            self._container.mux(self._stream.encode(sound))
            self._next += size

    def end(self) -> None:
        self._container.mux(self._stream.encode(None))


def read_all(path: Path) -> list[Frame]:
    with MovieSource(path) as source:
        return [source.read(number) for number in source.info.frames]


def bytes_of(codes: Codes) -> bytes:
    return b"".join(plane.tobytes() for plane in codes.planes)


def sound_of(path: Path) -> list[list[tuple[Fraction, bytes]]]:
    """The packets of every audio stream: (moment in seconds, content)."""
    with av.open(str(path)) as container:
        streams = container.streams.audio
        found: dict[int, list[tuple[Fraction, bytes]]] = {stream.index: [] for stream in streams}
        for packet in container.demux(*streams) if streams else ():
            if packet.size:
                found[packet.stream_index].append((packet.pts * packet.time_base, bytes(packet)))
        return list(found.values())


def copy(source: Path, target: Path, numbers: Sequence[int] | None = None, **more: object) -> MovieSink:
    """Render a movie without repairing anything."""
    with MovieSource(source) as movie:
        info = movie.info
        chosen = info.frames if numbers is None else numbers
        with MovieSink(target, info, info.layout, frames=chosen, **more) as sink:  # type: ignore[arg-type]
            for number in chosen:
                sink.write(movie.read(number))
    return sink


def assert_same_pictures(one: Path, other: Path) -> None:
    for mine, theirs in zip(read_all(one), read_all(other), strict=True):
        assert mine.number == theirs.number
        assert_same_codes(mine.codes, theirs.codes)


def moments(path: Path) -> list[Fraction]:
    return [frame.metadata["pts"] * frame.metadata["time_base"] for frame in read_all(path)]


def info_of(layout: CodeLayout, frames: Sequence[Frame], rate: float | None = 24) -> ClipInfo:
    return replace(MemorySource(frames).info, layout=layout, rate=rate)
