"""What a header says comes back: in the description of the clip and in the file that is written."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine.errors import UnsupportedFormat
from engine.media.contract import ColourTags
from engine.media.frame_header import channel_formats
from engine.media.frame_read import probe
from engine.media.open import open_sink, open_source
from engine.types import Codes, Frame
from tests.codes.layouts import RGB, random_codes
from tests.media.media_cases import HALF, integer, random_frames, same_codes, write_frames
from tests.media.test_broken_frames import write_raw

TRANSFERS = (
    "User defined", "Printing density", "Linear", "Logarithmic", "Unspecified video", "SMPTE 274M",
    "ITU-R 709-4", "ITU-R 601-5 system B or G", "ITU-R 601-5 system M", "NTSC composite video",
    "PAL composite video", "Z depth linear", "Z depth homogeneous", "ADX",
)  # fmt: skip


def repaired(source: Path, target: Path) -> Path:
    """`source` written back with one pixel changed."""
    with (
        open_source(str(source)) as clip,
        open_sink(str(target), clip.info, clip.info.layout, clip.info.frames, False) as sink,
    ):
        for number in clip.info.frames:
            frame = clip.read(number)
            plane = frame.codes.planes[0].copy()
            plane[1, 2] = 0 if plane[1, 2].any() else 1
            sink.write(Frame(number, Codes((plane,), frame.codes.layout), frame.metadata))
    return target


def copied(source: Path, target: Path) -> Path:
    """`source` read and written back by the engine, unchanged."""
    with open_source(str(source)) as clip:
        info = clip.info
        with open_sink(str(target), info, info.layout, info.frames, False) as sink:
            for number in info.frames:
                sink.write(clip.read(number))
    with open_source(str(source)) as one, open_source(str(target)) as other:
        for number in info.frames:
            assert same_codes(one.read(number).codes, other.read(number).codes)
    return target


def attributes(path: Path) -> dict[str, object]:
    return {attribute.name: attribute.value for attribute in probe(path).spec.extra_attribs}


@pytest.mark.parametrize("code", range(14))
def test_dpx_transfer_and_colorimetry_come_back(code: int, tmp_path: Path) -> None:
    source = tmp_path / "a.dpx"
    write_frames(source, random_frames(integer(10), (1,)))
    content = bytearray(source.read_bytes())
    content[801], content[802] = code, 13 - code
    source.write_bytes(content)
    with open_source(str(source)) as clip:
        assert clip.info.tags == ColourTags(".dpx", TRANSFERS[code], TRANSFERS[13 - code])
    assert copied(source, tmp_path / "b.dpx").read_bytes()[801:803] == bytes([code, 13 - code])


def test_dpx_header_fields_come_back(tmp_path: Path) -> None:
    source = tmp_path / "a.dpx"
    sent: dict[str, object] = {
        "dpx:InputDevice": "Northlight", "dpx:InputDeviceSerialNumber": "N-7", "dpx:FrameId": "A001",
        "dpx:SlateInfo": "reel 3", "dpx:FramePosition": 41, "dpx:SequenceLength": 90, "dpx:FrameRate": 18.0,
        "dpx:LowData": 95, "dpx:HighData": 685, "Copyright": "the archive", "DocumentName": "project",
        "ImageDescription": "negative", "Software": "scanner 1.2", "DateTime": "1999:12:31 23:59:59",
        "smpte:TimeCode": (0x01020304, 7), "dpx:Packing": "Filled, method B",
        "oiio:Endian": "big", "dpx:XScannedSize": 24.5, "PixelAspectRatio": 2.0,
    }  # fmt: skip
    plane = random_codes(integer(16)).planes[0]
    write_raw(source, plane, list(RGB), **{name.replace(":", "__"): value for name, value in sent.items()})
    with open_source(str(source)) as clip:
        assert clip.info.rate == 18.0
        assert clip.info.extras["timecode"] == "01:02:03:04"
        assert clip.info.extras["scanner"] == "Northlight"
    target = copied(source, tmp_path / "b.dpx")
    assert attributes(target) == attributes(source)
    assert target.read_bytes()[:4] == source.read_bytes()[:4] == b"SDPX"


@pytest.mark.parametrize("code", range(4))
def test_dpx_orientation_comes_back(code: int, tmp_path: Path) -> None:
    source = tmp_path / "a.dpx"
    write_frames(source, random_frames(integer(10), (1,)))
    content = bytearray(source.read_bytes())
    struct.pack_into("<H", content, 768, code)
    source.write_bytes(content)
    with open_source(str(source)) as clip:
        assert ("orientation" in clip.info.extras) == (code > 0)
    assert copied(source, tmp_path / "b.dpx").read_bytes()[768:770] == content[768:770]


def test_pictures_stored_in_columns_are_refused(tmp_path: Path) -> None:
    write_frames(tmp_path / "a.dpx", random_frames(integer(10), (1,)))
    content = bytearray((tmp_path / "a.dpx").read_bytes())
    struct.pack_into("<H", content, 768, 4)
    (tmp_path / "a.dpx").write_bytes(content)
    with pytest.raises(UnsupportedFormat, match="in columns"):
        open_source(str(tmp_path / "a.dpx"))
    write_raw(tmp_path / "a.tif", random_codes(integer(8)).planes[0], list(RGB), Orientation=6)
    with pytest.raises(UnsupportedFormat, match="sideways"):
        copied(tmp_path / "a.tif", tmp_path / "b.dpx")
    assert attributes(copied(tmp_path / "a.tif", tmp_path / "b.tif"))["Orientation"] == 6


def test_dpx_names_its_own_file_and_no_folder(tmp_path: Path) -> None:
    write_frames(tmp_path / "a.####.dpx", random_frames(integer(10), (12,)))
    assert (tmp_path / "a.0012.dpx").read_bytes()[36:136] == b"a.0012.dpx".ljust(100, b"\0")


def test_each_frame_keeps_its_own_time_code(tmp_path: Path) -> None:
    for number in (1, 2):
        plane = random_codes(integer(8)).planes[0]
        write_raw(tmp_path / f"a.{number}.dpx", plane, list(RGB), smpte__TimeCode=(0x10000000 + number, 0))
    copied(tmp_path / "a.#.dpx", tmp_path / "out" / "b.#.dpx")
    codes = [attributes(tmp_path / "out" / f"b.{number}.dpx")["smpte:TimeCode"] for number in (1, 2)]
    assert [code[0] & 0xFF for code in codes] == [1, 2]  # type: ignore[index]


def exr(path: Path, compression: str = "piz", tiled: bool = False) -> None:
    """An EXR with a data window inside its display window, mixed depths, layers and production metadata."""
    rng = np.random.default_rng(3)
    spec = oiio.ImageSpec(20, 12, 6, "float")
    spec.channelnames = [*RGB, "A", "depth.Z", "ir.Y"]
    spec.channelformats = ["half"] * 4 + ["float"] * 2
    spec.x, spec.y, spec.full_x, spec.full_y, spec.full_width, spec.full_height = 5, -3, -8, -8, 64, 48
    if tiled:
        spec.tile_width = spec.tile_height = 16
    spec.attribute("compression", compression)
    spec.attribute("chromaticities", "float[8]", (0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767))
    spec.attribute("colorInteropID", "lin_ap1_scene")
    spec.attribute("FramesPerSecond", 16.0)
    spec.attribute("smpte:TimeCode", oiio.TypeTimeCode, (0x11223304, 9))
    spec.attribute("scanner/lamp", 3)
    spec.attribute("capDate", "1999:12:31 23:59:59")
    spec.attribute("worldToCamera", "matrix", tuple(float(k) for k in range(16)))
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec)
    assert sink.write_image(rng.normal(0.2, 3, (12, 20, 6)).astype(np.float32))
    assert sink.close()


@pytest.mark.parametrize("tiled", [False, True])
def test_exr_windows_layers_and_attributes_come_back(tiled: bool, tmp_path: Path) -> None:
    source = tmp_path / "a.exr"
    exr(source, tiled=tiled)
    with open_source(str(source)) as clip:
        tags, info = clip.info.tags, clip.info
    assert tags.named_space == "lin_ap1_scene"
    assert tags.chromaticities == pytest.approx((0.713, 0.293, 0.165, 0.83, 0.128, 0.044, 0.32168, 0.33767))
    assert (info.rate, info.layout.kind, info.layout.channels) == (
        16.0,
        "float",
        (*RGB, "A", "depth.Z", "ir.Y"),
    )
    target = copied(source, tmp_path / "b.exr")
    before, after = probe(source).spec, probe(target).spec
    assert attributes(target) == attributes(source)
    assert channel_formats(after) == channel_formats(before) != ()
    for name in ("x", "y", "full_x", "full_y", "full_width", "full_height", "tile_width", "channelnames"):
        assert getattr(after, name) == getattr(before, name)


@pytest.mark.parametrize("compression", ["dwaa", "b44", "pxr24"])
def test_lossy_exr_is_written_lossless(compression: str, tmp_path: Path) -> None:
    exr(tmp_path / "a.exr", compression)
    assert attributes(repaired(tmp_path / "a.exr", tmp_path / "b.exr"))["compression"] == "zip"
    copied(tmp_path / "a.exr", tmp_path / "c.exr")
    assert (tmp_path / "c.exr").read_bytes() == (tmp_path / "a.exr").read_bytes()


@pytest.mark.parametrize("compression", ["none", "rle", "zips", "piz"])
def test_lossless_compression_is_kept(compression: str, tmp_path: Path) -> None:
    exr(tmp_path / "a.exr", compression)
    copied(tmp_path / "a.exr", tmp_path / "b.exr")
    assert attributes(tmp_path / "b.exr")["compression"] == compression


def profile() -> np.ndarray:
    """A minimal ICC profile: a header and one text tag (ICC.1:2010, 7.2 and 10.24)."""
    content = bytearray(160)
    struct.pack_into(">I", content, 0, len(content))
    content[8:12] = b"\x02\x40\0\0"
    content[12:24] = b"mntrRGB XYZ "
    content[36:40] = b"acsp"
    struct.pack_into(">3I", content, 68, 0xF6D6, 0x10000, 0xD32D)
    struct.pack_into(">I4sII", content, 128, 1, b"cprt", 144, 16)
    content[144:160] = b"text\0\0\0\0nobody\0\0"
    return np.frombuffer(bytes(content), np.uint8)


@pytest.mark.parametrize("compression", ["none", "lzw", "zip", "packbits"])
@pytest.mark.parametrize("planes", ["contig", "separate"])
def test_tiff_profile_compression_and_notes_come_back(compression: str, planes: str, tmp_path: Path) -> None:
    source = tmp_path / "a.tif"
    spec = oiio.ImageSpec(34, 22, 3, "uint16")
    spec.attribute("ICCProfile", oiio.TypeDesc(oiio.UINT8, oiio.SCALAR, oiio.NOSEMANTICS, 160), profile())
    notes = {"Artist": "lab", "ImageDescription": "reel 1", "XResolution": 2032.0, "ResolutionUnit": "in"}
    for name, value in {**notes, "compression": compression, "planarconfig": planes}.items():
        spec.attribute(name, value)
    sink = oiio.ImageOutput.create(str(source))
    assert sink.open(str(source), spec)
    assert sink.write_image(random_codes(integer(16)).planes[0])
    assert sink.close()
    before, after = attributes(source), attributes(copied(source, tmp_path / "b.tif"))
    assert bytes(after.pop("ICCProfile")) == bytes(before.pop("ICCProfile")) == profile().tobytes()  # type: ignore[call-overload]
    for found in (before, after):
        found.pop("tiff:RowsPerStrip")
        found.pop("oiio:RowsPerChunk", None)
    assert after == before
    assert after["compression"] == compression


def png_chunks(path: Path) -> list[bytes]:
    content, at, names = path.read_bytes(), 8, []
    while at < len(content):
        names.append(content[at + 4 : at + 8])
        at += 12 + struct.unpack_from(">I", content, at)[0]
    return names


def test_png_keeps_its_gamma_and_gets_none_it_never_had(tmp_path: Path) -> None:
    write_frames(tmp_path / "plain.png", random_frames(integer(16), (1,)))
    copied(tmp_path / "plain.png", tmp_path / "plain_copy.png")
    assert not {b"sRGB", b"gAMA", b"cHRM", b"iCCP"} & set(png_chunks(tmp_path / "plain_copy.png"))
    plane = random_codes(integer(8)).planes[0]
    write_raw(tmp_path / "gamma.png", plane, list(RGB), oiio__ColorSpace="g22_rec709_scene", Artist="lab")
    copied(tmp_path / "gamma.png", tmp_path / "gamma_copy.png")
    assert b"gAMA" in png_chunks(tmp_path / "gamma_copy.png")
    assert attributes(tmp_path / "gamma_copy.png") == attributes(tmp_path / "gamma.png")


def test_png_keeps_its_profile(tmp_path: Path) -> None:
    spec = oiio.ImageSpec(34, 22, 3, "uint16")
    spec.attribute("ICCProfile", oiio.TypeDesc(oiio.UINT8, oiio.SCALAR, oiio.NOSEMANTICS, 160), profile())
    spec.attribute("oiio:ColorSpace", "unknown")
    sink = oiio.ImageOutput.create(str(tmp_path / "a.png"))
    assert sink.open(str(tmp_path / "a.png"), spec)
    assert sink.write_image(random_codes(integer(16)).planes[0])
    assert sink.close()
    found = attributes(copied(tmp_path / "a.png", tmp_path / "b.png"))
    assert bytes(found["ICCProfile"]) == profile().tobytes()  # type: ignore[call-overload]
    assert b"sRGB" not in png_chunks(tmp_path / "b.png")


def test_another_format_gets_what_means_the_same_there(tmp_path: Path) -> None:
    source = tmp_path / "a.tif"
    write_raw(source, random_codes(integer(16)).planes[0], list(RGB), Copyright="the archive", Artist="lab")
    found = attributes(copied(source, tmp_path / "b.dpx"))
    assert found["Copyright"] == "the archive"
    assert not [name for name in found if name.startswith("tiff:")]
    assert attributes(copied(source, tmp_path / "c.png"))["Artist"] == "lab"


def test_frames_without_a_header_are_written_plainly(tmp_path: Path) -> None:
    write_frames(tmp_path / "a.exr", [Frame(1, random_codes(HALF), {"timestamp": 12})])
    assert attributes(tmp_path / "a.exr")["compression"] == "zip"
