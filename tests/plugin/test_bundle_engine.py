"""The nodes against an engine that answers well, badly, or not at all: no wrong frame and no crash."""

from __future__ import annotations

import math
import mmap
import os
import struct
import sys
import threading
import time
from pathlib import Path

import pytest

from plugin.bundle.build import DETECT, REPAIR
from plugin.host.abi import Status
from plugin.host.host import Host
from plugin.host.node import Node, Rendered
from plugin.host.pictures import Picture, PictureFormat
from plugin.host.profiles import FULL, MELT, NATRON, NUKE, RESOLVE, SINGLE_FRAME, HostProfile
from tests.plugin.engine_bench import (
    FLOATS,
    FRAMES,
    HEIGHT,
    MASK,
    WIDTH,
    Bench,
    key_of,
    packed,
    sent,
    untouched,
)
from tests.plugin.fake_engine import Answer, Fields, message

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the fake engine looks into /dev/shm")


def texts(rendered: Rendered) -> str:
    return " ".join(said.text for said in rendered.messages)


@pytest.mark.parametrize("components", ["RGBA", "RGB", "Alpha"])
@pytest.mark.parametrize("depth", ["Byte", "Short", "Half", "Float"])
def test_what_is_untouched_is_the_source_to_the_bit(bench: Bench, depth: str, components: str) -> None:
    format = PictureFormat(WIDTH, HEIGHT, depth, components, padding=32, top_first=depth in ("Short", "Half"))
    with bench.engine(untouched):
        assert bytes(bench.render(4, format).required().packed()) == packed(4, format)


