"""Our reading of DPX and Cineon against OpenImageIO's and FFmpeg's, on random chromatic codes.

Both stumble over spare bits that are not 0, so these are here. OpenImageIO 3.2 errs where `openimageio_errs`
says: it reads the last alpha of a filled 10-bit RGBA row as 0 where width mod 3 = 1, swaps luma at the end
of rows that do not fill their last word, and does not let every row of 8-, 12- and 16-bit codes begin at a
32-bit word, as ST 268 and FFmpeg do.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import OpenImageIO as oiio  # noqa: N813
import pytest

from engine.media.frame_read import read_frame
from tests.media.scan_files import PACKINGS, Made, cineon_file, dpx_file, random_element

WIDTHS = (4, 5, 6, 8, 9, 12)


def by_openimageio(path: Path, bits: int) -> np.ndarray:
    source = oiio.ImageInput.open(str(path))
    assert source is not None, oiio.geterror()
    plane = source.read_image(0, 0, 0, source.spec().nchannels, "uint8" if bits == 8 else "uint16")
    source.close()
    return plane if bits == 8 else plane >> (16 - bits)


def by_ffmpeg(path: Path) -> np.ndarray:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
    plane = frame.to_ndarray()
    return plane if plane.ndim == 3 else plane[..., np.newaxis]


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("bits", "packing"), PACKINGS)
def test_openimageio_reads_the_same(
    bits: int, packing: int, channels: int, order: str, tmp_path: Path
) -> None:
    for width in WIDTHS:
        one = random_element(bits, packing, channels, order, (5, width), width)
        ours = read_plain(one, tmp_path / f"{width}.dpx")
        theirs = by_openimageio(tmp_path / f"{width}.dpx", bits)
        assert np.array_equal(theirs, ours) is not openimageio_errs(one), width


def openimageio_errs(one: Made) -> bool:
    _, width, channels = one.codes.shape
    if one.bits == 10 and one.packing:
        return width % 3 == 1 if channels == 4 else channels == 1 and width % 3 > 0
    is_stream = one.packing == 0 and one.bits in (10, 12)
    return not is_stream and width * channels * (1 if one.bits == 8 else 2) % 4 > 0


def read_plain(one: Made, path: Path) -> np.ndarray:
    path.write_bytes(plain(dpx_file([one], 1, is_plain=True)))
    _, frame = read_frame(path, 1)
    assert np.array_equal(frame.codes.planes[0], one.codes)
    return frame.codes.planes[0]


def plain(content: bytes) -> bytes:
    """Without the random header fields that the peers interpret: nothing of them is about the codes."""
    head = bytearray(content[:2048])
    head[20:36] = b"\0" * 16
    head[660:664] = b"\xff" * 4
    head[768:770] = b"\0\0"
    head[784:800] = b"\xff" * 16
    head[1408:1556] = b"\0" * 148
    head[1588:2048] = b"\0" * 460
    return bytes(head) + content[2048:]


FFMPEG = [case for case in PACKINGS if case != (10, 0)]
"""FFmpeg 8 does not read packed 10-bit DPX."""


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize(("bits", "packing"), FFMPEG)
def test_ffmpeg_reads_the_same(bits: int, packing: int, channels: int, order: str, tmp_path: Path) -> None:
    for width in WIDTHS:
        one = random_element(bits, packing, channels, order, (5, width), width)
        ours = read_plain(one, tmp_path / f"{width}.dpx")
        assert np.array_equal(by_ffmpeg(tmp_path / f"{width}.dpx"), ours), width


@pytest.mark.parametrize("channels", [1, 3])
def test_openimageio_reads_the_same_cineon(channels: int, tmp_path: Path) -> None:
    for width in (6, 9, 12):
        one = replace(random_element(10, 1, channels, ">", (5, width), width), high_first=True)
        content = bytearray(cineon_file(one, 1))
        content[192] = 0
        content[8:20] = b"\0" * 12  # sizes of headers: OpenImageIO would read user data for minutes
        (tmp_path / "a.cin").write_bytes(content)
        _, frame = read_frame(tmp_path / "a.cin", 1)
        assert np.array_equal(by_openimageio(tmp_path / "a.cin", 10), frame.codes.planes[0])
