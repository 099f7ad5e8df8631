from __future__ import annotations

import gc
import threading
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import ColourError, CorruptSource, SourceNotFound
from engine.window.cache import FrameCache

PLENTY = 2**30


@pytest.fixture
def shot(make_scene, make_grained):
    """Plates of one shot by number."""

    def make(numbers, seed=1):
        return {n: make_grained(make_scene(seed), n) for n in numbers}

    return make


def numbers_of(window):
    return [None if frame is None else frame.number for frame in window.frames]


def cache_over(source, radius=2, budget=PLENTY):
    return FrameCache(source, source.prepare, radius, budget)


def test_a_window_in_the_middle_and_at_the_ends(shot, counting):
    with cache_over(counting(shot(range(1001, 1011)))) as cache:
        assert numbers_of(cache.window(1005)) == [1003, 1004, 1005, 1006, 1007]
        assert numbers_of(cache.window(1001)) == [None, None, 1001, 1002, 1003]
        assert numbers_of(cache.window(1010)) == [1008, 1009, 1010, None, None]
        assert numbers_of(cache.window(1005, 1)) == [1004, 1005, 1006]
        assert numbers_of(cache.window(1005, 0)) == [1005]


def test_a_still_reads_nothing_else(shot, counting):
    source = counting(shot([7]))
    with cache_over(source) as cache:
        assert numbers_of(cache.window(7)) == [None, None, 7, None, None]
    assert source.reads == {7: 1}


@pytest.mark.parametrize("radius", [0, 1, 3])
def test_an_ascending_walk_reads_and_prepares_every_frame_once(shot, counting, radius):
    source = counting(shot(range(40)))
    with cache_over(source, radius) as cache:
        for number in range(40):
            cache.window(number)
    assert source.reads == dict.fromkeys(range(40), 1)
    assert source.prepared == source.reads


def test_the_next_frame_is_read_ahead_on_another_thread(shot, counting):
    source = counting(shot(range(20)))
    with cache_over(source, radius=1) as cache:
        cache.window(5)
        cache._reader.submit(int).result()
    assert sorted(source.reads) == [3, 4, 5, 6, 7, 8]
    assert len(source.threads) == 1
    assert threading.get_ident() not in source.threads


def test_memory_is_flat_over_a_thousand_frames(counting):
    class Endless(dict):
        def __missing__(self, number):
            return np.random.default_rng(number).random((6, 8, 3)).astype(np.float32)

        def __contains__(self, number):
            return True

    source = counting(Endless())
    source.info.frames = range(1000)
    alive: dict[int, weakref.ref] = {}
    most = 0
    prepare = source.prepare

    def watched(frame):
        made = prepare(frame)
        alive[frame.number] = weakref.ref(made)
        return made

    with FrameCache(source, watched, 2, PLENTY) as cache:
        for number in range(1000):
            cache.window(number)
            most = max(most, len(cache._held))
            if number % 100 == 99:
                gc.collect()
                assert sum(ref() is not None for ref in alive.values()) <= 2 * 3 + 2 + 2
    assert most <= 2 * 3 + 2 + 1
    assert source.reads == dict.fromkeys(range(1000), 1)


def test_a_budget_too_small_for_a_window_costs_reads_not_results(shot, counting):
    plates = shot(range(12))
    one = 72 * 128 * 3 * (4 + 2)
    source = counting(plates)
    with cache_over(source, 1, budget=2 * one) as cache:
        for number in range(12):
            window = cache.window(number)
            assert window.centre.number == number
            assert window.offsets() == tuple(k for k in (-1, 1) if number + k in plates)
        cache._reader.submit(int).result()
        assert len(cache._held) <= 3
    assert sum(source.reads.values()) > 12


def test_nothing_beyond_a_cut(shot, counting):
    source = counting(shot(range(5)) | shot(range(5, 10), seed=2))
    with cache_over(source) as cache:
        assert numbers_of(cache.window(3)) == [1, 2, 3, 4, None]
        assert numbers_of(cache.window(4)) == [2, 3, 4, None, None]
        assert numbers_of(cache.window(5)) == [None, None, 5, 6, 7]
        assert numbers_of(cache.window(6)) == [None, 5, 6, 7, 8]


@pytest.mark.parametrize("radius", [1, 2])
def test_a_destroyed_frame_keeps_its_neighbours_and_stays_one(shot, counting, radius):
    plates = shot(range(12))
    plates[6] = plates[6].copy()
    plates[6][:, :43] = 1.0
    with cache_over(counting(plates), radius) as cache:
        for number in range(3, 9):
            assert numbers_of(cache.window(number)) == list(range(number - radius, number + radius + 1))


def test_a_gap_and_a_broken_neighbour_leave_holes(shot, counting):
    plates = shot([1, 2, 4, 5, 7, 8])
    source = counting(plates, broken=[6])
    with cache_over(source) as cache:
        assert numbers_of(cache.window(4)) == [2, None, 4, 5, None]
        assert numbers_of(cache.window(5)) == [None, 4, 5, None, 7]
        assert numbers_of(cache.window(7)) == [5, None, 7, 8, None]
    assert source.reads[3] == 0
    assert source.reads[6] == 1