def test_only_the_boxes_come_from_the_engine(bench: Bench) -> None:
    def repaired(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        if asked["type"] == "render":
            return [{"type": "need", "id": asked["id"], "need": "0"}]
        (name,) = {area.split()[0] for area in asked["at.0"].splitlines()}
        held.append(bytes(segments[name][: len(colour)]))
        result = next(area for other, area in segments.items() if other != name)
        result[: len(colour)] = bytes(len(colour))
        boxes = {"boxes": "2", "box.0": "3 0 5 2", "box.1": f"0 149 {WIDTH} 150"}
        return [{"type": "done", "id": asked["id"], **boxes}]

    held: list[bytes] = []
    colour = sent(packed(5))
    with bench.engine(repaired):
        result = bytes(bench.render().required().packed())
    assert held == [colour]
    expected, row = bytearray(packed(5)), FLOATS.packed_row
    for top, left, right in ((0, 3, 5), (1, 3, 5), (149, 0, WIDTH)):
        for column in range(left, right):
            # Alpha stays the source's.
            expected[top * row + column * 16 : top * row + column * 16 + 12] = bytes(12)
    assert result == bytes(expected)


def test_the_request_names_every_frame_by_what_it_holds(bench: Bench) -> None:
    with bench.engine(untouched) as engine:
        bench.render(2, view="overlay", sensitivity=0.3, polarity="dark", minimum_area=7, scale=(0.5, 0.5))
    (asked,) = engine.of("render")
    planes = [asked[f"plane.{k}"].split() for k in range(7)]
    assert [(role, int(number)) for role, number, _ in planes] == [
        ("frame", n) for n in (2, 1, 3, 0, 4, 5, 6)
    ]
    assert {key for _, _, key in planes} == {key_of(sent(packed(n))) for n in range(7)}
    assert "plane.7" not in asked
    facts = {name: asked[name] for name in ("width", "height", "format", "channels", "frame", "want")}
    assert facts == {
        "width": "37", "height": "150", "format": "float", "channels": "RGB", "frame": "2", "want": "overlay"
    }  # fmt: skip
    assert float(asked["render_scale"]) == 0.5
    assert (float(asked["set.sensitivity"]), asked["set.polarity"], asked["set.minimum_area"]) == (
        0.3,
        "dark",
        "7",
    )
    # Without a mask there is no imported matte whose part could be told.
    assert "set.matte_mode" not in asked
    assert asked["set.radius"] == "2"


@pytest.mark.parametrize("components", ["Alpha", "RGB", "RGBA"])
@pytest.mark.parametrize("depth", ["Byte", "Float"])
@pytest.mark.parametrize("size", [(1, 1), (3, 70), (64, 64), (85, 129), (257, 3), (1031, 66)])
def test_pictures_of_any_size_have_the_key_of_the_protocol(
    bench: Bench, size: tuple[int, int], depth: str, components: str
) -> None:
    format = PictureFormat(*size, depth, components, padding=20)
    with bench.engine(untouched) as engine:
        bench.render(2, format)
    (asked,) = engine.of("render")
    colour = sent(packed(2, format), format)
    assert asked["plane.0"].split()[2] == key_of(colour, len(colour) // format.height)


class _Changing:
    """Answers that copy the frame's name into what it makes of it: red where the name is that of `right`."""

    def __init__(self, right: str) -> None:
        self.right = right

    def __call__(self, asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        result = segments[asked["result"].split()[0]]
        known = asked["plane.0"].split()[2] == self.right
        result[: WIDTH * HEIGHT * 12] = (b"\1" if known else b"\2") * (WIDTH * HEIGHT * 12)
        return [{"type": "done", "id": asked["id"], "boxes": "1", "box.0": "1 1 2 2"}]


@pytest.mark.parametrize("place", [0, 20, 32, 149])
def test_a_picture_that_has_changed_is_never_taken_for_the_one_before(bench: Bench, place: int) -> None:
    """Whichever of its rows has changed: the node tells by a part of them only what is likely."""
    changed = bytearray(packed(5))
    changed[place * FLOATS.packed_row + 5] ^= 1
    pictures = {5: Picture.of(FLOATS, packed(5))}
    with bench.engine(_Changing(key_of(sent(changed)))) as engine, Host() as host:
        with Node(host.plugin(bench.bundle, REPAIR)) as node:
            node.connect("Source", FLOATS, lambda t: pictures.get(int(t)), (0, FRAMES - 1))
            for _ in range(2):
                node.render(5, FLOATS).required()
            assert len(engine.of("render")) == 2
            pictures[5] = Picture.of(FLOATS, bytes(changed))
            result = bytes(node.render(5, FLOATS).required().packed())
        assert not host.faults
    keys = [asked["plane.0"].split()[2] for asked in engine.of("render")]
    assert keys[:2] == [key_of(sent(packed(5)))] * 2
    assert keys[-1] == key_of(sent(changed))
    pixel = FLOATS.packed_row + 16
    changed[pixel : pixel + 12] = b"\1" * 12
    assert result == bytes(changed)


def test_a_name_that_is_refused_is_looked_at_again(bench: Bench) -> None:
    """An engine that has forgotten the picture gets the changed one, and refuses it by the old name."""
    changed = bytearray(packed(5))
    changed[5] ^= 1
    right = key_of(sent(changed))

    def forgetful(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        wrong = {"type": "error", "id": asked["id"], "code": "wrong_key", "message": "No."}
        known = asked["plane.0"].split()[2] in (right, key_of(sent(packed(5))) if len(seen) < 1 else "")
        seen.append(asked)
        return untouched(asked, segments) if known else [wrong]

    seen: list[Fields] = []
    pictures = {5: Picture.of(FLOATS, packed(5))}
    with bench.engine(forgetful), Host() as host, Node(host.plugin(bench.bundle, REPAIR)) as node:
        node.connect("Source", FLOATS, lambda t: pictures.get(int(t)), (0, FRAMES - 1))
        node.render(5, FLOATS).required()
        pictures[5] = Picture.of(FLOATS, bytes(changed))
        assert bytes(node.render(5, FLOATS).required().packed()) == bytes(changed)
    assert len(seen) == 3


@pytest.mark.parametrize(
    ("source", "output"), [("RGBA", "RGB"), ("RGBA", "Alpha"), ("RGB", "RGBA"), ("Alpha", "RGBA")]
)
@pytest.mark.parametrize("depth", ["Byte", "Short", "Float"])
def test_a_box_goes_into_an_output_of_other_channels(
    bench: Bench, depth: str, source: str, output: str
) -> None:
    """Colour over colour; alpha is the source's, or opaque where that has none."""
    given = PictureFormat(8, 3, depth, source)
    wanted = PictureFormat(8, 3, depth, output, padding=16)
    one = given.pixel_bytes // {"RGBA": 4, "RGB": 3, "Alpha": 1}[source]
    opaque = struct.pack("<f", 1.0) if depth == "Float" else b"\xff" * one

    def repaired(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        result = segments[asked["result"].split()[0]]
        result[:] = b"\7" * len(result)
        return [{"type": "done", "id": asked["id"], "boxes": "1", "box.0": "2 1 4 2"}]

    def expected(column: int, row: int) -> bytes:
        at = (row * 8 + column) * given.pixel_bytes
        pixel, new = packed(5, given)[at : at + given.pixel_bytes], 2 <= column < 4 and row == 1
        alpha = pixel[3 * one :] if source == "RGBA" else opaque
        if output == "Alpha":
            return alpha
        colour = b"\7" * 3 * one if new else pixel[: 3 * one] if source != "Alpha" else 3 * pixel
        return colour + (alpha if output == "RGBA" else b"")

    picture = Picture.of(given, packed(5, given))
    with bench.engine(repaired), Host() as host, Node(host.plugin(bench.bundle, REPAIR)) as node:
        node.connect("Source", given, lambda _: picture, (5, 5))
        result = bytes(node.render(5, wanted).required().packed())
    assert result == b"".join(expected(column, row) for row in range(3) for column in range(8))


def test_the_detecting_node_asks_for_less(bench: Bench) -> None:
    with bench.engine(untouched) as engine:
        bench.render(5, identifier=DETECT)
        bench.render(5, identifier=DETECT, view="overlay")
    first, second = engine.of("render")
    assert (first["want"], second["want"]) == ("detected", "detected_overlay")
    assert sorted(int(first[f"plane.{k}"].split()[1]) for k in range(7)) == [2, 3, 4, 5, 6, 7, 8]
    assert not {"plane.7", "set.radius", "set.caution", "set.infrared_threshold"} & first.keys()


@pytest.mark.parametrize(
    ("holds", "role"), [("damage matte", "imported"), ("infrared", "infrared"), ("hold-out", "hold_out")]
)
def test_the_mask_lies_over_the_frame(bench: Bench, holds: str, role: str) -> None:
    mask = bytes(v for k in range(80) for v in (k * 3, 9, 9, 255))
    picture = Picture.of(MASK, mask)

    def needs_masks(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        if asked["type"] == "render":
            wanted = [k for k in range(22) if asked.get(f"plane.{k}", "").startswith(role)]
            return [{"type": "need", "id": asked["id"], "need": " ".join(map(str, wanted))}]
        for area in (value.split() for name, value in asked.items() if name.startswith("at.")):
            start = int(area[1])
            held.append(bytes(segments[area[0]][start : start + WIDTH * HEIGHT * 4]))
        return untouched(asked, segments)

    held: list[bytes] = []
    with bench.engine(needs_masks) as engine:
        bench.render(5, mask=lambda _: picture, use_mask=1, mask_holds=holds)
    (asked,) = engine.of("render")
    assert [asked[f"plane.{k}"].split()[0] for k in range(18)] == ["frame"] * 9 + [role] * 9
    assert asked.get("set.matte_mode") == (None if role == "hold_out" else "replace")
    assert len(set(held)) == 1
    values = struct.unpack(f"<{WIDTH * HEIGHT}f", held[0])
    # The mask's rows -7 .. 0 are the frame's lowest, its columns 8 .. 17 the frame's 3 .. 12.
    rows = [values[(142 + k) * WIDTH : (143 + k) * WIDTH] for k in range(8)]
    assert [row[3 + k] * 255 for k, row in enumerate(rows)] == pytest.approx([33 * k for k in range(8)])
    assert math.fsum(values) == pytest.approx(math.fsum(k * 3 / 255 for k in range(80)))


def test_a_mask_that_does_not_come_is_told_of(bench: Bench) -> None:
    with bench.engine(untouched) as engine:
        rendered = bench.render(5, mask=lambda _: None, use_mask=1)
    assert rendered.ok
    assert "no mask comes in" in texts(rendered)
    assert not any(value.startswith("imported") for value in engine.of("render")[0].values())


@pytest.mark.parametrize(
    ("profile", "space"),
    [(NATRON, "Linear Rec.709 (sRGB)"), (NUKE, "Linear Rec.709 (sRGB)"), (MELT, "sRGB - Texture"),
     (RESOLVE, "Gamma 2.4 Rec.709 - Texture"), (FULL, "sRGB - Texture")],
    ids=lambda value: getattr(value, "name", value),
)  # fmt: skip
def test_each_host_starts_with_its_own_colour_space(bench: Bench, profile: HostProfile, space: str) -> None:
    with bench.engine(untouched) as engine:
        bench.render(profile=profile).required()
    assert engine.of("render")[0]["colour_space"] == space


@pytest.mark.parametrize("profile", [SINGLE_FRAME, MELT], ids=lambda profile: profile.name)
def test_a_host_without_neighbours_is_asked_for_none(bench: Bench, profile: HostProfile) -> None:
    def noting(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        return [{"type": "done", "id": asked["id"], "boxes": "0", "note": "Only one frame."}]

    with bench.engine(noting) as engine:
        rendered = bench.render(profile=profile)
    assert [clip for clip, _ in rendered.asked if clip == "Source"] == ["Source"]
    assert "plane.1" not in engine.of("render")[0]
    assert texts(rendered) == "Only one frame."


def test_what_the_engine_refuses_is_told(bench: Bench) -> None:
    def refusing(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        return [{"type": "error", "id": asked["id"], "code": "bad_setting", "message": "100% of µm is 0."}]

    with bench.engine(refusing):
        rendered = bench.render()
    assert rendered.status is Status.FAILED
    assert texts(rendered) == "100% of µm is 0."


def test_a_connection_that_breaks_is_met_by_one_new_one(bench: Bench) -> None:
    def breaking_once(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        return [None] if engine.connections == 1 else untouched(asked, segments)

    with bench.engine(breaking_once) as engine:
        assert bytes(bench.render().required().packed()) == packed(5)
    assert engine.connections == 2


def test_an_engine_that_always_breaks_is_given_up(bench: Bench) -> None:
    with bench.engine(lambda asked, segments: [None]) as engine:
        rendered = bench.render()
    assert rendered.status is Status.FAILED
    assert "ended twice" in texts(rendered)
    assert engine.connections == 2


BAD: dict[str, bytes | Fields] = {
    "no magic": b"HTTP/1.1 400 Bad Request\r\n\r\n",
    "too long": b"RMP1\xff\xff\xff\x7f",
    "empty": b"RMP1\0\0\0\0",
    "no type": message({"id": "1"}),
    "another type": {"type": "welcome"},
    "no boxes": {"type": "done"},
    "too many boxes": {"type": "done", "boxes": "257"},
    "boxes missing": {"type": "done", "boxes": "2", "box.0": "0 0 1 1"},
    "box outside": {"type": "done", "boxes": "1", "box.0": f"0 0 {WIDTH + 1} 4"},
    "box inside out": {"type": "done", "boxes": "1", "box.0": "9 9 3 3"},
    "box below": {"type": "done", "boxes": "1", "box.0": "-4294967296 0 1 1"},
    "box of words": {"type": "done", "boxes": "1", "box.0": "all of it"},
    "need of nothing there": {"type": "need", "need": "0 99"},
    "need below": {"type": "need", "need": "-1"},
}


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
def test_nonsense_from_the_engine_is_a_failure(bench: Bench, bad: bytes | Fields) -> None:
    def answers(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        return [bad if isinstance(bad, bytes) else {**bad, "id": asked["id"]}]

    with bench.engine(answers):
        rendered = bench.render()
    assert rendered.status is Status.FAILED
    assert "ended twice" in texts(rendered)


def test_answers_to_requests_given_up_are_passed_over(bench: Bench) -> None:
    def late(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        old: Fields = {"type": "error", "id": "77", "code": "failed", "message": "Of another frame."}
        return [old, *untouched(asked, segments)]

    with bench.engine(late):
        assert bytes(bench.render().required().packed()) == packed(5)


def test_an_abort_reaches_the_engine_at_once(bench: Bench) -> None:
    def never(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        if asked["type"] == "cancel":
            return [{"type": "error", "id": asked["id"], "code": "cancelled", "message": "Given up."}]
        return []

    with bench.engine(never) as engine:
        rendered = bench.render(abort_after=0.05)
    assert [fields["id"] for fields in engine.of("cancel")] == [engine.of("render")[0]["id"]]
    assert rendered.aborted_for is not None
    assert texts(rendered) == ""


def test_an_abort_does_not_wait_for_an_engine_that_is_stuck(bench: Bench) -> None:
    with bench.engine(lambda asked, segments: []):
        rendered = bench.render(abort_after=0.05)
    # Not a measurement: the limit for such an answer is 40 ms, that for a silence ten minutes.
    assert rendered.aborted_for is not None
    assert rendered.aborted_for < 20


def test_many_threads_each_get_their_own_frame(bench: Bench) -> None:
    def blanked(asked: Fields, segments: dict[str, mmap.mmap]) -> list[Answer]:
        result = segments[asked["result"].split()[0]]
        result[:4] = struct.pack("<f", float(asked["frame"]))
        time.sleep(0.01)
        return [{"type": "done", "id": asked["id"], "boxes": "1", "box.0": "0 0 1 1"}]

    found: dict[int, bytes] = {}
    with bench.engine(blanked), Host(FULL) as host:
        plugin = host.plugin(bench.bundle, REPAIR)
        pictures = {t: Picture.of(FLOATS, packed(t)) for t in range(FRAMES)}

        def work(number: int) -> None:
            with Node(plugin) as node:
                node.connect("Source", FLOATS, lambda t: pictures.get(int(t)), (0, FRAMES - 1))
                found[number] = bytes(node.render(number, FLOATS).required().packed())

        threads = [threading.Thread(target=work, args=(number,)) for number in range(FRAMES)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert {n: pixels[:4] for n, pixels in found.items()} == {n: struct.pack("<f", n) for n in range(FRAMES)}
    assert all(pixels[16:] == packed(n)[16:] for n, pixels in found.items())


def test_an_engine_that_is_nowhere_is_told_of(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REELMEND_PYTHON")
    rendered = bench.render()
    assert rendered.status is Status.FAILED
    assert "python3 install host" in texts(rendered)


def test_an_engine_that_does_not_start_says_why(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    starter = bench.folder.parent / "python"
    starter.write_text(
        '#!/bin/sh\necho \'{"type": "error", "message": "The \\"disk\\" is full."}\'\nexit 1\n'
    )
    starter.chmod(0o700)
    monkeypatch.setenv("REELMEND_PYTHON", str(starter))
    rendered = bench.render()
    assert rendered.status is Status.FAILED
    assert texts(rendered) == 'The "disk" is full.'


def test_the_bundle_says_where_its_engine_is(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    starter = bench.folder.parent / "python"
    starter.write_text('#!/bin/sh\necho \'{"type": "error", "message": "Named in the bundle."}\'\n')
    starter.chmod(0o700)
    note = bench.bundle / "Contents" / "Resources" / "engine.txt"
    note.parent.mkdir()
    note.write_text(f"python={starter}\n", encoding="utf-8")
    monkeypatch.delenv("REELMEND_PYTHON")
    assert texts(bench.render()) == "Named in the bundle."


def test_the_starter_gets_none_of_the_hosts_own_settings(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    starter, note = bench.folder.parent / "python", bench.folder.parent / "said"
    starter.write_text(f'#!/bin/sh\necho "$@" > {note}\nenv >> {note}\nls /proc/self/fd >> {note}\n')
    starter.chmod(0o700)
    settings = bench.folder.parent / "settings" / "reelmend"
    settings.mkdir(parents=True)
    (settings / "engine.txt").write_text(f"python={starter}\r\npythonpath=/some/where\r\n", encoding="utf-8")
    for name in ("PYTHONHOME", "PYTHONPATH", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES"):
        monkeypatch.setenv(name, "/of/the/host")
    monkeypatch.delenv("REELMEND_PYTHON")
    with Path("/dev/null").open() as file:
        held = fcntl.fcntl(file, fcntl.F_DUPFD, 200)
    try:
        assert bench.render().status is Status.FAILED
    finally:
        os.close(held)
    said = note.read_text()
    assert said.startswith("-P -m engine.server\n")
    assert "PYTHONPATH=/some/where\n" in said
    assert "/of/the/host" not in said
    assert f"\n{held}\n" not in said


def test_a_folder_that_others_can_enter_is_not_used(bench: Bench) -> None:
    with bench.engine(untouched) as engine:
        bench.folder.chmod(0o755)
        rendered = bench.render()
        bench.folder.chmod(0o700)
    assert rendered.status is Status.FAILED
    assert engine.connections == 0
