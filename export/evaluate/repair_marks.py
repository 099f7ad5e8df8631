"""What each condition of the repair protocol draws on a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from engine.types import Float32
from export.simulate.banks import Artefact, Bank
from export.simulate.blotches import Soiling, draw_ink, shape_of, soil
from export.simulate.decay import EmulsionLoss
from export.simulate.film_shapes import placed
from export.simulate.gate_hair import GateHair
from export.simulate.layer import DamageLayer, Ink
from export.simulate.long_scratches import LongScratch
from export.simulate.scratches import Scratch, scratch_layer

Draw = Callable[[DamageLayer, int, np.random.Generator], None]
"""Draws the damage of the frame at a place of the stretch; the generator is that frame's own."""

MOST = 4000
"""Marks after which a frame counts as filled, whatever its coverage."""
_AT_ONCE = 3


@dataclass(frozen=True, eq=False)
class Reel:
    """What a condition draws from: `rng` decides what lasts over the stretch of `span` frames."""

    shape: tuple[int, int]
    bank: Bank
    span: int
    rng: np.random.Generator


def dirt(reel: Reel) -> Draw:
    """*mixed* of the protocol without its line scratches: 6 blotches and half a hair per 256² px."""
    soiling = replace(soiling_of(reel.rng), rate={"blotch": 6.0, "hair": 0.5})
    return lambda layer, index, rng: soil(layer, reel.bank, soiling, rng)


def hairs(reel: Reel) -> Draw:
    """Five a frame, 80 to 300 px from end to end."""
    soiling = soiling_of(reel.rng)

    def draw(layer: DamageLayer, index: int, rng: np.random.Generator) -> None:
        for _ in range(5):
            artefact = _one_of(_long_hairs(reel.bank), rng)
            zoom = float(rng.uniform(80, 300)) / float(np.hypot(*artefact.opacity.shape))
            _put(layer, _turned(artefact, zoom, soiling.soft, rng), draw_ink(soiling, rng), "hair", rng)

    return draw


def blotches(reel: Reel) -> Draw:
    """Three a frame, 1,200 to 9,000 px² each, nine of ten opaque."""
    soiling = replace(soiling_of(reel.rng), opaque=0.9)

    def draw(layer: DamageLayer, index: int, rng: np.random.Generator) -> None:
        for _ in range(3):
            shape = large_blotch(reel.bank, float(np.exp(rng.uniform(np.log(1200), np.log(9000)))), rng)
            _put(layer, shape, draw_ink(soiling, rng), "blotch", rng)

    return draw


def emulsion(reel: Reel) -> Draw:
    """A third of the frame lost on the two frames in the middle of the stretch."""
    middle = reel.span // 2
    loss = replace(
        EmulsionLoss.draw(reel.shape, reel.rng, middle), first=middle - 1, last=middle, coverage=1 / 3
    )
    return lambda layer, index, rng: loss.draw_on(layer, index)


