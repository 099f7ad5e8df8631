"""Requests side by side: nothing is mixed up, anything can be given up, nobody waits for the dead."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from engine import pipeline
from engine.inference.runtime import Device
from engine.motion.estimator import MotionEstimator
from engine.pipeline import Pipeline
from engine.types import DamageMatte
from engine.window.window import FrameWindow
from ocio.config import load
from ocio.processor import ColourRoute
from tests.conftest import assert_same_codes
from tests.render.fake_engine import NeighbourRepairer, SpikeDetector
from tests.server.client import Asked, Client, shown
from tests.server.conftest import clip, connected, serving, wait_for


class Gate:
    """Detection waits here until the test lets it go on."""

    def __init__(self) -> None:
        self.reached, self.open = threading.Semaphore(0), threading.Event()


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()

    class Waiting(SpikeDetector):
        def detect(self, window: FrameWindow) -> DamageMatte:
            gate.reached.release()
            assert gate.open.wait(30)
            return super().detect(window)

    def build(model: str | None, device: Device, config: str | None, space: str) -> Pipeline:
        route = ColourRoute(load(config), workers=1)
        return Pipeline(Waiting(), NeighbourRepairer(), MotionEstimator(), route, space)

    monkeypatch.setattr(pipeline, "build", build)
    yield gate
    gate.open.set()


def near(frames: dict[int, np.ndarray], centre: int) -> dict[int, np.ndarray]:
    return {n: frames[n] for n in range(centre - 4, centre + 5) if n in frames}


def test_many_clients_get_their_own_pictures(server: Path) -> None:
    """Four clients, of two clips in two encodings and depths, in orders of their own."""
    reels = {
        0: (clip(range(1001, 1012), "float32", seed=1), "ACEScct"),
        1: (clip(range(1001, 1012), "uint16", seed=2), "ADX16"),
    }

    def ask(number: int) -> list[tuple[int, int, str, np.ndarray]]:
        order = np.random.default_rng(number).permutation(11)
        with Client(server) as client:
            memory = client.attach(2**20)
            found = []
            for place in order:
                frames, space = reels[number % 2]
                want = ("result", "matte", "overlay")[(number + int(place)) % 3]
                asked = Asked(near(frames, 1001 + int(place)), 1001 + int(place), space, want)
                answer = client.render(asked, memory)
                assert answer.picture is not None, answer.fields
                found.append((number % 2, asked.centre, want, answer.picture))
            return found

    with ThreadPoolExecutor(4) as pool:
        found = [each for result in pool.map(ask, range(4)) for each in result]
    with Client(server) as client:
        memory = client.attach(2**20)
        for which, centre, want, picture in found:
            frames, space = reels[which]
            again = client.render(Asked(near(frames, centre), centre, space, want), memory)
            assert_same_codes(picture, again.picture)


def test_requests_of_one_connection_are_told_apart_by_their_ids(server: Path) -> None:
    frames = clip(range(1001, 1009))
    with Client(server) as client:
        asked = {place: Asked(near(frames, centre), centre) for place, centre in enumerate(frames, 1)}
        memories = {number: client.attach(one.room()) for number, one in asked.items()}
        for number, one in asked.items():
            client.send(client.fields_of(one, memories[number]))
        done: dict[int, np.ndarray] = {}
        while len(done) < len(asked):
            answer = client.receive()
            number = int(answer["id"])
            if answer["type"] == "need":
                client.number = number
                places = [int(place) for place in answer["need"].split()]
                client.send(client.pixels_of(asked[number], memories[number], places))
                continue
            picture = shown(asked[number], memories[number], answer)
            assert picture is not None, answer
            done[number] = picture
        for number, picture in done.items():
            assert_same_codes(picture, client.render(asked[number]).picture)


def test_a_request_that_is_given_up_is_answered_while_it_is_worked_on(gate: Gate, tmp_path: Path) -> None:
    asked = Asked(clip(), 1004)
    with serving(tmp_path / "run", workers=2) as path, Client(path) as client:
        memory = client.attach(asked.room())
        need = client.ask(client.fields_of(asked, memory))["need"].split()
        client.send(client.pixels_of(asked, memory, [int(place) for place in need]))
        assert gate.reached.acquire(timeout=30)
        assert client.ask({"type": "cancel", "id": 1}) == {
            "type": "error", "id": "1", "code": "cancelled", "message": "Given up by the host."
        }  # fmt: skip
        # The memory is the client's own again, though the work still goes on.
        memory.bytes[: asked.picture.nbytes] = b"\xa5" * asked.picture.nbytes
        assert client.ask({"type": "hello", "protocol": 1})["code"] == "bad_request"
        gate.open.set()
        with Client(path) as other:
            assert other.render(asked).picture is not None
        assert set(memory.bytes[: asked.picture.nbytes]) == {0xA5}
        assert client.render(asked, memory).picture is not None


def test_work_that_nobody_waits_for_stops_before_the_next_frame(gate: Gate, tmp_path: Path) -> None:
    asked = Asked(clip(), 1004)
    with serving(tmp_path / "run", workers=1) as path, Client(path) as client:
        memory = client.attach(asked.room())
        need = client.ask(client.fields_of(asked, memory))["need"].split()
        client.send(client.pixels_of(asked, memory, [int(place) for place in need]))
        assert gate.reached.acquire(timeout=30)
        assert client.ask({"type": "cancel", "id": 1})["code"] == "cancelled"
        gate.open.set()
        # One worker: this is done once the other has stopped, and looks at one frame.
        assert client.render(Asked(asked.frames, 1004, want="detected"), memory).picture is not None
        assert not gate.reached.acquire(blocking=False), "neighbours were looked at for nobody"


def test_a_request_that_waits_for_its_turn_or_its_pixels_can_be_given_up(gate: Gate, tmp_path: Path) -> None:
    asked = Asked(clip(), 1004)
    with serving(tmp_path / "run", workers=1) as path, Client(path) as client:
        memory = client.attach(asked.room())
        need = client.ask(client.fields_of(asked, memory))["need"].split()
        client.send(client.pixels_of(asked, memory, [int(place) for place in need]))
        assert gate.reached.acquire(timeout=30)
        # Of the second one everything is known: it waits for the only worker.
        client.send(client.fields_of(asked, memory))
        client.send(client.fields_of(Asked(clip(seed=9), 1004), memory))
        assert client.receive()["type"] == "need"
        for number in (3, 2):
            answer = client.ask({"type": "cancel", "id": number})
            assert (answer.get("code"), answer.get("id")) == ("cancelled", str(number))
        client.send({"type": "cancel", "id": 77})
        gate.open.set()
        assert client.receive()["id"] == "1"


def test_a_client_that_leaves_takes_its_requests_with_it(gate: Gate, tmp_path: Path) -> None:
    asked = Asked(clip(), 1004)
    with serving(tmp_path / "run", workers=1) as path:
        with Client(path) as client:
            memory = client.attach(asked.room())
            need = client.ask(client.fields_of(asked, memory))["need"].split()
            client.send(client.pixels_of(asked, memory, [int(place) for place in need]))
            assert gate.reached.acquire(timeout=30)
        wait_for(lambda: connected(path) == 0)
        gate.open.set()
        with Client(path) as other:
            assert other.render(asked).sent == []
        assert set(memory.bytes[: asked.picture.nbytes]) == {0}


def test_clients_in_work_are_told_when_the_engine_ends(gate: Gate, tmp_path: Path) -> None:
    asked = Asked(clip(), 1004)
    with serving(tmp_path / "run", workers=1) as path:
        client = Client(path)
        memory = client.attach(asked.room())
        need = client.ask(client.fields_of(asked, memory))["need"].split()
        client.send(client.pixels_of(asked, memory, [int(place) for place in need]))
        assert gate.reached.acquire(timeout=30)
        threading.Timer(0.5, gate.open.set).start()
    with client:
        assert client.receive()["code"] == "closing"
        assert client.receive() == {}
    assert not path.exists()


def test_what_fails_in_one_request_fails_no_other(
    server: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked = Asked(clip(), 1004)
    with Client(server) as client:
        assert client.render(asked).picture is not None

        def broken(*_: object) -> None:
            raise RuntimeError("the sky\nhas fallen")

        with monkeypatch.context() as once:
            once.setattr(Pipeline, "process", broken)
            answer = client.render(asked)
        assert answer.code == "failed"
        assert answer.fields["message"] == "Unexpected RuntimeError: the sky"
        assert "the sky" in caplog.text
        assert client.render(asked).picture is not None


def test_a_frame_with_nothing_to_repair_is_all_the_clients_own(server: Path) -> None:
    plate = clip()[1001].copy()
    plate[5:10, 4:10] = clip()[1002][5:10, 4:10]
    frames = {1001: clip()[1002], 1002: plate, 1003: clip()[1003]}
    with Client(server) as client:
        answer = client.render(Asked(frames, 1002))
        assert answer.fields["boxes"] == "0"
        assert_same_codes(answer.picture, plate)
