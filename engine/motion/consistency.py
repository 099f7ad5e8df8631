"""Whether motion can be believed: following it forth and back must lead home."""

from __future__ import annotations

import numpy as np

from engine.motion.flow import Flow, enlarged, follow
from engine.types import Bool, Box, Float32

_RELATIVE = 0.01
_ABSOLUTE = 0.5
"""px². Both constants are those of Sundaram, Brox, Keutzer: Dense Point Trajectories by
GPU-Accelerated Large Displacement Optical Flow, ECCV 2010, equation 5."""


def forward_backward_error(forward: Flow, backward: Flow, box: Box | None = None) -> Float32:
    """|F_ab(x) + F_ba(x + F_ab(x))| in pixels, (h, w) float32, for the pixels of `box` in frame a.

    `forward` is a -> b, `backward` b -> a, of one scale and size. 0 is perfect agreement.
    """
    there_and_back = forward.vectors + follow(forward, backward.vectors)
    error = np.hypot(there_and_back[..., 0], there_and_back[..., 1])
    return enlarged(error, forward.scale, box or Box(0, 0, *forward.size))


def occluded(forward: Flow, backward: Flow, box: Box | None = None) -> Bool:
    """Where the content of frame a is not visible in frame b, (h, w) bool, for the pixels of `box`.

    Sundaram et al. 2010: visible where |f + b|^2 < 0.01 (|f|^2 + |b|^2) + 0.5, f forward and b the
    backward vector found where f ends. A vector that leaves the frame counts as occluded.
    """
    back = follow(forward, backward.vectors)
    mismatch = _squared(forward.vectors + back)
    allowed = _RELATIVE * (_squared(forward.vectors) + _squared(back)) + _ABSOLUTE
    hidden = (mismatch >= allowed) | _leaves_frame(forward)
    area = box or Box(0, 0, *forward.size)
    rows = np.arange(area.top, area.bottom) // forward.scale
    columns = np.arange(area.left, area.right) // forward.scale
    return hidden[np.ix_(rows, columns)]


def _squared(vectors: Float32) -> Float32:
    return vectors[..., 0] ** 2 + vectors[..., 1] ** 2


def _leaves_frame(flow: Flow) -> Bool:
    rows, columns = flow.vectors.shape[:2]
    x = flow.vectors[..., 0] / np.float32(flow.scale) + np.arange(columns, dtype=np.float32)
    y = flow.vectors[..., 1] / np.float32(flow.scale) + np.arange(rows, dtype=np.float32)[:, None]
    margin = 0.5
    return (x < -margin) | (x > columns - 1 + margin) | (y < -margin) | (y > rows - 1 + margin)
