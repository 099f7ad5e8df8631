"""Which lookalikes a scene gets, by chance, so that a detector learns to leave them alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from engine.types import Float32
from export.simulate.banks import Bank
from export.simulate.blotches import Soiling
from export.simulate.lookalikes.borders import borders
from export.simulate.lookalikes.creatures import birds, insects
from export.simulate.lookalikes.flashes import flash, lightning
from export.simulate.lookalikes.foliage import foliage
from export.simulate.lookalikes.glints import glints, highlights, stars
from export.simulate.lookalikes.lettering import titles
from export.simulate.lookalikes.passing import balls, limb, thrown_things
from export.simulate.lookalikes.sparks import sparks, splash
from export.simulate.lookalikes.structures import standing
from export.simulate.lookalikes.weather import rain, snow

Extra = Callable[[Sequence[Float32], np.random.Generator], list[Float32]]
"""Takes the frames of one scene, (H, W, 3) float32 scene-linear, and gives them with the thing in them."""

IN_SCENE: Mapping[str, tuple[Extra, float]] = {
    "rain": (rain, 4), "snow": (snow, 4), "sparks": (sparks, 7), "splash": (splash, 7),
    "birds": (birds, 5), "insects": (insects, 3), "balls": (balls, 3), "limb": (limb, 8),
    "stars": (stars, 2), "glints": (glints, 4), "highlights": (highlights, 2),
    "structure": (standing, 12), "foliage": (foliage, 4), "flash": (flash, 7), "lightning": (lightning, 4),
}  # fmt: skip
"""What belongs to the scene, with the weight of being drawn."""
THROWN = 8
"""Weight of thrown things, which take their shapes from the bank of dirt."""
ON_FILM: Mapping[str, tuple[Extra, float]] = {"titles": (titles, 6), "borders": (borders, 4)}
"""What stands on the film or in the file and not in the scene."""


def scene_extras(
    frames: Sequence[Float32], bank: Bank, soiling: Soiling, rng: np.random.Generator, chance: float = 0.4
) -> list[Float32]:
    """With `chance`, one thing of the scene, sometimes two."""
    result = list(frames)
    if rng.random() >= chance:
        return result
    for _ in range(1 + int(rng.random() < 0.2)):
        name = _chosen({**{k: w for k, (_, w) in IN_SCENE.items()}, "thrown": THROWN}, rng)
        result = (
            thrown_things(result, bank, soiling, rng) if name == "thrown" else IN_SCENE[name][0](result, rng)
        )
    return result


def film_extras(frames: Sequence[Float32], rng: np.random.Generator, chance: float = 0.08) -> list[Float32]:
    """With `chance`, lettering or the edge of the picture, neither of which weaves with the scene."""
    if rng.random() >= chance:
        return list(frames)
    return ON_FILM[_chosen({k: w for k, (_, w) in ON_FILM.items()}, rng)][0](frames, rng)


def _chosen(weights: Mapping[str, float], rng: np.random.Generator) -> str:
    share = np.array(list(weights.values()), float)
    return str(rng.choice(list(weights), p=share / share.sum()))
