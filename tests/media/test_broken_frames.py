"""Bad frames: every one is an error that names the file and says what to do, never black rows."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine.errors import (
    CorruptSource,
    InconsistentFrames,
    SourceError,
    SourceNotFound,
    UnsupportedFormat,
)
from engine.media.open import open_source
from engine.types import CodeLayout, Codes, Frame
from tests.codes.layouts import RGB, random_codes
from tests.media.media_cases import FRAME_FILES, HALF, FrameFiles, grey, integer, random_frames, write_frames
from tests.media.test_frame_formats import cineon


def read_all(target: Path) -> None:
    with open_source(str(target)) as source:
        for number in source.info.frames:
            source.read(number)


def cut(path: Path, keep: int) -> None:
    path.write_bytes(path.read_bytes()[:keep])


@pytest.mark.parametrize("share", [0, 20, 60, 97, -5])
@pytest.mark.parametrize("case", FRAME_FILES, ids=lambda case: case.name)
def test_truncated_frames(case: FrameFiles, share: int, tmp_path: Path) -> None:
    """Cut to a share of its length in percent, or by 5 bytes: PNG ends in 12 that hold no picture."""
    with case.make(tmp_path, random_frames(case.layout, (1001, 1002))) as source:
        path = sorted(tmp_path.iterdir())[1]
        cut(path, share if share < 0 else path.stat().st_size * share // 100)
        with pytest.raises(CorruptSource, match=path.name):
            source.read(1002)
        assert source.read(1001).number == 1001


def test_a_broken_first_frame_does_not_hide_the_clip(tmp_path: Path) -> None:
    write_frames(tmp_path / "s.#.dpx", random_frames(integer(10), (1, 2, 3)))
    cut(tmp_path / "s.1.dpx", 0)
    with open_source(str(tmp_path)) as source:
        assert source.info.frames == (1, 2, 3)
        assert source.read(2).number == 2
        with pytest.raises(CorruptSource, match=r"s\.1\.dpx"):
            source.read(1)
    for number in (2, 3):
        cut(tmp_path / f"s.{number}.dpx", 0)
    with pytest.raises(CorruptSource, match=r"s\.1\.dpx"):
        open_source(str(tmp_path))


@pytest.mark.parametrize("keep", [0, 3, 700, 1800, 2100, -1])
def test_truncated_cineon(keep: int, tmp_path: Path) -> None:
    path = tmp_path / "neg.cin"
    path.write_bytes(cineon(random_codes(integer(10)).planes[0])[: keep if keep >= 0 else -4])
    with pytest.raises(CorruptSource, match=r"neg\.cin"):
        read_all(path)


@pytest.mark.parametrize("name", ["x.dpx", "x.cin", "x.exr", "x.tif", "x.png"])
def test_files_that_are_something_else(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(CorruptSource, match=f"{name} is not a .* file"):
        read_all(path)
    layout = HALF if name == "x.png" else integer(8)
    other = "other.exr" if name == "x.png" else "other.png"
    if name != "x.png":
        write_frames(tmp_path / other, [Frame(1, random_codes(layout))])
        path.write_bytes((tmp_path / other).read_bytes())
        with pytest.raises(UnsupportedFormat, match=r"holds PNG; rename it to \.png"):
            read_all(path)


@pytest.mark.parametrize("case", FRAME_FILES, ids=lambda case: case.name)
def test_broken_headers_never_crash(case: FrameFiles, tmp_path: Path) -> None:
    """Bytes of the header overwritten: an error of ours, or a frame of the announced size."""
    frames = random_frames(case.layout, (7,))
    rng = np.random.default_rng(1)
    with case.make(tmp_path, frames):
        path = next(tmp_path.iterdir())
    whole = path.read_bytes()
    for attempt in range(12):
        content = bytearray(whole)
        at = int(rng.integers(4, min(1000, len(whole))))
        content[at : at + 4] = rng.bytes(4) if attempt % 2 else b"\xff" * 4
        path.write_bytes(content)
        with contextlib.suppress(SourceError), open_source(str(path)) as source:
            frame = source.read(source.info.frames[0])
            assert (frame.codes.height, frame.codes.width) == (source.info.height, source.info.width)


def test_a_header_with_text_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "x.dpx"
    write_frames(path, random_frames(integer(10), (1,)))
    content = bytearray(path.read_bytes())
    content[1556:1588] = "Prüfgerät".encode("latin-1").ljust(32, b"\0")
    content[160:180] = "Prüfer".encode("latin-1").ljust(20, b"\0")
    path.write_bytes(content)
    with open_source(str(path)) as source:
        frame = source.read(1)
    write_frames(tmp_path / "copy.dpx", [frame])
    copied = (tmp_path / "copy.dpx").read_bytes()
    assert copied[1556:1588] == bytes(content[1556:1588])
    assert copied[160:180] == bytes(content[160:180])


def test_a_header_that_claims_terabytes(tmp_path: Path) -> None:
    path = tmp_path / "x.dpx"
    write_frames(path, random_frames(integer(10), (1,)))
    content = bytearray(path.read_bytes())
    content[772:780] = struct.pack("<II", 2_000_000_000, 2_000_000_000)
    path.write_bytes(content)
    with pytest.raises(CorruptSource, match=r"x\.dpx"):
        read_all(path)
    content[772:780] = struct.pack("<II", 4000, 3000)
    path.write_bytes(content)
    with pytest.raises(CorruptSource, match="truncated"):
        read_all(path)


@pytest.mark.parametrize(
    ("layout", "size"),
    [(integer(10), (22, 32)), (integer(12), (22, 34)), (integer(10, "A"), (22, 34)), (grey(10), (22, 34))],
)
def test_frames_that_differ_from_the_first(layout: CodeLayout, size: tuple[int, int], tmp_path: Path) -> None:
    write_frames(tmp_path / "s.0001.dpx", random_frames(integer(10), (1,)))
    write_frames(tmp_path / "s.0002.dpx", random_frames(layout, (2,), size))
    with open_source(str(tmp_path)) as source:
        source.read(1)
        with pytest.raises(InconsistentFrames) as error:
            source.read(2)
    for text in ("s.0001.dpx", "s.0002.dpx", "34 x 22, 10-bit RGB", f"{size[1]} x {size[0]}"):
        assert text in str(error.value)


def test_a_frame_that_vanished_names_the_file_and_the_remedy(tmp_path: Path) -> None:
    write_frames(tmp_path / "s.####.png", random_frames(integer(8), (1, 2, 4)))
    with open_source(str(tmp_path)) as source:
        assert source.info.gaps == (3,)
        with pytest.raises(SourceNotFound, match=r"s\.0003\.png is missing; .* --frames"):
            source.read(3)
        (tmp_path / "s.0002.png").unlink()
        with pytest.raises(SourceNotFound, match=r"s\.0002\.png"):
            source.read(2)


def test_a_file_without_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_frames(tmp_path / "s.1.png", random_frames(integer(8), (1,)))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(SourceError, match="change its permissions"):
        open_source(str(tmp_path / "s.1.png"))


@pytest.mark.parametrize("name", ["clip.jpg", "clip.bmp", "clip", "clip.####.jp2"])
def test_unknown_formats(name: str, tmp_path: Path) -> None:
    (tmp_path / name.replace("####", "0001")).write_bytes(b"hello")
    with pytest.raises(UnsupportedFormat, match=r"\.dpx.*\.mov"):
        open_source(str(tmp_path / name))


def write_raw(
    path: Path, plane: np.ndarray, names: list[str], formats: Sequence[str] = (), **attributes: object
) -> None:
    """Write with OpenImageIO alone, for files that our own sink would not write."""
    spec = oiio.ImageSpec(plane.shape[1], plane.shape[0], plane.shape[2], str(plane.dtype))
    spec.channelnames = names
    spec.channelformats = formats
    for name, value in attributes.items():
        typed = (oiio.TypeTimeCode, value) if name == "smpte__TimeCode" else (value,)
        spec.attribute(name.replace("__", ":"), *typed)
    sink = oiio.ImageOutput.create(str(path))
    assert sink.open(str(path), spec)
    assert sink.write_image(plane)
    assert sink.close()


def test_what_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    short = np.random.default_rng(0).integers(0, 1000, (6, 7, 3))
    write_raw(tmp_path / "signed.tif", short.astype(np.int16), list(RGB))
    write_raw(tmp_path / "ten.tif", short.astype(np.uint16), list(RGB), oiio__BitsPerSample=10)
    with_ids = np.concatenate([short, short[..., :1]], axis=2).astype(np.float32)
    write_raw(tmp_path / "ids.exr", with_ids, [*RGB, "id"], formats=["half"] * 3 + ["uint"])
    write_raw(tmp_path / "names.exr", short.astype(np.float32), ["depth", "u", "v"])
    write_raw(tmp_path / "cmyk.tif", np.repeat(short, 2, 2)[..., :4].astype(np.uint8), list("CMYK"),
              tiff__PhotometricInterpretation=5, tiff__ColorSpace="CMYK")  # fmt: skip
    for path in tmp_path.iterdir():
        with pytest.raises(UnsupportedFormat, match=path.name):
            open_source(str(path))


def test_video_colour_in_dpx_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "video.dpx"
    write_frames(path, random_frames(integer(10), (1,)))
    content = bytearray(path.read_bytes())
    content[800] = 102
    path.write_bytes(content)
    with pytest.raises(UnsupportedFormat, match="Cb, Y, Cr"):
        open_source(str(path))


def test_a_still_has_one_number(tmp_path: Path) -> None:
    write_frames(tmp_path / "plate.0042.tif", [Frame(42, Codes(random_codes(grey(8)).planes, grey(8)))])
    with open_source(str(tmp_path / "plate.0042.tif")) as source:
        assert (source.info.kind, source.info.frames, source.info.gaps) == ("still", (42,), ())
        with pytest.raises(SourceNotFound, match="no frame 43"):
            source.read(43)
