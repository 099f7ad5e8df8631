"""What plugin/PROTOCOL.md promises a client, asked by one that was written from that page alone."""

from __future__ import annotations

import os
import socket
import stat
from pathlib import Path

import numpy as np
import pytest

from engine.media.memory import MemorySource
from engine.parameters import Settings
from engine.pipeline import Pipeline
from engine.server.pictures import PictureFormat, Unpacking
from engine.types import Codes, Frame, RepairResult
from engine.version import __version__
from engine.window.cache import FrameCache
from tests.conftest import assert_same_codes
from tests.render.fake_engine import build_fake
from tests.server.client import CHANNELS, FORMATS, Asked, Client, Memory, key_of, message
from tests.server.conftest import SIDES, clip


def alone(frames: dict[int, np.ndarray], centre: int, settings: Settings | None = None) -> RepairResult:
    """What the pipeline gives for the same frames, without any server."""
    settings = settings or Settings()
    first = frames[centre]
    picture = PictureFormat(
        first.shape[1], first.shape[0], FORMATS[first.dtype.name], CHANNELS[first.shape[2]]
    )
    codes = {n: codes_of(f, picture) for n, f in frames.items()}
    engine: Pipeline = build_fake(None, "cpu", None, "ACEScct")
    reach = engine.reach(settings)
    with (
        engine,
        MemorySource([Frame(n, c) for n, c in codes.items()]) as source,
        FrameCache(source, engine.prepare, reach, 2**30) as cache,
    ):
        return engine.process(cache.window(centre), settings)


def codes_of(plate: np.ndarray, picture: PictureFormat) -> Codes:
    unpacking = Unpacking(picture)
    unpacking.put(0, np.frombuffer(plate.tobytes(), np.uint8))
    return unpacking.picture().codes


@pytest.mark.parametrize("channels", [4, 3, 1])
@pytest.mark.parametrize("dtype", ["float32", "float16", "uint16", "uint8"])
def test_a_result_is_that_of_the_pipeline_in_the_codes_of_the_host(
    dtype: str, channels: int, server: Path
) -> None:
    frames = clip(dtype=dtype, channels=channels)
    expected = alone(frames, 1004)
    with Client(server) as client:
        answer = client.render(Asked(frames, 1004))
    assert answer.picture is not None, answer.fields
    colour = answer.picture[..., :3]
    assert_same_codes(np.ascontiguousarray(colour), expected.frame.codes.planes[0])
    touched = expected.matte.coverage > 0
    assert touched.any()
    assert_same_codes(answer.picture, frames[1004], outside=touched)
    assert (colour[touched] != frames[1004][touched][..., :3]).any()
    if channels == 4:
        assert_same_codes(answer.picture[..., 3].copy(), frames[1004][..., 3].copy())
    assert answer.fields["mode"] == "temporal"
    assert int(answer.fields["neighbours"]) == 6
    assert int(answer.fields["regions"]) == len(expected.report.regions)
    assert float(answer.fields["damaged"]) == pytest.approx(expected.report.damaged)


@pytest.mark.parametrize("want", ["matte", "detected", "overlay", "detected_overlay", "difference"])
def test_views_show_what_was_done(want: str, server: Path) -> None:
    frames = clip()
    expected = alone(frames, 1004)
    with Client(server) as client:
        answer = client.render(Asked(frames, 1004, want=want))
    assert answer.picture is not None, answer.fields
    coverage, source = expected.matte.coverage, frames[1004]
    assert_same_codes(answer.picture[..., 3].copy(), source[..., 3].copy())
    shown = answer.picture[..., :3]
    if want in ("matte", "detected"):
        assert (shown == coverage[..., np.newaxis]).all()
    elif want == "difference":
        assert (shown == np.abs(expected.frame.codes.planes[0] - source[..., :3])).all()
        assert shown.any()
    else:
        red = np.array([1, 0, 0], np.float32)
        tinted = source[..., :3] + 0.5 * coverage[..., np.newaxis] * (red - source[..., :3])
        np.testing.assert_allclose(shown, tinted, rtol=1e-6)
        assert_same_codes(answer.picture, source, outside=coverage > 0)


def test_pixels_are_sent_once(server: Path) -> None:
    frames = clip(range(1001, 1010))
    with Client(server) as client, Client(server) as other:
        near = {n: frames[n] for n in range(1002, 1007)}
        assert client.render(Asked(near, 1004)).sent == [0, 1, 2, 3, 4]
        assert client.render(Asked(near, 1004, want="matte")).sent == []
        moved = {n: frames[n] for n in range(1003, 1008)}
        assert other.render(Asked(moved, 1005)).sent == [4]


