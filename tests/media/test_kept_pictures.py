"""EXR, TIFF and PNG that return to their format: everything but the changed pixels is the source's."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine.errors import UnsupportedFormat
from engine.media.frame_read import read_frame
from engine.media.keep.contract import Change
from engine.media.keep.exr_layout import read_layout
from engine.media.keep.tiff import patched_tiff
from engine.media.keep.tiff_directory import read_directory
from engine.media.keep.tiff_segments import encoded
from engine.media.open import open_sink, open_source
from engine.types import Codes, Frame
from tests.media.media_cases import same_codes
from tests.media.test_frame_headers import exr, png_chunks

STRIPS = (273, 279, 324, 325)
"""The tags that say where the strips and tiles lie."""


def some_changed(plane: np.ndarray, seed: int = 0, share: float = 0.02) -> np.ndarray:
    """A copy with whole pixels at random replaced by others of the frame."""
    rng = np.random.default_rng(seed)
    where = rng.random(plane.shape[:2]) < share
    where[0, 0] = True
    changed = plane.copy()
    changed[where] = rng.permutation(plane.reshape(-1, plane.shape[2]))[: int(where.sum())]
    return changed


def written(path: Path, target: Path, plane: np.ndarray | None = None) -> bytes:
    """What the engine writes for `path`, with `plane` in place of its own codes."""
    with open_source(str(path)) as clip:
        frame = clip.read(clip.info.frames[0])
        codes = frame.codes if plane is None else Codes((plane,), frame.codes.layout)
        with open_sink(str(target), clip.info, clip.info.layout, clip.info.frames, False) as sink:
            sink.write(Frame(frame.number, codes, frame.metadata))
        with open_source(str(target)) as result:
            assert same_codes(result.read(result.info.frames[0]).codes, codes)
    return target.read_bytes()


def plane_of(path: Path) -> np.ndarray:
    return read_frame(path, 1)[1].codes.planes[0]


def save(path: Path, plane: np.ndarray, **more: object) -> None:
    spec = oiio.ImageSpec(plane.shape[1], plane.shape[0], plane.shape[2], str(plane.dtype))
    tile = int(more.pop("tile", 0))  # type: ignore[call-overload]
    spec.tile_width = spec.tile_height = tile
    for name, value in more.items():
        spec.attribute(name.replace("__", ":"), value)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec), sink.geterror()
    assert sink.write_image(plane)
    assert sink.close()


def random_plane(
    dtype: str, channels: int = 3, size: tuple[int, int] = (40, 37), seed: int = 0
) -> np.ndarray:
    """Smooth enough to be compressed, random enough to be different everywhere."""
    rng = np.random.default_rng(seed)
    if dtype in ("float32", "float16"):
        return rng.normal(0.3, 1, (*size, channels)).astype(dtype)
    return rng.integers(0, 40, (*size, channels)).astype(dtype) * 5


@pytest.mark.parametrize("compression", ["none", "lzw", "zip", "packbits"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
@pytest.mark.parametrize("tile", [0, 16])
@pytest.mark.parametrize(("dtype", "predictor"), [("uint8", 2), ("uint16", 1), ("uint16", 2), ("float32", 1)])
def test_only_the_strips_of_a_tiff_that_changed_are_new(
    compression: str, predictor: int, planes: str, tile: int, dtype: str, tmp_path: Path
) -> None:
    source = tmp_path / "a.tif"
    save(
        source, random_plane(dtype), tile=tile, compression=compression, planarconfig=planes,
        tiff__Predictor=predictor, tiff__RowsPerStrip=8, ImageDescription="reel", Artist="lab",
    )  # fmt: skip
    before = source.read_bytes()
    assert written(source, tmp_path / "same.tif") == before
    after = written(source, tmp_path / "b.tif", some_changed(plane_of(source), share=0.001))
    assert tags(before) == tags(after)
    check_strips(before, after)


def tags(content: bytes) -> dict[int, tuple[int, ...]]:
    directory = read_directory(np.frombuffer(content, np.uint8))
    return {tag: directory.values(tag) for tag in directory.entries if tag not in STRIPS}


def strips(content: bytes) -> list[bytes]:
    directory = read_directory(np.frombuffer(content, np.uint8))
    offsets = directory.values(273) or directory.values(324)
    lengths = directory.values(279) or directory.values(325)
    return [content[at : at + size] for at, size in zip(offsets, lengths, strict=True)]


def check_strips(before: bytes, after: bytes) -> None:
    """Some strips are new, the others are where and what they were; and nothing else has moved."""
    same = [one == other for one, other in zip(strips(before), strips(after), strict=True)]
    assert any(same)
    assert not all(same)


def handmade(order: str, compression: int, private: bytes, photometric: int = 2) -> bytes:
    """A TIFF of 7 x 5 16-bit RGB in two strips, with private tags, an own ICC profile and a second page."""
    rng = np.random.default_rng(4)
    rows = [rng.integers(0, 65536, (count, 7, 3)).astype(f"{order}u2").tobytes() for count in (3, 2)]
    if compression == 8:
        rows = [zlib.compress(row) for row in rows]
    magic = b"II" if order == "<" else b"MM"
    entries: list[tuple[int, int, int, bytes]] = [
        (256, 3, 1, struct.pack(f"{order}H", 7)), (257, 3, 1, struct.pack(f"{order}H", 5)),
        (258, 3, 3, struct.pack(f"{order}3H", 16, 16, 16)),
        (259, 3, 1, struct.pack(f"{order}H", compression)),
        (262, 3, 1, struct.pack(f"{order}H", photometric)), (273, 4, 2, b"strips"),
        (277, 3, 1, struct.pack(f"{order}H", 3)), (278, 3, 1, struct.pack(f"{order}H", 3)),
        (279, 4, 2, struct.pack(f"{order}2I", len(rows[0]), len(rows[1]))),
        (34675, 7, len(private), private), (50000, 7, len(private), private[::-1]), (65000, 2, 4, b"abc\0"),
    ]  # fmt: skip
    body = bytearray(magic + struct.pack(f"{order}HI", 42, 0))
    offsets = []
    for row in rows:
        offsets.append(len(body))
        body += row + b"between!"
    placed = []
    for tag, kind, count, value in entries:
        value = struct.pack(f"{order}2I", *offsets) if value == b"strips" else value
        if len(value) > 4:
            placed.append((tag, kind, count, struct.pack(f"{order}I", len(body))))
            body += value + b"\0" * (len(value) % 2)
        else:
            placed.append((tag, kind, count, value.ljust(4, b"\0")))
    page = len(body) + 2 + 12 * len(placed) + 4
    struct.pack_into(f"{order}I", body, 4, len(body))
    for following in (page, 0):
        body += struct.pack(f"{order}H", len(placed))
        for tag, kind, count, value in placed:
            body += struct.pack(f"{order}HHI", tag, kind, count) + value
        body += struct.pack(f"{order}I", following)
    return bytes(body) + b"the end"


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [1, 8])
def test_private_tags_profile_and_pages_of_a_tiff_stay(order: str, compression: int, tmp_path: Path) -> None:
    source = tmp_path / "a.tif"
    private = np.random.default_rng(1).bytes(101)
    source.write_bytes(handmade(order, compression, private))
    before, plane = source.read_bytes(), plane_of(source).copy()
    with open_source(str(source)) as clip:
        assert clip.info.extras["pictures"].startswith("2 in each file")
    assert written(source, tmp_path / "same.tif") == before
    plane[4, 6] ^= 0x0101
    after = written(source, tmp_path / "b.tif", plane)
    assert tags(before) == tags(after)
    assert strips(before)[0] == strips(after)[0]
    assert private in after
    assert private[::-1] in after
    differing = [at for at, (a, b) in enumerate(zip(before, after, strict=False)) if a != b]
    if compression == 1:
        assert len(after) == len(before)
        assert len(differing) == 6


@pytest.mark.parametrize(("at", "says"), [((259, 7), "untouched pixels"), ((266, 2), "in reverse")])
def test_a_tiff_that_cannot_be_written_back_is_refused(
    at: tuple[int, int], says: str, tmp_path: Path
) -> None:
    source = tmp_path / "a.tif"
    source.write_bytes(handmade("<", 1, b"private!"))
    header, frame = read_frame(source, 1)
    content = np.fromfile(source, np.uint8)
    directory = read_directory(content)
    struct.pack_into("<HHII", content.data, directory.entries[262].at - 8, at[0], 3, 1, at[1])
    changed = np.ones(frame.codes.planes[0].shape, np.bool_)
    with pytest.raises(UnsupportedFormat, match=says):
        patched_tiff(Change(content, header, frame.codes.planes[0], changed))


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize(("predictor", "dtype"), [(1, "f4"), (2, "u2"), (2, "u1"), (3, "f4")])
@pytest.mark.parametrize("compression", [1, 5, 8, 32773, 32946])
def test_segments_are_what_other_readers_read(
    order: str, predictor: int, dtype: str, compression: int, tmp_path: Path
) -> None:
    if compression in (1, 32773) and predictor > 1:
        predictor = 1  # defined for LZW and Deflate only
    plane = random_plane({"f4": "float32", "u2": "uint16", "u1": "uint8"}[dtype], 3, (5, 203))
    segment = encoded(plane, compression, predictor, order)
    kind = 3 if dtype == "f4" else 1
    entries = [
        (256, 3, 1, 203), (257, 3, 1, 5), (258, 3, 1, 8 * plane.dtype.itemsize), (259, 3, 1, compression),
        (262, 3, 1, 2), (273, 4, 1, 8), (277, 3, 1, 3), (278, 3, 1, 5), (279, 4, 1, len(segment)),
        (317, 3, 1, predictor), (339, 3, 1, kind),
    ]  # fmt: skip
    body = (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8 + len(segment)) + segment
    body += struct.pack(f"{order}H", len(entries))
    for tag, code, count, value in entries:
        body += struct.pack(f"{order}HHI", tag, code, count)
        body += struct.pack(f"{order}HH", value, 0) if code == 3 else struct.pack(f"{order}I", value)
    (tmp_path / "a.tif").write_bytes(body + b"\0" * 4)
    assert plane_of(tmp_path / "a.tif").tobytes() == plane.tobytes()


def chunks_of(content: bytes, part: int) -> dict[tuple[int, ...], bytes]:
    layout = read_layout(content)
    found = (layout.coordinates(part, offset) for offset in layout.offsets(part))
    return {place: content[pixels] for place, pixels in found}


@pytest.mark.parametrize("compression", ["none", "rle", "zips", "zip", "piz"])
@pytest.mark.parametrize("tiled", [False, True])
def test_only_the_chunks_of_an_exr_that_changed_are_new(
    compression: str, tiled: bool, tmp_path: Path
) -> None:
    source = tmp_path / "a.exr"
    exr(source, compression, tiled)
    before, plane = with_own_attribute(source), plane_of(source).copy()
    assert written(source, tmp_path / "same.exr") == before
    plane[2, 3] = plane[5, 6]
    after = written(source, tmp_path / "b.exr", plane)
    head = read_layout(before).parts[0].table
    assert before[:head] == after[:head]
    assert b"reelmendtest" in after[:head]
    old, new = chunks_of(before, 0), chunks_of(after, 0)
    differing = [place for place in old if old[place] != new[place]]
    assert len(differing) == 1
    assert len(old) == 1 or len(differing) < len(old)


def with_own_attribute(path: Path) -> bytes:
    """Put an attribute of a type nobody knows into the header; the chunks move."""
    content = path.read_bytes()
    layout = read_layout(content)
    added = b"ours\0reelmendtest\0" + struct.pack("<i", 5) + b"hello"
    table, count = layout.parts[0].table, layout.parts[0].chunks
    moved = np.frombuffer(content, "<u8", count, table) + len(added)
    path.write_bytes(content[: table - 1] + added + b"\0" + moved.tobytes() + content[table + 8 * count :])
    return path.read_bytes()


def two_parts(path: Path, compression: str = "zip") -> None:
    specs = []
    for name, channels in (("beauty", ("R", "G", "B")), ("matte", ("id.X", "id.Y"))):
        spec = oiio.ImageSpec(33, 40, len(channels), "float")
        spec.channelnames = channels
        spec.attribute("oiio:subimagename", name)
        spec.attribute("compression", compression)
        specs.append(spec)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), tuple(specs)), sink.geterror()
    for index, spec in enumerate(specs):
        if index:
            assert sink.open(str(path), spec, "AppendSubimage"), sink.geterror()
        plane = random_plane("float32", spec.nchannels, (40, 33), index)
        assert sink.write_image(plane)
    assert sink.close()


@pytest.mark.parametrize("compression", ["zip", "piz", "dwaa"])
def test_the_other_parts_of_an_exr_stay(compression: str, tmp_path: Path) -> None:
    source = tmp_path / "a.exr"
    two_parts(source, compression)
    before, plane = source.read_bytes(), plane_of(source).copy()
    assert written(source, tmp_path / "same.exr") == before
    plane[39, 3] = plane[5, 6]
    after = written(source, tmp_path / "b.exr", plane)
    assert chunks_of(after, 1) == chunks_of(before, 1)
    one, other = read_layout(before), read_layout(after)
    for part, layout in enumerate(one.parts):
        for name in layout.attributes:
            changes = part == 0 and compression == "dwaa" and name in ("compression", "chunkCount")
            assert changes or one.value(part, name) == other.value(part, name)
    if compression != "dwaa":
        old, new = chunks_of(before, 0), chunks_of(after, 0)
        assert sum(old[place] != new[place] for place in old) == 1
    with pytest.raises(UnsupportedFormat, match="2 pictures"):
        written(source, tmp_path / "c.tif")


@pytest.mark.parametrize("compression", ["dwaa", "b44", "pxr24"])
def test_an_exr_stored_with_loss_becomes_zip_and_keeps_its_header(compression: str, tmp_path: Path) -> None:
    source = tmp_path / "a.exr"
    exr(source, compression)
    before, plane = with_own_attribute(source), plane_of(source).copy()
    plane[2, 3] = plane[5, 6]
    after = written(source, tmp_path / "b.exr", plane)
    one, other = read_layout(before), read_layout(after)
    assert list(one.parts[0].attributes) == list(other.parts[0].attributes)
    for name in one.parts[0].attributes:
        assert (one.value(0, name) == other.value(0, name)) is (name != "compression")
    assert other.value(0, "compression") == b"\3"


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_every_chunk_of_a_png_but_the_picture_stays(dtype: str, channels: int, tmp_path: Path) -> None:
    source = tmp_path / "a.png"
    save(source, random_plane(dtype, channels), oiio__ColorSpace="unknown")
    content = source.read_bytes()
    own = b"reEl" + b"private"
    content = content[:33] + struct.pack(">I", 7) + own + struct.pack(">I", zlib.crc32(own)) + content[33:]
    source.write_bytes(content)
    assert written(source, tmp_path / "same.png") == content
    written(source, tmp_path / "b.png", some_changed(plane_of(source)))
    kept = [name for name in png_chunks(source) if name != b"IDAT"]
    assert [name for name in png_chunks(tmp_path / "b.png") if name != b"IDAT"] == kept
    assert own in (tmp_path / "b.png").read_bytes()
