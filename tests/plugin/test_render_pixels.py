"""The nodes in our host: the command line's pixels, and nothing else changed, in every depth and view."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.cli import main
from engine.types import AnyArray
from plugin.host.pictures import PictureFormat
from plugin.host.profiles import FULL, MELT, NATRON, NUKE, RESOLVE, SINGLE_FRAME, HostProfile
from tests.conftest import assert_same_codes
from tests.plugin.engine_home import EngineHome, segments
from tests.plugin.host_plates import format_of, pixels_of, source_of
from tests.plugin.reel import DETECT, FIRST, LAST, SPACE, Reel, Suite, as_depth
from tests.server.test_same_as_cli import pictures, write_exr

pytestmark = pytest.mark.usefixtures("home")
MIDDLE = 1004


@pytest.fixture
def suite(reelmend: Path, reel: Reel, home: EngineHome) -> Iterator[Suite]:
    with Suite(reelmend, reel) as suite:
        yield suite
    assert not segments()


@pytest.fixture(scope="module")
def scan(reel: Reel, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("scan")
    for number, pixels in reel.items():
        write_exr(folder / f"scan.{number}.exr", np.ascontiguousarray(pixels[..., :3]))
    return folder / "scan.####.exr"


@pytest.mark.parametrize(("radius", "sensitivity"), [(2, 0.55), (1, 0.6), (0, 0.4)])
def test_the_command_line_and_the_node_give_the_same_pixels(
    radius: int, sensitivity: float, suite: Suite, scan: Path, tmp_path: Path
) -> None:
    """At the ends of the clip too; `radius` 2 is a window of 5, whose neighbours' damage needs 2 more. At an
    end the detector looks at 2 frames on one side, and a third tells a shot cut."""
    out = tmp_path / "r.####.exr"
    flags = ["--radius", str(radius), "--sensitivity", str(sensitivity), "--colour-space", SPACE]
    assert main(["render", str(scan), str(out), *flags, "--device", "cpu", "--quiet"]) == 0
    expected, source = pictures(out), pictures(scan)
    for number in (FIRST, MIDDLE, LAST):
        rendered = suite.render(number, radius=radius, sensitivity=sensitivity)
        got = pixels_of(rendered.required())
        assert_same_codes(np.ascontiguousarray(got[..., :3]), expected[number])
        assert (expected[number] != source[number]).any()
        reach = max(radius + 2, 3)
        near = range(max(FIRST, number - reach), min(LAST, number + reach) + 1)
        assert {time for _, time in rendered.asked} == set(near)


LAYOUTS = {"Float": (0, False), "Half": (24, True), "Short": (0, True), "Byte": (13, False)}


@pytest.mark.parametrize("channels", [4, 3, 1])
@pytest.mark.parametrize("depth", ["Float", "Half", "Short", "Byte"])
def test_what_the_matte_leaves_out_is_untouched(
    depth: str, channels: int, reelmend: Path, reel: Reel
) -> None:
    clip = {number: as_depth(pixels, depth, channels) for number, pixels in reel.items()}
    padding, top_first = LAYOUTS[depth]
    format = format_of(clip[FIRST], padding, top_first, origin=(3, -2))
    with Suite(reelmend, clip) as suite:
        result, matte = (_view(suite, view, format) for view in ("result", "matte"))
        assert not suite.host.faults, str(suite.host.faults)
    touched = np.asarray(matte[..., : 3 if channels > 1 else 1].any(axis=2))
    assert_same_codes(result, clip[MIDDLE], touched)
    assert (result != clip[MIDDLE]).any()
    assert touched.mean() < 0.2


def _view(suite: Suite, view: str, format: PictureFormat) -> AnyArray:
    with suite.node({"view": view}, format=format) as node:
        return pixels_of(node.render(MIDDLE, format).required()).copy()


def test_every_view_is_made_of_source_matte_and_result(suite: Suite, reel: Reel) -> None:
    result, matte, overlay, difference = (
        pixels_of(suite.render(MIDDLE, view=view).required())
        for view in ("result", "matte", "overlay", "difference")
    )
    source, touched = reel[MIDDLE], matte[..., 0] > 0
    assert_same_codes(overlay, source, touched)
    assert (overlay[touched][:, :3] != source[touched][:, :3]).any()
    np.testing.assert_allclose(difference[..., :3], np.abs(result - source)[..., :3], atol=1e-6)
    for view in (result, matte, overlay, difference):
        assert_same_codes(view[..., 3].copy(), source[..., 3].copy())
    assert matte[..., :3].max() <= 1
    assert np.array_equal(matte[..., 0], matte[..., 2])


def test_detect_gives_the_matte_that_repair_takes(suite: Suite) -> None:
    detected = pixels_of(suite.render(MIDDLE, DETECT).required())
    repaired = pixels_of(suite.render(MIDDLE, view="matte").required())
    assert (detected[..., 0] > 0).any()
    assert_same_codes(detected, repaired)


def test_a_painted_mask_is_repaired_and_nothing_else(suite: Suite, reel: Reel) -> None:
    dirt = (reel[MIDDLE][..., 0] == 2.5).astype(np.uint8)
    painted = cv2.dilate(dirt, np.ones((3, 3), np.uint8))[..., None].astype(np.float32)
    painted[: painted.shape[0] // 2] = 0
    results: dict[int, AnyArray] = {}
    for used in (0, 1):
        with suite.node({"use_mask": used}, context="General") as node:
            format = format_of(painted)
            node.connect("Mask", format, source_of(dict.fromkeys(reel, painted), format), (FIRST, LAST))
            results[used] = pixels_of(node.render(MIDDLE, suite.format).required())
    assert_same_codes(results[1], reel[MIDDLE], painted[..., 0] > 0)
    assert (results[1] != reel[MIDDLE]).any()
    assert (results[0] != results[1]).any()
    assert_same_codes(results[0], pixels_of(suite.render(MIDDLE).required()))


def test_what_is_held_out_is_not_touched(suite: Suite, reel: Reel) -> None:
    white = np.full((*reel[FIRST].shape[:2], 1), 255, np.uint8)
    with suite.node({"use_mask": 1, "mask_holds": "hold-out"}) as node:
        format = format_of(white)
        node.connect("Mask", format, source_of({MIDDLE: white}, format), (FIRST, LAST))
        got = pixels_of(node.render(MIDDLE, suite.format).required())
    assert_same_codes(got, reel[MIDDLE])


@pytest.mark.parametrize("profile", [MELT, SINGLE_FRAME])
def test_single_frames_are_repaired_from_themselves(profile: HostProfile, fresh: Path, reel: Reel) -> None:
    """And the user is told so, as of a mask that does not come."""
    with Suite(fresh, reel, profile) as suite:
        rendered = suite.render(MIDDLE, use_mask=1, sensitivity=0.6)
    assert [time for clip, time in rendered.asked if clip == "Source"] == [MIDDLE]
    assert (pixels_of(rendered.required()) != reel[MIDDLE]).any()
    told = " ".join(message.text for message in rendered.messages)
    assert "no mask comes in" in told
    assert "Single-frame mode" in told


def test_every_host_gets_the_same_pixels(reelmend: Path, reel: Reel) -> None:
    results: list[AnyArray] = []
    for profile in (FULL, NATRON, RESOLVE, NUKE):
        with Suite(reelmend, reel, profile) as suite:
            results.append(pixels_of(suite.render(MIDDLE).required()))
    for result in results[1:]:
        assert_same_codes(result, results[0])


def test_neighbours_that_do_not_come_are_absent(suite: Suite, reel: Reel) -> None:
    """As at a cut in the host's timeline: a clip that ends early, though its range says otherwise."""
    short = {number: pixels for number, pixels in reel.items() if number <= MIDDLE}
    with suite.node() as node:
        node.connect("Source", suite.format, source_of(short), (FIRST, LAST))
        missing = pixels_of(node.render(MIDDLE, suite.format).required())
    with suite.node() as node:
        node.connect("Source", suite.format, source_of(short), (FIRST, MIDDLE))
        ended = pixels_of(node.render(MIDDLE, suite.format).required())
    assert_same_codes(missing, ended)


def test_a_keyed_parameter_counts_at_its_time(suite: Suite, reel: Reel) -> None:
    with suite.node() as node:
        node.key("sensitivity", FIRST, 0.0)
        node.key("sensitivity", LAST, 0.7)
        keyed = pixels_of(node.render(MIDDLE, suite.format).required())
    there = 0.7 * (MIDDLE - FIRST) / (LAST - FIRST)
    assert_same_codes(keyed, pixels_of(suite.render(MIDDLE, sensitivity=there).required()))


def test_a_proxy_is_repaired_with_smaller_sizes(suite: Suite) -> None:
    """Half the size with 8 px asked for is the very same as the whole with 4."""
    with suite.node({"dilation": 8.0}) as node:
        proxy = pixels_of(node.render(MIDDLE, suite.format, scale=(0.5, 0.5)).required())
    with suite.node({"dilation": 4.0, "minimum_area": 1}) as node:
        whole = pixels_of(node.render(MIDDLE, suite.format).required())
    differ = (proxy != whole).any(axis=2)
    assert differ.mean() < 0.01, f"{differ.mean():.3f} of the pixels"
