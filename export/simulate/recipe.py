"""How often training samples show what; the shares that a run of the simulator is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Recipe:
    """`alone`: share of single plates, without neighbours. `lookalikes`: share of moving scenes with a thing
    in them that is no damage. `beside_loss`: share whose neighbours have lost picture while they themselves
    have not. `undamaged`: share without any damage, beyond those that have none by chance. `strides`: shares
    of real motion shown frame by frame, every second and every third frame. `ends`: share of moving scenes
    judged at an end of their shot, where both frames to compare with lie on one side.
    """

    alone: float
    lookalikes: float
    beside_loss: float
    undamaged: float
    strides: tuple[float, float, float]
    ends: float = 0.0


_ALONE = 0.117
"""With the real pairs, 15 % of all samples stand alone."""

RECIPES: Mapping[str, Recipe] = MappingProxyType({
    "mixed": Recipe(
        _ALONE, lookalikes=0.4, beside_loss=0.0, undamaged=0.0, strides=(1.0, 0.0, 0.0), ends=0.2
    ),
    "alone": Recipe(1.0, lookalikes=0.0, beside_loss=0.0, undamaged=0.1, strides=(1.0, 0.0, 0.0)),
    "hard": Recipe(
        _ALONE, lookalikes=0.9, beside_loss=0.15, undamaged=0.3, strides=(0.4, 0.3, 0.3), ends=0.2
    ),
    "repair": Recipe(_ALONE, lookalikes=0.25, beside_loss=0.0, undamaged=0.0, strides=(0.6, 0.25, 0.15)),
    "fill": Recipe(0.2, lookalikes=0.2, beside_loss=0.0, undamaged=0.0, strides=(0.5, 0.3, 0.2)),
})  # fmt: skip
"""*mixed* is film as it comes; *hard* is what a detector of the first kind still took for damage;
*alone* is slides and photographs; *repair* has the more motion that fills fail at, *fill* more stills too."""
