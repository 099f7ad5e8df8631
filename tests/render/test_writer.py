"""The writing thread: order, errors, what is dropped when."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import cast

import pytest

from engine.errors import Interrupted, SinkError
from engine.render.contract import Rendered
from engine.render.writer import DEPTH, WriterThread


def item(number: int) -> Rendered:
    return cast(Rendered, SimpleNamespace(number=number))


def put_all(write: Callable[[Rendered], None], numbers: Iterable[int], then: Exception | None = None) -> None:
    with WriterThread(write) as writer:
        for number in numbers:
            writer.put(item(number))
        if then is not None:
            raise then


def test_frames_are_written_in_the_order_they_are_put() -> None:
    seen: list[int] = []
    with WriterThread(lambda rendered: seen.append(rendered.number)) as writer:  # type: ignore[attr-defined]
        for number in range(50):
            writer.put(item(number))
    assert seen == list(range(50))


def test_no_more_than_the_depth_waits() -> None:
    gate, put = threading.Event(), [0]

    def slow(rendered: Rendered) -> None:
        gate.wait(10)

    def produce() -> None:
        with WriterThread(slow) as writer:
            for number in range(DEPTH + 5):
                writer.put(item(number))
                put[0] += 1

    producer = threading.Thread(target=produce)
    producer.start()
    producer.join(0.3)
    assert put[0] <= DEPTH + 1
    gate.set()
    producer.join(10)
    assert put[0] == DEPTH + 5


def test_an_error_of_the_writer_reaches_the_loop_and_nothing_is_written_after_it() -> None:
    seen: list[int] = []

    def full(rendered: Rendered) -> None:
        if rendered.number == 1:  # type: ignore[attr-defined]
            raise SinkError("the disk is full")
        seen.append(rendered.number)  # type: ignore[attr-defined]

    with pytest.raises(SinkError, match="disk is full"):
        put_all(full, range(100))
    assert seen == [0]


def test_an_error_on_the_last_frame_is_not_lost() -> None:
    def broken(rendered: Rendered) -> None:
        raise SinkError("no")

    with pytest.raises(SinkError):
        put_all(broken, [0])


def test_a_stop_still_writes_what_was_finished() -> None:
    seen: list[int] = []
    with pytest.raises(Interrupted):
        put_all(lambda r: seen.append(r.number), [1, 2], Interrupted("stop"))  # type: ignore[attr-defined]
    assert seen == [1, 2]


def test_an_abort_drops_what_waits() -> None:
    seen: list[int] = []
    busy, gate = threading.Event(), threading.Event()

    def slow(rendered: Rendered) -> None:
        busy.set()
        gate.wait(10)
        seen.append(rendered.number)  # type: ignore[attr-defined]

    def abort() -> None:
        with WriterThread(slow) as writer:
            writer.put(item(1))
            busy.wait(10)
            writer.put(item(2))
            threading.Timer(0.1, gate.set).start()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        abort()
    assert seen == [1]


def test_an_abort_while_it_finishes_still_waits_for_the_frame_being_written() -> None:
    seen: list[int] = []
    gate = threading.Event()

    def slow(rendered: Rendered) -> None:
        gate.wait(10)
        seen.append(rendered.number)  # type: ignore[attr-defined]

    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    threading.Timer(0.4, gate.set).start()
    with pytest.raises(KeyboardInterrupt):
        put_all(slow, [1, 2])
    assert seen == [1]