def standing(reel: Reel) -> Draw:
    """Four opaque blotches of 60 to 900 px² that do not move, and two hairs that quiver in the gate."""
    rng, soiling = reel.rng, replace(soiling_of(reel.rng), opaque=1.0)
    marks = [
        (large_blotch(reel.bank, float(np.exp(rng.uniform(np.log(60), np.log(900)))), rng),
         draw_ink(soiling, rng), rng.uniform(0.05, 0.95, 2))
        for _ in range(4)
    ]  # fmt: skip
    gate = [replace(GateHair.draw(reel.shape, rng, reel.span), first=-1, last=reel.span) for _ in range(2)]

    def draw(layer: DamageLayer, index: int, own: np.random.Generator) -> None:
        for shape, ink, (row, column) in marks:
            top, left = int(row * reel.shape[0]), int(column * reel.shape[1])
            layer.draw(shape, top - shape.shape[0] // 2, left - shape.shape[1] // 2, ink, "blotch")
        for hair in gate:
            hair.draw_on(layer, index)

    return draw


def wandering_lines(reel: Reel) -> Draw:
    """Four line scratches that are there all the time."""
    lines = [_line(reel) for _ in range(4)]

    def draw(layer: DamageLayer, index: int, rng: np.random.Generator) -> None:
        for line in lines:
            line.draw_on(layer, index)

    return draw


def dirt_up_to(share: float, scratches: int) -> Callable[[Reel], Draw]:
    """Dirt and hairs of all sizes until `share` of the frame is touched, standing scratches among it."""

    def drawn(reel: Reel) -> Draw:
        soiling = replace(soiling_of(reel.rng), scale=float(reel.rng.uniform(0.5, 0.8)))
        lines = [Scratch.draw(reel.shape, reel.rng) for _ in range(scratches)]

        def draw(layer: DamageLayer, index: int, rng: np.random.Generator) -> None:
            for line in lines:
                scratch_layer(layer, line, index)
            for _ in range(MOST // _AT_ONCE):
                if _covered(layer) >= share:
                    return
                for _ in range(_AT_ONCE):
                    name = "hair" if rng.random() < 0.1 else "blotch"
                    opacity = shape_of(reel.bank.shapes[name], name, soiling, rng)
                    _put(layer, opacity, draw_ink(soiling, rng), name, rng)

        return draw

    return drawn


def lines_up_to(share: float) -> Callable[[Reel], Draw]:
    """Line scratches until `share` of a frame is touched, the same ones on every frame."""

    def drawn(reel: Reel) -> Draw:
        lines: list[LongScratch] = []
        trial = DamageLayer.empty(reel.shape)
        while _covered(trial) < share and len(lines) < MOST:
            lines.append(replace(_line(reel), wander=float(reel.rng.gamma(1.3, 0.8)), gaps=0.0))
            lines[-1].draw_on(trial, reel.span // 2)

        def draw(layer: DamageLayer, index: int, rng: np.random.Generator) -> None:
            for line in lines:
                line.draw_on(layer, index)

        return draw

    return drawn


def _line(reel: Reel) -> LongScratch:
    line = LongScratch.draw(reel.shape, reel.rng, reel.span)
    return replace(
        line, first=-2.0, last=reel.span + 2.0, opacity=max(line.opacity, 0.7), flicker=min(line.flicker, 0.3)
    )


def soiling_of(rng: np.random.Generator) -> Soiling:
    return replace(Soiling.draw(rng), scale=float(rng.uniform(0.3, 0.5)))


def _covered(layer: DamageLayer) -> float:
    """Share of the frame that is touched, from every other row and column."""
    planes = [layer.cover[::2, ::2], *(np.abs(p[::2, ::2]).max(2) for p in (layer.density, layer.stripped))]
    return float((np.maximum.reduce(planes) > 0.01).mean())


def _long_hairs(bank: Bank) -> Sequence[Artefact]:
    """The longest half of the hairs: those whose ends are furthest apart."""
    found = list(bank.film.get("long hair", ())) or list(bank.shapes["hair"])
    found.sort(key=lambda artefact: float(np.hypot(*artefact.opacity.shape)))
    return found[len(found) // 2 :]


def large_blotch(bank: Bank, area: float, rng: np.random.Generator) -> Float32:
    """One of the bank's larger blotches, enlarged or reduced to `area` px²."""
    found = sorted(bank.shapes["blotch"], key=lambda artefact: float((artefact.opacity > 0.5).sum()))
    artefact = _one_of(found[3 * len(found) // 4 :], rng)
    zoom = float(np.sqrt(area / max(float((artefact.opacity > 0.5).sum()), 1.0)))
    return _turned(artefact, min(zoom, 12.0), float(rng.uniform(0.7, 1.5)), rng)


def _turned(artefact: Artefact, zoom: float, soft: float, rng: np.random.Generator) -> Float32:
    return placed(artefact.opacity, zoom, float(rng.uniform(0, 360)), soft)


def _put(layer: DamageLayer, opacity: Float32, ink: Ink, name: str, rng: np.random.Generator) -> None:
    row, column = (int(rng.integers(side)) for side in layer.cover.shape)
    corner = row - opacity.shape[0] // 2, column - opacity.shape[1] // 2
    layer.draw(opacity, *corner, ink, "hair" if name == "hair" else "blotch")


def _one_of(found: Sequence[Artefact], rng: np.random.Generator) -> Artefact:
    return found[int(rng.integers(len(found)))]