def test_the_same_bytes_in_another_shape_are_another_picture(server: Path) -> None:
    wide = np.random.default_rng(2).uniform(0.2, 0.6, (32, 48, 4)).astype(np.float32)
    tall = wide.reshape(48, 32, 4)
    # Within one band of rows the key is that of the bytes alone.
    assert key_of(wide) == key_of(tall)
    with Client(server) as client:
        for plate in (wide, tall):
            answer = client.render(Asked({1: plate}, 1))
            assert answer.sent == [0]
            assert_same_codes(answer.picture, plate)


def test_one_frame_alone_is_said_to_be_that(server: Path) -> None:
    with Client(server) as client:
        answer = client.render(Asked({7: clip()[1004]}, 7))
    assert answer.fields["mode"] == "single_frame"
    assert answer.fields["neighbours"] == "0"
    assert "Single-frame mode" in answer.fields["note"]


def test_absent_neighbours_are_the_end_of_the_clip(server: Path) -> None:
    frames = clip(range(1001, 1004))
    with Client(server) as client:
        answer = client.render(Asked(frames, 1001))
    assert answer.fields["neighbours"] == "2"
    assert_same_codes(
        np.ascontiguousarray(answer.picture[..., :3]), alone(frames, 1001).frame.codes.planes[0]
    )


def test_damage_that_is_painted_is_repaired_and_what_is_held_out_is_not(server: Path) -> None:
    frames = clip()
    marked, held = np.zeros(SIDES, np.float32), np.zeros(SIDES, np.float32)
    marked[60:64, 40:50] = 1
    held[:, :45] = 1
    mattes = {"imported": {1004: marked}, "hold_out": {1004: held}}
    with Client(server) as client:
        answer = client.render(Asked(frames, 1004, mattes=mattes))
        again = client.render(Asked(frames, 1004, mattes=mattes, settings={"matte_mode": "replace"}))
        refused = client.render(Asked(frames, 1004, settings={"matte_mode": "replace"}))
    touched = (marked > 0) & (held == 0)
    for picture in (answer.picture, again.picture):
        assert_same_codes(picture, frames[1004], outside=touched)
        assert (picture[touched] != frames[1004][touched]).any()
    assert again.sent == []
    assert refused.code == "bad_setting"


def test_another_matte_for_the_same_frame_is_another_matte(server: Path) -> None:
    frames = clip()
    masks = [np.zeros(SIDES, np.float32) for _ in range(2)]
    masks[0][50:55, 40:45] = masks[1][60:65, 40:45] = 1
    settings = {"matte_mode": "replace"}
    with Client(server) as client:
        for mask in masks:
            answer = client.render(Asked(frames, 1004, settings=settings, mattes={"imported": {1004: mask}}))
            assert ((answer.picture != frames[1004]).any(axis=2) <= (mask > 0)).all()
            assert answer.fields["boxes"] != "0"


def test_an_infrared_that_shows_the_picture_is_not_used_and_told(server: Path) -> None:
    frames = clip()
    silver = frames[1004][..., :3].mean(axis=2)
    with Client(server) as client:
        told = client.render(Asked(frames, 1004, mattes={"infrared": {1004: silver}}))
        refused = client.render(
            Asked(
                frames, 1004, mattes={"infrared": {1004: silver}}, settings={"infrared_refused": "error"}
            )
        )  # fmt: skip
    assert "infrared is not used" in told.fields["note"]
    assert refused.code == "bad_source"


def test_dirt_in_the_infrared_is_repaired(server: Path) -> None:
    frames = clip(channels=3)
    infrared = np.random.default_rng(3).normal(0.8, 0.002, SIDES).astype(np.float32)
    infrared[60:64, 40:46] = 0.2
    with Client(server) as client:
        answer = client.render(Asked(frames, 1004, mattes={"infrared": {1004: infrared}}))
    changed = (answer.picture != frames[1004]).any(axis=2)
    assert changed[61:63, 41:45].all()


def test_a_proxy_scales_the_sizes(server: Path) -> None:
    frames = clip()
    with Client(server) as client:
        full, proxy = (
            client.render(Asked(frames, 1004, "ACEScct", "detected", {"dilation": 8}, extra=extra))
            for extra in ({}, {"render_scale": 0.25})
        )
        same = client.render(Asked(frames, 1004, "ACEScct", "detected", {"dilation": 2}))
    assert (full.picture[..., 0] > 0).sum() > (proxy.picture[..., 0] > 0).sum()
    assert_same_codes(proxy.picture, same.picture)


