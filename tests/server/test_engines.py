"""Pipelines are built once, shared, and closed only when nobody uses them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest

from engine import pipeline
from engine.errors import ColourError
from engine.server.engines import EngineChoice, Engines


class Told:
    """A pipeline that only knows whether it is open."""

    def __init__(self) -> None:
        self.is_open = True

    def close(self) -> None:
        self.is_open = False


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[Told]:
    made: list[Told] = []

    def build(model: str | None, device: str, config: str | None, space: str) -> Told:
        if space == "none":
            raise ColourError("no such space")
        made.append(Told())
        return made[-1]

    monkeypatch.setattr(pipeline, "build", build)
    return made


def choice(space: object) -> EngineChoice:
    return EngineChoice(str(space), "", "", "cpu")


def test_one_is_built_for_all_who_ask_for_it(built: list[Told]) -> None:
    with Engines() as engines, ThreadPoolExecutor(4) as pool:

        def ask(_: int) -> int:
            with engines.lent(choice("a")) as engine:
                return id(engine)

        assert len(set(pool.map(ask, range(40)))) == 1
    assert [told.is_open for told in built] == [False]


def test_the_ones_used_longest_ago_are_closed_and_never_one_in_use(built: list[Told]) -> None:
    with Engines() as engines, ExitStack() as used:
        used.enter_context(engines.lent(choice(0)))
        for space in range(1, 7):
            with engines.lent(choice(space)):
                pass
        assert [told.is_open for told in built] == [True, False, False, False, True, True, True]
        for space in range(10, 16):
            used.enter_context(engines.lent(choice(space)))
        assert all(told.is_open for told in built[-6:])
        used.close()
        assert sum(told.is_open for told in built) == 4


def test_what_cannot_be_built_is_tried_again_the_next_time(built: list[Told]) -> None:
    with Engines() as engines:
        for _ in range(2):
            with pytest.raises(ColourError), engines.lent(choice("none")):
                pass
        assert not engines._entries
