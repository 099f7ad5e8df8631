"""Memory in reserve: each array is handed out once, of the size that is asked for."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.server import spare as spare_module
from engine.server.spare import SpareMemory


@given(st.lists(st.one_of(st.none(), st.integers(1, 3)), max_size=30))
def test_no_array_is_handed_out_twice(steps: list[int | None]) -> None:
    """None: it makes the next one ready; a number: so many pages are asked for."""
    with SpareMemory() as spare:
        held: list[np.ndarray] = []
        for step in steps:
            if step is None:
                spare.renew()
            else:
                held.append(spare.taken(4096 * step))
                assert held[-1].shape == (4096 * step,)
                held[-1].fill(len(held) % 251)
        for place, array in enumerate(held, 1):
            assert (array == place % 251).all()


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[np.ndarray]:
    """Every array that is made, in the order of making."""
    arrays: list[np.ndarray] = []

    def fresh(count: int) -> np.ndarray:
        arrays.append(np.empty(count, np.uint8))
        return arrays[-1]

    monkeypatch.setattr(spare_module, "fresh_bytes", fresh)
    return arrays


def test_what_is_made_ready_is_the_next_one_taken(made: list[np.ndarray]) -> None:
    with SpareMemory() as spare:
        spare.taken(100)
        spare.renew()
        spare.renew()
        assert len(made) == 2
        assert spare.taken(100) is made[1]
        assert spare.taken(100) is made[2]


def test_what_is_ready_in_another_size_is_let_go(made: list[np.ndarray]) -> None:
    with SpareMemory() as spare:
        spare.taken(100)
        spare.renew()
        assert spare.taken(200) is made[2]
        spare.renew()
        assert spare.taken(200) is made[3]


def test_nothing_is_made_once_it_is_closed(made: list[np.ndarray]) -> None:
    spare = SpareMemory()
    spare.taken(100)
    spare.close()
    spare.renew()
    assert len(made) == 1