def test_hello_tells_who_answers(server: Path) -> None:
    with Client(server) as client:
        assert client.greeted == {
            "type": "hello", "protocol": "1", "version": __version__, "pid": str(os.getpid())
        }  # fmt: skip
    assert stat.S_IMODE(server.stat().st_mode) == 0o600
    assert stat.S_IMODE(server.parent.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("greeting", "code"),
    [
        ({"type": "hello", "protocol": 2}, "bad_version"),
        ({"type": "hello", "protocol": 1, "token": "guess"}, "bad_token"),
        ({"type": "attach", "segment": "/reelmend-1-abcdef", "bytes": 10}, "bad_request"),
    ],
)
def test_a_stranger_is_not_let_in(greeting: dict[str, object], code: str, server: Path) -> None:
    with Client(server, hello=greeting) as client:
        assert client.greeted["code"] == code
        assert client.receive() == {}


def test_what_is_no_message_ends_the_connection_and_no_other(server: Path) -> None:
    with Client(server) as client, Client(server) as other:
        client.socket.sendall(b"GET / HTTP/1.1\r\n\r\n")
        assert client.receive()["code"] == "bad_message"
        assert client.receive() == {}
        assert other.render(Asked(clip(), 1004)).picture is not None


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"width": 0}, "bad_request"),
        ({"width": "53x"}, "bad_request"),
        ({"height": 16385}, "too_large"),
        ({"width": 16384, "height": 16384}, "too_large"),
        ({"format": "double"}, "bad_request"),
        ({"channels": "BGRA"}, "bad_request"),
        ({"frame": 1999}, "bad_request"),
        ({"want": "everything"}, "bad_request"),
        ({"render_scale": "nan"}, "bad_request"),
        ({"render_scale": "0"}, "bad_request"),
        ({"result": "/reelmend-1-abcdef 0"}, "no_segment"),
        ({"result": "{memory} 3"}, "bad_request"),
        ({"result": "{memory} 8589934528"}, "no_segment"),
        ({"plane.0": "frame 1001"}, "bad_request"),
        ({"plane.0": "frame 1001 ABCDEF0123456789"}, "bad_request"),
        ({"plane.0": "frame 1002 0123456789abcdef"}, "bad_request"),
        ({"plane.9": "frame 1009 0123456789abcdef"}, "bad_request"),
        ({"plane.7": "imported 1001 0123456789abcdef"}, "bad_request"),
        ({"plane.7": "alpha 1001 0123456789abcdef"}, "bad_request"),
        ({f"plane.{n}": f"frame {n} 0123456789abcdef" for n in range(7, 33)}, "too_large"),
        ({f"plane.{n}": f"frame {n} 0123456789abcdef" for n in range(7, 97)}, "too_large"),
        ({"set.radius": "9"}, "bad_setting"),
        ({"set.radius": "two"}, "bad_request"),
        ({"set.unheard_of": "1"}, "bad_setting"),
        ({"set.polarity": "grey"}, "bad_setting"),
        ({"device": "gpu"}, "bad_request"),
        ({"unheard_of": 1}, "bad_request"),
        ({"colour_config": "nowhere.ocio"}, "bad_colour"),
    ],
)  # fmt: skip
def test_a_wrong_request_gets_its_code_and_the_next_one_its_picture(
    change: dict[str, object], code: str, server: Path
) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        assert client.render(asked).picture is not None
        memory = client.memories[0]
        change = {name: str(value).replace("{memory}", memory.name) for name, value in change.items()}
        answer = client.ask({**client.fields_of(asked, memory), **change})
        assert answer.get("code") == code, answer
        assert answer["id"] == "2"
        assert answer["message"]
        assert client.render(asked, memory).picture is not None


def test_pixels_that_are_not_what_they_were_said_to_be_are_refused(server: Path) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        memory = client.attach(asked.room())
        need = client.ask(client.fields_of(asked, memory))["need"].split()
        pixels = client.pixels_of(asked, memory, [int(place) for place in need])
        memory.bytes[int(str(pixels["at.3"]).split()[1])] ^= 1
        assert client.ask(pixels)["code"] == "wrong_key"
        assert client.render(asked, memory).picture is not None


