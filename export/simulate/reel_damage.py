"""What one stretch of a reel has of damage that lasts or happens, all but the dirt of single frames."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from export.simulate.decay import Bubbles, EmulsionLoss, Mould, Stain
from export.simulate.events import BurnHole, CueMark, Splice, Tear
from export.simulate.fine_scratches import FineScratches
from export.simulate.gate_hair import GateHair
from export.simulate.layer import DamageLayer
from export.simulate.long_scratches import LongScratch
from export.simulate.scratches import Scratch, scratch_layer


class Mark(Protocol):
    """Damage of a reel: a function of the frame number alone, so that any frame can be drawn by itself."""

    def draw_on(self, layer: DamageLayer, frame: int) -> None: ...


@dataclass(frozen=True)
class Standing:
    """A `Scratch`, which is there on every frame, as a mark of the reel."""

    scratch: Scratch

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        scratch_layer(layer, self.scratch, frame)


@dataclass(frozen=True)
class OnFrames:
    """A mark that only `frames` have, however long it would last by itself."""

    mark: Mark
    frames: tuple[int, ...]

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        if frame in self.frames:
            self.mark.draw_on(layer, frame)


@dataclass(frozen=True)
class ReelDamage:
    """`marks` of the frames 0 .. span - 1 the stretch was drawn for, events under lines, lines under gate
    hairs; `dirty`: whether its frames have dirt of their own as well."""

    marks: tuple[Mark, ...]
    dirty: bool

    @staticmethod
    def draw_beside(shape: tuple[int, int], rng: np.random.Generator) -> ReelDamage:
        """A whole middle frame of three whose neighbours, one or both, have lost picture: nothing is wrong
        where they differ. The patches may be larger than the sample, as those of a whole frame are."""
        sides = [(0,), (2,), (0, 2)][int(rng.integers(3))]
        height, width = (int(side * rng.uniform(1, 2.5)) for side in shape)
        marks = [_LOSSES[int(rng.integers(len(_LOSSES)))]((height, width), rng, frame) for frame in sides]
        return ReelDamage(tuple(OnFrames(mark, sides) for mark in marks), bool(rng.random() < 0.5))

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, span: int = 3) -> ReelDamage:
        """Of all stretches 8 % have nothing, 12 % line scratches and no dirt, 30 % both; 10 % a hair in the
        gate, and about one in eight samples of its middle frame shows damage of class "other"."""
        kind = rng.random()
        if kind < 0.08:
            return ReelDamage((), False)
        events = [_event(shape, rng, span) for _ in range(_events(rng, span))]
        lines = [_line(shape, rng, span) for _ in range(int(rng.integers(1, 5)))] if kind < 0.5 else []
        hairs = int(rng.choice([1, 2, 3], p=[0.6, 0.25, 0.15])) if rng.random() < 0.1 else 0
        gate = [GateHair.draw(shape, rng, span) for _ in range(hairs)]
        return ReelDamage((*events, *lines, *gate), kind > 0.2)

    def layer(self, shape: tuple[int, int], frame: int) -> DamageLayer:
        """The marks of frame `frame` on planes (H, W): the same number, the same layer."""
        layer = DamageLayer.empty(shape)
        for mark in self.marks:
            mark.draw_on(layer, frame)
        return layer


def _line(shape: tuple[int, int], rng: np.random.Generator, span: int) -> Mark:
    kind = rng.random()
    if kind < 0.42:
        return Standing(Scratch.draw(shape, rng))
    if kind < 0.74:
        return LongScratch.draw(shape, rng, span)
    if kind < 0.82:
        return LongScratch.draw_wide(shape, rng, span)
    if kind < 0.87:
        return FineScratches.draw_rain(shape, rng, span)
    if kind < 0.93:
        return FineScratches.draw_cinch(shape, rng, span)
    return FineScratches.draw_dashes(shape, rng, _middling(rng, span))


_EVENTS: tuple[tuple[float, Callable[[tuple[int, int], np.random.Generator, int], Mark]], ...] = (
    (0.14, CueMark.draw),
    (0.09, BurnHole.draw),
    (0.17, Splice.draw),
    (0.14, Tear.draw),
    (0.20, EmulsionLoss.draw),
    (0.12, Stain.draw),
    (0.08, Mould.draw),
    (0.06, Bubbles.draw),
)
"""How often each comes about; beyond a few frames decay is by far the most common, cuts the next."""


_LOSSES = (EmulsionLoss.draw, EmulsionLoss.draw, EmulsionLoss.draw, Tear.draw, BurnHole.draw, Stain.draw)


def _events(rng: np.random.Generator, span: int) -> int:
    """One stretch in four has something, and one more for every hundred frames on average."""
    return int(rng.random() < 0.25) + int(rng.poisson(span / 100))


def _event(shape: tuple[int, int], rng: np.random.Generator, span: int) -> Mark:
    shares = [share for share, _ in _EVENTS]
    draw = _EVENTS[int(rng.choice(len(_EVENTS), p=shares))][1]
    return draw(shape, rng, _middling(rng, span))


def _middling(rng: np.random.Generator, span: int) -> int:
    """A frame of the stretch, more often towards its middle: the frame a detector is asked about."""
    return int(rng.triangular(0, span / 2, span))
