"""The render loop: order, failures, what stops it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import cast

import pytest

from engine.errors import CorruptSource, Interrupted, ModelError, ReelmendError, SinkError
from engine.render.contract import Rendered
from engine.render.loop import missing_frame, render_frames
from engine.report.summary import FrameFailure


class Run:
    """One run of the loop over frames 1 .. 5 with errors planted at some of them."""

    def __init__(self, errors: dict[int, Exception], may_skip: bool = True, stop_before: int = 99) -> None:
        self.put: list[int] = []
        self.failures: list[FrameFailure] = []
        self.errors, self.may_skip = errors, may_skip
        self.stop, self.stop_before = threading.Event(), stop_before

    def begin(self, number: int) -> Callable[[], Rendered]:
        if number == self.stop_before - 1:
            self.stop.set()
        return lambda: self.work(number)

    def work(self, number: int) -> Rendered:
        if number in self.errors:
            raise self.errors[number]
        return cast(Rendered, SimpleNamespace(number=number))

    def go(self) -> None:
        render_frames(
            range(1, 6), self.begin, lambda r: self.put.append(r.number),  # type: ignore[attr-defined]
            self.failures.append, self.stop, self.may_skip,
        )  # fmt: skip


def test_every_frame_comes_once_and_in_order() -> None:
    run = Run({})
    run.go()
    assert run.put == [1, 2, 3, 4, 5]
    assert run.failures == []


def test_a_bad_frame_is_left_out_and_named() -> None:
    run = Run({3: CorruptSource("Frame 3 of scan.####.dpx is cut short")})
    run.go()
    assert run.put == [1, 2, 4, 5]
    assert run.failures == [FrameFailure(3, "CorruptSource", "Frame 3 of scan.####.dpx is cut short")]


def test_an_unexpected_error_is_told_in_one_line() -> None:
    run = Run({2: ZeroDivisionError("float division\nby zero")})
    run.go()
    assert run.failures[0].kind == "ZeroDivisionError"
    assert "\n" not in run.failures[0].message
    assert "--debug" in run.failures[0].message


def test_a_movie_ends_at_the_first_bad_frame() -> None:
    run = Run({3: missing_frame(3, "scan.####.dpx")}, may_skip=False)
    with pytest.raises(ReelmendError, match=r"Frame 3 failed and a movie cannot leave one out.*--frames"):
        run.go()
    assert run.put == [1, 2]
    assert [failure.number for failure in run.failures] == [3]


@pytest.mark.parametrize("error", [SinkError("full"), ModelError("altered")])
def test_what_would_fail_every_frame_ends_the_render(error: ReelmendError) -> None:
    run = Run({2: error})
    with pytest.raises(type(error)):
        run.go()
    assert run.put == [1]
    assert run.failures == []


def test_stop_takes_effect_between_frames() -> None:
    run = Run({}, stop_before=4)
    with pytest.raises(Interrupted, match=r"before frame 4, .*--resume"):
        run.go()
    assert run.put == [1, 2, 3]


def test_a_frame_that_cannot_begin_fails_in_its_turn() -> None:
    run = Run({})
    run.begin = planted(run.begin, 2, CorruptSource("Frame 2 is cut short"))  # type: ignore[method-assign]
    run.go()
    assert run.put == [1, 3, 4, 5]
    assert [failure.number for failure in run.failures] == [2]


def planted(
    begin: Callable[[int], Callable[[], Rendered]], at: int, error: Exception
) -> Callable[[int], Callable[[], Rendered]]:
    def begin_or_fail(number: int) -> Callable[[], Rendered]:
        if number == at:
            raise error
        return begin(number)

    return begin_or_fail


def test_a_slow_frame_does_not_lose_its_place() -> None:
    """Frame 1 is finished only after frame 2 is: two are in work at a time, and the order stays."""
    run, second_done = Run({}), threading.Event()

    def work(number: int) -> Rendered:
        if number == 1:
            assert second_done.wait(20), "frame 2 never ran beside frame 1"
        if number == 2:
            second_done.set()
        return cast(Rendered, SimpleNamespace(number=number))

    run.work = work  # type: ignore[method-assign]
    run.go()
    assert run.put == [1, 2, 3, 4, 5]