@pytest.mark.parametrize("change", ["none", "too few", "outside", "crooked"])
def test_pixels_must_be_where_they_are_said_to_be(change: str, server: Path) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        memory = client.attach(asked.room())
        need = client.ask(client.fields_of(asked, memory))["need"].split()
        pixels = client.pixels_of(asked, memory, [int(place) for place in need])
        if change in ("none", "too few"):
            pixels = {
                k: v for k, v in pixels.items() if k[:3] != "at." or (change == "too few" and k != "at.2")
            }
        else:
            pixels["at.2"] = f"{memory.name} {memory.size // 64 * 64 if change == 'outside' else 7}"
        answer = client.ask(pixels)
        assert answer["code"] == ("no_segment" if change == "outside" else "bad_request")
        assert answer["id"] == "1"
        assert client.render(asked, memory).picture is not None


def test_memory_that_shrinks_or_was_never_there_is_an_error_and_no_crash(server: Path) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        memory = Memory(asked.room())
        try:
            lie = {"type": "attach", "segment": memory.name, "bytes": memory.size + 1}
            assert client.ask(lie)["code"] == "no_segment"
            assert client.ask({**lie, "bytes": memory.size})["type"] == "attached"
            need = [int(place) for place in client.ask(client.fields_of(asked, memory))["need"].split()]
            pixels = client.pixels_of(asked, memory, need)
            os.truncate(f"/dev/shm{memory.name}", 64)
            assert client.ask(pixels)["code"] == "no_segment"
        finally:
            memory.unlink()
        assert client.ask({**lie, "segment": "/reelmend-1-0123456789"})["code"] == "no_segment"
        assert client.ask({**lie, "segment": "/etc/passwd"})["code"] == "bad_request"
        assert client.ask({**lie, "segment": "/reelmend-1-ab01", "bytes": 2**33 + 1})["code"] == "too_large"
        assert client.render(asked).picture is not None


def test_segments_are_counted_and_can_be_let_go(server: Path) -> None:
    with Client(server) as client:
        memories = [client.attach(64) for _ in range(16)]
        more = Memory(64)
        ask = {"type": "attach", "segment": more.name, "bytes": 64}
        try:
            assert client.ask(ask)["code"] == "too_large"
            name = memories[0].name
            assert client.ask({"type": "detach", "segment": name}) == {"type": "detached", "segment": name}
            assert client.ask({"type": "detach", "segment": name})["code"] == "no_segment"
            assert client.ask(ask)["type"] == "attached"
            assert client.ask(ask)["code"] in ("too_large", "bad_request")
        finally:
            more.unlink()


def test_no_more_requests_are_taken_than_the_protocol_says(server: Path) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        memory = client.attach(asked.room())
        for _ in range(8):
            assert client.ask(client.fields_of(asked, memory))["type"] == "need"
        assert client.ask(client.fields_of(asked, memory))["code"] == "busy"
        for number in range(1, 9):
            assert client.ask({"type": "cancel", "id": number})["code"] == "cancelled"
        assert client.render(asked, memory).picture is not None


def test_an_id_is_in_flight_once(server: Path) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        memory = client.attach(asked.room())
        fields = client.fields_of(asked, memory)
        assert client.ask(fields)["type"] == "need"
        assert client.ask(fields)["code"] == "bad_request"
        assert client.ask(fields)["type"] == "need"


@pytest.mark.parametrize("number", ["", "0", "-1", "2147483648", "9" * 5000, "\u0661", "1.0", "one"])
def test_an_id_is_a_plain_number(number: str, server: Path) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        memory = client.attach(asked.room())
        for kind in ("render", "pixels", "cancel"):
            answer = client.ask({**client.fields_of(asked, memory), "type": kind, "id": number})
            assert answer["code"] == "bad_request"
        assert client.render(asked, memory).picture is not None


def test_no_more_clients_are_let_in_than_the_protocol_says(server: Path) -> None:
    clients = [Client(server) for _ in range(64)]
    try:
        with Client(server, hello={}) as late:
            assert late.receive()["code"] == "busy"
            assert late.receive() == {}
        assert clients[0].render(Asked(clip(), 1004)).picture is not None
    finally:
        for client in clients:
            client.socket.close()


def test_a_client_that_never_finishes_a_message_hinders_nobody(server: Path) -> None:
    with socket.socket(socket.AF_UNIX) as silent:
        silent.connect(str(server))
        silent.sendall(message({"type": "hello", "protocol": 1})[:9])
        with Client(server) as client:
            assert client.render(Asked(clip(), 1004)).picture is not None
