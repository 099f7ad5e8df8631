"""A faster, equal form of conversions that begin with a curve for each channel.

Most source encodings begin so: a logarithm or a power to undo, for ADX behind a matrix. Computed
exactly, that takes most of the time. For codes within 0 .. 1 the curve's input is bounded; over that
range OpenColorIO itself samples the curve once into an evenly spaced table, which it then reads
several times faster than it computes. The form is compared with OpenColorIO's own before it is used.

For ways into the model encoding only: its toe is a straight line, so no error grows much on the way. Out
of it, into an encoding such as ADX, the logarithm of next to no light would magnify any.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from ocio import library
from ocio.library import CPUProcessor, Processor, Transform

Float64 = npt.NDArray[np.float64]

SPACING = 2.0**-15
"""Between entries: 32 for each 10-bit code, and for ADX 65 for each code's 0.002 of density."""

WIDEST = 16.0
"""A curve's input that spans more than this would need a table too large for the cache."""

TOLERANCE = 1e-5
"""Most that it may differ from OpenColorIO's own result: 0.01 of a 10-bit code."""

_SAMPLES = 20000


def tabled(processor: Processor) -> CPUProcessor | None:
    """`processor` with its leading curves in one table, for pixels within 0 .. 1 only.

    None where there is nothing to gain (no such curve; a table already; nothing behind the curves, as
    from linear light, which does not stay within 0 .. 1) and where the table would change the result.
    """
    steps = list(processor.getOptimizedProcessor(library.EXACT).createGroupTransform())
    head = steps[:1] if steps and _is_plain_matrix(steps[0]) else []
    curves = list(takewhile(library.keeps_channels_apart, steps[len(head) :]))
    rest = steps[len(head) + len(curves) :]
    if not rest or all(map(library.is_evenly_spaced_table, curves)):
        return None
    linear, offset = library.matrix_parts(head[0]) if head else (np.eye(3), np.zeros(3))
    low, high = _bounds(linear, offset)
    if not ((high > low) & (high - low <= WIDEST)).all():
        return None
    scale = 1.0 / (high - low)
    into_table = library.matrix(linear * scale[:, None], (offset - low) * scale)
    entries = _sampled(curves, low, high)
    fast = library.exact_steps([into_table, library.table(entries), *rest])
    return fast if _same(fast, library.exact(processor)) else None


def _is_plain_matrix(step: Transform) -> bool:
    return isinstance(step, library.MATRIX) and library.is_forward(step)


def _bounds(linear: Float64, offset: Float64) -> tuple[Float64, Float64]:
    """The least and greatest value of each channel behind the matrix, over the unit cube."""
    return np.minimum(linear, 0).sum(axis=1) + offset, np.maximum(linear, 0).sum(axis=1) + offset


def _sampled(curves: Sequence[Transform], low: Float64, high: Float64) -> npt.NDArray[np.float32]:
    count = int(np.ceil((high - low).max() / SPACING)) + 1
    entries = np.linspace(low, high, count).astype(np.float32)
    library.exact_steps(curves).applyRGB(entries)
    return entries


def _same(fast: CPUProcessor, plain: CPUProcessor) -> bool:
    """Whether the two agree over random codes, the corners of the cube among them."""
    corners = np.indices((2, 2, 2)).reshape(3, -1).T
    codes = np.concatenate([corners, np.random.default_rng(1).random((_SAMPLES, 3))]).astype(np.float32)
    results = codes.copy(), codes.copy()
    fast.applyRGB(results[0])
    plain.applyRGB(results[1])
    return bool(np.allclose(results[0], results[1], rtol=TOLERANCE, atol=TOLERANCE))
