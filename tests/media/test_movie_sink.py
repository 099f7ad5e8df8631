"""Movies written: every code kept, and with it times, sound, timecode and tags; failures leave no ruin."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest

from engine.errors import UnsupportedFormat
from engine.media.movie_encoding import choose_encoding
from engine.media.movie_layout import PIXEL_FORMATS, PixelFormat, ffv1_formats, layout_of
from engine.media.movie_sink import MovieSink
from engine.media.movie_source import MovieSource
from engine.types import CodeLayout, Frame
from tests.codes.layouts import random_codes
from tests.conftest import assert_same_codes
from tests.media.movie_making import (
    assert_same_pictures,
    copy,
    info_of,
    make_movie,
    moments,
    noise,
    read_all,
    sound_of,
)

FFV1 = {"level": "3", "slicecrc": "1", "slices": "4", "g": "1"}
BT709 = {"color_primaries": 1, "color_trc": 1, "colorspace": 1, "color_range": 1}
SUFFIXES = (".mkv", ".mov", ".avi")


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("pixels", ffv1_formats().values(), ids=lambda pixels: pixels.name)
def test_every_code_comes_back(pixels: PixelFormat, suffix: str, tmp_path: Path) -> None:
    """An odd size, so that chroma planes end in half-covered samples."""
    layout = layout_of(pixels, "bt601", False)
    frames = [Frame(number, random_codes(layout, 47, 63, seed=number)) for number in (1, 2, 3)]
    target = tmp_path / f"out{suffix}"
    with MovieSink(target, info_of(layout, frames), layout) as sink:
        for frame in frames:
            sink.write(frame)
    assert not sink.lossy
    for frame, written in zip(frames, read_all(target), strict=True):
        assert_same_codes(
            replace(written.codes, layout=replace(layout, full_range=False)),
            replace(frame.codes, layout=replace(layout, full_range=False)),
        )


UNCOMPRESSED = [
    ("nv12", ".mkv"), ("uyvy422", ".mov"), ("yuyv422", ".avi"), ("bgr24", ".avi"), ("rgb24", ".mov"),
    ("argb", ".mov"), ("bgra", ".avi"), ("rgb48be", ".mov"), ("gray", ".avi"), ("gray16be", ".mov"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "suffix"), UNCOMPRESSED)
def test_what_uncompressed_movies_hold_is_kept(name: str, suffix: str, tmp_path: Path) -> None:
    source = make_movie(tmp_path / f"in{suffix}", "rawvideo", [noise(name, number) for number in range(2)])
    with MovieSource(source) as movie:
        assert movie.info.extras["pixel format"] == name
    copy(source, tmp_path / "out.mkv")
    assert_same_pictures(source, tmp_path / "out.mkv")


def test_full_range_of_old_is_kept(tmp_path: Path) -> None:
    source = make_movie(tmp_path / "in.mov", "mjpeg", [noise("yuvj422p", 1)])
    copy(source, tmp_path / "out.mkv")
    assert_same_pictures(source, tmp_path / "out.mkv")
    with MovieSource(tmp_path / "out.mkv") as written:
        assert written.info.layout.full_range


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
@pytest.mark.parametrize("full", [False, True])
def test_colour_tags_are_kept(suffix: str, full: bool, tmp_path: Path) -> None:
    colours = {"color_primaries": 9, "color_trc": 16, "colorspace": 9, "color_range": 2 if full else 1}
    frames = [noise("yuv422p10le", 1)]
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, options=FFV1, colours=colours)
    sink = copy(source, tmp_path / f"out{suffix}")
    with MovieSource(source) as one, MovieSource(tmp_path / f"out{suffix}") as other:
        assert replace(other.info.tags, suffix="") == replace(one.info.tags, suffix="")
        assert other.info.tags.transfer == "smpte2084"
        assert other.info.layout == one.info.layout
        assert one.read(1).codes.layout.full_range is full
    assert sink.notes == ()


def test_half_known_colour_is_kept_or_said_to_be_lost(tmp_path: Path) -> None:
    colours = {"colorspace": 1, "color_range": 2}
    frames = [noise("yuv422p10le", 1)]
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, options=FFV1, colours=colours)
    assert copy(source, tmp_path / "out.mkv").notes == ()
    with MovieSource(source) as one, MovieSource(tmp_path / "out.mkv") as other:
        assert other.info.layout == one.info.layout
    assert "colour tags" in " ".join(copy(source, tmp_path / "out.mov").notes)


def test_the_pixel_aspect_is_kept_or_said_to_be_lost(tmp_path: Path) -> None:
    wide = {"sample_aspect_ratio": Fraction(16, 15)}
    source = make_movie(tmp_path / "in.mov", "prores_ks", [noise("yuv444p10le", 1)], context=wide)
    assert copy(source, tmp_path / "out.mov").notes == ()
    with MovieSource(tmp_path / "out.mov") as written:
        assert written.info.extras["pixel aspect"] == "16/15"
    assert "16/15" in " ".join(copy(source, tmp_path / "out.mkv").notes)


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_variable_times_are_kept(suffix: str, tmp_path: Path) -> None:
    times = [0, 40, 120, 130, 500, 640]
    frames = [noise("yuv422p", number) for number in range(6)]
    source = make_movie(
        tmp_path / "in.mkv", "ffv1", frames, times=times, time_base=Fraction(1, 1000), options=FFV1
    )
    copy(source, tmp_path / f"out{suffix}")
    assert moments(tmp_path / f"out{suffix}") == [Fraction(time, 1000) for time in times]


def test_avi_refuses_variable_times(tmp_path: Path) -> None:
    frames = [noise("yuv422p", number) for number in range(3)]
    source = make_movie(
        tmp_path / "in.mkv", "ffv1", frames, times=[0, 40, 300], time_base=Fraction(1, 1000), options=FFV1
    )
    with pytest.raises(UnsupportedFormat, match=r"out\.avi.*variable.*\.mkv"):
        copy(source, tmp_path / "out.avi")


@pytest.mark.parametrize("rate", [Fraction(24000, 1001), Fraction(30000, 1001), Fraction(25)])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_the_rate_is_exact(suffix: str, rate: Fraction, tmp_path: Path) -> None:
    """From Matroska, which rounds its times to milliseconds."""
    frames = [noise("yuv422p", number, 16, 16) for number in range(50)]
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, rate=rate, options=FFV1)
    target = tmp_path / f"out{suffix}"
    copy(source, target)
    with MovieSource(target) as written:
        assert Fraction(written.info.extras["rate"]) == rate
        assert len(written.info.frames) == 50
    if suffix != ".mkv":
        assert moments(target) == [number / rate for number in range(50)]


@pytest.fixture
def talkie(tmp_path: Path) -> Path:
    """Two seconds with a compressed and an uncompressed sound track and a timecode."""
    frames = [noise("yuv422p10le", number) for number in range(50)]
    return make_movie(
        tmp_path / "talkie.mov", "prores_ks", frames, options={"profile": "lt"}, colours=BT709,
        metadata={"timecode": "01:00:00:00"}, audio=["pcm_s24le", "aac"],
    )  # fmt: skip


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_sound_is_the_same_bytes_at_the_same_time(suffix: str, talkie: Path, tmp_path: Path) -> None:
    target = tmp_path / f"out{suffix}"
    sink = copy(talkie, target)
    assert sink.notes == ()
    # Compressed sound begins before 0, which Matroska cannot: there all of the movie moves together.
    shift = moments(target)[0] - moments(talkie)[0]
    assert shift == (0 if suffix == ".mov" else Fraction(21, 1000))
    moved = [[(at - shift, content) for at, content in track] for track in sound_of(target)]
    assert_tracks_agree(sound_of(talkie), moved)


def assert_tracks_agree(
    ours: list[list[tuple[Fraction, bytes]]], theirs: list[list[tuple[Fraction, bytes]]]
) -> None:
    assert len(ours) == len(theirs) == 2
    for mine, other in zip(ours, theirs, strict=True):
        assert b"".join(content for _, content in mine) == b"".join(content for _, content in other)
        assert abs(mine[0][0] - other[0][0]) <= Fraction(1, 1000)
    # Compressed sound keeps its packets; uncompressed is cut anew by some containers.
    assert [content for _, content in ours[1]] == [content for _, content in theirs[1]]
    for (mine_at, _), (other_at, _) in zip(ours[1], theirs[1], strict=True):
        assert abs(mine_at - other_at) <= Fraction(1, 1000)


@pytest.mark.parametrize("suffix", [".mkv", ".mov"])
def test_a_range_has_its_own_sound_and_timecode(suffix: str, talkie: Path, tmp_path: Path) -> None:
    target = tmp_path / f"out{suffix}"
    copy(talkie, target, range(26, 39))
    with MovieSource(target) as written:
        assert len(written.info.frames) == 13
        assert written.info.extras["timecode"] == "01:00:01:00"
    assert moments(target)[0] == 0
    assert [round(moment * 25) for moment in moments(target)] == list(range(13))
    begin, end = Fraction(1), Fraction(38, 25)
    for mine, whole in zip(sound_of(target), sound_of(talkie), strict=True):
        wanted = [(at - begin, content) for at, content in whole if begin <= at < end]
        assert b"".join(content for _, content in mine) == b"".join(content for _, content in wanted)
        assert abs(mine[0][0] - wanted[0][0]) <= Fraction(1, 1000)


def test_left_out_frames_close_up_and_silence_is_said(talkie: Path, tmp_path: Path) -> None:
    sink = copy(talkie, tmp_path / "out.mkv", range(1, 21, 4))
    assert [round(moment * 25) for moment in moments(tmp_path / "out.mkv")] == [0, 1, 2, 3, 4]
    assert sound_of(tmp_path / "out.mkv") == []
    assert any("sound" in note for note in sink.notes)


def test_tags_are_carried_over(tmp_path: Path) -> None:
    source = tmp_path / "in.mkv"
    make_movie(source, "ffv1", [noise("yuv422p", 1)], options=FFV1, metadata={"language": "ger"})
    tagged = tmp_path / "tagged.mkv"
    with av.open(str(source)) as old, av.open(str(tagged), "w") as new:
        new.metadata.update({"title": "Reel 4", "comment": "nitrate"})
        stream = new.add_stream_from_template(old.streams.video[0], opaque=True)
        stream.metadata["language"] = "ger"
        for packet in old.demux(video=0):
            if packet.size:
                packet.stream = stream
                new.mux(packet)
    copy(tagged, tmp_path / "out.mkv")
    with av.open(str(tmp_path / "out.mkv")) as written:
        tags = {key.lower(): text for key, text in written.metadata.items()}
        assert (tags["title"], tags["comment"]) == ("Reel 4", "nitrate")
        assert written.streams.video[0].metadata["language"] == "ger"


@pytest.mark.parametrize(("order", "name"), [(2, "top field first"), (3, "bottom field first")])
def test_prores_keeps_its_profile_and_fields(order: int, name: str, tmp_path: Path) -> None:
    source = make_movie(
        tmp_path / "in.mov", "prores_ks", [noise("yuv422p10le", 1)], options={"profile": "lt"},
        context={"field_order": order}, colours=BT709,
    )  # fmt: skip
    sink = copy(source, tmp_path / "out.mov")
    assert sink.lossy
    with MovieSource(source) as one, MovieSource(tmp_path / "out.mov") as other:
        assert other.info.format == one.info.format == "ProRes LT yuv422p10le in QuickTime/MP4"
        assert other.info.layout == one.info.layout
        assert name in other.info.extras["scan"]
    with av.open(str(tmp_path / "out.mov")) as written:
        assert next(written.decode(video=0)).interlaced_frame


def test_prores_4444_is_written_without_loss_instead(tmp_path: Path) -> None:
    """It decodes to 12 bits, and the encoder takes 10: .mov gets FFV1, which holds all 12."""
    source = make_movie(tmp_path / "in.mov", "prores_ks", [noise("yuva444p10le", 1)])
    sink = copy(source, tmp_path / "out.mov")
    assert not sink.lossy
    assert_same_pictures(source, tmp_path / "out.mov")
    with MovieSource(source) as movie, pytest.raises(UnsupportedFormat, match=r"ProRes.*12-bit.*FFV1"):
        MovieSink(tmp_path / "other.mov", movie.info, movie.info.layout, codec="prores")


YUV420 = layout_of(PIXEL_FORMATS["yuv420p"], "bt709", False)


@pytest.mark.parametrize(
    ("name", "layout", "codec", "words"),
    [
        ("out.mov", YUV420, "prores", "8-bit YCbCr 4:2:0.*FFV1"),
        ("out.mkv", layout_of(PIXEL_FORMATS["yuv422p10le"], "bt709", False), "prores", r"\.mov"),
        ("out.mp4", YUV420, None, r"out\.mkv"),
        ("out.webm", YUV420, None, r"\.mkv, \.mov or \.avi"),
        ("out.mkv", CodeLayout("rgb", ("R", "G", "B"), "half", 16), None, r"half.*\.exr"),
        ("out.mkv", CodeLayout("rgb", ("R", "G", "B", "IR"), "integer", 16), None, r"IR.*\.tif"),
        ("out.mkv", CodeLayout("grey", ("Y", "A"), "integer", 16), None, r"16-bit GREY with A.*\.tif"),
    ],
)
def test_what_does_not_fit_is_refused_with_what_does(
    name: str, layout: CodeLayout, codec: None, words: str, tmp_path: Path
) -> None:
    info = info_of(layout, [Frame(1, random_codes(YUV420))])
    with pytest.raises(UnsupportedFormat, match=words):
        MovieSink(tmp_path / name, info, layout, codec=codec)
    assert not list(tmp_path.iterdir())


def test_a_matte_is_never_prores_and_has_the_movies_times(talkie: Path, tmp_path: Path) -> None:
    times = [0, 40, 300]
    frames = [noise("yuv422p", number) for number in range(3)]
    base = Fraction(1, 1000)
    source = make_movie(tmp_path / "in.mkv", "ffv1", frames, times=times, time_base=base, audio=["aac"])
    matte = CodeLayout("grey", ("Y",), "integer", 16)
    with MovieSource(source) as movie, MovieSink(tmp_path / "matte.mov", movie.info, matte) as sink:
        for number in movie.info.frames:
            sink.write(Frame(number, random_codes(matte, 48, 64, seed=number)))
    assert moments(tmp_path / "matte.mov") == [time * base for time in times]
    assert sound_of(tmp_path / "matte.mov") == []
    assert sink.notes == ()
    with MovieSource(talkie) as movie:
        assert choose_encoding(tmp_path / "matte.mov", movie.info, matte).encoder == "ffv1"
    for frame in read_all(tmp_path / "matte.mov"):
        assert_same_codes(frame.codes, random_codes(matte, 48, 64, seed=frame.number))


def test_a_sequence_without_a_rate_runs_at_24(tmp_path: Path) -> None:
    layout = CodeLayout("rgb", ("R", "G", "B"), "integer", 10)
    frames = [Frame(number, random_codes(layout)) for number in (86400, 86401, 86402)]
    with MovieSink(tmp_path / "out.mkv", info_of(layout, frames, None), layout) as sink:
        for frame in frames:
            sink.write(frame)
    with MovieSource(tmp_path / "out.mkv") as written:
        assert written.info.rate == 24
        assert tuple(written.info.frames) == (1, 2, 3)
