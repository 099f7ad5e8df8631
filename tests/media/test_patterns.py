"""Names of frames, and what is found on disk under them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ReelmendError, SourceError, SourceNotFound, UsageError
from engine.media.listing import find_frames
from engine.media.pattern import FramePattern, literal, may_be_minus, parse_pattern

SUFFIXES = (".dpx", ".exr", ".tif")


def touch(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).touch()


@pytest.mark.parametrize(
    ("text", "number", "name"),
    [
        ("scan.####.dpx", 7, "scan.0007.dpx"),
        ("scan.#.dpx", 7, "scan.7.dpx"),
        ("scan.#.dpx", 12345, "scan.12345.dpx"),
        ("scan.%04d.exr", 7, "scan.0007.exr"),
        ("scan.%d.exr", 7, "scan.7.exr"),
        ("scan.@@@.dpx", 7, "scan.007.dpx"),
        ("scan.1001-1100####.tif", 1001, "scan.1001.tif"),
        ("reel_07_####.DPX", 1, "reel_07_0001.DPX"),
    ],
)
def test_tokens(text: str, number: int, name: str) -> None:
    request = parse_pattern(text)
    assert request is not None
    assert request.pattern.path(number).name == name
    assert request.pattern.number_of(name) == number


def test_a_range_inside_the_pattern() -> None:
    request = parse_pattern("/reels/a#b/scan.1001-1007x3,1200####.tif")
    assert request is not None
    assert request.frames == (1001, 1004, 1007, 1200)
    assert request.pattern.template == Path("/reels/a#b/scan.####.tif")


@pytest.mark.parametrize("text", ["scan.0001.dpx", "plate.tif", "/a/b#/plate.tif"])
def test_plain_names_are_no_patterns(text: str) -> None:
    assert parse_pattern(text) is None


@pytest.mark.parametrize("text", ["scan.##.##.dpx", "scan.<UDIM>.exr", "scan.1-99999999####.dpx"])
def test_what_cannot_be_meant_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_pattern(text)


@given(
    prefix=st.text("ab.0_9", max_size=4), width=st.integers(1, 6), number=st.integers(-(10**8), 10**8),
    signed=st.booleans(),
)  # fmt: skip
def test_a_frame_number_is_found_again_in_its_name(
    prefix: str, width: int, number: int, signed: bool
) -> None:
    if number < 0 and not may_be_minus(prefix):
        return
    pattern = FramePattern(Path("reel"), prefix, width, ".dpx", signed)
    assert FramePattern.of_template(pattern.template) == pattern
    assert pattern.number_of(pattern.path(number).name) == number


def test_other_names_have_no_number() -> None:
    pattern = FramePattern(Path("reel"), "scan.", 4, ".dpx")
    names = [
        "scan.001.dpx",
        "scan.00001.dpx",
        "scan.abcd.dpx",
        "scan.0001.exr",
        "scan.dpx",
        "scan.-001.dpx",
        ".dpx",
    ]
    assert [pattern.number_of(name) for name in names] == [None] * len(names)
    assert literal(Path("reel/scan.0001.dpx")).number_of("scan.0001.dpx") is None


def test_a_pattern_finds_its_frames_and_its_gaps(tmp_path: Path) -> None:
    touch(
        tmp_path,
        "s.0998.dpx",
        "s.0999.dpx",
        "s.1002.dpx",
        "s.10000.exr",
        "s.1.dpx",
        "._s.1000.dpx",
        "note.txt",
    )
    found = find_frames(str(tmp_path / "s.####.dpx"), SUFFIXES)
    assert (found.numbers, found.gaps) == ((998, 999, 1002), (1000, 1001))
    found = find_frames(str(tmp_path / "s.999-1001####.dpx"), SUFFIXES)
    assert (found.numbers, found.gaps) == ((999,), (1000, 1001))


def test_one_hash_is_one_digit(tmp_path: Path) -> None:
    touch(tmp_path, "s.0001.dpx", "s.0002.dpx")
    with pytest.raises(SourceNotFound, match="one # stands for one digit"):
        find_frames(str(tmp_path / "s.#.dpx"), SUFFIXES)


def test_a_mistyped_pattern_is_told_what_is_there(tmp_path: Path) -> None:
    touch(tmp_path, "Scan_A.0086400.DPX", "Scan_A.0086401.DPX", "notes.txt", "other.0001.tif")
    for mistyped in ("Scan_A.####.DPX", "scan_a.#######.dpx", "Scan.#######.DPX"):
        with pytest.raises(SourceNotFound, match=r"holds Scan_A\.#######\.DPX \(86400-86401\)\.$"):
            find_frames(str(tmp_path / mistyped), SUFFIXES)
    with pytest.raises(SourceNotFound, match=r"and the folder\.$"):
        find_frames(str(tmp_path / "Scan_A.####.exr"), SUFFIXES)


def test_a_folder_with_one_sequence(tmp_path: Path) -> None:
    touch(tmp_path, "s.9.dpx", "s.10.dpx", "s.12.dpx", "s.wav", "readme.txt")
    found = find_frames(str(tmp_path), SUFFIXES)
    assert (found.pattern.template.name, found.numbers, found.gaps) == ("s.#.dpx", (9, 10, 12), (11,))


def test_a_folder_with_several_lists_them(tmp_path: Path) -> None:
    touch(tmp_path, "a.0001.dpx", "a.0002.dpx", "a.1.dpx", "b.0005.exr", "still.tif")
    with pytest.raises(UsageError) as error:
        find_frames(str(tmp_path), SUFFIXES)
    for text in ("4 sequences", "a.####.dpx (1-2)", "a.#.dpx (1)", "b.####.exr (5)", "still.tif"):
        assert text in str(error.value)


def test_an_empty_folder_and_absent_paths(tmp_path: Path) -> None:
    touch(tmp_path, "readme.txt")
    for target in (
        tmp_path,
        tmp_path / "absent.dpx",
        tmp_path / "no" / "s.####.dpx",
        tmp_path / "readme.txt" / "s.#.dpx",
    ):
        with pytest.raises(SourceNotFound):
            find_frames(str(target), SUFFIXES)


def test_an_exact_name_is_a_still_beside_its_siblings(tmp_path: Path) -> None:
    touch(tmp_path, "s.0001.dpx", "s.0002.dpx", "plate#1.tif", "plain.tif")
    found = find_frames(str(tmp_path / "s.0002.dpx"), SUFFIXES)
    assert (found.is_still, found.numbers, found.gaps) == (True, (2,), ())
    assert found.pattern.path(2) == tmp_path / "s.0002.dpx"
    assert find_frames(str(tmp_path / "plate#1.tif"), SUFFIXES).pattern.path(1).name == "plate#1.tif"
    assert find_frames(str(tmp_path / "plain.tif"), SUFFIXES).numbers == (1,)


def test_a_folder_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: Path) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(SourceError, match="check its permissions"):
        find_frames(str(tmp_path / "s.#.dpx"), SUFFIXES)


@pytest.mark.parametrize(
    ("names", "template", "numbers"),
    [
        (("s.-0002.dpx", "s.-0001.dpx", "s.0000.dpx", "s.0001.dpx"), "s.####.dpx", (-2, -1, 0, 1)),
        (("s.-002.dpx", "s.-001.dpx", "s.0000.dpx", "s.0001.dpx"), "s.%04d.dpx", (-2, -1, 0, 1)),
        (("s-0001.dpx", "s-0002.dpx"), "s-####.dpx", (1, 2)),
        (("s_-0001.dpx", "s_-0002.dpx"), "s_-####.dpx", (1, 2)),
    ],
)
def test_numbers_below_zero(
    names: tuple[str, ...], template: str, numbers: tuple[int, ...], tmp_path: Path
) -> None:
    touch(tmp_path, *names)
    in_folder = find_frames(str(tmp_path), SUFFIXES)
    assert (in_folder.pattern.template.name, in_folder.numbers, in_folder.gaps) == (template, numbers, ())
    for written in (template, template.replace("%04d", "####")):
        found = find_frames(str(tmp_path / written), SUFFIXES)
        assert found == in_folder
        assert [found.pattern.path(number).name for number in numbers] == sorted(names, key=names.index)


def test_two_ways_to_count_digits_below_zero_are_refused(tmp_path: Path) -> None:
    touch(tmp_path, "s.-0002.dpx", "s.-001.dpx", "s.0000.dpx")
    with pytest.raises(UsageError, match=r"both s\.-0002\.dpx and s\.-001\.dpx"):
        find_frames(str(tmp_path / "s.####.dpx"), SUFFIXES)
    with pytest.raises(UsageError, match="sequences"):
        find_frames(str(tmp_path), SUFFIXES)


def test_accents_written_apart_are_the_same_name(tmp_path: Path) -> None:
    folder = tmp_path / "Fru\u0308hling"
    folder.mkdir()
    touch(folder, "gru\u0308n.0001.dpx", "gru\u0308n.0002.dpx")
    assert find_frames(str(tmp_path / "Fr\u00fchling" / "gr\u00fcn.####.dpx"), SUFFIXES).numbers == (1, 2)
    assert find_frames(str(tmp_path / "Fr\u00fchling"), SUFFIXES).numbers == (1, 2)


@given(st.one_of(st.text(max_size=40), st.text(alphabet="s.#@%04d-1x,<>UDIM$F", max_size=24)))
def test_any_name_is_a_pattern_or_none_or_a_refusal(text: str) -> None:
    try:
        request = parse_pattern(text)
    except ReelmendError:
        return
    if request is not None:
        assert request.pattern.number_of(request.pattern.path(7).name) == 7
