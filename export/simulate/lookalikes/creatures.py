"""Birds and insects: small flapping shapes on curved ways, alone or in flocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from engine.types import Float32
from export.simulate.lookalikes.exposure import (
    Bytes,
    disc,
    exposed,
    fill,
    laid_over,
    log_uniform,
    soft,
    times,
    tone,
)


@dataclass(frozen=True, eq=False)
class Flight:
    """One creature: place (2,) px at time 0, speed, turn (px per squared frame), `span` px of its wings.

    `beat` radians per frame and `phase` of its wings; `bank`: how far it lies over, in radians.
    """

    place: np.ndarray
    speed: np.ndarray
    turn: np.ndarray
    span: float
    beat: float
    phase: float
    bank: float

    def at(self, time: float) -> np.ndarray:
        return self.place + self.speed * time + self.turn * time**2 / 2

    def heading(self, time: float) -> float:
        x, y = self.speed + self.turn * time
        return float(np.arctan2(y, x))


Shape = Callable[[Bytes, Flight, float], None]
"""Draws one creature as it is at a time."""


def birds(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """One bird or a flock, dark against the light or white as gulls."""
    span = log_uniform(5, 80, rng)
    flock = _flock(frames, span, float(rng.uniform(0.08, 0.5)), 1 + int(rng.gamma(0.7, 60 / span + 1)), rng)
    white = rng.random() < 0.3
    colour = tone(frames, 0.85, 1.0, rng) * 1.1 if white else tone(frames, 0.0, 0.2, rng) * 0.6
    return _flown(frames, flock, _bird, colour, rng)


def insects(frames: Sequence[Float32], rng: np.random.Generator) -> list[Float32]:
    """Flies, bees, moths: a body and the blur of its wings, on quick and narrow curves."""
    span = log_uniform(2, 16, rng)
    swarm = _flock(frames, span, float(rng.uniform(0.5, 3.0)), 1 + int(rng.gamma(0.8, 8)), rng)
    light = rng.random() < 0.45
    colour = tone(frames, 0.85, 1.0, rng) * 1.2 if light else tone(frames, 0.0, 0.25, rng) * 0.6
    return _flown(frames, swarm, _insect, colour, rng)


def _flock(
    frames: Sequence[Float32], span: float, pace: float, count: int, rng: np.random.Generator
) -> list[Flight]:
    """`pace` wing spans per frame; a flock shares its course, each member with a little of its own."""
    height, width = frames[0].shape[:2]
    angle, spread = rng.uniform(0, 2 * np.pi), float(rng.choice([0.15, 2.0], p=[0.8, 0.2]))
    centre, size = rng.uniform(0, [width, height]), rng.uniform(0.05, 0.6) * max(width, height)
    beat = rng.uniform(0.6, 2.5)
    flock = []
    for _ in range(min(count, 40)):
        course, speed = angle + rng.normal(0, spread), span * pace * rng.uniform(0.8, 1.2)
        flock.append(
            Flight(
                centre + rng.normal(0, size, 2),
                np.array([np.cos(course), np.sin(course)]) * speed,
                rng.normal(0, 0.12, 2) * speed,
                span * float(rng.uniform(0.75, 1.25)),
                beat * float(rng.uniform(0.9, 1.1)),
                float(rng.uniform(0, 2 * np.pi)),
                float(rng.normal(0, 0.5)),
            )
        )
    return flock


def _flown(
    frames: Sequence[Float32], flock: Sequence[Flight], draw_one: Shape, colour: Float32,
    rng: np.random.Generator,
) -> list[Float32]:  # fmt: skip
    shape = (frames[0].shape[0], frames[0].shape[1])
    shutter, focus, strength = rng.uniform(0.1, 0.5), rng.uniform(0.3, 1.3), rng.uniform(0.75, 1.0)

    def draw(mask: Bytes, time: float) -> None:
        for one in flock:
            draw_one(mask, one, time)

    return [
        laid_over(frame, np.float32(strength) * soft(exposed(shape, draw, t, shutter, 3), focus), colour)
        for frame, t in zip(frames, times(frames), strict=True)
    ]


def _bird(mask: Bytes, bird: Flight, time: float) -> None:
    """Body and two bent wings as they stand at `time`, seen from the side or from below."""
    half, lift = bird.span / 2, np.sin(bird.beat * time + bird.phase)
    heading = bird.heading(time)
    along = np.array([np.cos(heading), np.sin(heading)])
    across = np.array([-np.sin(heading + bird.bank), np.cos(heading + bird.bank)])
    up = np.array([0.0, -1.0])
    middle = bird.at(time)
    for side in (-1, 1):
        elbow = middle + side * across * half * 0.5 + up * half * (0.35 * lift + 0.1)
        reach = side * across * half * (1 - 0.25 * abs(lift))
        tip = middle + reach + up * half * 0.75 * lift - along * half * 0.25
        front, back = along * half * 0.2, along * half * 0.15
        fill(mask, np.array([middle + front, elbow + back, tip, elbow - back, middle - front]))
    nose, tail = middle + along * half * 0.5, middle - along * half * 0.55
    thick = np.array([-along[1], along[0]]) * max(half * 0.11, 0.35)
    fill(mask, np.array([nose, middle + thick, tail + thick, tail - thick, middle - thick]))


def _insect(mask: Bytes, insect: Flight, time: float) -> None:
    x, y = insect.at(time)
    side = np.array([-np.sin(insect.heading(time)), np.cos(insect.heading(time))]) * insect.span * 0.35
    for wing in (-1, 1):
        disc(mask, x + wing * side[0], y + wing * side[1], insect.span * 0.28, 110)
    disc(mask, x, y, insect.span * 0.25)
