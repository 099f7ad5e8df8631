"""Outputs appear only when complete, never over something, never over the source."""

from __future__ import annotations

import dataclasses
import os
import resource
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from engine.errors import OutputExists, SinkError, UnsupportedFormat, UsageError
from engine.media.atomic import complete_file
from engine.media.open import open_sink, open_source
from engine.types import CodeLayout
from tests.codes.layouts import RGB, random_codes
from tests.media.media_cases import (
    FRAME_FILES,
    HALF,
    FrameFiles,
    grey,
    info_for,
    integer,
    random_frames,
    write_frames,
)


@contextmanager
def room_for(count: int) -> Generator[None]:
    """No file may grow beyond `count` bytes, as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("case", FRAME_FILES, ids=lambda case: case.name)
def test_a_full_disk_is_an_error_and_leaves_nothing(case: FrameFiles, tmp_path: Path) -> None:
    frames = random_frames(case.layout, (1, 2), (64, 100))
    target = str(tmp_path / case.pattern)
    with open_sink(target, info_for(frames), case.layout, (1, 2), False) as sink:
        sink.write(frames[0])
        (first,) = tmp_path.iterdir()
        with room_for(first.stat().st_size * 2 // 3), pytest.raises(SinkError, match="space"):
            sink.write(frames[1])
    assert list(tmp_path.iterdir()) == [first]


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    frames = random_frames(integer(8), (1,))
    with (
        open_sink(str(tmp_path / "file" / "s.#.png"), info_for(frames), integer(8), (1,), False) as sink,
        pytest.raises(SinkError, match="permissions"),
    ):
        sink.write(frames[0])


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(SinkError, match="permissions"):
        write_frames(tmp_path / "s.#.png", random_frames(integer(8), (1,)))


def test_a_folder_that_refuses_the_rename(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(SinkError, match=r"s\.1\.png cannot be written \(Permission denied\)"):
        write_frames(tmp_path / "s.#.png", random_frames(integer(8), (1,)))
    assert not list(tmp_path.iterdir())


def test_the_first_collision_is_named_before_anything_is_written(tmp_path: Path) -> None:
    frames = random_frames(integer(8), (1, 2, 3))
    (tmp_path / "s.2.png").write_bytes(b"precious")
    with pytest.raises(OutputExists, match=r"s\.2\.png is there already"):
        write_frames(tmp_path / "s.#.png", frames)
    assert [path.name for path in tmp_path.iterdir()] == ["s.2.png"]
    (tmp_path / "s.2.png").unlink()
    (tmp_path / "s.2.png").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputExists):
        write_frames(tmp_path / "s.#.png", frames)


def test_after_an_interruption_the_missing_frames_are_named(tmp_path: Path) -> None:
    frames = random_frames(integer(8), (1, 2, 3, 4, 5))
    write_frames(tmp_path / "s.#.png", frames[:2])
    with pytest.raises(OutputExists, match=r"\(2 of 5 are\).* --frames 3-5\.$"):
        write_frames(tmp_path / "s.#.png", frames)
    with pytest.raises(OutputExists, match=r"\(2 of 2 are\); give --overwrite or write to another folder\.$"):
        write_frames(tmp_path / "s.#.png", frames[:2])


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    target = tmp_path / "s.1.png"
    writing = complete_file(target, overwrite=False)
    writing.__enter__().write_bytes(b"new")
    target.write_bytes(b"precious")
    with pytest.raises(OutputExists):
        writing.__exit__(None, None, None)
    assert target.read_bytes() == b"precious"
    assert list(tmp_path.iterdir()) == [target]


@pytest.mark.parametrize("link", ["same", "folder", "symbolic", "hard"])
def test_the_source_is_never_overwritten(link: str, tmp_path: Path) -> None:
    source = tmp_path / "in"
    write_frames(source / "reel#1.####.dpx".replace("#1", "1"), random_frames(integer(10), (1, 2)))
    target = source
    if link == "folder":
        target = tmp_path / "linked"
        target.symlink_to(source, target_is_directory=True)
    elif link != "same":
        target = tmp_path / "out"
        target.mkdir()
        make = os.symlink if link == "symbolic" else os.link
        make(source / "reel1.0002.dpx", target / "reel1.0002.dpx")
    with open_source(str(source)) as clip, pytest.raises(UsageError, match="file of the source"):
        open_sink(str(target / "reel1.####.dpx"), clip.info, clip.info.layout, clip.info.frames, True)


def test_a_still_is_not_written_over_itself(tmp_path: Path) -> None:
    plate = tmp_path / "plate#7.tif"
    write_frames(plate.with_name("plate7.tif"), random_frames(integer(8), (1,)))
    plate.with_name("plate7.tif").rename(plate)
    with open_source(str(plate)) as clip:
        with pytest.raises(UsageError, match="file of the source"):
            open_sink(str(plate.parent) + "/", clip.info, clip.info.layout, clip.info.frames, True)
        beside = str(tmp_path / "fixed.tif")
        with open_sink(beside, clip.info, clip.info.layout, clip.info.frames, True) as sink:
            sink.write(clip.read(clip.info.frames[0]))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fixed.tif", "plate#7.tif"]


@pytest.mark.parametrize(
    ("layout", "target", "says"),
    [
        (integer(10), "s.#.tif", r"cannot hold 10-bit RGB without loss.*use \.dpx"),
        (integer(16), "s.#.exr", r"use \.dpx or \.tif or \.png"),
        (HALF, "s.#.dpx", r"use \.exr"),
        (CodeLayout("rgb", RGB, "float", 32), "s.#.png", r"use \.exr or \.tif"),
        (integer(10), "s.#.cin", r"Cineon is written from Cineon sources only.*use \.dpx"),
        (integer(16, "A", "IR"), "s.#.png", r"use \.tif"),
        (CodeLayout("grey", ("Y", "A"), "integer", 16), "s.#.dpx", r"use \.tif or \.png"),
        (CodeLayout("ycbcr", ("Y", "Cb", "Cr"), "integer", 10, (2, 1)), "s.#.dpx", "use a movie"),
    ],
)
def test_a_format_that_cannot_hold_the_codes(
    layout: CodeLayout, target: str, says: str, tmp_path: Path
) -> None:
    frames = random_frames(layout, (1,))
    with pytest.raises(UnsupportedFormat, match=says):
        open_sink(str(tmp_path / target), info_for(frames), layout, (1,), False)


def test_one_name_for_several_frames_and_ranges_that_do_not_fit(tmp_path: Path) -> None:
    frames = random_frames(grey(8), (1, 2))
    with pytest.raises(UsageError, match=r"one\.####\.png"):
        open_sink(str(tmp_path / "one.png"), info_for(frames), grey(8), (1, 2), False)
    with pytest.raises(UsageError, match="leaves out"):
        open_sink(str(tmp_path / "s.1-1#.png"), info_for(frames), grey(8), (1, 2), False)


def test_frames_that_were_not_announced_or_have_another_size(tmp_path: Path) -> None:
    write_frames(tmp_path / "in.####.dpx", random_frames(integer(10), (1, 2)))
    with open_source(str(tmp_path)) as clip:
        info, frame = clip.info, clip.read(1)
    with open_sink(str(tmp_path / "s.#.dpx"), info, info.layout, (1,), False) as sink:
        with pytest.raises(SinkError, match="announce frame 2"):
            sink.write(dataclasses.replace(frame, number=2))
        with pytest.raises(SinkError, match="34 x 22 x 3 values"):
            sink.write(dataclasses.replace(frame, codes=random_codes(integer(10), 20, 34)))
    assert not list(tmp_path.glob("s.*"))
