"""What is kept, and by whom it is made."""

from __future__ import annotations

import threading

import pytest

from engine.review.caches import Turns


def test_one_at_a_time_works_on_a_key_and_others_are_not_held_up() -> None:
    turns: Turns[str] = Turns()
    inside = threading.Semaphore(0)
    released = threading.Event()
    order: list[str] = []

    def first() -> None:
        with turns.of("a"):
            inside.release()
            released.wait()
            order.append("first")

    def second() -> None:
        inside.release()
        with turns.of("a"):
            order.append("second")

    workers = [threading.Thread(target=first)]
    workers[0].start()
    inside.acquire()
    workers.append(threading.Thread(target=second))
    workers[1].start()
    inside.acquire()
    with turns.of("b"):
        order.append("another key")
    released.set()
    for worker in workers:
        worker.join()
    assert order == ["another key", "first", "second"]


def test_a_turn_that_fails_is_given_on() -> None:
    turns: Turns[str] = Turns()
    with pytest.raises(KeyError), turns.of("a"):
        raise KeyError
    taken = threading.Event()

    def work() -> None:
        with turns.of("a"):
            taken.set()

    worker = threading.Thread(target=work, daemon=True)
    worker.start()
    worker.join(60)
    assert taken.is_set()
