"""DPX and Cineon: read exactly, and written as the source with the bits of the changed codes changed.

Each file is also made a second time with the new codes in it; what the engine writes has to be that file,
byte for byte, random header, padding and spare bits included.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.errors import CorruptSource, SinkError, SourceError, UnsupportedFormat
from engine.media.frame_read import read_frame
from engine.media.open import open_sink, open_source
from engine.types import Codes, Frame
from tests.media.scan_files import (
    PACKINGS,
    Made,
    bit_place,
    cineon_file,
    dpx_file,
    random_element,
    with_codes,
)

ORDERS = st.sampled_from("<>")
SIZES = st.tuples(st.integers(1, 5), st.integers(1, 9))


def changed_copy(codes: np.ndarray, bits: int, seed: int, share: float) -> tuple[np.ndarray, np.ndarray]:
    """New codes and where they are new: whole pixels at random."""
    rng = np.random.default_rng(seed)
    pixels = rng.random(codes.shape[:2]) < share
    new = np.where(pixels[..., np.newaxis], rng.integers(0, 2**bits, codes.shape), codes)
    return new, new != codes


def written(path: Path, target: Path, codes: np.ndarray) -> bytes:
    """The file the engine writes for `path` with `codes` in place of its own."""
    target.unlink(missing_ok=True)
    with open_source(str(path)) as clip:
        frame = clip.read(clip.info.frames[0])
        plane = codes.astype(frame.codes.planes[0].dtype)
        with open_sink(str(target), clip.info, clip.info.layout, clip.info.frames, False) as sink:
            sink.write(Frame(frame.number, Codes((plane,), frame.codes.layout), frame.metadata))
    return target.read_bytes()


@given(
    kind=st.sampled_from(PACKINGS),
    channels=st.sampled_from((1, 3, 4)),
    order=ORDERS,
    size=SIZES,
    padding=st.sampled_from((0, 0, 4, 7)),
    share=st.sampled_from((0.0, 0.1, 0.5, 1.0)),
    seed=st.integers(0, 2**20),
)
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_dpx_comes_back_with_only_its_changed_bits_changed(
    kind: tuple[int, int], channels: int, order: str, size: tuple[int, int], padding: int, share: float,
    seed: int, tmp_path: Path,
) -> None:  # fmt: skip
    one = random_element(*kind, channels, order, size, seed, padding)
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file([one], seed))
    _, frame = read_frame(source, 1)
    assert frame.codes.layout.bits == one.bits
    assert np.array_equal(frame.codes.planes[0], one.codes)
    new, where = changed_copy(one.codes, one.bits, seed + 1, share)
    after = written(source, tmp_path / "b.dpx", new)
    assert after == dpx_file([with_codes(one, new)], seed)
    check_only_changed_bytes(one, where, source.read_bytes(), after)


def check_only_changed_bytes(one: Made, where: np.ndarray, before: bytes, after: bytes) -> None:
    """Every byte that differs holds bits of a changed code."""
    start = int.from_bytes(before[4:8], "big" if one.order == ">" else "little")
    rows, datums = np.nonzero(where.reshape(where.shape[0], -1))
    allowed = {
        start + bit_place(one, int(row), int(datum), bit)[0]
        for row, datum in zip(rows, datums, strict=True)
        for bit in range(one.bits)
    }
    differing = {at for at, (a, b) in enumerate(zip(before, after, strict=True)) if a != b}
    assert differing <= allowed
    assert bool(differing) == bool(where.any())


@given(
    packing=st.sampled_from((1, 2)), channels=st.sampled_from((1, 3, 4)), order=ORDERS, size=SIZES,
    share=st.sampled_from((0.0, 0.3, 1.0)), seed=st.integers(0, 2**20),
)  # fmt: skip
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_any_cineon_comes_back_with_only_its_changed_bits_changed(
    packing: int, channels: int, order: str, size: tuple[int, int], share: float, seed: int, tmp_path: Path
) -> None:
    one = replace(random_element(10, packing, channels, order, size, seed), high_first=True)
    source = tmp_path / "a.cin"
    source.write_bytes(cineon_file(one, seed))
    _, frame = read_frame(source, 1)
    assert np.array_equal(frame.codes.planes[0], one.codes)
    new, _ = changed_copy(one.codes, 10, seed + 1, share)
    assert written(source, tmp_path / "b.cin", new) == cineon_file(with_codes(one, new), seed)


@pytest.mark.parametrize("name", ["a.dpx", "a.cin"])
def test_a_frame_without_changes_is_its_source(name: str, tmp_path: Path) -> None:
    one = random_element(10, 1, 3, ">", (4, 7), 3)
    content = dpx_file([one], 5) if name == "a.dpx" else cineon_file(one, 5)
    (tmp_path / name).write_bytes(content)
    assert written(tmp_path / name, tmp_path / f"copy-{name}", one.codes) == content


INFRARED = [(b"IR", "IR"), (b"Infrared channel", "IR"), (b"matte", "A"), (b"", "A")]


@pytest.mark.parametrize(("description", "name"), INFRARED)
@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("bits", "packing"), [(10, 1), (16, 0), (12, 0)])
def test_infrared_in_an_element_of_its_own(
    description: bytes, name: str, order: str, bits: int, packing: int, tmp_path: Path
) -> None:
    colour = random_element(bits, packing, 3, order, (3, 5), 1)
    infrared = replace(
        random_element(bits, packing, 1, order, (3, 5), 2), descriptor=4, description=description
    )
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file([colour, infrared], 7))
    _, frame = read_frame(source, 1)
    assert frame.codes.layout.channels == ("R", "G", "B", name)
    both = np.concatenate([colour.codes, infrared.codes], axis=2)
    assert np.array_equal(frame.codes.planes[0], both)
    new, _ = changed_copy(both, bits, 4, 0.4)
    expected = dpx_file([with_codes(colour, new[..., :3]), with_codes(infrared, new[..., 3:])], 7)
    assert written(source, tmp_path / "b.dpx", new) == expected


def test_channels_in_elements_of_their_own_and_in_any_order(tmp_path: Path) -> None:
    planes = [replace(random_element(10, 1, 1, ">", (3, 5), k), descriptor=k) for k in (3, 1, 2)]
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file(planes, 9))
    _, frame = read_frame(source, 1)
    assert frame.codes.layout.channels == ("R", "G", "B")
    for channel, one in zip((2, 0, 1), planes, strict=True):
        assert np.array_equal(frame.codes.planes[0][..., channel], one.codes[..., 0])
    new, _ = changed_copy(frame.codes.planes[0].astype(int), 10, 4, 0.5)
    changed = [with_codes(one, new[..., [k]]) for k, one in zip((2, 0, 1), planes, strict=True)]
    assert written(source, tmp_path / "b.dpx", new) == dpx_file(changed, 9)


def test_alpha_before_blue_green_and_red(tmp_path: Path) -> None:
    one = replace(random_element(8, 0, 4, "<", (3, 5), 1), descriptor=52)
    (tmp_path / "a.dpx").write_bytes(dpx_file([one], 2))
    _, frame = read_frame(tmp_path / "a.dpx", 1)
    assert frame.codes.layout.channels == ("R", "G", "B", "A")
    assert np.array_equal(frame.codes.planes[0], one.codes[..., ::-1])
    new, _ = changed_copy(frame.codes.planes[0].astype(int), 8, 4, 0.5)
    assert written(tmp_path / "a.dpx", tmp_path / "b.dpx", new) == dpx_file(
        [with_codes(one, new[..., ::-1])], 2
    )


def test_an_element_that_cannot_be_read_stays_and_goes_into_no_other_format(tmp_path: Path) -> None:
    colour = random_element(16, 0, 3, ">", (3, 5), 1)
    other = replace(random_element(8, 0, 1, ">", (3, 5), 2), descriptor=4, description=b"key")
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file([colour, other], 7))
    with open_source(str(source)) as clip:
        assert clip.info.layout.channels == ("R", "G", "B")
        assert "key" in clip.info.extras["left as it is"]
        with (
            open_sink(str(tmp_path / "c.tif"), clip.info, clip.info.layout, clip.info.frames, False) as sink,
            pytest.raises(UnsupportedFormat, match=r"would lose .*key .*\.dpx"),
        ):
            sink.write(clip.read(clip.info.frames[0]))
    new, _ = changed_copy(colour.codes, 16, 4, 0.4)
    assert written(source, tmp_path / "b.dpx", new) == dpx_file([with_codes(colour, new), other], 7)


@pytest.mark.parametrize("creator", [b"Lasergraphics Inc.", b"some other"])
def test_luma_that_runs_on_from_row_to_row(creator: bytes, tmp_path: Path) -> None:
    one = replace(random_element(10, 1, 1, ">", (5, 7), 1), runs_on=True)
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file([one], 2, creator))
    _, frame = read_frame(source, 1)
    assert np.array_equal(frame.codes.planes[0], one.codes)
    new, _ = changed_copy(one.codes, 10, 4, 0.4)
    assert written(source, tmp_path / "b.dpx", new) == dpx_file([with_codes(one, new)], 2, creator)


@pytest.mark.parametrize("is_sized", [True, False])
@pytest.mark.parametrize(("bits", "channels", "width"), [(8, 3, 5), (8, 1, 7), (16, 3, 3), (16, 1, 5)])
def test_rows_that_begin_at_no_word(
    bits: int, channels: int, width: int, is_sized: bool, tmp_path: Path
) -> None:
    one = replace(random_element(bits, 0, channels, "<", (4, width), 1), aligned=False)
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file([one], 2, is_sized=is_sized))
    _, frame = read_frame(source, 1)
    assert np.array_equal(frame.codes.planes[0], one.codes)
    source.write_bytes(source.read_bytes()[:-1])
    with pytest.raises(CorruptSource, match="truncated"):
        read_frame(source, 1)


REFUSED = [
    (800, bytes([100]), "Cb, Y, Cr"), (800, bytes([9]), "composite"), (800, bytes([77]), "unknown way 77"),
    (803, bytes([1]), "1 bits"), (803, bytes([32]), "32 bits"), (804, b"\0\x05", "packing 5"),
    (806, b"\0\x01", "run-length"), (780, b"\0\0\0\x01", "signed"), (768, b"\0\x04", "columns"),
]  # fmt: skip


@pytest.mark.parametrize(("at", "value", "says"), REFUSED)
def test_what_a_dpx_may_hold_and_we_do_not_keep(at: int, value: bytes, says: str, tmp_path: Path) -> None:
    content = bytearray(dpx_file([random_element(10, 1, 3, ">", (3, 5), 1)], 2))
    content[at : at + len(value)] = value
    (tmp_path / "a.dpx").write_bytes(content)
    with pytest.raises(UnsupportedFormat, match=says):
        open_source(str(tmp_path / "a.dpx"))


@pytest.mark.parametrize(
    ("at", "value"), [(193, 2), (193, 200), (198, 8), (680, 1), (681, 0), (682, 1), (192, 4)]
)
def test_what_a_cineon_may_hold_and_we_do_not_keep(at: int, value: int, tmp_path: Path) -> None:
    content = bytearray(cineon_file(random_element(10, 1, 3, ">", (3, 5), 1), 2))
    content[at] = value
    (tmp_path / "a.cin").write_bytes(content)
    with pytest.raises(UnsupportedFormat, match=r"a\.cin"):
        open_source(str(tmp_path / "a.cin"))


@pytest.mark.parametrize(("at", "value"), [(4, 100), (808, 1000), (808, 2**31), (772, 0), (776, 0), (770, 9)])
def test_headers_that_cannot_be_true(at: int, value: int, tmp_path: Path) -> None:
    content = bytearray(dpx_file([random_element(10, 1, 3, ">", (3, 5), 1)], 2))
    size = 2 if at == 770 else 4
    content[at : at + size] = value.to_bytes(size, "big")
    if at == 4:
        content[808:812] = b"\0\0\0\0"
    (tmp_path / "a.dpx").write_bytes(content)
    with pytest.raises(CorruptSource, match=r"a\.dpx"):
        open_source(str(tmp_path / "a.dpx"))


def test_two_elements_at_one_place_are_no_picture(tmp_path: Path) -> None:
    elements = [random_element(10, 1, channels, ">", (3, 5), channels) for channels in (3, 1)]
    content = bytearray(dpx_file(elements, 2))
    content[780 + 72 + 28 : 780 + 72 + 32] = content[808:812]
    (tmp_path / "a.dpx").write_bytes(content)
    with pytest.raises(CorruptSource, match="two image elements at one place"):
        open_source(str(tmp_path / "a.dpx"))


def test_a_source_that_changes_meanwhile_is_an_error(tmp_path: Path) -> None:
    one = random_element(10, 1, 3, ">", (3, 5), 1)
    source = tmp_path / "a.dpx"
    source.write_bytes(dpx_file([one], 2))
    with open_source(str(source)) as clip:
        frame = clip.read(clip.info.frames[0])
        source.write_bytes(dpx_file([one], 3))
        with (
            open_sink(str(tmp_path / "b.dpx"), clip.info, clip.info.layout, clip.info.frames, False) as sink,
            pytest.raises((SourceError, SinkError), match=r"a\.dpx has changed"),
        ):
            sink.write(frame)
    assert not (tmp_path / "b.dpx").exists()


def test_a_cineon_of_frames_from_elsewhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.cin").write_bytes(cineon_file(random_element(10, 1, 3, ">", (3, 5), 1), 2))
    with open_source(str(tmp_path / "a.cin")) as clip:
        frame = clip.read(clip.info.frames[0])
        with (
            open_sink(str(tmp_path / "b.cin"), clip.info, clip.info.layout, clip.info.frames, False) as sink,
            pytest.raises(UnsupportedFormat, match=r"patching a copy of its source"),
        ):
            sink.write(Frame(frame.number, frame.codes))
