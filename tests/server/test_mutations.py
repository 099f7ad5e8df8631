"""Messages gone wrong in every way: the process lives on, serves the next client, and keeps nothing."""

from __future__ import annotations

import os
import random
import socket
import struct
import time
from pathlib import Path

import numpy as np
import pytest

from tests.conftest import assert_same_codes
from tests.server.client import Asked, Client, message
from tests.server.conftest import clip

BATCH = 40
"""Mutated messages between two proofs that the server is well."""


class Mutator:
    """Valid messages with something wrong in them, or everything."""

    def __init__(self, seed: int, asked: Asked) -> None:
        self._random = random.Random(seed)
        self._asked = asked

    def messages(self, client: Client, memory: object) -> list[bytes]:
        fields = client.fields_of(self._asked, memory)  # type: ignore[arg-type]
        pixels = client.pixels_of(self._asked, memory, range(len(self._asked.planes())))  # type: ignore[arg-type]
        name = memory.name  # type: ignore[attr-defined]
        begun = [
            {"type": "attach", "segment": name, "bytes": 4096}, {"type": "detach", "segment": name},
            fields, pixels, {"type": "cancel", "id": client.number}, {"type": "hello", "protocol": 1},
        ]  # fmt: skip
        weights = [1, 1, 6, 6, 1, 1]
        return [self._mutated(each) for each in self._random.choices(begun, weights, k=4)]

    def _mutated(self, fields: dict[str, object]) -> bytes:
        how = self._random.choice(
            [self._field, self._field, self._field, self._bytes, self._length, self._cut]
        )
        return how(dict(fields))

    def _field(self, fields: dict[str, object]) -> bytes:
        name = self._random.choice(list(fields))
        action = self._random.randrange(4)
        if action == 0:
            del fields[name]
        elif action == 1:
            fields[name] = self._value(str(fields[name]))
        elif action == 2:
            fields[self._value(name)] = fields[name]
        else:
            other = self._random.choice(list(fields))
            fields[name], fields[other] = fields[other], fields[name]
        return message(fields)

    def _value(self, text: str) -> str:
        return self._random.choice([
            "", "0", "-1", "1", "65536", "4294967296", "-2147483649", "1e309", "nan", "../../../etc/passwd",
            "%s%n", text[:-1], text + text, text[::-1], text.upper(), f"{text} ", "\N{SNOWMAN}", "a" * 300,
            str(self._random.getrandbits(64)),
        ])  # fmt: skip

    def _bytes(self, fields: dict[str, object]) -> bytes:
        packed = bytearray(message(fields))
        for _ in range(self._random.randint(1, 8)):
            packed[self._random.randrange(len(packed))] = self._random.randrange(256)
        return bytes(packed)

    def _length(self, fields: dict[str, object]) -> bytes:
        packed = bytearray(message(fields))
        packed[4:8] = struct.pack("<I", self._random.choice([0, 1, 8, len(packed), 65536, 65537, 2**32 - 1]))
        return bytes(packed)

    def _cut(self, fields: dict[str, object]) -> bytes:
        packed = message(fields)
        return packed[: self._random.randrange(len(packed))]


def assault(server: Path, count: int, seed: int) -> None:
    """Send `count` mutated messages over many connections; fail where the server is not the same after."""
    good, expected = Asked(clip(), 1004), None
    mutator = Mutator(seed, Asked(clip(range(1001, 1004), seed=5), 1002))
    known = set(Path("/dev/shm").iterdir())
    before = -1
    sent = 0
    while sent < count:
        sent += batch(server, mutator, min(BATCH, count - sent))
        picture = good_picture(server, good)
        expected = picture if expected is None else expected
        assert_same_codes(picture, expected)
        files = settled()
        before = files if before < 0 else before
        assert files <= before, "descriptors are left open"
        assert set(Path("/dev/shm").iterdir()) == known, "shared memory is left"


def batch(server: Path, mutator: Mutator, count: int) -> int:
    sent = 0
    while sent < count:
        with Client(server) as client:
            client.socket.settimeout(20)
            memory = client.attach(2**19)
            try:
                for each in mutator.messages(client, memory):
                    sent += 1
                    client.socket.sendall(each)
                # The server has read all, or closed, once it answers the end.
                client.socket.shutdown(socket.SHUT_WR)
                while answer := client.receive():
                    assert answer.get("code") != "failed", f"nobody thought of this: {answer}"
            except (BrokenPipeError, ConnectionResetError):
                pass
            finally:
                memory.bytes.close()
    return sent


def good_picture(server: Path, good: Asked) -> np.ndarray:
    with Client(server) as client:
        answer = client.render(good)
        assert answer.picture is not None, answer.fields
        for memory in client.memories:
            memory.bytes.close()
    return answer.picture


def settled() -> int:
    """Open descriptors of this process, when they have stopped falling."""
    until = time.monotonic() + 20
    least = steady = 10**6
    quiet = 0
    while quiet < 5 and time.monotonic() < until:
        steady = len(os.listdir("/proc/self/fd"))  # noqa: PTH208
        quiet = quiet + 1 if steady >= least else 0
        least = min(least, steady)
        time.sleep(0.01)
    return least


def test_mutated_messages_do_no_harm(server: Path) -> None:
    assault(server, 400, seed=1)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_ten_thousand_mutated_messages_do_no_harm(server: Path) -> None:
    assault(server, 10_000, seed=2)
