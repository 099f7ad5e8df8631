"""The checksums of FFV1 packets: right on FFmpeg's own, wrong after any change."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.media.movie_ffv1 import intact, slices
from engine.media.movie_source import MovieSource
from tests.media.movie_making import make_movie, noise


def packet_of(path: Path) -> bytes:
    with av.open(str(path)) as container:
        return bytes(next(packet for packet in container.demux(video=0) if packet.size))


@pytest.fixture(scope="module")
def packet(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    options = {"level": "3", "slicecrc": "1", "slices": "4"}
    path = tmp_path_factory.mktemp("ffv1") / "one.mkv"
    return packet_of(make_movie(path, "ffv1", [noise("yuv422p10le", 1)], options=options))


def test_a_packet_of_four_slices_is_intact(packet: bytes) -> None:
    found = slices(packet)
    assert found is not None
    pieces = list(found)
    assert len(pieces) == 4
    assert b"".join(reversed(pieces)) == packet
    assert intact(packet)


@given(place=st.floats(0, 1, exclude_max=True), bits=st.integers(1, 255))
def test_any_changed_byte_is_found(packet: bytes, place: float, bits: int) -> None:
    damaged = bytearray(packet)
    damaged[int(place * len(packet))] ^= bits
    assert not intact(bytes(damaged))


@given(st.binary(max_size=40))
def test_anything_else_is_not_intact_and_no_crash(content: bytes) -> None:
    assert not intact(content) or content == b"" or content == bytes(len(content))


def test_a_stream_without_checksums_is_not_taken_for_damaged(tmp_path: Path) -> None:
    frames = [noise("yuv422p10le", number) for number in range(3)]
    path = make_movie(tmp_path / "plain.mkv", "ffv1", frames, options={"level": "3", "slicecrc": "0"})
    assert not intact(packet_of(path))
    with MovieSource(path) as source:
        for number in (3, 1, 2):
            assert source.read(number).number == number
