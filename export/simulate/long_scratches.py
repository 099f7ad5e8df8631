"""Line scratches over a reel: they begin and end, wander, flicker, split in two and merge, change colour.

A scratch is one mark along the film, not one per frame: column, depth and strength are functions of
the place on the film (`film_noise`), so a line that leaves a frame at the bottom enters the next at the
same column at the top.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from engine.types import Float32
from export.simulate.film_ink import line_inks
from export.simulate.film_noise import along_film, frame_rng
from export.simulate.layer import DamageLayer, Ink

Places = npt.NDArray[np.float64]

_RUB = 8.0
"""Px from which on a line is not one cut but many fine ones side by side."""


@dataclass(frozen=True)
class Split:
    """Between places `first` and `last` on the film a second line stands up to `spread` px away; it
    parts and merges within `ramp` frames."""

    first: float
    last: float
    ramp: float
    spread: float

    def distance(self, place: Places) -> Float32:
        rise = np.minimum(place - self.first, self.last - place) / self.ramp
        part = np.clip(rise, 0, 1)
        return (self.spread * part * part * (3 - 2 * part)).astype(np.float32)


@dataclass(frozen=True)
class LongScratch:
    """One line of a reel. Places and lengths along the film in frames, across it in px, strengths 0..1."""

    first: float
    last: float
    x: float
    wander: float
    pace: float
    """Frames within which it wanders from one extreme to another."""
    tremble: float
    """Px by which it stands elsewhere from frame to frame (weave of the scan against the scratch)."""
    width: float
    rim: float
    """Px over which its edge falls off: 1 for a cut, as wide as the line for a rub."""
    opacity: float
    flicker: float
    """Share of its strength that comes and goes from frame to frame."""
    gaps: float
    """Share of its length where it does not touch the film."""
    inks: tuple[Ink, Ink]
    split: Split | None
    seed: int

    @staticmethod
    def draw(shape: tuple[int, int], rng: np.random.Generator, span: int = 3) -> LongScratch:
        """A thin line that crosses some of the frames 0 .. span - 1."""
        first, last = _life(rng, span)
        return LongScratch(
            first, last,
            x=float(rng.uniform(0, shape[1])),
            wander=float(rng.gamma(1.3, 3.0)),
            pace=float(np.exp(rng.uniform(np.log(2), np.log(60)))),
            tremble=float(rng.choice([0.0, rng.gamma(1.5, 0.15)])),
            width=float(np.clip(rng.gamma(3.0, 0.6), 0.7, 6.0)),
            rim=float(rng.uniform(0.8, 1.6)),
            opacity=float(rng.uniform(0.5, 1.0)),
            flicker=float(rng.choice([0.0, rng.uniform(0.1, 0.8)], p=[0.6, 0.4])),
            gaps=float(rng.choice([0.0, rng.uniform(0.05, 0.6)], p=[0.55, 0.45])),
            inks=line_inks(rng),
            split=_split(rng, span) if rng.random() < 0.3 else None,
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    @staticmethod
    def draw_wide(shape: tuple[int, int], rng: np.random.Generator, span: int = 3) -> LongScratch:
        """A rub: 10 .. 40 px wide, soft and half-transparent, mostly in the base."""
        first, last = _life(rng, span)
        width = float(rng.uniform(10, 40))
        strength = float(rng.choice([-1, 1], p=[0.6, 0.4]) * rng.uniform(0.06, 0.3))
        tint = rng.normal(1, 0.06, 3) * strength
        ink = Ink(None, (float(tint[0]), float(tint[1]), float(tint[2])))
        return LongScratch(
            first, last,
            x=float(rng.uniform(0, shape[1])),
            wander=float(rng.gamma(1.3, 5.0)),
            pace=float(np.exp(rng.uniform(np.log(1), np.log(40)))),
            tremble=0.0,
            width=width,
            rim=width * float(rng.uniform(0.4, 1.0)),
            opacity=1.0,
            flicker=float(rng.uniform(0.0, 0.6)),
            gaps=float(rng.choice([0.0, rng.uniform(0.1, 0.5)])),
            inks=(ink, ink),
            split=None,
            seed=int(rng.integers(2**31)),
        )  # fmt: skip

    def draw_on(self, layer: DamageLayer, frame: int) -> None:
        """Draw it as it stands on frame `frame` (any integer; the same number gives the same line)."""
        height, width = layer.cover.shape
        place = frame + (np.arange(height) + 0.5) / height
        strength = self._strength(place, frame)
        centre = self._centre(place, frame)
        distance = self.split.distance(place) if self.split else np.zeros(height, np.float32)
        reach = int(np.ceil(self.width + self.rim + 2))
        left = max(int(centre.min()) - reach, -reach)
        right = min(int((centre + distance).max()) + reach + 1, width + reach)
        if left >= right or not strength.any():
            return
        columns = np.arange(left, right, dtype=np.float32)[None, :] - centre[:, None]
        half = self._half_width(place)
        line = self._profile(columns, half)
        if distance.any():
            second = self._profile(columns - distance[:, None], 0.8 * half)
            line = np.maximum(line, second * (distance > 0.3)[:, None])
        self._in_both_inks(layer, line * strength[:, None], left, place)

    def _in_both_inks(self, layer: DamageLayer, line: Float32, left: int, place: Places) -> None:
        """The ink at the one end of its life turns into that of the other, slowly and back."""
        late = np.clip(0.5 + along_film(self.seed + 3, place, max(self.pace, 1.5)), 0, 1)[:, None]
        if self.inks[0] == self.inks[1]:
            late = np.zeros_like(late)
        for ink, share in ((self.inks[0], 1 - late), (self.inks[1], late)):
            if share.any():
                layer.draw((line * share).astype(np.float32), 0, left, ink, "scratch")

    def _centre(self, place: Places, frame: int) -> Float32:
        slow = along_film(self.seed, place, self.pace)
        fine = along_film(self.seed + 1, place, 0.35)
        shake = self.tremble * frame_rng(self.seed, 0, frame).standard_normal()
        return (self.x + self.wander * slow + min(self.wander, 1.0) * 0.35 * fine + shake).astype(np.float32)

    def _half_width(self, place: Places) -> Float32:
        return (self.width / 2 * (1 + 0.3 * along_film(self.seed + 2, place, 0.4))).astype(np.float32)

    def _strength(self, place: Places, frame: int) -> Float32:
        """Opacity 0..1 in every row of one frame."""
        # A broad rub sets in and lets go more gradually than a cut.
        rows = np.minimum(place - self.first, self.last - place) * len(place)
        alive = np.clip(rows / (2 * self.rim), 0, 1)
        pressure = 0.85 + 0.15 * along_film(self.seed + 4, place, 0.3)
        if self.gaps:
            contact = 0.5 + 0.5 * along_film(self.seed + 5, place, 0.18)
            pressure = pressure * np.clip((contact - self.gaps) * 24 / (4 + self.width) + 0.5, 0, 1)
        flicker = 1 - self.flicker * frame_rng(self.seed, 1, frame).random()
        return (self.opacity * flicker * pressure * alive).astype(np.float32)

    def _profile(self, distance: Float32, half: Float32) -> Float32:
        rise = np.clip((half[:, None] + self.rim / 2 - np.abs(distance)) / self.rim, 0, 1)
        # A line thinner than a pixel hides a part of it only.
        thin = np.minimum(2 * half, 1)[:, None]
        line = rise * rise * (3 - 2 * rise) * thin
        if self.width >= _RUB:
            line = line * (0.7 + 0.3 * along_film(self.seed + 6, distance.astype(np.float64), 1.3))
        return line.astype(np.float32)


def _life(rng: np.random.Generator, span: int) -> tuple[float, float]:
    """First and last place, over the stretch of `span` frames: mostly some frames to some hundreds, at
    times a part of one frame only."""
    shortest = 0.3 if rng.random() < 0.15 else 8.0
    length = float(np.exp(rng.uniform(np.log(shortest), np.log(400 if shortest > 1 else 2))))
    first = float(rng.uniform(0.7 - length, max(span - 0.7, 0.8)))
    return first, first + length


def _split(rng: np.random.Generator, span: int) -> Split:
    length = float(np.exp(rng.uniform(np.log(1), np.log(60))))
    first = float(rng.uniform(-length, span - 0.3))
    ramp = min(float(np.exp(rng.uniform(np.log(0.3), np.log(12)))), length / 2)
    return Split(first, first + length, ramp, float(rng.uniform(3, 14) * rng.choice([-1, 1])))
