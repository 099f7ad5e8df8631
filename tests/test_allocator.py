import platform
import subprocess
import sys

import numpy as np
import pytest

from engine.allocator import steady_memory

GROWTH = """
import sys
import numpy as np
import psutil
from engine.allocator import steady_memory
if "steady" in sys.argv:
    assert steady_memory()
# Freeing one very large block makes the library take what is smaller from its heap from then on.
np.ones(7_000_000, np.float32)
before = psutil.Process().memory_info().rss
large, small = [], []
for _ in range(60):
    large.append(np.ones(600_000, np.float32))
    small.append(np.ones(2_000, np.float32))
large.clear()
print((psutil.Process().memory_info().rss - before) / 2**20)
"""


def growth(*arguments: str) -> float:
    """MiB that a process keeps after 60 arrays of 2.4 MB were freed."""
    command = [sys.executable, "-c", GROWTH, *arguments]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="only the GNU C library can be told")
def test_large_arrays_are_given_back_when_freed() -> None:
    assert growth("steady") < 20
    assert growth() > 60, "without being told it would do the same, and the module is not needed"


def test_it_may_be_asked_twice_and_arrays_work_after() -> None:
    assert steady_memory() == steady_memory()
    assert np.ones(5_000_000, np.float32).sum() == 5_000_000
