"""Verification finds every bit that a render must not touch, and nothing else."""

from __future__ import annotations

import struct
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.audit.findings import Findings, Verification
from engine.audit.scan_bytes import compare_bytes
from engine.audit.spool import MatteSpool
from engine.audit.verify import verify_clips
from engine.codes import chroma_aligned
from engine.errors import CorruptSource, SourceNotFound
from engine.media.memory import MemorySource
from engine.media.oiio_formats import format_of
from engine.media.open import open_source
from engine.media.scan.reading import scan_of
from engine.types import CodeLayout, Codes, Frame
from tests.codes.layouts import LAYOUTS, name_of, random_codes
from tests.media.movie_making import copy, make_movie, noise
from tests.media.scan_files import PACKINGS, bit_place, dpx_file, random_element

HEIGHT, WIDTH = 22, 34
SPOT = (slice(4, 10), slice(6, 14))


def clip(layout: CodeLayout, *numbers: int) -> list[Frame]:
    return [Frame(number, random_codes(layout, HEIGHT, WIDTH, number)) for number in numbers]


def spool(layout: CodeLayout, *numbers: int) -> MatteSpool:
    plane = np.zeros((HEIGHT, WIDTH), np.float32)
    plane[SPOT] = 1
    kept = MatteSpool()
    for number in numbers:
        kept.put(number, chroma_aligned(plane, layout) > 0)
    return kept


def altered(frame: Frame, plane: int, row: int, column: int) -> Frame:
    planes = [one.copy() for one in frame.codes.planes]
    raw = planes[plane].view(f"u{planes[plane].dtype.itemsize}")
    raw[row, column] ^= 1
    return replace(frame, codes=Codes(tuple(planes), frame.codes.layout))


def verified(one: list[Frame], other: list[Frame], mattes: MatteSpool | None) -> Verification:
    return verify_clips(MemorySource(one), MemorySource(other), mattes, [frame.number for frame in one])


@pytest.mark.parametrize("layout", LAYOUTS, ids=name_of)
def test_one_bit_of_one_sample_is_found_in_every_layout(layout: CodeLayout) -> None:
    frames = clip(layout, 5, 6)
    mattes = spool(layout, 5, 6)
    assert verified(frames, frames, None).identical
    for plane, codes in enumerate(frames[0].codes.planes):
        down, across = -(-HEIGHT // codes.shape[0]), -(-WIDTH // codes.shape[1])
        inside = altered(frames[1], plane, 6 // down, 8 // across)
        found = verified(frames, [frames[0], inside], mattes)
        assert found.identical
        assert found.changed >= 1
        outside = altered(frames[1], plane, 0, codes.shape[1] - 1)
        found = verified(frames, [frames[0], outside], mattes)
        assert found.counts["pixel"] >= 1
        assert found.first[0].frame == 6
        assert f"row 0, column {codes.shape[1] - 1}" in found.first[0].where
        assert not verified(frames, [frames[0], inside], None).identical
    assert found.pixels == 2 * HEIGHT * WIDTH


def test_missing_and_further_frames_are_found() -> None:
    frames = clip(LAYOUTS[1], 5, 6, 7)
    found = verified(frames, frames[:2], None)
    assert found.counts["frame"] == 1
    assert (found.first[0].frame, found.first[0].result) == (7, "is missing")
    found = verified(frames[:2], frames, None)
    assert (found.first[0].frame, found.first[0].result) == (7, "is there")
    other = clip(LAYOUTS[0], 5, 6, 7)
    assert verified(frames, other, None).counts["frame"] == 3


@settings(max_examples=60)
@given(st.data())
def test_every_bit_of_a_dpx_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """Any bit: it must be told unless it is of a code within the matte."""
    bits, packing = data.draw(st.sampled_from(PACKINGS))
    channels, order = data.draw(st.sampled_from([1, 3, 4])), data.draw(st.sampled_from("<>"))
    size = data.draw(st.tuples(st.integers(2, 5), st.integers(2, 9)))
    one = random_element(bits, packing, channels, order, size, 3, padding=data.draw(st.sampled_from([0, 8])))
    content = np.frombuffer(dpx_file([one], 4), np.uint8)
    path = Path("made.dpx")
    scan = scan_of(path, format_of(path), content)
    inside = np.zeros(size, bool)
    inside[1, 1] = True
    place, bit = data.draw(st.integers(0, content.size - 1)), data.draw(st.integers(0, 7))
    changed = content.copy()
    changed[place] ^= 1 << bit
    findings = Findings()
    compare_bytes(content, changed, scan, inside, 1, findings)
    offset = scan.elements[0].raster.offset
    mine = {
        (offset + byte, at)
        for datum in range(channels, 2 * channels)
        for byte, at in (bit_place(one, 1, datum, k) for k in range(bits))
    }
    assert findings.counts["bytes"] == (0 if (place, bit) in mine else 1)
    findings = Findings()
    compare_bytes(content, np.append(content, content[:1]), scan, inside, 1, findings)
    assert findings.counts["bytes"] == 1


def write_file(path: Path, attributes: dict[str, Any], channels: int = 3, pages: int = 1) -> None:
    rng = np.random.default_rng(2)
    kind = "half" if path.suffix == ".exr" else "uint16"
    specs = [oiio.ImageSpec(16, 12, channels, kind) for _ in range(pages)]
    for place, spec in enumerate(specs):
        if pages > 1:
            spec.attribute("name", f"part{place}")
        for name, value in attributes.items():
            spec.attribute(name, value)
    sink: Any = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), tuple(specs) if pages > 1 else specs[0])
    for place in range(pages):
        if place:
            sink.open(str(path), specs[place], "AppendSubimage")
        pixels = rng.integers(0, 2**16, (12, 16, channels)).astype(np.uint16)
        assert sink.write_image(pixels if kind == "uint16" else (pixels / 65536).astype(np.float16))
    sink.close()


