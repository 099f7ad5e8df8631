"""A frame with an upright blue line over uneven ground, as a detector has it at hand."""

from __future__ import annotations

import numpy as np

from engine.detect.inputs import AFTER_VALID, BEFORE_VALID, differences
from engine.detect.mark_signs import Evidence
from engine.motion.luma import LUMA_WEIGHTS
from engine.types import DAMAGE_CLASSES, Float32

SIZE = (160, 120)
AT = slice(60, 63)
"""Columns of the line; the one to its right holds half of its light."""
RIM = 63
TINT = np.array([0.05, 0.1, 0.3], np.float32)
SCRATCH = DAMAGE_CLASSES.index("scratch")


def picture(contrast: float = 1.0, rim: float = 0.5, seed: int = 1, rows: slice = slice(None)) -> Float32:
    """(3, H, W): uneven ground with grain, and the line down those `rows` of it."""
    rng = np.random.default_rng(seed)
    ground = 0.4 + 0.05 * np.sin(np.arange(SIZE[1]) / 9) + rng.normal(0, 0.008, (3, *SIZE))
    ground[:, rows, AT] += contrast * TINT[:, None, None]
    ground[:, rows, RIM] += rim * contrast * TINT[:, None]
    return ground.astype(np.float32)


def evidence(
    damage: Float32,
    of: Float32,
    of_scratch: float = 1.0,
    step: int = 1,
    neighbours: tuple[Float32 | None, Float32 | None] | None = None,
) -> Evidence:
    """What is known of the picture `of` (3, H, W) between `neighbours`, None for an absent one; by default
    they are the same picture. `of_scratch` is the part of line scratches in the probabilities `damage`
    (H, W)."""
    before, after = (of, of) if neighbours is None else neighbours
    absent = np.zeros_like(of)
    moved = [absent if one is None else one for one in (before, after)]
    lumas = [np.einsum("c,chw->hw", LUMA_WEIGHTS[0], one)[np.newaxis] for one in moved]
    planes = np.concatenate([of, *moved, *lumas, np.ones_like(of[:2])])
    for plane, one in ((BEFORE_VALID, before), (AFTER_VALID, after)):
        planes[plane] = one is not None
    classes = np.zeros((4, -(-SIZE[0] // 2), -(-SIZE[1] // 2)), np.float32)
    held = np.maximum(damage[::2, ::2], damage[::2, 1::2])
    classes[SCRATCH], classes[0] = of_scratch * held, (1 - of_scratch) * held
    return Evidence(damage.copy(), classes, DAMAGE_CLASSES, planes, differences(planes, step), step)
