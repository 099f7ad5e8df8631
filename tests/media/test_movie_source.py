"""Movies read by number: exact counts, the same codes in any order, damage named."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.errors import CorruptSource, InconsistentFrames, SourceNotFound, UnsupportedFormat
from engine.media.movie_source import MovieSource
from tests.media.movie_making import bytes_of, make_movie, moving, noise

FFV1 = {"level": "3", "slicecrc": "1", "slices": "4", "g": "1"}
LONG_GOP = {"x264-params": "keyint=12:min-keyint=12:bframes=3:open-gop=1:scenecut=0", "preset": "fast"}
H265 = {"x265-params": "keyint=12:min-keyint=12:bframes=3:open-gop=1:scenecut=0:log-level=none"}


@dataclass(frozen=True)
class Recipe:
    """How a movie is made, and what the source must say of it."""

    file: str
    codec: str
    pixel_format: str
    decoded: str
    said: str
    count: int = 7
    size: tuple[int, int] = (64, 48)
    options: dict[str, str] = field(default_factory=dict[str, str])
    make: Callable[..., av.VideoFrame] = noise
    index_first: bool = False

    def build(self, folder: Path) -> Path:
        frames = [self.make(self.pixel_format, number, *self.size) for number in range(self.count)]
        return make_movie(
            folder / self.file, self.codec, frames, options=self.options, index_first=self.index_first
        )


RECIPES = [
    Recipe("hq.mov", "prores_ks", "yuv422p10le", "yuv422p10le", "ProRes HQ", options={"profile": "hq"}),
    Recipe("4444.mov", "prores_ks", "yuv444p10le", "yuv444p12le", "ProRes 4444", options={"profile": "4444"}),
    Recipe(
        "alpha.mov", "prores_ks", "yuva444p10le", "yuva444p12le", "ProRes 4444", options={"profile": "4444"}
    ),
    Recipe(
        "dnxhr.mov", "dnxhd", "yuv422p10le", "yuv422p10le", "DNxHD DNXHR HQX", size=(256, 120),
        options={"profile": "dnxhr_hqx"},
    ),
    Recipe(
        "dnxhr.mxf", "dnxhd", "yuv422p", "yuv422p", "DNxHD DNXHR SQ", size=(256, 120),
        options={"profile": "dnxhr_sq"},
    ),
    Recipe("first.mov", "prores_ks", "yuv422p10le", "yuv422p10le", "ProRes HQ", index_first=True),
    Recipe("first.mp4", "libx264", "yuv420p", "yuv420p", "H.264 High", 40, options=LONG_GOP, make=moving,
           index_first=True),
    Recipe("v210.mov", "v210", "yuv422p10le", "yuv422p10le", "v210"),
    Recipe("raw.avi", "rawvideo", "bgr24", "bgr24", "rawvideo", size=(62, 48)),
    Recipe("raw.mov", "rawvideo", "uyvy422", "uyvy422", "rawvideo"),
    Recipe("ffv1.mkv", "ffv1", "yuv420p10le", "yuv420p10le", "FFV1", options=FFV1),
    Recipe("ffv1.avi", "ffv1", "gbrp12le", "gbrp12le", "FFV1", options=FFV1),
    Recipe("gop.mkv", "ffv1", "yuv422p", "yuv422p", "FFV1", count=11, options={**FFV1, "g": "4"}),
    Recipe("h264.mp4", "libx264", "yuv420p", "yuv420p", "H.264 High", 40, options=LONG_GOP, make=moving),
    Recipe("h264.mkv", "libx264", "yuv420p", "yuv420p", "H.264 High", 40, options=LONG_GOP, make=moving),
    Recipe("h264.mov", "libx264", "yuv444p", "yuv444p", "H.264", 40, options=LONG_GOP, make=moving),
    Recipe("h264.avi", "libx264", "yuv420p", "yuv420p", "H.264 High", 40, options=LONG_GOP, make=moving),
    Recipe("h265.mp4", "libx265", "yuv420p10le", "yuv420p10le", "H.265 Main 10", 40,
           options=H265, make=moving),
    Recipe("mpeg2.mxf", "mpeg2video", "yuv420p", "yuv420p", "mpeg2video Main", 30,
           options={"bf": "2", "g": "9"}, make=moving),
    Recipe("mpeg4.avi", "mpeg4", "yuv420p", "yuv420p", "mpeg4", 30,
           options={"bf": "2", "g": "9"}, make=moving),
]  # fmt: skip


@pytest.fixture(scope="module")
def movies(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("movies")
    return {recipe.file: recipe.build(folder) for recipe in RECIPES}


@pytest.fixture
def intra(movies: dict[str, Path]) -> Path:
    return movies["ffv1.mkv"]


def decoded_in_order(path: Path) -> list[bytes]:
    """Every frame as a plain run of FFmpeg gives it: each plane cropped to the picture."""
    frames: list[bytes] = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            wide = 1 + (frame.format.components[0].bits > 8)
            rows = [
                np.frombuffer(plane, np.uint8).reshape(plane.height, -1)[:, : plane.width * wide]
                for plane in frame.planes
            ]
            frames.append(b"".join(np.ascontiguousarray(row).tobytes() for row in rows))
    return frames


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.file)
def test_a_movie_says_what_it_is(recipe: Recipe, movies: dict[str, Path]) -> None:
    with MovieSource(movies[recipe.file]) as source:
        info = source.info
    assert tuple(info.frames) == tuple(range(1, recipe.count + 1))
    assert (info.width, info.height) == recipe.size
    assert info.kind == "movie"
    assert info.rate == 25
    assert info.format.startswith(recipe.said)
    assert recipe.decoded in info.format
    assert info.extras["pixel format"] == recipe.decoded
    assert "warning" not in info.extras
    assert "timing" not in info.extras


PLANAR = [recipe for recipe in RECIPES if recipe.decoded.startswith("yuv")]


@pytest.mark.parametrize("recipe", PLANAR, ids=lambda recipe: recipe.file)
def test_frames_are_those_of_a_plain_decoding_in_order(recipe: Recipe, movies: dict[str, Path]) -> None:
    expected = decoded_in_order(movies[recipe.file])
    assert len(set(expected)) == recipe.count
    with MovieSource(movies[recipe.file]) as source:
        assert [bytes_of(source.read(number).codes) for number in source.info.frames] == expected


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda recipe: recipe.file)
def test_the_order_of_reading_changes_nothing(recipe: Recipe, movies: dict[str, Path]) -> None:
    with MovieSource(movies[recipe.file]) as source:
        numbers = list(source.info.frames)
        in_order = {number: bytes_of(source.read(number).codes) for number in numbers}
        shuffled = random.Random(recipe.file).sample(numbers * 2, 2 * len(numbers))
        for number in [*reversed(numbers), *shuffled]:
            assert bytes_of(source.read(number).codes) == in_order[number], number
    with MovieSource(movies[recipe.file]) as source:
        assert bytes_of(source.read(numbers[-1]).codes) == in_order[numbers[-1]]


def test_variable_times_are_kept(tmp_path: Path) -> None:
    times = [0, 40, 120, 130, 500, 640]
    frames = [noise("yuv422p10le", number) for number in range(6)]
    path = make_movie(
        tmp_path / "vfr.mkv", "ffv1", frames, times=times, time_base=Fraction(1, 1000), options=FFV1
    )
    with MovieSource(path) as source:
        found = [source.read(number).metadata for number in source.info.frames]
        assert "variable" in source.info.extras["timing"]
    assert [time["pts"] * time["time_base"] for time in found] == [Fraction(time, 1000) for time in times]
    assert [time["duration"] for time in found][:-1] == [40, 80, 10, 370, 140]
    assert [time["last"] for time in found] == [False] * 5 + [True]


def test_an_edit_list_counts_only_what_it_shows(tmp_path: Path) -> None:
    """A copy that begins between key frames: the frames before are in the file, and not in the movie."""
    frames = [moving("yuv420p", number) for number in range(30)]
    whole = make_movie(tmp_path / "whole.mp4", "libx264", frames, options=LONG_GOP)
    cut = tmp_path / "cut.mp4"
    with av.open(str(whole)) as old, av.open(str(cut), "w") as new:
        stream = new.add_stream_from_template(old.streams.video[0], opaque=True)
        shift = 5 * 512
        for packet in old.demux(video=0):
            if packet.size:
                packet.pts, packet.dts = packet.pts - shift, packet.dts - shift
                packet.stream = stream
                new.mux(packet)
    expected = decoded_in_order(cut)
    assert len(expected) == 25
    with MovieSource(cut) as source:
        assert len(source.info.frames) == 25
        for number in (25, 1, 13, 2):
            assert bytes_of(source.read(number).codes) == expected[number - 1]


def test_colour_timecode_and_sound_are_told(tmp_path: Path) -> None:
    tags = {"color_primaries": 9, "color_trc": 16, "colorspace": 9, "color_range": 2}
    path = make_movie(
        tmp_path / "hdr.mkv", "ffv1", [noise("yuv444p12le", 1)], options=FFV1, colours=tags,
        metadata={"timecode": "01:02:03:04"}, audio=["pcm_s24le", "aac"], rate=Fraction(24000, 1001),
    )  # fmt: skip
    with MovieSource(path) as source:
        info = source.info
    assert (info.tags.primaries, info.tags.transfer, info.tags.matrix) == ("bt2020", "smpte2084", "bt2020nc")
    assert (info.layout.matrix, info.layout.full_range, info.layout.bits) == ("bt2020", True, 12)
    assert info.rate == pytest.approx(23.976, abs=1e-3)
    assert info.extras["rate"] == "24000/1001"
    assert info.extras["timecode"] == "01:02:03:04"
    assert info.extras["audio"] == "pcm_s24le 48000 Hz stereo; aac 48000 Hz stereo"


@pytest.mark.parametrize(("height", "matrix"), [(48, "bt601"), (720, "bt709")])
def test_an_untagged_movie_says_why_it_is_read_as_it_is(tmp_path: Path, height: int, matrix: str) -> None:
    path = make_movie(tmp_path / "plain.mkv", "ffv1", [noise("yuv422p", 1, 32, height)], options=FFV1)
    with MovieSource(path) as source:
        assert source.info.layout.matrix == matrix
        assert matrix in source.info.extras["matrix"]
        assert "height" in source.info.extras["matrix"]
        assert source.info.tags.matrix == ""


def test_interlaced_movies_are_warned_of(tmp_path: Path) -> None:
    path = make_movie(
        tmp_path / "fields.mov", "prores_ks", [noise("yuv422p10le", 1)], context={"field_order": 2}
    )
    with MovieSource(path) as source:
        assert source.info.extras["scan"] == "interlaced, top field first"
        assert "interlaced" in source.info.extras["warning"]


def test_a_bottom_up_picture_comes_top_row_first(movies: dict[str, Path], tmp_path: Path) -> None:
    """Uncompressed RGB in AVI lies upside down where the height in its header is positive."""
    whole = movies["raw.avi"].read_bytes()
    at = whole.index(b"strf") + 8
    height = int.from_bytes(whole[at + 8 : at + 12], "little", signed=True)
    other = tmp_path / "upside.avi"
    other.write_bytes(whole[: at + 8] + (-height).to_bytes(4, "little", signed=True) + whole[at + 12 :])
    with MovieSource(movies["raw.avi"]) as one, MovieSource(other) as two:
        upright, flipped = one.read(2).codes.planes[0], two.read(2).codes.planes[0]
        assert not np.array_equal(upright, flipped)
        np.testing.assert_array_equal(upright, flipped[::-1])


def flipped_inside(path: Path, number: int, into: Path) -> Path:
    """The movie with a few bits of frame `number` turned over in the middle of its packet."""
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
        packet = sorted(packets, key=lambda packet: packet.pts)[number - 1]
        start, size = packet.pos, packet.size
    whole = bytearray(path.read_bytes())
    for at in range(start + size // 2, start + size // 2 + 40):
        whole[at] ^= 0xFF
    into.write_bytes(whole)
    return into


@pytest.mark.parametrize("name", ["ffv1.mkv", "ffv1.avi", "hq.mov", "dnxhr.mov"])
def test_a_damaged_frame_is_named_and_the_others_are_read(
    name: str, movies: dict[str, Path], tmp_path: Path
) -> None:
    damaged = flipped_inside(movies[name], 4, tmp_path / name)
    with MovieSource(movies[name]) as whole, MovieSource(damaged) as source:
        for number in (1, 2, 3, 5, 6, 7):
            assert bytes_of(source.read(number).codes) == bytes_of(whole.read(number).codes)
        for _ in range(2):
            with pytest.raises(CorruptSource, match=rf"{name}.*frame 4 .*--frames"):
                source.read(4)
        assert bytes_of(source.read(3).codes) == bytes_of(whole.read(3).codes)


def test_a_damaged_first_frame_stays_in_the_count(intra: Path, tmp_path: Path) -> None:
    damaged = flipped_inside(intra, 1, tmp_path / "first.mkv")
    with MovieSource(intra) as whole, MovieSource(damaged) as source:
        assert len(source.info.frames) == 7
        with pytest.raises(CorruptSource, match="frame 1 "):
            source.read(1)
        assert bytes_of(source.read(2).codes) == bytes_of(whole.read(2).codes)


@pytest.mark.parametrize("name", ["ffv1.mkv", "ffv1.avi", "dnxhr.mxf", "h264.mkv", "first.mov", "first.mp4"])
def test_a_file_cut_off_says_so_and_gives_what_it_has(
    name: str, movies: dict[str, Path], tmp_path: Path
) -> None:
    whole = movies[name].read_bytes()
    short = tmp_path / name
    short.write_bytes(whole[: len(whole) * 6 // 10])
    with MovieSource(movies[name]) as complete, MovieSource(short) as source:
        last = source.info.frames[-1]
        assert last < len(complete.info.frames) + 1
        assert "cut off" in source.info.extras["warning"]
        assert bytes_of(source.read(1).codes) == bytes_of(complete.read(1).codes)
        with pytest.raises(CorruptSource, match=rf"{name}.*ends in frame {last}.*copy it again"):
            source.read(last)


def test_a_movie_without_its_index_is_damaged_not_unknown(movies: dict[str, Path], tmp_path: Path) -> None:
    whole = movies["hq.mov"].read_bytes()
    short = tmp_path / "short.mov"
    short.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CorruptSource, match=r"short\.mov.*cut off.*Copy it again"):
        MovieSource(short)


def test_what_is_no_movie_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "notes.mov"
    text.write_text("reel 4: dirt at 00:12\n" * 50)
    with pytest.raises(UnsupportedFormat, match=r"notes\.mov"):
        MovieSource(text)
    (tmp_path / "empty.mkv").touch()
    with pytest.raises(UnsupportedFormat, match=r"empty\.mkv"):
        MovieSource(tmp_path / "empty.mkv")
    with pytest.raises(SourceNotFound, match=r"none\.mkv"):
        MovieSource(tmp_path / "none.mkv")


def test_sound_without_picture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48000)
        sound = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), format="s16", layout="stereo")
        sound.sample_rate = 48000
        container.mux(stream.encode(sound))
    with pytest.raises(UnsupportedFormat, match=r"sound\.mkv.*no video stream"):
        MovieSource(path)


def test_an_unknown_pixel_format_is_refused_by_name(tmp_path: Path) -> None:
    path = make_movie(tmp_path / "palette.avi", "rawvideo", [noise("rgb555le", 1)])
    with pytest.raises(UnsupportedFormat, match=r"palette\.avi.*rgb555le"):
        MovieSource(path)


def test_two_frames_at_one_time_are_refused(tmp_path: Path) -> None:
    frames = [noise("yuv422p", number) for number in range(3)]
    times, base = [0, 1, 2], Fraction(1, 5000)
    path = make_movie(tmp_path / "fast.mkv", "ffv1", frames, times=times, time_base=base, options=FFV1)
    with pytest.raises(UnsupportedFormat, match=r"fast\.mkv.*same timestamp.*genpts"):
        MovieSource(path)


def test_a_picture_that_changes_its_size_is_named(tmp_path: Path) -> None:
    parts = [
        make_movie(tmp_path / f"{width}.mkv", "mjpeg", [noise("yuvj420p", 1, width)]) for width in (64, 80)
    ]
    joined = tmp_path / "joined.mkv"
    with av.open(str(parts[0])) as one, av.open(str(parts[1])) as two, av.open(str(joined), "w") as new:
        stream = new.add_stream_from_template(one.streams.video[0], opaque=True)
        for place, old in enumerate((one, two)):
            for packet in old.demux(video=0):
                if packet.size:
                    packet.pts = packet.dts = place * 40
                    packet.stream = stream
                    new.mux(packet)
    with MovieSource(joined) as source:
        source.read(1)
        with pytest.raises(InconsistentFrames, match=r"joined\.mkv: frame 2 is 80x48.*64x48"):
            source.read(2)
