"""Movies whose tables of samples are damaged: an error that names the file, never one of FFmpeg's own."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from engine.errors import CorruptSource
from engine.media.movie_decoder import MovieDecoder
from engine.media.movie_index import index_movie
from tests.media.movie_making import make_movie, moving

DAMAGED = 12
TOO_LARGE = 0x20000000
"""More than FFmpeg allocates for a packet: it then fails to read on, instead of ending early."""


def damaged(whole: Path, into: Path) -> Path:
    """The movie with the size of one sample, in the table of .mp4, far beyond the file."""
    content = bytearray(whole.read_bytes())
    entry = content.index(b"stsz") + 16 + 4 * (DAMAGED - 1)
    content[entry : entry + 4] = struct.pack(">I", TOO_LARGE)
    into.write_bytes(content)
    return into


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "whole.mp4"
    return make_movie(path, "libx264", [moving("yuv420p", k) for k in range(24)], options={"bf": "0"})


def test_a_damaged_table_is_a_corrupt_source(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(CorruptSource, match=r"bad\.mp4: its tables are damaged.* behind 11 frames"):
        index_movie(damaged(whole, tmp_path / "bad.mp4"))


def test_what_cannot_be_read_further_gives_the_frames_before(whole: Path, tmp_path: Path) -> None:
    index = index_movie(whole)
    with MovieDecoder(damaged(whole, tmp_path / "bad.mp4"), index) as decoder:
        assert decoder.frame(index.times[4]).pts == index.times[4]
        with pytest.raises(CorruptSource, match="allocate"):
            decoder.frame(index.times[20])
