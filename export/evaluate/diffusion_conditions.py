"""The damage that the quality tier is for, on the clips and in the manner of the repair protocol."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from export.evaluate.repair_conditions import (
    CONDITIONS,
    HEAVY,
    MIDDLE,
    Condition,
    RepairClip,
    drawn,
)
from export.evaluate.repair_marks import Draw, Reel, blotches, large_blotch, soiling_of
from export.material.clips import Clip
from export.simulate.banks import Bank
from export.simulate.blotches import draw_ink
from export.simulate.layer import DamageLayer

AREAS = (400.0, 6000.0)
"""px² of each blotch of *occluded*: above what issue-sized dirt has."""
_PLACES = 4
_AWAY = 10.0
"""px, standard deviation, by which a blotch of another frame lies beside that of this one."""

NAMES = ("blotches", "occluded", "alone", "moving-lines", *HEAVY)


def occluded(reel: Reel) -> Draw:
    """Four places of the frame that a blotch hides on every frame, each time another one about that place."""
    soiling = replace(soiling_of(reel.rng), opaque=1.0)
    middles = [reel.rng.uniform(0.1, 0.9, 2) * reel.shape for _ in range(_PLACES)]

    def draw(layer: DamageLayer, index: int, rng: np.random.Generator) -> None:
        for middle in middles:
            area = float(np.exp(rng.uniform(*np.log(AREAS))))
            shape = large_blotch(reel.bank, area, rng)
            top, left = (int(v) for v in middle + rng.normal(0, _AWAY, 2) - np.array(shape.shape) / 2)
            layer.draw(shape, top, left, draw_ink(soiling, rng), "blotch")

    return draw


_ADDED = {
    "occluded": Condition(occluded, CONDITIONS["blotches"].filmed),
    "alone": Condition(blotches, CONDITIONS["blotches"].filmed),
}


def quality_clip(clip: Clip, bank: Bank, condition: str, count: int) -> RepairClip:
    """The clip damaged as `condition` says, the `count` frames in its middle to be judged; of *alone* each
    would have neighbours, so it is one frame without any."""
    judged = tuple(sorted(MIDDLE[: 1 if condition == "alone" else count]))
    made = drawn(clip, bank, condition, (_ADDED | dict(CONDITIONS))[condition], judged)
    if condition != "alone":
        return made
    return RepairClip(clip.name, condition, [made.frames[made.judged[0]]], [0])
