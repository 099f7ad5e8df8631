"""What is kept between requests, within so many bytes."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.server.cache import ByteCache


@given(st.lists(st.integers(0, 12), max_size=60), st.integers(0, 40))
def test_no_more_than_the_budget_is_kept_and_the_last_used_stay(asked: list[int], budget: int) -> None:
    cache: ByteCache[int, bytes] = ByteCache(budget, len)
    for number in asked:
        assert cache.get(number, lambda number=number: bytes(number)) == bytes(number)
        assert cache.bytes <= budget
    kept, room = [], budget
    for number in dict.fromkeys(reversed(asked)):
        room -= number
        if room < 0:
            break
        kept.append(number)
    assert all(cache.find(number) is not None for number in kept)


def test_two_that_ask_at_once_get_one_object() -> None:
    cache: ByteCache[str, bytearray] = ByteCache(100, len)
    begun, go = threading.Event(), threading.Event()

    def make() -> bytearray:
        begun.set()
        assert go.wait(10)
        return bytearray(5)

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(cache.get, "a", make)
        assert begun.wait(10)
        second = pool.submit(cache.get, "a", lambda: pytest.fail("made twice"))
        go.set()
        assert first.result(10) is second.result(10)


def test_an_error_is_not_kept() -> None:
    cache: ByteCache[str, bytes] = ByteCache(100, len)

    def fail() -> bytes:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        cache.get("a", fail)
    assert cache.get("a", lambda: b"yes") == b"yes"
