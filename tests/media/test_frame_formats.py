"""Every code of every format and depth survives, and what we read is what the standards say is there.

Besides OpenImageIO on both sides, DPX and Cineon files are packed here by hand from their standards, so
that two mistakes cannot cancel each other out.
"""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from engine.media.open import open_sink, open_source
from engine.types import CodeLayout, Codes, Frame
from tests.codes.layouts import RGB, random_codes
from tests.media.media_cases import (
    FRAME_FILES,
    FrameFiles,
    grey,
    info_for,
    integer,
    random_frames,
    same_codes,
    write_frames,
)

DPX_BITS = (8, 10, 12, 16)
INTEGERS = [case for case in FRAME_FILES if case.layout.kind == "integer"]


def all_codes(layout: CodeLayout) -> Codes:
    """Every code of the depth in every channel, in an order of its own."""
    rng = np.random.default_rng(layout.bits)
    count = 2**layout.bits
    shape = (2 ** (layout.bits // 2), count // 2 ** (layout.bits // 2))
    channels = [rng.permutation(count).reshape(shape) for _ in layout.channels]
    return Codes((np.stack(channels, axis=2).astype(np.uint8 if layout.bits == 8 else np.uint16),), layout)


@pytest.mark.parametrize("case", INTEGERS, ids=lambda case: case.name)
def test_every_code_survives(case: FrameFiles, tmp_path: Path) -> None:
    codes = all_codes(case.layout)
    with case.make(tmp_path, [Frame(1, codes)]) as source:
        assert same_codes(source.read(1).codes, codes)


@pytest.mark.parametrize("suffix", [".exr", ".tif"])
def test_every_finite_float_and_the_infinite_ones_survive(suffix: str, tmp_path: Path) -> None:
    if suffix == ".exr":
        plane = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(128, 512, 1).repeat(3, axis=2)
        codes = Codes((np.ascontiguousarray(plane),), CodeLayout("rgb", RGB, "half", 16))
    else:
        plane = np.random.default_rng(0).integers(0, 2**32, (64, 64, 3), dtype=np.uint32).view(np.float32)
        codes = Codes((plane,), CodeLayout("rgb", RGB, "float", 32))
    target = tmp_path / f"still{suffix}"
    write_frames(target, [Frame(1, codes)])
    with open_source(str(target)) as source:
        read = source.read(1).codes.planes[0]
    quiet = ~np.isnan(plane)  # a NaN's payload is not a picture
    assert np.array_equal(read[quiet], codes.planes[0][quiet])
    assert np.isnan(read[~quiet]).all()


@pytest.mark.parametrize("width", range(1, 8))
@pytest.mark.parametrize("case", INTEGERS, ids=lambda case: case.name)
def test_rows_that_end_inside_a_word(case: FrameFiles, width: int, tmp_path: Path) -> None:
    frames = random_frames(case.layout, (5,), (3, width))
    with case.make(tmp_path, frames) as source:
        assert same_codes(source.read(5).codes, frames[0].codes)


def test_alpha_does_not_touch_colour(tmp_path: Path) -> None:
    """Colour far above alpha, and colour under alpha 0, would not survive a multiplication."""
    for suffix, layout in ((".png", integer(16, "A")), (".tif", integer(8, "A")), (".dpx", integer(10, "A"))):
        codes = random_codes(layout)
        codes.planes[0][..., 3] = np.arange(codes.width) % 3
        target = tmp_path / f"still{suffix}"
        write_frames(target, [Frame(1, codes)])
        with open_source(str(target)) as source:
            assert same_codes(source.read(1).codes, codes)


def dpx(rows: bytes, width: int, height: int, bits: int, order: str, **fields: int) -> bytes:
    """A DPX file (SMPTE ST 268) with one element; only the fields a reader needs are set."""
    header = bytearray(b"\xff" * 2048)
    struct.pack_into(f"{order}4sI8sI", header, 0, b"SDPX" if order == ">" else b"XPDS", 2048, b"V2.0", 2048)
    struct.pack_into(f"{order}I", header, 16, 2048 + len(rows))
    struct.pack_into(f"{order}HHII", header, 768, 0, 1, width, height)
    struct.pack_into(f"{order}I", header, 780, 0)
    kinds = (fields.get("descriptor", 50), fields.get("transfer", 1), fields.get("colorimetric", 1), bits)
    struct.pack_into("4B", header, 800, *kinds)
    struct.pack_into(f"{order}HHIII", header, 804, fields.get("packing", 1), 0, 2048, 0, 0)
    header[36:136] = b"\0" * 100
    if order == "<":
        struct.pack_into("<4s", header, 0, b"XPDS")
    return bytes(header) + rows


def rows_of_ten(codes: np.ndarray, order: str, spare: int) -> bytes:
    """Three 10-bit codes to a 32-bit word, the first highest; `spare` bits below (method A: 2, B: 0)."""
    flat = codes.reshape(codes.shape[0], -1).astype(np.uint32)
    flat = np.pad(flat, ((0, 0), (0, -flat.shape[1] % 3)))
    words = flat[:, 0::3] << (20 + spare) | flat[:, 1::3] << (10 + spare) | flat[:, 2::3] << spare
    return words.astype(f"{order}u4").tobytes()


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize(("packing", "spare"), [(1, 2), (2, 0)])
@pytest.mark.parametrize(("channels", "descriptor"), [("RGB", 50), ("RGBA", 51)])
@pytest.mark.parametrize("width", [12, 13, 14])
def test_ten_bit_dpx_packed_by_hand(
    order: str, packing: int, spare: int, channels: str, descriptor: int, width: int, tmp_path: Path
) -> None:
    codes = random_codes(integer(10, *channels[3:]), 5, width)
    rows = rows_of_ten(codes.planes[0], order, spare)
    content = dpx(rows, width, 5, 10, order, packing=packing, descriptor=descriptor)
    (tmp_path / "hand.0001.dpx").write_bytes(content)
    with open_source(str(tmp_path / "hand.####.dpx")) as source:
        assert same_codes(source.read(1).codes, codes)


@pytest.mark.parametrize("order", [">", "<"])
@pytest.mark.parametrize(("bits", "shift"), [(16, 0), (12, 4), (8, 0)])
def test_other_dpx_depths_packed_by_hand(order: str, bits: int, shift: int, tmp_path: Path) -> None:
    """12 bits filled by method A: each code in the upper bits of a 16-bit word."""
    codes = random_codes(integer(bits), 5, 8)
    words = codes.planes[0] << shift if shift else codes.planes[0]
    rows = words.astype(f"{order}u2" if bits > 8 else "u1").tobytes()
    (tmp_path / "hand.dpx").write_bytes(dpx(rows, 8, 5, bits, order))
    with open_source(str(tmp_path / "hand.dpx")) as source:
        assert same_codes(source.read(1).codes, codes)


def cineon(codes: np.ndarray) -> bytes:
    """A Kodak Cineon 4.5 file: 10-bit R, G, B in 32-bit words, big-endian, left-justified."""
    height, width, _ = codes.shape
    rows = rows_of_ten(codes, ">", 2)
    header = bytearray(b"\xff" * 2048)
    sizes = (0x802A5FD7, 2048, 1024, 1024, 0, 2048 + len(rows))
    struct.pack_into(">6I8s", header, 0, *sizes, b"V4.5")
    header[32:192] = b"\0" * 160
    struct.pack_into("2B", header, 192, 0, 3)
    for channel in range(3):
        at = 196 + 28 * channel
        struct.pack_into(">4B2I4f", header, at, 0, channel + 1, 10, 0xFF, width, height, 0, 0, 1023, 2.046)
    struct.pack_into(">4BII", header, 680, 0, 5, 0, 0, 0, 0)
    return bytes(header) + rows


def test_cineon_packed_by_hand_becomes_dpx(tmp_path: Path) -> None:
    frames = random_frames(integer(10), (7, 8), (6, 11))
    for frame in frames:
        (tmp_path / f"neg.{frame.number:04d}.cin").write_bytes(cineon(frame.codes.planes[0]))
    with open_source(str(tmp_path)) as source:
        assert source.info.format == "Cineon 10-bit RGB"
        assert source.info.tags.suffix == ".cin"
        with open_sink(
            str(tmp_path / "neg.####.dpx"), source.info, source.info.layout, (7, 8), False
        ) as sink:
            for frame in frames:
                read = source.read(frame.number)
                assert same_codes(read.codes, frame.codes)
                sink.write(read)
    with open_source(str(tmp_path / "neg.####.dpx")) as written:
        assert [same_codes(written.read(f.number).codes, f.codes) for f in frames] == [True, True]
        assert written.info.tags.transfer == written.info.tags.colorimetric == "Printing density"


def test_the_format_is_named_for_people(tmp_path: Path) -> None:
    names = {
        "scan.####.dpx": (integer(10), "DPX 10-bit RGB"),
        "scan.####.exr": (CodeLayout("rgb", (*RGB, "A", "ir.Y"), "half", 16), "EXR half RGBA + 1 channel"),
        "scan.####.tif": (grey(16), "TIFF 16-bit grey"),
        "scan.####.png": (integer(8, "A"), "PNG 8-bit RGBA"),
    }
    for pattern, (layout, name) in names.items():
        frames = random_frames(layout, (3, 5))
        write_frames(tmp_path / pattern, frames)
        with open_source(str(tmp_path / pattern)) as source:
            info = source.info
        assert (info.format, info.kind, info.path) == (name, "sequence", tmp_path / pattern)
        assert (info.frames, info.gaps) == ((3, 5), (4,))
    assert info_for(frames).kind == "memory"
