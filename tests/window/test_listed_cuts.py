"""Cuts that are known beforehand, and frames that repeat."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.types import Float32
from engine.window.cache import FrameCache
from engine.window.shots import ListedCuts

PLENTY = 2**30


def test_windows_end_at_listed_cuts_and_nowhere_else(
    make_scene: Callable[..., Float32], make_grained: Callable[..., Float32], counting: Callable[..., Any]
) -> None:
    """One picture all along, with a listed cut; and two unlike pictures, with none listed."""
    plates = {number: make_grained(make_scene(1 if number < 7 else 2), number) for number in range(1, 11)}
    source = counting(plates)
    with FrameCache(source, source.prepare, 2, PLENTY, ListedCuts([4])) as cache:
        assert cache.window(3).offsets() == (-1, -2)
        assert cache.window(4).offsets() == (1, 2)
        assert cache.window(5).offsets() == (-1, 1, 2)
        assert cache.window(7).offsets() == (-1, 1, -2, 2)


def test_a_cut_listed_in_a_gap_holds(
    make_scene: Callable[..., Float32], make_grained: Callable[..., Float32], counting: Callable[..., Any]
) -> None:
    source = counting({number: make_grained(make_scene(1), number) for number in (1, 2, 5, 6)})
    with FrameCache(source, source.prepare, 3, PLENTY, ListedCuts([4])) as cache:
        assert cache.window(2).offsets() == (-1,)
        assert cache.window(5).offsets() == (1,)


def test_a_repeated_frame_is_told(
    make_scene: Callable[..., Float32], make_grained: Callable[..., Float32], counting: Callable[..., Any]
) -> None:
    plates = {number: make_grained(make_scene(1), max(number, 3)) for number in range(2, 6)}
    source = counting(plates)
    with FrameCache(source, source.prepare, 1, PLENTY) as cache:
        assert [cache.repeated(number) for number in plates] == [None, 2, None, None]
