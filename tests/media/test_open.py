"""One door for everything that can be named: movies, patterns, folders, stills; pictures and mattes."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from engine.errors import InconsistentFrames, SourceNotFound, UnsupportedFormat, UsageError
from engine.media.memory import MemorySource
from engine.media.open import (
    MOVIE_SUFFIXES,
    matte_frame,
    matte_layout,
    matte_path,
    open_matte_sink,
    open_sink,
    open_source,
    output_path,
)
from engine.types import CodeLayout
from tests.media.media_cases import HALF, grey, info_for, integer, random_frames, same_codes, write_frames


def test_a_folder_as_target_takes_the_sources_name_and_format(tmp_path: Path) -> None:
    write_frames(tmp_path / "in" / "s.0001.dpx", random_frames(integer(10), (1,)))
    (tmp_path / "there").mkdir()
    with open_source(str(tmp_path / "in")) as source:
        for target in (str(tmp_path / "there"), str(tmp_path / "new" / "deep") + "/"):
            assert output_path(target, source.info) == Path(target) / "s.####.dpx"
            with open_sink(target, source.info, source.info.layout, source.info.frames, False) as sink:
                sink.write(source.read(1))
            assert (Path(target) / "s.0001.dpx").is_file()


def test_a_clip_without_a_name_needs_the_name_of_the_output(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="give the name"):
        output_path(str(tmp_path), info_for(random_frames(integer(8), (1,))))


@pytest.mark.parametrize("target", ["m.####.png", "m.#.tif", "m.%04d.dpx", "m.####.exr"])
def test_mattes_are_grey_and_white_where_the_damage_is(target: str, tmp_path: Path) -> None:
    info = info_for(random_frames(integer(10), (7, 8)))
    coverage = np.linspace(-0.5, 1.5, info.height * info.width, dtype=np.float32)
    coverage = coverage.reshape(info.height, info.width)
    path = str(tmp_path / target)
    layout = matte_layout(path, info)
    with open_matte_sink(path, info, (7, 8), False) as sink:
        for number in (7, 8):
            sink.write(matte_frame(number, coverage, layout))
    with open_source(path) as source:
        plane = source.read(8).codes.planes[0][..., 0]
        assert source.info.layout == layout
    peak = 1 if layout.kind == "half" else 65535
    assert plane.astype(np.float32) / peak == pytest.approx(np.clip(coverage, 0, 1), abs=5e-4)
    assert (plane[coverage <= 0] == 0).all()
    assert (plane[coverage >= 1] == peak).all()


def test_an_eight_bit_matte_for_movies() -> None:
    frame = matte_frame(3, np.float32([[0, 0.5, 1]]), grey(8))
    assert frame.codes.planes[0].ravel().tolist() == [0, 128, 255]
    assert frame.codes.planes[0].dtype == np.uint8


@pytest.mark.parametrize("layout", [grey(8), grey(16), CodeLayout("grey", ("Y",), "half", 16)])
def test_the_least_coverage_is_never_written_as_untouched(layout: CodeLayout) -> None:
    plane = matte_frame(3, np.float32([[0, 1e-9, 1e-3]]), layout).codes.planes[0].ravel()
    assert plane[0] == 0
    assert plane[1] > 0
    assert plane[2] >= plane[1]


@pytest.mark.parametrize(
    ("source", "matte"),
    [
        ("s.####.cin", "s_matte.####.dpx"),
        ("s_####.exr", "s_matte_####.exr"),
        ("####.tif", "matte.####.tif"),
        ("clip.mov", "clip_matte.mkv"),
        ("p.tif", "p_matte.tif"),
    ],
)
def test_a_matte_in_a_folder_has_a_format_that_can_be_written(
    source: str, matte: str, tmp_path: Path
) -> None:
    info = info_for(random_frames(integer(10), (1,)))
    info = dataclasses.replace(info, path=Path("in") / source, kind="sequence")
    assert matte_path(str(tmp_path), info) == tmp_path / matte
    assert matte_path("other.mov", info) == Path("other.mov")
    assert matte_layout(str(tmp_path), info).kind == ("half" if matte.endswith("exr") else "integer")


@pytest.mark.parametrize("suffix", MOVIE_SUFFIXES)
def test_movie_names_go_to_the_movie_reader(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(SourceNotFound, match="absent"):
        open_source(str(tmp_path / f"absent{suffix}"))


def test_unknown_targets(tmp_path: Path) -> None:
    info = info_for(random_frames(HALF, (1,)))
    with pytest.raises(UnsupportedFormat, match=r"\.exr.*\.mkv"):
        open_sink(str(tmp_path / "x.jpg"), info, HALF, (1,), False)
    with pytest.raises(SourceNotFound, match="no file"):
        open_source(str(tmp_path / "nothing"))


def test_memory_clips_are_checked(tmp_path: Path) -> None:
    frames = random_frames(integer(10), (5, 7))
    with MemorySource(frames, "plates", rate=24.0) as source:
        assert (source.info.gaps, source.info.rate, source.info.kind) == ((6,), 24.0, "memory")
        assert same_codes(source.read(7).codes, frames[1].codes)
    with pytest.raises(SourceNotFound, match="holds no frames"):
        MemorySource([])
    with pytest.raises(InconsistentFrames, match="Frame 9"):
        MemorySource([*frames, *random_frames(integer(12), (9,))])
