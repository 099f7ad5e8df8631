"""Every source of mattes keeps the promises of `engine.matte.contract.MatteSource`."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.errors import InconsistentFrames, SourceNotFound, UsageError
from engine.matte.channels import ChannelMatte, channel_of
from engine.matte.contract import MatteSource
from engine.matte.files import FileMatte
from engine.matte.open import open_matte
from engine.media.memory import MemorySource
from engine.media.open import matte_frame, open_matte_sink
from engine.types import CodeLayout, Codes, Frame

HEIGHT, WIDTH = 40, 52
NUMBERS = (1001, 1002, 1003)
RGBA = CodeLayout("rgb", ("R", "G", "B", "A"), "integer", 10)
GREY = CodeLayout("grey", ("Y",), "integer", 16)


def coverage(number: int) -> np.ndarray:
    plane = np.random.default_rng(number).random((HEIGHT, WIDTH), np.float32)
    return np.where(plane > 0.8, plane, 0).astype(np.float32)


def clip_frame(number: int) -> Frame:
    """Random codes; the alpha is `coverage`."""
    codes = np.random.default_rng(-number % 997).integers(0, 1024, (HEIGHT, WIDTH, 4)).astype(np.uint16)
    codes[..., 3] = np.rint(coverage(number) * 1023)
    return Frame(number, Codes((codes,), RGBA))


def clip() -> MemorySource:
    return MemorySource([clip_frame(number) for number in NUMBERS], "scan")


def from_memory(tmp_path: Path, held: ExitStack) -> MatteSource:
    mattes = MemorySource([matte_frame(n, coverage(n), GREY) for n in NUMBERS], "mattes")
    return FileMatte(mattes, clip().info, "matte")


def from_files(tmp_path: Path, held: ExitStack) -> MatteSource:
    return open_matte(written(tmp_path / "m.####.png"), clip().info, "matte", held)[0]


def from_a_movie(tmp_path: Path, held: ExitStack) -> MatteSource:
    return open_matte(written(tmp_path / "m.mkv"), clip().info, "matte", held)[0]


def from_a_channel(tmp_path: Path, held: ExitStack) -> MatteSource:
    return open_matte("a", clip().info, "matte", held, marks_damage=True)[0]


def written(target: Path) -> str:
    with open_matte_sink(str(target), clip().info, NUMBERS, overwrite=False) as sink:
        for number in NUMBERS:
            sink.write(matte_frame(number, coverage(number), GREY))
    return str(target)


Making = Callable[[Path, ExitStack], MatteSource]
SOURCES = [from_memory, from_files, from_a_movie, from_a_channel]


@pytest.mark.parametrize("make", SOURCES)
def test_each_frame_gets_its_own_plane(make: Making, tmp_path: Path) -> None:
    with ExitStack() as held:
        source = make(tmp_path, held)
        assert source.identity
        for number in (1003, 1001, 1002, 1001):
            assert source.has(number)
            plane = source.plane(clip_frame(number))
            assert plane.dtype == np.float32
            assert plane.shape == (HEIGHT, WIDTH)
            np.testing.assert_allclose(plane, coverage(number), atol=0.001)
            assert ((plane > 0) == (coverage(number) > 0)).all()


def test_a_still_holds_for_every_frame(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "mask_2024.png"), np.rint(coverage(5) * 255).astype(np.uint8))
    with ExitStack() as held:
        source, info = open_matte(str(tmp_path / "mask_2024.png"), clip().info, "hold-out", held)
        assert info is not None
        assert source.has(1001)
        assert source.has(7)
        np.testing.assert_allclose(source.plane(clip_frame(1002)), coverage(5), atol=0.003)


def test_a_colour_matte_counts_by_its_brightest_channel(tmp_path: Path) -> None:
    painted = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    painted[5:9, 6:12, 2] = 255
    cv2.imwrite(str(tmp_path / "red.png"), painted)
    with ExitStack() as held:
        source, _ = open_matte(str(tmp_path / "red.png"), clip().info, "matte", held)
        assert ((source.plane(clip_frame(1001)) == 1) == (painted[..., 2] == 255)).all()


def test_a_frame_without_a_matte_is_told_and_named(tmp_path: Path) -> None:
    mattes = MemorySource([matte_frame(n, coverage(n), GREY) for n in (1001, 1003)], "mattes")
    source = FileMatte(mattes, clip().info, "matte")
    assert not source.has(1002)
    with pytest.raises(SourceNotFound, match="Frame 1002 has no matte in mattes, which holds 1001,1003"):
        source.plane(clip_frame(1002))


def test_other_sizes_and_other_numbers_are_refused() -> None:
    small = MemorySource([matte_frame(1001, np.zeros((20, 26), np.float32), GREY)], "small")
    with pytest.raises(InconsistentFrames, match=r"26 x 20.*52 x 40"):
        FileMatte(small, clip().info, "matte")
    early = MemorySource([matte_frame(1, coverage(1), GREY)], "early")
    with pytest.raises(UsageError, match=r"holds 1, the clip 1001-1003"):
        FileMatte(early, clip().info, "matte")


def test_a_name_that_is_neither_channel_nor_file_lists_the_channels(tmp_path: Path) -> None:
    with ExitStack() as held, pytest.raises(SourceNotFound, match="channels are A"):
        open_matte(str(tmp_path / "IR"), clip().info, "infrared", held)


def test_an_opaque_alpha_is_no_matte() -> None:
    codes = clip_frame(1001).codes.planes[0].copy()
    codes[..., 3] = 1023
    frame = Frame(1001, Codes((codes,), RGBA))
    assert (ChannelMatte("A").plane(frame) == 1).all()
    with pytest.raises(UsageError, match="opaque throughout"):
        ChannelMatte("A", marks_damage=True).plane(frame)


@pytest.mark.parametrize(
    ("channels", "model", "asked", "found"),
    [
        (("R", "G", "B", "A"), "rgb", "a", "A"),
        (("left.R", "left.G", "left.B", "left.IR"), "rgb", "ir", "left.IR"),
        (("R", "G", "B", "x.A", "y.A"), "rgb", "Y.a", "y.A"),
        (("Y", "A"), "grey", "A", "A"),
        (("Y", "Cb", "Cr", "A"), "ycbcr", "A", "A"),
        (("R", "G", "B"), "rgb", "R", None),
    ],
)
def test_channels_beyond_colour_are_found_by_name(
    channels: tuple[str, ...], model: str, asked: str, found: str | None
) -> None:
    assert channel_of(asked, CodeLayout(model, channels, "integer", 8)) == found


def test_the_alpha_of_a_subsampled_movie_is_full_size() -> None:
    rng = np.random.default_rng(1)
    full = [rng.integers(0, 1024, (8, 12)).astype(np.uint16) for _ in range(2)]
    half = [rng.integers(0, 1024, (4, 6)).astype(np.uint16) for _ in range(2)]
    layout = CodeLayout("ycbcr", ("Y", "Cb", "Cr", "A"), "integer", 10, (2, 2))
    frame = Frame(1, Codes((full[0], *half, full[1]), layout))
    np.testing.assert_allclose(ChannelMatte("A").plane(frame), full[1] / 1023, rtol=1e-6)
