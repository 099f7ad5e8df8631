"""The host itself: what it gives plug-ins, and that it finds out what they do wrong."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from plugin.host.abi import Refused, Status
from plugin.host.errors import HostError
from plugin.host.host import Host
from plugin.host.node import Node
from plugin.host.profiles import MELT, NUKE, SINGLE_FRAME, HostProfile
from plugin.host.properties import Kind, PropertySet
from tests.plugin.host_plates import format_of, picture_of, pixels_of, source_of

INVERT, MEAN = "org.reelmend.test.Invert", "org.reelmend.test.Mean"
FRAMES = range(1, 6)
EXPECTED_FAULT = "OfxNoSuchProperty"
"""Of an effect that describes itself with a property there is not; only a strict host minds."""


def frames(seed: int = 5) -> dict[int, np.ndarray]:
    rng = np.random.default_rng(seed)
    return {number: rng.uniform(-0.5, 2, (7, 11, 4)).astype(np.float32) for number in FRAMES}


@pytest.fixture
def host() -> Iterator[Host]:
    with Host(frames=(FRAMES[0], FRAMES[-1])) as host:
        yield host


def node_of(host: Host, probe: Path, identifier: str = INVERT, seed: int = 5, **layout: object) -> Node:
    node = Node(host.plugin(probe, identifier))
    clip = frames(seed)
    format = format_of(clip[1], **layout)  # type: ignore[arg-type]
    node.connect("Source", format, source_of(clip, format), (FRAMES[0], FRAMES[-1]))
    return node


def faults(host: Host) -> list[str]:
    return [fault for fault in host.faults if EXPECTED_FAULT not in fault]


@pytest.mark.parametrize("top_first", [False, True])
@pytest.mark.parametrize("padding", [0, 20])
def test_pictures_come_out_as_they_lie(host: Host, probe: Path, top_first: bool, padding: int) -> None:
    with node_of(host, probe, top_first=top_first, padding=padding, origin=(-3, 2)) as node:
        format = format_of(frames()[2], padding=12 - padding // 2, top_first=not top_first, origin=(-3, 2))
        rendered = node.render(2, format)
        assert np.array_equal(pixels_of(rendered.required()), np.float32(1) - frames()[2])
    assert not faults(host)


@pytest.mark.parametrize("depth", ["Byte", "Short", "Half", "Float"])
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_packed_pixels_survive_every_layout(depth: str, channels: int) -> None:
    dtype = {"Byte": np.uint8, "Short": np.uint16, "Half": np.float16, "Float": np.float32}[depth]
    pixels = np.random.default_rng(1).integers(0, 255, (5, 6, channels)).astype(dtype)
    for padding, top_first in ((0, False), (8, True)):
        picture = picture_of(pixels, format_of(pixels, padding, top_first))
        assert np.array_equal(pixels_of(picture), pixels)
        assert picture.is_whole()


def test_a_plate_of_the_wrong_size_is_refused() -> None:
    format = format_of(np.zeros((3, 4, 4), np.float32))
    with pytest.raises(ValueError, match="expected 192 bytes"):
        picture_of(np.zeros((2, 4, 4), np.float32), format)


def test_neighbours_are_those_of_the_time(host: Host, probe: Path) -> None:
    clip = frames()
    with node_of(host, probe, MEAN) as node:
        middle = pixels_of(node.render(3, format_of(clip[3])).required())
        last = pixels_of(node.render(5, format_of(clip[5])).required())
    assert np.allclose(middle, np.mean([clip[2], clip[3], clip[4]], axis=0), atol=1e-6)
    assert np.allclose(last, np.mean([clip[4], clip[5]], axis=0), atol=1e-6)
    assert not faults(host)


@pytest.mark.parametrize("profile", [SINGLE_FRAME, MELT])
def test_a_host_of_single_frames_gives_the_frame_itself(probe: Path, profile: HostProfile) -> None:
    with Host(profile) as host, node_of(host, probe, MEAN) as node:
        rendered = node.render(3, format_of(frames()[3]))
        assert np.allclose(pixels_of(rendered.required()), frames()[3], atol=1e-6)


def test_parameters_run_from_key_to_key(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node:
        node.key("gain", 1, 2.0)
        node.key("gain", 3, 4.0)
        for time, gain in ((0, 2.0), (2, 3.0), (5, 4.0)):
            assert node.effect.parameters["gain"].at(time) == (gain,)
        rendered = node.render(2, format_of(frames()[2]))
        assert np.array_equal(pixels_of(rendered.required()), np.float32(3) * (1 - frames()[2]))


def test_choices_are_set_by_label(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node:
        node.set("fault", "fail")
        assert node.effect.parameters["fault"].at(0) == (5,)
        with pytest.raises(ValueError, match="is one of nothing, write beside"):
            node.set("fault", "sing")
        with pytest.raises(KeyError, match="there is no parameter pitch"):
            node.set("pitch", 1.0)


def test_a_part_is_rendered_and_the_rest_left(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node:
        rendered = node.render(1, format_of(frames()[1]), window=(2, 1, 5, 3))
        got = pixels_of(rendered.required())
        inside = np.zeros((7, 11), bool)
        inside[4:6, 2:5] = True
        assert np.array_equal(got[inside], (1 - frames()[1])[inside])
        untouched = np.frombuffer(b"\xcd" * 4, np.float32)[0]
        assert (got[~inside] == untouched).all()


def test_a_host_without_tiles_gives_no_parts(probe: Path) -> None:
    with (
        Host(MELT) as host,
        node_of(host, probe) as node,
        pytest.raises(HostError, match="does not render in tiles"),
    ):
        node.render(1, format_of(frames()[1]), window=(2, 1, 5, 3))


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("write beside", "wrote beside"),
        ("keep picture", "1 pictures were not released"),
        ("bad handle", "expected the handle of a PropertySet, got no handle"),
    ],
)
def test_misdeeds_are_told(host: Host, probe: Path, fault: str, told: str) -> None:
    with node_of(host, probe) as node:
        node.set("fault", fault)
        node.render(1, format_of(frames()[1]))
    assert told in str(host.faults)


def test_frames_that_were_not_declared_are_refused(host: Host, probe: Path) -> None:
    with node_of(host, probe, MEAN) as node:
        node.set("fault", "undeclared")
        assert node.render(3, format_of(frames()[3])).status is Status.FAILED
    assert "Source was asked for at 100, which was not declared" in str(host.faults)


def test_unknown_properties_are_told_by_a_strict_host_alone(host: Host, probe: Path) -> None:
    with node_of(host, probe):
        assert "has no property OfxNoSuchProperty" in str(host.faults)
    with Host(NUKE) as lenient, node_of(lenient, probe):
        assert not lenient.faults


def test_a_failure_comes_with_its_message(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node:
        node.set("fault", "fail")
        rendered = node.render(1, format_of(frames()[1]))
        assert (rendered.status, rendered.messages[0].kind) == (Status.FAILED, "error")
        with pytest.raises(HostError, match="FAILED: failure number 7"):
            rendered.required()


def test_abort_reaches_the_plugin(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node:
        node.set("fault", "wait for abort")
        rendered = node.render(1, format_of(frames()[1]), abort_after=0.02)
        assert rendered.seconds >= 0.02
        assert rendered.aborted_for is not None


def test_memory_runs_out_when_it_is_told_to(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node:
        node.set("fault", "allocate")
        assert node.render(1, format_of(frames()[1])).ok
        host.memory.allow(0)
        assert node.render(1, format_of(frames()[1])).status is Status.ERR_MEMORY
    assert host.memory.held == 0


def test_a_withheld_suite_stops_the_plugin(host: Host, probe: Path) -> None:
    host.withheld.add("OfxMemorySuite")
    with pytest.raises(HostError, match="answered OfxActionLoad with ERR_MISSING_HOST_FEATURE"):
        host.open(probe)


def test_a_clip_that_is_not_connected_is_told(host: Host, probe: Path) -> None:
    with Node(host.plugin(probe, INVERT)) as node, pytest.raises(HostError, match="Source is not connected"):
        node.render(1, format_of(frames()[1]))


def test_one_node_renders_on_several_threads(host: Host, probe: Path) -> None:
    with node_of(host, probe) as node, ThreadPoolExecutor(3) as pool:
        times, format = [1 + k % 5 for k in range(30)], format_of(frames()[1])
        done = [future.result() for future in [pool.submit(node.render, time, format) for time in times]]
    clip = frames()
    for time, rendered in zip(times, done, strict=True):
        assert np.array_equal(pixels_of(rendered.required()), 1 - clip[time])
    assert not faults(host)


def test_a_node_for_every_frame_leaves_no_handles(host: Host, probe: Path) -> None:
    plugin = host.plugin(probe, INVERT)
    held = []
    for _ in range(4):
        with Node(plugin) as node:
            node.connect("Source", format_of(frames()[1]), source_of(frames()))
            node.render(1, format_of(frames()[1])).required()
        held.append(len(host.handles))
    assert held[0] == held[-1]


def test_what_is_no_bundle_is_told(tmp_path: Path, probe: Path, host: Host) -> None:
    with pytest.raises(HostError, match="is no bundle"):
        host.open(tmp_path)
    empty = tmp_path / "Empty.ofx.bundle"
    empty.mkdir()
    with pytest.raises(HostError, match="holds nothing for this system"):
        host.open(empty)
    text = tmp_path / "text.ofx"
    text.write_text("no library")
    with pytest.raises(HostError, match="cannot be loaded"):
        host.open(text)
    with pytest.raises(HostError, match=r"and no org\.other"):
        host.plugin(probe, "org.other")


def test_values_are_read_by_their_kind(host: Host) -> None:

    properties = PropertySet(title="a set")
    properties.put("Size", 2, 3)
    assert properties.get_at("Size", Kind.INT, 1) == 3
    with pytest.raises(Refused, match="is INT, read as DOUBLE"):
        properties.get_at("Size", Kind.DOUBLE, 0)
    with pytest.raises(Refused, match="has 2 values, none at 4"):
        properties.set_at("Size", Kind.INT, 4, 1)
    properties.set_at("Size", Kind.INT, 0, 9)
    properties.reset("Size")
    assert properties.values("Size") == (2, 3)
