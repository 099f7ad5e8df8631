"""Shared memory by its descriptor, as on Linux, and mapped, as elsewhere."""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator

import numpy as np
import pytest

from engine.errors import RequestRefused
from engine.server.segments import Mapped, Segment
from tests.server.client import Memory

SIZE = 10_000


@pytest.fixture
def memory() -> Iterator[Memory]:
    memory = Memory(SIZE)
    try:
        yield memory
    finally:
        memory.unlink()
        memory.bytes.close()


@pytest.fixture(params=["descriptor", "mapped"])
def segment(request: pytest.FixtureRequest, memory: Memory) -> Iterator[Segment]:
    with Segment(memory.name, SIZE) as segment:
        if request.param == "mapped":
            descriptor = os.open(f"/dev/shm{memory.name}", os.O_RDWR)
            assert segment._memory is not None
            segment._memory.close()
            segment._memory = Mapped(mmap.mmap(descriptor, SIZE))
            os.close(descriptor)
        yield segment


def test_bytes_come_and_go(segment: Segment, memory: Memory) -> None:
    sent = np.random.default_rng(1).integers(0, 256, 5000, np.uint8)
    memory.put(128, sent)
    read = np.zeros(5000, np.uint8)
    segment.read(read, 128)
    assert (read == sent).all()
    segment.write(sent[::-1].copy(), 5000)
    assert memory.bytes[5000:] == sent[::-1].tobytes()
    assert memory.bytes[128:5000] == sent[: 5000 - 128].tobytes()


def test_nothing_is_read_or_written_beyond_the_end(segment: Segment, memory: Memory) -> None:
    for act in (segment.read, segment.write):
        with pytest.raises(RequestRefused) as refusal:
            act(np.zeros(65, np.uint8), SIZE - 64)
        assert refusal.value.code == "no_segment"
    assert os.stat(f"/dev/shm{memory.name}").st_size == SIZE  # noqa: PTH116


def test_nothing_is_touched_after_it_is_closed(segment: Segment) -> None:
    segment.close()
    segment.close()
    for act in (segment.read, segment.write):
        with pytest.raises(RequestRefused):
            act(np.zeros(64, np.uint8), 0)


@pytest.mark.parametrize(
    ("name", "size", "code"),
    [
        ("/reelmend-1-abcd", 64, "no_segment"),
        ("reelmend-1-abcd", 64, "bad_request"),
        ("/reelmend-1-../abcd", 64, "bad_request"),
        ("/reelmend-1234567890-abcdef0123456789", 64, "bad_request"),
        ("/reelmend-1-abcd", 0, "too_large"),
        ("/reelmend-1-abcd", 2**33 + 1, "too_large"),
    ],
)
def test_a_name_or_size_that_is_amiss_is_refused(name: str, size: int, code: str) -> None:
    with pytest.raises(RequestRefused) as refusal:
        Segment(name, size)
    assert refusal.value.code == code
