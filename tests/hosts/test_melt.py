"""Our nodes in a real host: MLT's melt, which Kdenlive and Shotcut stand on.

melt passes a picture through when a filter is unknown or fails, with exit code 0: every check is of pixels.
"""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from engine.types import AnyArray
from tests.hosts.clip import BYTE, COLOUR_SPACE, FRAMES, SHORT, DamagedClip, Depth
from tests.hosts.melt import Melt, Rendered

pytestmark = pytest.mark.hosts

GAIN = 6.0
"""How much better, in dB, the repaired pixels have to be than they were."""


@pytest.fixture(scope="module", params=["byte", "short", "float"])
def case(request: pytest.FixtureRequest) -> tuple[Melt, Depth, str]:
    """A host, the depth of the movie, and what the host calls the depth that the node gets."""
    if request.param == "float":
        return request.getfixturevalue("melt_in_floats"), SHORT, "OfxBitDepthFloat"
    depth = BYTE if request.param == "byte" else SHORT
    return request.getfixturevalue("melt"), depth, f"OfxBitDepth{request.param.capitalize()}"


@pytest.fixture(scope="module")
def repaired(melt: Melt, clip: DamagedClip, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return melt.render(clip, tmp_path_factory.mktemp("repaired") / "repaired.mkv")


@pytest.fixture(scope="module")
def matte(melt: Melt, clip: DamagedClip, tmp_path_factory: pytest.TempPathFactory) -> Rendered:
    return melt.render(clip, tmp_path_factory.mktemp("matte") / "matte.mkv", view="matte")


def psnr(codes: AnyArray, clip: DamagedClip, where: AnyArray, depth: Depth) -> float:
    """In dB against the clean plates, full scale as the peak, over the pixels in `where`."""
    error = codes[..., :3].astype(np.float64) / depth.full - clip.clean
    return float(-10 * np.log10(np.square(error[where]).mean()))


def test_both_nodes_show_their_controls(melt: Melt) -> None:
    assert "title: Repair Damage" in melt.description("RepairDamage")
    assert "identifier: sensitivity" in melt.description("DetectDamage")


@pytest.mark.parametrize("depth", [BYTE, SHORT], ids=["byte", "short"])
def test_melt_itself_changes_no_code(melt: Melt, clip: DamagedClip, depth: Depth, tmp_path: Path) -> None:
    """The control of this experiment: what changes below was changed by our nodes."""
    passed = melt.render(clip, tmp_path / "passed.mkv", node=None, depth=depth)
    np.testing.assert_array_equal(passed.codes, clip.codes[depth.bits])


def test_damage_is_repaired_and_the_rest_is_kept(
    case: tuple[Melt, Depth, str], clip: DamagedClip, tmp_path: Path
) -> None:
    melt, depth, told = case
    result = melt.render(clip, tmp_path / "repaired.mkv", depth=depth)
    assert f"depth={told}" in result.said
    source, found = clip.codes[depth.bits], result.codes
    assert found.shape == source.shape
    changed = (found != source).any(axis=3)
    assert changed.any(axis=(1, 2)).all(), "there is a frame in which nothing was repaired"
    assert changed[clip.visible].mean() > 0.4, "little of the damage was touched"
    assert psnr(found, clip, changed, depth) - psnr(source, clip, changed, depth) >= GAIN
    shown = melt.render(clip, tmp_path / "matte.mkv", depth=depth, view="matte").codes
    np.testing.assert_array_equal(found[shown[..., 0] == 0], source[shown[..., 0] == 0])
    assert (shown[..., 0] > 0).mean() < 0.1, (
        "most of the picture has to be outside the matte to prove anything"
    )
    np.testing.assert_array_equal(found[..., 3], source[..., 3])


def test_several_threads_give_the_same_pictures(
    melt: Melt, clip: DamagedClip, repaired: Rendered, tmp_path: Path
) -> None:
    for attempt in range(3):
        threaded = melt.render(clip, tmp_path / f"{attempt}.mkv", threads=3)
        np.testing.assert_array_equal(threaded.codes, repaired.codes)


def test_the_matte_is_grey_on_opaque(matte: Rendered, repaired: Rendered, clip: DamagedClip) -> None:
    shown = matte.codes
    np.testing.assert_array_equal(shown[..., 0], shown[..., 1])
    np.testing.assert_array_equal(shown[..., 0], shown[..., 2])
    assert (shown[..., 3] == 255).all()
    assert set(np.unique(shown[..., 0])) >= {0, 255}
    changed = (repaired.codes != clip.codes[8]).any(axis=3)
    assert (shown[..., 0][changed] > 0).all()


def test_detection_marks_the_damage(melt: Melt, clip: DamagedClip, tmp_path: Path) -> None:
    shown = melt.render(clip, tmp_path / "detected.mkv", node="DetectDamage").codes[..., 0]
    assert shown[clip.visible].mean() > 0.5 * 255
    assert shown[~clip.visible].mean() < 0.05 * 255


def test_sensitivity_follows_its_keyframes(melt: Melt, clip: DamagedClip, tmp_path: Path) -> None:
    last = FRAMES - 1
    keyed = melt.render(clip, tmp_path / "keyed.mkv", view="matte", sensitivity=f"0=0;{last}=0.6").codes
    for frame, value in ((0, 0.0), (1, 0.2), (last, 0.6)):
        steady = melt.render(clip, tmp_path / f"{frame}.mkv", view="matte", sensitivity=value).codes
        np.testing.assert_array_equal(keyed[frame], steady[frame])
    assert (keyed[0, ..., 0] > 0).sum() < (steady[0, ..., 0] > 0).sum()


def test_the_command_line_gives_the_same_pictures(
    clip: DamagedClip, repaired: Rendered, tmp_path: Path
) -> None:
    """melt gives no neighbours, so each frame is a picture of its own to the command line."""
    frames = replace(clip, codes={8: clip.codes[8][:2]}).codes[8]
    for index, codes in enumerate(frames):
        source, result = tmp_path / f"source{index}.png", tmp_path / f"result{index}.png"
        _write_png(source, codes[..., :3])
        command = ["-m", "engine.cli", "render", source, result, "--colour-space", COLOUR_SPACE, "--quiet"]
        subprocess.run([sys.executable, *command], check=True)
        with av.open(str(result)) as picture:
            told = next(picture.decode(video=0)).to_ndarray(format="rgb24")
        np.testing.assert_array_equal(repaired.codes[index, ..., :3], told)


def test_a_missing_engine_is_said_and_the_source_shown(melt: Melt, clip: DamagedClip, tmp_path: Path) -> None:
    nowhere = {"REELMEND_PYTHON": str(tmp_path / "no-python"), "REELMEND_RUNTIME_DIR": str(tmp_path / "run")}
    (tmp_path / "run").mkdir(mode=0o700)
    result = replace(melt, engine=nowhere).render(clip, tmp_path / "result.mkv")
    np.testing.assert_array_equal(result.codes, clip.codes[8])
    assert "The Reelmend engine does not start" in result.said
    assert "is kOfxStatFailed" in result.said


def _write_png(path: Path, codes: AnyArray) -> None:
    with av.open(str(path), "w", format="image2") as picture:
        stream = picture.add_stream("png", rate=1)
        stream.height, stream.width, stream.pix_fmt = codes.shape[0], codes.shape[1], "rgb24"
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(codes), format="rgb24")
        picture.mux(stream.encode(frame))
        picture.mux(stream.encode(None))
