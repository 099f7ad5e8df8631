"""A faster, equal form of conversions that begin with OpenColorIO's slowest curve.

ADX begins with a matrix, then a table over every half float, then a power of ten: four fifths of the
time go there. For codes of 0 .. 1 the matrix can give only a bounded range of densities; over that
range the curves are sampled once, by OpenColorIO itself, into an evenly spaced table, which it reads
several times faster. The result is compared with OpenColorIO's own before it is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile

import numpy as np
import numpy.typing as npt

from ocio import library
from ocio.library import Config, CPUProcessor, Processor, Transform

Float64 = npt.NDArray[np.float64]

SPACING = 2.0**-15
"""Between entries; of density, for ADX: a 10-bit code is 0.002 of density, 65 entries."""

TOLERANCE = 1e-5
"""Most it may differ from OpenColorIO's own result, whose fast logarithms are off by more than that."""

_SAMPLES = 20000


def tabled(config: Config, processor: Processor) -> CPUProcessor | None:
    """`processor` with its leading curves in one table, for pixels within 0 .. 1 only.

    None where it does not begin with a slow curve, or where the table would change the result.
    """
    steps = list(processor.getOptimizedProcessor(library.DEFAULT_OPTIMIZATION).createGroupTransform())
    head = steps[:1] if steps and _is_plain_matrix(steps[0]) else []
    curves = list(takewhile(library.keeps_channels_apart, steps[len(head) :]))
    if not any(map(library.is_half_domain_table, curves)):
        return None
    rest = steps[len(head) + len(curves) :]
    fast = _with_table(config, head, curves, rest)
    return fast if _same(fast, processor.getDefaultCPUProcessor()) else None


def _is_plain_matrix(step: Transform) -> bool:
    return isinstance(step, library.MATRIX) and library.is_forward(step)


def _with_table(
    config: Config, head: Sequence[Transform], curves: Sequence[Transform], rest: Sequence[Transform]
) -> CPUProcessor:
    linear, offset = library.matrix_parts(head[0]) if head else (np.eye(3), np.zeros(3))
    low, high = _bounds(linear, offset)
    scale = 1.0 / (high - low)
    into_table = library.matrix(linear * scale[:, None], (offset - low) * scale)
    entries = _sampled(config, curves, low, high)
    steps = library.group([into_table, library.table(entries), *rest])
    return config.getProcessor(steps).getDefaultCPUProcessor()


def _bounds(linear: Float64, offset: Float64) -> tuple[Float64, Float64]:
    """The least and greatest value of each channel behind the matrix, over the unit cube."""
    return np.minimum(linear, 0).sum(axis=1) + offset, np.maximum(linear, 0).sum(axis=1) + offset


def _sampled(
    config: Config, curves: Sequence[Transform], low: Float64, high: Float64
) -> npt.NDArray[np.float32]:
    count = int(np.ceil((high - low).max() / SPACING)) + 1
    entries = np.linspace(low, high, count).astype(np.float32)
    config.getProcessor(library.group(curves)).getDefaultCPUProcessor().applyRGB(entries)
    return entries


def _same(fast: CPUProcessor, plain: CPUProcessor) -> bool:
    """Whether the two agree over random codes, the corners of the cube among them."""
    corners = np.indices((2, 2, 2)).reshape(3, -1).T
    codes = np.concatenate([corners, np.random.default_rng(1).random((_SAMPLES, 3))]).astype(np.float32)
    results = codes.copy(), codes.copy()
    fast.applyRGB(results[0])
    plain.applyRGB(results[1])
    return bool(np.allclose(results[0], results[1], rtol=TOLERANCE, atol=TOLERANCE))