@pytest.mark.parametrize("suffix", [".exr", ".tif", ".png"])
def test_a_header_field_is_found(suffix: str, tmp_path: Path) -> None:
    paths = [tmp_path / f"{name}{suffix}" for name in "abc"]
    for path, artist in zip(paths, ("Ada", "Ada", "Eve"), strict=True):
        write_file(path, {"Artist": artist, "Author": artist, "DateTime": "2020:01:01 00:00:00"})
    with open_source(str(paths[0])) as one, open_source(str(paths[1])) as two:
        found = verify_clips(one, two, None, one.info.frames)
        assert found.identical, found.first
        assert found.fields > 5
    with open_source(str(paths[0])) as one, open_source(str(paths[2])) as two:
        found = verify_clips(one, two, None, one.info.frames)
    assert found.counts["header"] >= 1
    assert found.counts.get("pixel", 0) == 0
    assert any("Eve" in difference.result for difference in found.first)


def test_files_of_two_formats_are_never_called_identical(tmp_path: Path) -> None:
    write_file(tmp_path / "a.tif", {})
    write_file(tmp_path / "a.png", {})
    with open_source(str(tmp_path / "a.tif")) as one, open_source(str(tmp_path / "a.png")) as two:
        found = verify_clips(one, two, None, one.info.frames)
    assert (found.counts["header"], found.counts.get("pixel", 0)) == (1, 0)
    assert "format" in found.first[0].where


def test_a_broken_header_is_a_difference_not_a_crash(tmp_path: Path) -> None:
    from engine.audit.container_fields import fields_of

    write_file(tmp_path / "a.tif", {})
    content = (tmp_path / "a.tif").read_bytes()
    for suffix, broken in (
        (".tif", content[:40]),
        (".tif", content[:4] + struct.pack("<I", 10**9)),
        (".png", b"\x89PNG\r\n\x1a\n\xff\xff\xff\xffIHDR"),
        (".exr", b"\x76\x2f\x31\x01\x02\0\0\0name\0string\0\xff\xff\xff\x7f"),
        (".exr", b"\x76\x2f\x31\x01"),
    ):
        path = tmp_path / f"b{suffix}"
        path.write_bytes(broken)
        with pytest.raises(CorruptSource):
            fields_of(path)


@given(st.binary(max_size=200), st.sampled_from([".exr", ".tif", ".png"]))
def test_no_header_crashes_the_reader_of_fields(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, suffix: str
) -> None:
    from engine.audit.container_fields import fields_of

    heads = {".exr": b"\x76\x2f\x31\x01\x02\0\0\0", ".tif": b"II*\0\x08\0\0\0", ".png": b"\x89PNG\r\n\x1a\n"}
    path = tmp_path_factory.mktemp("f") / f"a{suffix}"
    path.write_bytes(heads[suffix] + content)
    try:
        fields_of(path)
    except CorruptSource:
        return


@pytest.fixture(scope="module")
def movie(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("m") / "scan.mkv"
    return make_movie(path, "ffv1", [noise("yuv422p10le", n) for n in range(6)], audio=["pcm_s16le"])


def movies(one: Path, other: Path) -> Verification:
    with open_source(str(one)) as source, open_source(str(other)) as result:
        return verify_clips(source, result, None, source.info.frames)


def test_a_movie_written_without_repairs_is_its_source(movie: Path, tmp_path: Path) -> None:
    copy(movie, tmp_path / "copy.mkv")
    found = movies(movie, tmp_path / "copy.mkv")
    assert found.identical, found.first
    assert found.packets > 5
    assert found.frames == 6


def test_sound_times_and_facts_of_movies_are_compared(movie: Path, tmp_path: Path) -> None:
    frames = [noise("yuv422p10le", n) for n in range(6)]
    silent = make_movie(tmp_path / "silent.mkv", "ffv1", frames)
    assert movies(movie, silent).counts["audio"] == 1
    slow = make_movie(tmp_path / "slow.mkv", "ffv1", frames, rate=Fraction(24), audio=["pcm_s16le"])
    found = movies(movie, slow)
    assert found.counts["time"] > 0
    assert found.counts["stream"] > 0
    tagged = make_movie(
        tmp_path / "tagged.mkv", "ffv1", frames, audio=["pcm_s16le"], colours={"color_primaries": 9}
    )
    assert [difference.where for difference in movies(movie, tagged).first] == ["tag primaries"]
    other = make_movie(
        tmp_path / "o.mkv", "ffv1", [*frames[:5], noise("yuv422p10le", 99)], audio=["pcm_s16le"]
    )
    found = movies(movie, other)
    assert found.first[0].frame == 6
    assert set(found.counts) == {"pixel"}
    assert found.counts["pixel"] > 1000


def test_a_spool_gives_back_what_was_put(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    planes = {number: rng.random((HEIGHT, WIDTH)) > 0.5 for number in (3, 1, 2)}
    kept = MatteSpool()
    for number, plane in planes.items():
        kept.put(number, plane)
    for number, plane in planes.items():
        np.testing.assert_array_equal(kept.plane(clip(LAYOUTS[1], number)[0]) > 0, plane)
    with pytest.raises(SourceNotFound):
        kept.plane(clip(LAYOUTS[1], 4)[0])
    kept.close()
