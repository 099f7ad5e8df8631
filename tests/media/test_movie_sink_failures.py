"""Movies whose writing fails: the source stays, nothing else is replaced, what was written plays."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from engine.errors import OutputExists, SinkError, UnsupportedFormat, UsageError
from engine.media.movie_audio import AudioCopy
from engine.media.movie_layout import PIXEL_FORMATS, layout_of
from engine.media.movie_sink import MovieSink
from engine.media.movie_source import MovieSource
from tests.conftest import assert_same_codes
from tests.media.movie_making import copy, make_movie, noise, read_all, sound_of

FFV1 = {"level": "3", "slicecrc": "1", "slices": "4", "g": "1"}
SUFFIXES = (".mkv", ".mov", ".avi")
YUV422 = layout_of(PIXEL_FORMATS["yuv422p10le"], "bt709", False)


@pytest.fixture
def talkie(tmp_path: Path) -> Path:
    """Eight frames with sound."""
    frames = [noise("yuv422p10le", number) for number in range(8)]
    return make_movie(tmp_path / "talkie.mov", "prores_ks", frames, audio=["aac"])


def test_the_source_is_never_written_to(talkie: Path, tmp_path: Path) -> None:
    before = talkie.read_bytes()
    (tmp_path / "link.mov").symlink_to(talkie)
    for target in (talkie, tmp_path / "link.mov"):
        with pytest.raises(UsageError, match="source itself"):
            copy(talkie, target, overwrite=True)
    assert talkie.read_bytes() == before


def test_an_output_that_is_there_is_refused(talkie: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    target.write_bytes(b"precious")
    with pytest.raises(OutputExists, match=r"out\.mkv.*--overwrite"):
        copy(talkie, target)
    assert target.read_bytes() == b"precious"
    copy(talkie, target, range(1, 4), overwrite=True)
    assert len(read_all(target)) == 3


def test_an_output_that_appears_meanwhile_is_not_replaced(talkie: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.mkv"
    with MovieSource(talkie) as movie:
        sink = MovieSink(target, movie.info, movie.info.layout)
        sink.write(movie.read(1))
        target.write_bytes(b"precious")
        with pytest.raises(OutputExists, match=r"out\.partial\.mkv"):
            sink.close()
    assert target.read_bytes() == b"precious"
    assert len(read_all(tmp_path / "out.partial.mkv")) == 1


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_interrupted_movie_plays(suffix: str, tmp_path: Path) -> None:
    frames = [noise("yuv422p10le", number) for number in range(9)]
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, options=FFV1, audio=["pcm_s16le"])
    target = tmp_path / f"out{suffix}"
    with (
        suppress(KeyboardInterrupt),
        MovieSource(source) as movie,
        MovieSink(target, movie.info, movie.info.layout) as sink,
    ):
        for number in (1, 2, 3, 4):
            sink.write(movie.read(number))
        raise KeyboardInterrupt
    assert not target.exists()
    partial = tmp_path / f"out.partial{suffix}"
    written = read_all(partial)
    assert len(written) == 4
    for one, other in zip(written, read_all(source), strict=False):
        assert_same_codes(replace(one.codes, layout=YUV422), replace(other.codes, layout=YUV422))
    assert not list(tmp_path.glob(".*"))
    if suffix != ".avi":
        assert sound_of(partial)[0][-1][0] < Fraction(5, 25)


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_movie_interrupted_while_it_is_completed_plays(
    suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frames = [noise("yuv422p10le", number) for number in range(5)]
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, options=FFV1, audio=["pcm_s16le"])

    def interrupted(audio: AudioCopy, end: Fraction | None) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(AudioCopy, "finish", interrupted)
    with pytest.raises(KeyboardInterrupt):
        copy(source, tmp_path / f"out{suffix}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mkv", f"out.partial{suffix}"]
    assert len(read_all(tmp_path / f"out.partial{suffix}")) == 5


def test_nothing_written_leaves_nothing(talkie: Path, tmp_path: Path) -> None:
    with MovieSource(talkie) as movie:
        with MovieSink(tmp_path / "one.mkv", movie.info, movie.info.layout):
            pass
        with suppress(ZeroDivisionError), MovieSink(tmp_path / "two.mkv", movie.info, movie.info.layout):
            raise ZeroDivisionError
    assert [path.name for path in tmp_path.iterdir()] == ["talkie.mov"]


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Writing past `size` bytes fails, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_full_disk_is_an_error_that_names_the_file(suffix: str, tmp_path: Path) -> None:
    frames = [noise("gbrp12le", number, 256, 256) for number in range(4)]
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, options=FFV1)
    target = tmp_path / f"out{suffix}"
    with largest_file(500_000), pytest.raises(SinkError, match=rf"out\{suffix} cannot be written"):
        copy(source, target)
    assert not target.exists()
    assert not list(tmp_path.glob(".*"))


def test_a_folder_that_cannot_be_made_is_an_error(talkie: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SinkError, match=r"out\.mkv cannot be written"):
        copy(talkie, tmp_path / "file" / "out.mkv")


def test_a_sound_the_container_cannot_hold_is_refused(tmp_path: Path) -> None:
    source = make_movie(tmp_path / "in.mkv", "ffv1", [noise("yuv422p", 1)], options=FFV1, audio=["libopus"])
    with pytest.raises(UnsupportedFormat, match=r"out\.avi.*audio stream 1.*opus.*\.mkv"):
        copy(source, tmp_path / "out.avi")
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]