def test_a_cut_behind_a_hole_is_seen(shot, counting):
    source = counting(shot(range(4)) | shot(range(5, 9), seed=2), broken=[4])
    with cache_over(source) as cache:
        assert numbers_of(cache.window(3)) == [1, 2, 3, None, None]
        assert numbers_of(cache.window(5)) == [None, None, 5, 6, 7]


def test_a_broken_centre_raises_the_same_error_although_read_ahead(shot, counting):
    source = counting(shot([0, 1, 2, 3]), broken=[4])
    with cache_over(source, 1) as cache:
        for number in range(4):
            cache.window(number)
        with pytest.raises(CorruptSource, match="frame 4 is cut short"):
            cache.window(4)
        assert numbers_of(cache.window(3)) == [2, 3, None]
    assert source.reads[4] == 1


def test_a_frame_that_does_not_exist_raises(shot, counting):
    with cache_over(counting(shot([0, 1]))) as cache, pytest.raises(SourceNotFound, match="no frame 9"):
        cache.window(9)


def test_errors_that_are_not_the_sources_are_never_swallowed(shot, counting):
    source = counting(shot(range(5)))

    def fails_at_three(frame):
        if frame.number == 3:
            raise ColourError("no such space")
        return source.prepare(frame)

    with FrameCache(source, fails_at_three, 1, PLENTY) as cache, pytest.raises(ColourError):
        cache.window(2)


def test_a_neighbour_of_another_size_is_absent(shot, counting):
    plates = shot(range(5))
    plates[3] = plates[3][:, :100]
    with cache_over(counting(plates), 1) as cache:
        assert numbers_of(cache.window(2)) == [1, 2, None]


def on_twos(plates):
    """Every picture twice: 0 0 1 1 2 2 ..."""
    return {n: plates[n // 2] for n in range(2 * len(plates))}


def test_duplicates_are_looked_past(shot, counting):
    with cache_over(counting(on_twos(shot(range(8))))) as cache:
        even, odd = cache.window(6), cache.window(7)
        assert numbers_of(even)[2:] == [6, 8, 10]
        assert numbers_of(odd)[2:] == [7, 8, 10]
        assert [frame.key for frame in even.frames] == [frame.key for frame in odd.frames]
        assert len({frame.key for frame in even.frames}) == 5


def test_duplicates_share_their_arrays_and_keep_their_number(shot, counting):
    source = counting(on_twos(shot(range(4))))
    with cache_over(source) as cache:
        first, second = cache.window(2).centre, cache.window(3).centre
    assert (first.number, second.number) == (2, 3)
    assert first.encoded is second.encoded
    assert first.frame.codes is second.frame.codes
    assert set(source.reads.values()) == {1}


def test_a_picture_held_too_long_has_no_neighbours(shot, counting):
    plate = shot([0])[0]
    plates = dict.fromkeys(range(30), plate) | shot([30, 31])
    source = counting(plates)
    with cache_over(source, 1) as cache:
        assert cache.window(15).offsets() == ()
        assert numbers_of(cache.window(29)) == [None, 29, 30]
        for number in range(30):
            cache.window(number)
            assert len(cache._held) <= 3 * 6 + 1


def test_a_cut_beside_duplicates_is_still_one(shot, counting):
    source = counting(on_twos(shot(range(3)) | shot(range(3, 6), seed=2)))
    with cache_over(source) as cache:
        assert numbers_of(cache.window(5))[2:] == [5, None, None]
        assert numbers_of(cache.window(6))[:3] == [None, None, 6]


def test_every_thread_gets_the_right_window(shot, counting):
    source = counting(shot(range(30)))
    wrong = []
    with cache_over(source, 2) as cache:

        def walk(first):
            for number in range(first, 30, 3):
                expected = [n if 0 <= n < 30 else None for n in range(number - 2, number + 3)]
                if numbers_of(cache.window(number)) != expected:
                    wrong.append(number)

        threads = [threading.Thread(target=walk, args=(k,)) for k in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_closing_ends_the_reader_and_lets_go(shot, counting):
    cache = cache_over(counting(shot(range(9))))
    held = weakref.ref(cache.window(4).centre)
    cache.close()
    gc.collect()
    assert held() is None
    assert not any(thread.name.startswith("frame-reader") for thread in threading.enumerate())
    with pytest.raises(RuntimeError):
        cache.window(4)


def test_a_radius_beyond_the_caches_own_is_refused(shot, counting):
    with cache_over(counting(shot([0])), 1) as cache, pytest.raises(ValueError, match="radius of 0 to 1"):
        cache.window(0, 2)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 19), min_size=1, max_size=12), st.integers(0, 3), st.integers(1, 12))
def test_any_order_and_any_budget_give_the_same_windows(order, radius, held):
    from tests.window.conftest import Counting, grained, scene

    plates = {n: grained(scene(1, (9, 16)), n) for n in range(20) if n not in (7, 13)}
    source = Counting(plates, broken=[13])
    with FrameCache(source, source.prepare, radius, held * 9 * 16 * 3 * 6) as cache:
        for number in order:
            if number in plates:
                expected = [n if n in plates else None for n in range(number - radius, number + radius + 1)]
                assert numbers_of(cache.window(number)) == expected
