import threading

import pytest

from engine.memo import Memo


def test_a_value_is_computed_once_and_kept() -> None:
    memo: Memo[str, object] = Memo(2)
    assert memo.get("a", object) is memo.get("a", object)


def test_the_value_used_longest_ago_goes_first() -> None:
    memo: Memo[str, object] = Memo(2)
    first = memo.get("a", object)
    second = memo.get("b", object)
    assert memo.get("a", object) is first
    memo.get("c", object)
    assert memo.get("a", object) is first
    assert memo.get("b", object) is not second


def test_threads_that_ask_together_share_one_computation() -> None:
    memo: Memo[str, object] = Memo(4)
    started, go = threading.Event(), threading.Event()
    results: list[object] = []

    def slow() -> object:
        started.set()
        assert go.wait(10)
        return object()

    threads = [threading.Thread(target=lambda: results.append(memo.get("a", slow))) for _ in range(3)]
    for thread in threads:
        thread.start()
    assert started.wait(10)
    go.set()
    for thread in threads:
        thread.join(10)
    assert len(results) == 3
    assert len(set(map(id, results))) == 1


def test_a_failure_is_raised_and_not_kept() -> None:
    memo: Memo[str, int] = Memo(2)
    with pytest.raises(ZeroDivisionError):
        memo.get("a", lambda: 1 // 0)
    assert memo.get("a", lambda: 5) == 5
