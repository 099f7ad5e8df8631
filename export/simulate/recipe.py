"""How often training samples show what; the shares that a run of the simulator is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Recipe:
    """`lookalikes`: share of moving scenes with something in them that is no damage. `beside_loss`: share
    whose neighbours have lost picture while they themselves have not. `undamaged`: share without any damage,
    beyond those that have none by chance. `strides`: shares of real motion shown frame by frame, every second
    and every third frame.
    """

    lookalikes: float
    beside_loss: float
    undamaged: float
    strides: tuple[float, float, float]


RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        "mixed": Recipe(lookalikes=0.4, beside_loss=0.0, undamaged=0.0, strides=(1.0, 0.0, 0.0)),
        "repair": Recipe(lookalikes=0.25, beside_loss=0.0, undamaged=0.0, strides=(0.6, 0.25, 0.15)),
        "hard": Recipe(lookalikes=0.9, beside_loss=0.15, undamaged=0.3, strides=(0.4, 0.3, 0.3)),
    }
)
"""*mixed* is film as it comes; *hard* is what a detector of the first kind still took for damage;
*repair* has the more motion that fills fail at."""
