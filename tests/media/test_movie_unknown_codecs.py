"""Streams of a codec that FFmpeg does not know: sound is left away and said so, a picture is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UnsupportedFormat
from engine.media.movie_source import MovieSource
from tests.media.movie_making import assert_same_pictures, copy, make_movie, noise, sound_of


def with_codec(path: Path, codec: bytes, other: bytes) -> Path:
    """The movie with the name of one of its codecs replaced by one that nobody knows."""
    content = path.read_bytes()
    assert content.count(codec) == 1
    path.write_bytes(content.replace(codec, other))
    return path


def talkie(path: Path, *audio: str) -> Path:
    return make_movie(path, "ffv1", [noise("yuv422p", k) for k in range(5)], audio=audio)


def test_unknown_sound_is_left_away_and_known_sound_beside_it_kept(tmp_path: Path) -> None:
    source = talkie(tmp_path / "a.mkv", "pcm_s16le", "flac")
    known = sound_of(source)[1]
    with_codec(source, b"A_PCM/INT/LIT", b"A_QQQ/QQQ/QQQ")
    with MovieSource(source) as movie:
        assert movie.info.extras["audio"] == "flac 48000 Hz stereo; a codec that is not known here"
    sink = copy(source, tmp_path / "b.mkv")
    assert sink.notes == ("Sound of a codec that is not known here is not carried over.",)
    assert_same_pictures(source, tmp_path / "b.mkv")
    assert sound_of(tmp_path / "b.mkv") == [known]


def test_an_unknown_picture_is_refused_in_words(tmp_path: Path) -> None:
    source = with_codec(talkie(tmp_path / "a.mkv"), b"V_FFV1", b"V_QQQQ")
    with pytest.raises(UnsupportedFormat, match=r"a\.mkv: nothing here decodes its video codec"):
        MovieSource(source)
