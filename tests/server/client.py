"""A client by the letter of plugin/PROTOCOL.md, written without the server's own code."""

from __future__ import annotations

import _posixshmem
import mmap
import os
import secrets
import socket
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import xxhash

FORMATS = {"uint8": "byte", "uint16": "short", "float16": "half", "float32": "float"}
CHANNELS = {1: "A", 3: "RGB", 4: "RGBA"}
ALIGNED = 64


def key_of(plane: np.ndarray) -> str:
    """As the protocol says: XXH64 over the hashes of 64 rows each, XXH3 where these have over 240 bytes."""
    packed = np.ascontiguousarray(plane)
    rows = [packed[top : top + 64].tobytes() for top in range(0, packed.shape[0], 64)]
    bands = [
        xxhash.xxh3_64_intdigest(band) if len(band) > 240 else xxhash.xxh64_intdigest(band) for band in rows
    ]
    return xxhash.xxh64(struct.pack(f"<{len(bands)}Q", *bands)).hexdigest()


def message(fields: Mapping[str, object]) -> bytes:
    body = "".join(f"{name}={value}\n" for name, value in fields.items()).encode()
    return b"RMP1" + struct.pack("<I", len(body)) + body


@dataclass
class Memory:
    """Shared memory of a client's own; `name` is unlinked by `unlink`."""

    size: int
    name: str = field(default_factory=lambda: f"/reelmend-{os.getpid()}-{secrets.token_hex(5)}"[:30])

    def __post_init__(self) -> None:
        descriptor = _posixshmem.shm_open(self.name, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode=0o600)
        try:
            os.posix_fallocate(descriptor, 0, self.size)
            self.bytes = mmap.mmap(descriptor, self.size)
        finally:
            os.close(descriptor)

    def put(self, offset: int, plane: np.ndarray) -> None:
        packed = np.ascontiguousarray(plane).tobytes()
        self.bytes[offset : offset + len(packed)] = packed

    def unlink(self) -> None:
        _posixshmem.shm_unlink(self.name)


@dataclass(frozen=True)
class Asked:
    """A request: `frames` and mattes by frame number, pictures (H, W, C)."""

    frames: Mapping[int, np.ndarray]
    centre: int
    colour_space: str = "ACEScct"
    want: str = "result"
    settings: Mapping[str, object] = field(default_factory=dict)
    mattes: Mapping[str, Mapping[int, np.ndarray]] = field(default_factory=dict)
    extra: Mapping[str, object] = field(default_factory=dict)

    @property
    def picture(self) -> np.ndarray:
        return self.frames[self.centre]

    def planes(self) -> list[tuple[str, int, np.ndarray]]:
        pictures = [("frame", number, plane) for number, plane in self.frames.items()]
        given = [
            (role, n, plane.astype(np.float32)) for role, of in self.mattes.items() for n, plane in of.items()
        ]
        return pictures + given

    def room(self) -> int:
        """Bytes of the result and of all planes, each aligned."""
        return sum(
            aligned(plane.nbytes) for plane in (self.picture, *(plane for _, _, plane in self.planes()))
        )


@dataclass(frozen=True)
class Answer:
    """`picture` is what the host would show; None for an error. `sent` are the planes the server lacked."""

    fields: Mapping[str, str]
    picture: np.ndarray | None
    sent: Sequence[int]

    @property
    def code(self) -> str:
        return self.fields.get("code", "")


class Client:
    """One connection, used by one thread."""

    def __init__(self, path: Path, hello: Mapping[str, object] | None = None) -> None:
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.socket.connect(str(path))
        self.socket.settimeout(60)
        self.number = 0
        self.memories: list[Memory] = []
        greeting = {"type": "hello", "protocol": 1, "client": "tests"} if hello is None else hello
        self.greeted = self.ask(greeting) if greeting else {}

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, fields: Mapping[str, object]) -> None:
        self.socket.sendall(message(fields))

    def receive(self) -> dict[str, str]:
        """The next message; {} at the end of the connection."""
        header = self._exactly(8)
        if len(header) < 8:
            return {}
        assert header[:4] == b"RMP1"
        body = self._exactly(struct.unpack("<I", header[4:])[0]).decode()
        assert body.endswith("\n")
        return dict(line.split("=", 1) for line in body[:-1].split("\n"))

    def ask(self, fields: Mapping[str, object]) -> dict[str, str]:
        self.send(fields)
        return self.receive()

    def attach(self, size: int) -> Memory:
        memory = Memory(size)
        try:
            answer = self.ask({"type": "attach", "segment": memory.name, "bytes": size})
        finally:
            memory.unlink()
        assert answer == {"type": "attached", "segment": memory.name}, answer
        self.memories.append(memory)
        return memory

    def fields_of(self, asked: Asked, memory: Memory) -> dict[str, object]:
        """The render message; the result goes to the beginning of `memory`."""
        self.number += 1
        height, width, channels = asked.picture.shape
        return {
            "type": "render",
            "id": self.number,
            "width": width,
            "height": height,
            "format": FORMATS[asked.picture.dtype.name],
            "channels": CHANNELS[channels],
            "colour_space": asked.colour_space,
            "frame": asked.centre,
            "want": asked.want,
            "result": f"{memory.name} 0",
            **{f"set.{name}": value for name, value in asked.settings.items()},
            **{
                f"plane.{i}": f"{role} {number} {key_of(plane)}"
                for i, (role, number, plane) in enumerate(asked.planes())
            },
            **asked.extra,
        }

    def pixels_of(self, asked: Asked, memory: Memory, need: Sequence[int]) -> dict[str, object]:
        """Put the planes that are needed into `memory`, behind the result; the message that says where."""
        planes, offset, fields = asked.planes(), aligned(asked.picture.nbytes), {}
        for place in need:
            memory.put(offset, planes[place][2])
            fields[f"at.{place}"] = f"{memory.name} {offset}"
            offset += aligned(planes[place][2].nbytes)
        return {"type": "pixels", "id": self.number, **fields}

    def render(self, asked: Asked, memory: Memory | None = None) -> Answer:
        memory = memory or self.attach(asked.room())
        answer, need = self.ask(self.fields_of(asked, memory)), []
        if answer["type"] == "need":
            need = [int(place) for place in answer["need"].split()]
            answer = self.ask(self.pixels_of(asked, memory, need))
        return Answer(answer, shown(asked, memory, answer), need)

    def _exactly(self, count: int) -> bytes:
        received = b""
        while len(received) < count:
            try:
                part = self.socket.recv(count - len(received))
            except ConnectionResetError:
                # The server has closed with something of ours unread.
                break
            if not part:
                break
            received += part
        return received


def shown(asked: Asked, memory: Memory, answer: Mapping[str, str]) -> np.ndarray | None:
    """The source, with the boxes of the answer put in."""
    if answer.get("type") != "done":
        return None
    picture = asked.picture.copy()
    # Slicing mapped memory copies.
    packed = np.frombuffer(memory.bytes[: picture.nbytes], picture.dtype).reshape(picture.shape)
    for place in range(int(answer["boxes"])):
        left, top, right, bottom = (int(side) for side in answer[f"box.{place}"].split())
        picture[top:bottom, left:right] = packed[top:bottom, left:right]
    return picture


def aligned(count: int) -> int:
    return -(-count // ALIGNED) * ALIGNED
