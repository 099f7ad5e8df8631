"""What holds for every test: fixed hypothesis runs, a logged ERROR fails, and a helper that diagnoses."""

from __future__ import annotations

import logging
import signal
from collections.abc import Generator, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import HealthCheck, settings

from engine.types import AnyArray, Bool, Codes

# The same examples on every machine, and no verdict that hangs on how busy the machine is.
settings.register_profile(
    "reelmend", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("reelmend")

# A shell has what it starts in the background ignore Ctrl-C, which some tests send.
signal.signal(signal.SIGINT, signal.default_int_handler)

SHOWN = 5


class _Errors(logging.Handler):
    """Keeps what is logged at ERROR or above."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.messages: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.messages.append(f"{record.name}: {record.getMessage()}")


@contextmanager
def _logged_errors() -> Iterator[list[str]]:
    handler = _Errors()
    logging.getLogger().addHandler(handler)
    try:
        yield handler.messages
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Fail a test that passes and yet logs an ERROR, and one marked to log an ERROR that logs none."""
    with _logged_errors() as messages:
        result = yield
    expected = item.get_closest_marker("expects_error_log") is not None
    if messages and not expected:
        pytest.fail("logged at ERROR: " + "; ".join(messages), pytrace=False)
    if expected and not messages:
        pytest.fail("marked expects_error_log, and nothing was logged at ERROR", pytrace=False)
    return result


def assert_same_codes(ours: Codes | AnyArray, theirs: Codes | AnyArray, outside: Bool | None = None) -> None:
    """Fail unless the code values agree bit for bit (NaN and -0.0 included) wherever `outside` is False.

    `outside` (H, W) marks the pixels that may differ; a smaller chroma sample may differ where any of
    its pixels may. The message names how many pixels differ, the first of them, and both values.
    """
    if isinstance(ours, Codes) and isinstance(theirs, Codes):
        assert ours.layout == theirs.layout, f"layouts differ: {ours.layout} and {theirs.layout}"
    pairs = list(zip(_planes(ours), _planes(theirs), strict=True))
    complaints = [_complaint(index, a, b, outside) for index, (a, b) in enumerate(pairs)]
    found = [complaint for complaint in complaints if complaint]
    assert not found, "code values differ\n" + "\n".join(found)


def _planes(codes: Codes | AnyArray) -> tuple[AnyArray, ...]:
    return codes.planes if isinstance(codes, Codes) else (codes,)


def _complaint(index: int, ours: AnyArray, theirs: AnyArray, outside: Bool | None) -> str:
    kinds = (ours.shape, ours.dtype), (theirs.shape, theirs.dtype)
    assert kinds[0] == kinds[1], f"plane {index}: {kinds[0]} and {kinds[1]}"
    differ = _bits(ours) != _bits(theirs)
    differ = differ if differ.ndim == 2 else differ.any(axis=2)
    if outside is not None:
        differ &= ~_at_size(outside, differ.shape)
    places = np.argwhere(differ)
    if not len(places):
        return ""
    shown = "".join(f"\n  ({y}, {x}): {ours[y, x]} and {theirs[y, x]}" for y, x in places[:SHOWN])
    return f"plane {index}: {len(places)} of {differ.size} pixels, at (row, column):{shown}"


def _bits(plane: AnyArray) -> AnyArray:
    return np.ascontiguousarray(plane).view(f"u{plane.dtype.itemsize}")


def _at_size(outside: Bool, size: tuple[int, ...]) -> Bool:
    """`outside` on a grid of `size`, True where any of the pixels a sample stands for is True."""
    for axis in (0, 1):
        step = -(-outside.shape[axis] // size[axis])
        outside = np.logical_or.reduceat(outside, np.arange(0, outside.shape[axis], step), axis=axis)
    return outside
