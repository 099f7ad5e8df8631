"""What every source and every sink promises, held against all of them."""

from __future__ import annotations

import contextlib
import hashlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from engine.errors import OutputExists, SinkError, SourceNotFound
from engine.types import Frame
from tests.codes.layouts import RGB, random_codes
from tests.media.media_cases import (
    HEIGHT,
    NUMBERS,
    WIDTH,
    CodeLayout,
    Medium,
    info_for,
    random_frames,
    same_codes,
)


def fingerprints(folder: Path) -> dict[str, str]:
    """Content and time stamp of every file in `folder`, without the output's."""
    return {
        path.name: f"{hashlib.sha256(path.read_bytes()).hexdigest()} {path.stat().st_mtime_ns}"
        for path in folder.iterdir()
        if path.is_file()
    }


def test_a_source_says_what_it_holds(medium: Medium, tmp_path: Path) -> None:
    with medium.make(tmp_path, random_frames(medium.layout)) as source:
        info = source.info
    assert (info.width, info.height, info.layout) == (WIDTH, HEIGHT, medium.layout)
    assert len(info.frames) == len(NUMBERS)
    assert list(info.frames) == sorted(set(info.frames))
    assert info.format
    assert not set(info.gaps) & set(info.frames)


def test_any_frame_in_any_order_has_its_own_codes(medium: Medium, tmp_path: Path) -> None:
    frames = random_frames(medium.layout)
    with medium.make(tmp_path, frames) as source:
        expected = dict(zip(source.info.frames, frames, strict=True))
        for number in [*reversed(source.info.frames), *source.info.frames]:
            frame = source.read(number)
            assert frame.number == number
            assert same_codes(frame.codes, expected[number].codes)
            assert all(plane.flags.c_contiguous for plane in frame.codes.planes)


def test_a_frame_that_is_not_there_is_an_error_that_names_it(medium: Medium, tmp_path: Path) -> None:
    with medium.make(tmp_path, random_frames(medium.layout)) as source:
        for number in (*source.info.gaps, max(source.info.frames) + 1, 123456):
            with pytest.raises(SourceNotFound, match=str(number)):
                source.read(number)


def test_threads_read_side_by_side(medium: Medium, tmp_path: Path) -> None:
    frames = random_frames(medium.layout)
    with medium.make(tmp_path, frames) as source, ThreadPoolExecutor(4) as threads:
        numbers = list(source.info.frames) * 3
        for frame, expected in zip(threads.map(source.read, numbers), frames * 3, strict=True):
            assert same_codes(frame.codes, expected.codes)


def test_what_is_written_comes_back_and_the_source_stays(medium: Medium, tmp_path: Path) -> None:
    with medium.make(tmp_path, random_frames(medium.layout)) as source:
        before = fingerprints(tmp_path)
        numbers = source.info.frames
        with medium.sink(tmp_path, source.info, numbers, False) as sink:
            for number in numbers:
                sink.write(source.read(number))
        with medium.reopen(tmp_path) as written:
            assert tuple(written.info.frames) == tuple(numbers)
            assert written.info.layout == source.info.layout
            for number in numbers:
                assert same_codes(written.read(number).codes, source.read(number).codes)
        assert fingerprints(tmp_path) == before


def test_changed_codes_are_written_under_the_old_header(medium: Medium, tmp_path: Path) -> None:
    with medium.make(tmp_path, random_frames(medium.layout)) as source:
        numbers = source.info.frames
        repaired = [random_codes(medium.layout, HEIGHT, WIDTH, seed=7 * number) for number in numbers]
        with medium.sink(tmp_path, source.info, numbers, False) as sink:
            for number, codes in zip(numbers, repaired, strict=True):
                sink.write(Frame(number, codes, source.read(number).metadata))
        with medium.reopen(tmp_path) as written:
            for number, codes in zip(numbers, repaired, strict=True):
                assert same_codes(written.read(number).codes, codes)


def test_an_existing_output_is_refused_before_anything_is_written(medium: Medium, tmp_path: Path) -> None:
    if not medium.on_disk:
        pytest.skip("memory has no files")
    with medium.make(tmp_path, random_frames(medium.layout)) as source:
        numbers = source.info.frames
        with medium.sink(tmp_path, source.info, numbers, False) as sink:
            for number in numbers:
                sink.write(source.read(number))
        with pytest.raises(OutputExists, match="overwrite"):
            medium.sink(tmp_path, source.info, numbers, False)
        new = [random_codes(medium.layout, HEIGHT, WIDTH, seed=3 * number) for number in numbers]
        with medium.sink(tmp_path, source.info, numbers, True) as sink:
            for number, codes in zip(numbers, new, strict=True):
                sink.write(Frame(number, codes, source.read(number).metadata))
        with medium.reopen(tmp_path) as written:
            for number, codes in zip(numbers, new, strict=True):
                assert same_codes(written.read(number).codes, codes)


def test_a_failure_leaves_no_unfinished_file_behind(medium: Medium, tmp_path: Path) -> None:
    with medium.make(tmp_path, random_frames(medium.layout)) as source:
        numbers = source.info.frames
        with (
            contextlib.suppress(ZeroDivisionError),
            medium.sink(tmp_path, source.info, numbers, False) as sink,
        ):
            sink.write(source.read(numbers[0]))
            raise ZeroDivisionError
    assert not list(tmp_path.rglob(".*"))


def test_a_frame_of_another_layout_is_refused(medium: Medium, tmp_path: Path) -> None:
    other = CodeLayout("rgb", (*RGB, "A", "B2"), "integer", 8)
    frames = random_frames(medium.layout)
    with medium.sink(tmp_path, info_for(frames), NUMBERS, False) as sink, pytest.raises(SinkError):
        sink.write(random_frames(other)[0])


def test_closing_twice_is_fine_and_writing_afterwards_is_not(medium: Medium, tmp_path: Path) -> None:
    frames = random_frames(medium.layout)
    with medium.make(tmp_path, frames) as source:
        source.close()
    with medium.sink(tmp_path, info_for(frames), NUMBERS, False) as sink:
        for frame in frames:
            sink.write(frame)
    sink.close()
    with pytest.raises(SinkError, match="closed"):
        sink.write(frames[0])
