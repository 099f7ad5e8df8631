import platform
import threading

import numpy as np
import pytest

from engine.allocator import give_back, steady_memory


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library can be told")
def test_the_c_library_takes_the_setting() -> None:
    assert steady_memory()


def test_it_may_be_asked_twice_and_threads_allocate_after() -> None:
    assert steady_memory() == steady_memory()
    give_back()
    sums: list[float] = []
    threads = [
        threading.Thread(target=lambda: sums.append(float(np.ones(500_000, np.float32).sum())))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sums == [500_000.0] * 4
