"""Patches: every layout comes back bit for bit, whole or by region; what is altered is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.audit.patch_reader import PatchReader
from engine.audit.patch_writer import PatchWriter, changed_samples
from engine.audit.revert import parse_regions
from engine.codes import chroma_aligned
from engine.errors import CorruptSource, SourceError, SourceNotFound, UnsupportedFormat, UsageError
from engine.types import CodeLayout, Codes, DamageMatte, Frame
from tests.codes.layouts import LAYOUTS, name_of, random_codes
from tests.conftest import assert_same_codes

HEIGHT, WIDTH = 22, 34
SPOTS = (slice(2, 7), slice(4, 10)), (slice(12, 20), slice(20, 32)), (slice(14, 16), slice(2, 4))


def matte(layout: CodeLayout) -> DamageMatte:
    """Three regions; by their place from the top: 1, 2, 3."""
    coverage = np.zeros((HEIGHT, WIDTH), np.float32)
    for spot in SPOTS:
        coverage[spot] = 0.7
    return DamageMatte(chroma_aligned(coverage, layout))


def repaired(source: Codes, layout: CodeLayout, seed: int) -> Codes:
    """Other random codes where the matte is, as a render gives them."""
    other = random_codes(layout, HEIGHT, WIDTH, seed + 1)
    inside = matte(layout).coverage > 0
    planes = []
    for before, after in zip(source.planes, other.planes, strict=True):
        down, across = -(-HEIGHT // before.shape[0]), -(-WIDTH // before.shape[1])
        where = inside[::down, ::across]
        plane = before.copy()
        plane[where] = after[where]
        planes.append(plane)
    return Codes(tuple(planes), layout)


def pair(layout: CodeLayout, number: int) -> tuple[Frame, Frame]:
    source = random_codes(layout, HEIGHT, WIDTH, number)
    return Frame(number, source), Frame(number, repaired(source, layout, number))


def written(path: Path, layout: CodeLayout, *numbers: int) -> dict[int, tuple[Frame, Frame]]:
    frames = {number: pair(layout, number) for number in numbers}
    with PatchWriter(path, {}) as writer:
        for before, after in frames.values():
            writer.write(before, after, matte(layout), "")
        writer.finish()
    return frames


@pytest.mark.parametrize("layout", LAYOUTS, ids=name_of)
def test_the_source_comes_back_in_every_layout(layout: CodeLayout, tmp_path: Path) -> None:
    frames = written(tmp_path / "p", layout, 7, 9)
    with PatchReader(tmp_path / "p") as reader:
        assert reader.numbers == (7, 9)
        for number, (before, after) in frames.items():
            assert_same_codes(reader.restored(after, number).codes, before.codes)


@pytest.mark.parametrize("layout", [LAYOUTS[1], LAYOUTS[-1], LAYOUTS[-4]], ids=name_of)
@pytest.mark.parametrize("chosen", [(1,), (2, 3), (1, 2, 3), ()])
def test_regions_come_back_alone(layout: CodeLayout, chosen: tuple[int, ...], tmp_path: Path) -> None:
    before, after = written(tmp_path / "p", layout, 7)[7]
    with PatchReader(tmp_path / "p") as reader:
        assert reader.frame(7).regions == (1, 2, 3)
        back = reader.restored(after, 7, chosen).codes
    asked = np.zeros((HEIGHT, WIDTH), np.float32)
    for n in chosen:
        asked[SPOTS[n - 1]] = 1
    asked = chroma_aligned(asked, layout)
    assert_same_codes(back, after.codes, asked > 0)
    assert_same_codes(back, before.codes, ~(asked > 0) & (matte(layout).coverage > 0))


@pytest.mark.parametrize("layout", [LAYOUTS[1], LAYOUTS[-1]], ids=name_of)
def test_a_frame_without_changes_has_patches_too(layout: CodeLayout, tmp_path: Path) -> None:
    before, _ = pair(layout, 3)
    nothing = DamageMatte(np.zeros((HEIGHT, WIDTH), np.float32))
    with PatchWriter(tmp_path / "p", {}) as writer:
        assert writer.write(before, before, nothing, "") == 0
        writer.finish()
    with PatchReader(tmp_path / "p") as reader:
        assert reader.frame(3).regions == ()
        assert_same_codes(reader.restored(before, 3).codes, before.codes)


def test_changes_outside_every_region_come_back_with_the_whole(tmp_path: Path) -> None:
    layout = LAYOUTS[1]
    before, after = pair(layout, 3)
    after.codes.planes[0][0, 0] ^= 5
    with PatchWriter(tmp_path / "p", {}) as writer:
        assert writer.write(before, after, matte(layout), "") > 0
        writer.finish()
    with PatchReader(tmp_path / "p") as reader:
        assert_same_codes(reader.restored(after, 3).codes, before.codes)


@given(st.integers(0, 2**32 - 1))
def test_nan_and_minus_zero_are_codes_like_others(seed: int) -> None:
    rng = np.random.default_rng(seed)
    bits = rng.integers(0, 2**32, (5, 6, 3), np.uint32)
    before = bits.view(np.float32)
    after = before.copy()
    after.view(np.uint32)[2, 3] ^= 1 << 31
    where = changed_samples(before, after)
    assert where[2, 3]
    assert not np.delete(where.ravel(), 2 * 6 + 3).any()
    assert changed_samples(np.float32([[0.0]]), np.float32([[-0.0]])).all()
    assert not changed_samples(np.float32([[np.nan]]), np.float32([[np.nan]])).any()


def test_a_killed_render_leaves_patches_that_are_whole_up_to_the_kill(tmp_path: Path) -> None:
    layout = LAYOUTS[1]
    frames = written(tmp_path / "p", layout, 1, 2, 3)
    content = (tmp_path / "p").read_bytes()
    with PatchReader(tmp_path / "p") as reader:
        places = reader.places
    for cut in (places[3], places[3] + 20, len(content) - 30, len(content) - 5):
        (tmp_path / "cut").write_bytes(content[:cut])
        with PatchReader(tmp_path / "cut") as reader:
            assert reader.numbers[:2] == (1, 2)
            assert_same_codes(reader.restored(frames[2][1], 2).codes, frames[2][0].codes)


def test_a_render_that_goes_on_keeps_what_is_there(tmp_path: Path) -> None:
    layout, path = LAYOUTS[1], tmp_path / "p"
    frames = {number: pair(layout, number) for number in (1, 2, 3)}
    with PatchWriter(path, {"clip": "a"}) as writer:
        writer.write(*frames[1], matte(layout), "")
        writer.write(*frames[2], matte(layout), "")
    partial = tmp_path / "p.partial"
    partial.write_bytes(partial.read_bytes()[:-9])
    for _ in range(2):  # the second time what it goes on with is whole
        with PatchWriter(path, {}, resume=True) as writer:
            for number in (2, 3):
                writer.write(*frames[number], matte(layout), "")
            writer.finish()
        with PatchReader(path) as reader:
            assert reader.numbers == (1, 2, 3)
            assert reader.header["clip"] == "a"
            for number, (before, after) in frames.items():
                assert_same_codes(reader.restored(after, number).codes, before.codes)


def test_another_result_is_refused(tmp_path: Path) -> None:
    before, after = written(tmp_path / "p", LAYOUTS[1], 7)[7]
    with PatchReader(tmp_path / "p") as reader:
        with pytest.raises(SourceError, match="not what the render wrote"):
            reader.restored(before, 7)
        with pytest.raises(SourceNotFound, match="nothing of frame 8"):
            reader.restored(after, 8)
        with pytest.raises(SourceNotFound, match="no region 4; its repaired regions are 1, 2, 3"):
            reader.restored(after, 7, (4,))


@given(st.data())
def test_no_altered_byte_goes_unnoticed(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("p")
    before, after = written(folder / "p", LAYOUTS[1], 7)[7]
    content = bytearray((folder / "p").read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    (folder / "p").write_bytes(content)
    try:
        with PatchReader(folder / "p") as reader:
            back = reader.restored(after, 7)
    except (CorruptSource, SourceNotFound, UnsupportedFormat):
        return
    assert_same_codes(back.codes, before.codes)


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_reader(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.mktemp("p") / "p"
    for head in (b"", b"\x89RMP\r\n\x1a\n"):
        path.write_bytes(head + content)
        with pytest.raises(CorruptSource):
            PatchReader(path)


def test_lists_of_regions() -> None:
    assert parse_regions("1003:4,1003:1, 1007") == {1003: (1, 4), 1007: ()}
    assert parse_regions("5,5:2") == {5: ()}
    for text in ("", "a", "5:", ":5", "5:a", "5:1:2", "-5", "٣"):
        with pytest.raises(UsageError, match="no list of regions"):
            parse_regions(text)
